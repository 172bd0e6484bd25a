//! Nekton: many isolated data streams in one process.

pub mod config;
pub mod telemetry;
pub mod value;
