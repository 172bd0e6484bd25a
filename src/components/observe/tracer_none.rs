//! `none`: no traces.

use crate::component::TracerSpec;
use crate::config::{ComponentSpec, Kind};
use crate::telemetry::trace::Exporter;

pub const NONE: TracerSpec = TracerSpec {
    spec: ComponentSpec::new(Kind::Tracer, "none").summary("Exports no traces."),
    build: |_| Ok(Exporter::None),
};
