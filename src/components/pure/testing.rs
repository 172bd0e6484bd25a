//! What the tests of this folder share.

pub use crate::component::testing::{batch, processor, run};
use crate::component::{Context, Listing, OutputSpec, Registry, testing};

/// The components of this folder, without any resources.
pub fn context() -> Context {
    context_with(&[super::OUTPUTS])
}

/// As [`context`], with other outputs.
pub fn context_with(outputs: &'static [&'static [&'static OutputSpec]]) -> Context {
    testing::context(Registry {
        inputs: Listing(&[super::INPUTS, &[&super::input_tests::WORDS]]),
        processors: Listing(&[super::PROCESSORS]),
        outputs: Listing(outputs),
        ..Registry::default()
    })
}
