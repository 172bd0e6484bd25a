//! What reads and writes bytes: the standard streams, files, sockets, other programs.

mod framing;
mod gathered;
mod input_file;
mod input_stdin;
mod metadata;
mod output_file;
mod output_stdout;
mod paths;
mod stdin;
#[cfg(test)]
mod testing;

use crate::component::{InputSpec, OutputSpec};

pub const INPUTS: &[&InputSpec] = &[&input_file::FILE, &input_stdin::STDIN];

pub const OUTPUTS: &[&OutputSpec] = &[&output_file::FILE, &output_stdout::STDOUT];
