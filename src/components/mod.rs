//! All components: one folder for each technology, one file for each component, one line here for each of them.

mod observe;

use crate::component::Registry;

/// Every component of this build.
pub const REGISTRY: Registry = Registry {
    inputs: &[],
    buffers: &[],
    processors: &[],
    outputs: &[],
    caches: &[],
    rate_limits: &[],
    scanners: &[],
    metrics: &[
        &observe::metrics_json_api::JSON_API,
        &observe::metrics_none::NONE,
        &observe::metrics_prometheus::PROMETHEUS,
    ],
    tracers: &[&observe::tracer_none::NONE],
};
