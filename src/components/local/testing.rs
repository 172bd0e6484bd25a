//! What the tests of this folder share.

pub use crate::component::testing::{buffer, cache, input, output, read_all, send, transaction};
use crate::component::{Context, Listing, Registry, testing};

/// The components of this folder, without any resources.
pub fn context() -> Context {
    testing::context(Registry {
        inputs: Listing(&[super::INPUTS]),
        buffers: Listing(&[super::BUFFERS]),
        outputs: Listing(&[super::OUTPUTS]),
        caches: Listing(&[super::CACHES]),
        ..Registry::default()
    })
}
