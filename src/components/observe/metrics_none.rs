//! `none`: metrics stay inside; the statistics of streams are kept all the same.

use crate::component::MetricsSpec;
use crate::config::{ComponentSpec, Kind};
use crate::telemetry::metrics::Exporter;

pub const NONE: MetricsSpec = MetricsSpec {
    spec: ComponentSpec::new(Kind::Metrics, "none").summary("Exports no metrics."),
    build: |_| Ok(Exporter::None),
};
