//! JavaScript, run by QuickJS.

mod convert;
mod fetch;
mod functions;
mod processor;
mod vm;

use crate::component::ProcessorSpec;

pub const PROCESSORS: &[&ProcessorSpec] = &[&processor::JAVASCRIPT];
