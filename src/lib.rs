//! Nekton: many isolated data streams in one process.

pub mod api;
pub mod bloblang;
pub mod cli;
pub mod client;
pub mod component;
pub mod components;
pub mod config;
pub mod docs;
pub mod expr;
pub mod lsp;
pub mod manager;
pub mod message;
pub mod stream;
pub mod telemetry;
pub mod unit;
pub mod value;
