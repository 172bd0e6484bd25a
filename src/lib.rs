//! Nekton: many isolated data streams in one process.

pub mod value;
