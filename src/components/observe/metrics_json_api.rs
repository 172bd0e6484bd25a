//! `json_api`: all metrics as one JSON object over HTTP.

use crate::component::MetricsSpec;
use crate::config::{ComponentSpec, Kind};
use crate::telemetry::metrics::Exporter;

pub const JSON_API: MetricsSpec = MetricsSpec {
    spec: ComponentSpec::new(Kind::Metrics, "json_api")
        .summary("Serves all metrics as a flat JSON object at `/stats` and `/metrics`."),
    build: |_| Ok(Exporter::JsonApi),
};
