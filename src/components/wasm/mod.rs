//! WebAssembly, run by the interpreter wasmi.

mod guest;
mod host;
mod processor;
mod wasi;

use crate::component::ProcessorSpec;

pub const PROCESSORS: &[&ProcessorSpec] = &[&processor::WASM];
