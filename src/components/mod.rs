//! All components: one folder for each technology, one file for each component, one line for each of them in the
//! table of its folder.

mod catalogue;
mod durable;
mod http;
mod io;
mod local;
mod observe;
mod pure;
mod scan;
#[cfg(feature = "sqlite")]
mod sql;

use crate::component::{Listing, Registry};

/// Every component of this build.
pub const REGISTRY: Registry = Registry {
    inputs: Listing(&[
        http::INPUTS,
        io::INPUTS,
        local::INPUTS,
        pure::INPUTS,
        #[cfg(feature = "sqlite")]
        sql::INPUTS,
    ]),
    buffers: Listing(&[durable::BUFFERS, local::BUFFERS]),
    processors: Listing(&[
        http::PROCESSORS,
        pure::PROCESSORS,
        #[cfg(feature = "sqlite")]
        sql::PROCESSORS,
    ]),
    outputs: Listing(&[
        http::OUTPUTS,
        io::OUTPUTS,
        local::OUTPUTS,
        pure::OUTPUTS,
        #[cfg(feature = "sqlite")]
        sql::OUTPUTS,
    ]),
    caches: Listing(&[
        local::CACHES,
        #[cfg(feature = "sqlite")]
        sql::CACHES,
    ]),
    rate_limits: Listing(&[local::RATE_LIMITS]),
    scanners: Listing(&[scan::SCANNERS]),
    metrics: Listing(&[observe::METRICS]),
    tracers: Listing(&[observe::TRACERS]),
    catalogue: Some(catalogue::catalogue),
};
