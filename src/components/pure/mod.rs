//! What only moves or changes messages: processors, and inputs and outputs made of others.

use crate::component::{InputSpec, OutputSpec, ProcessorSpec};

pub const INPUTS: &[&InputSpec] = &[];
pub const PROCESSORS: &[&ProcessorSpec] = &[];
pub const OUTPUTS: &[&OutputSpec] = &[];
