//! How metrics and traces leave the process.

mod metrics_influxdb;
mod metrics_json_api;
mod metrics_logger;
mod metrics_none;
mod metrics_prometheus;
mod metrics_statsd;
mod tracer_none;
mod tracer_open_telemetry;

use crate::component::{MetricsSpec, TracerSpec};

pub const METRICS: &[&MetricsSpec] = &[
    &metrics_influxdb::INFLUXDB,
    &metrics_json_api::JSON_API,
    &metrics_logger::LOGGER,
    &metrics_none::NONE,
    &metrics_prometheus::PROMETHEUS,
    &metrics_statsd::STATSD,
];

pub const TRACERS: &[&TracerSpec] = &[&tracer_none::NONE, &tracer_open_telemetry::OPEN_TELEMETRY_COLLECTOR];
