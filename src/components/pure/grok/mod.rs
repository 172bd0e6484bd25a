//! Grok: regular expressions out of named patterns, such as `%{IP:client} %{NUMBER:bytes:int}`.

mod patterns;
mod processor;

pub use processor::GROK;
