//! How metrics and traces leave the process.

pub mod metrics_json_api;
pub mod metrics_none;
pub mod metrics_prometheus;
pub mod tracer_none;
