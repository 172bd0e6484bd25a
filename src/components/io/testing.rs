//! What the tests of this folder share.

pub use crate::component::testing::{input, output, read_all, send};
use crate::component::{Context, Listing, Registry, testing};
use crate::components::scan::SCANNERS;

/// The components of this folder and the scanners, without any resources.
pub fn context() -> Context {
    testing::context(Registry {
        inputs: Listing(&[super::INPUTS]),
        outputs: Listing(&[super::OUTPUTS]),
        scanners: Listing(&[SCANNERS]),
        ..Registry::default()
    })
}
