//! Standard streams, files, sockets and child processes.

mod encoder;
mod input_stdin;
mod output_stdout;

use crate::component::{InputSpec, OutputSpec};

pub const INPUTS: &[&InputSpec] = &[&input_stdin::STDIN];
pub const OUTPUTS: &[&OutputSpec] = &[&output_stdout::STDOUT];
