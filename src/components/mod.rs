//! All components: one folder for each technology, one file for each component, one line for each of them in the
//! table of its folder.

mod catalogue;
mod http;
mod io;
mod local;
mod observe;
mod pure;
mod scan;

use crate::component::{Listing, Registry};

/// Every component of this build.
pub const REGISTRY: Registry = Registry {
    inputs: Listing(&[http::INPUTS, io::INPUTS, local::INPUTS, pure::INPUTS]),
    buffers: Listing(&[local::BUFFERS]),
    processors: Listing(&[http::PROCESSORS, pure::PROCESSORS]),
    outputs: Listing(&[http::OUTPUTS, io::OUTPUTS, local::OUTPUTS, pure::OUTPUTS]),
    caches: Listing(&[local::CACHES]),
    rate_limits: Listing(&[local::RATE_LIMITS]),
    scanners: Listing(&[scan::SCANNERS]),
    metrics: Listing(&[observe::METRICS]),
    tracers: Listing(&[observe::TRACERS]),
    catalogue: Some(catalogue::catalogue),
};
