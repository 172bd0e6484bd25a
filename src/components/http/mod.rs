//! HTTP, from both sides, and websockets.

use crate::component::{InputSpec, OutputSpec, ProcessorSpec};

pub const INPUTS: &[&InputSpec] = &[];
pub const PROCESSORS: &[&ProcessorSpec] = &[];
pub const OUTPUTS: &[&OutputSpec] = &[];
