//! AWK: the language, and the processor that runs its programs.

mod ast;
mod functions;
mod number;
mod parser;
mod processor;
mod run;
#[cfg(test)]
mod tests;
mod token;

use crate::component::ProcessorSpec;

pub const PROCESSORS: &[&ProcessorSpec] = &[&processor::AWK];
