//! How metrics and traces leave the process.

mod metrics_json_api;
mod metrics_none;
mod metrics_prometheus;
mod tracer_none;

use crate::component::{MetricsSpec, PlainSpec};

pub const METRICS: &[&MetricsSpec] =
    &[&metrics_json_api::JSON_API, &metrics_none::NONE, &metrics_prometheus::PROMETHEUS];

pub const TRACERS: &[&PlainSpec] = &[&tracer_none::NONE];
