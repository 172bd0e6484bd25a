//! What reads and writes bytes: the standard streams, files, sockets, other programs.

use crate::component::{InputSpec, OutputSpec};

pub const INPUTS: &[&InputSpec] = &[];
pub const OUTPUTS: &[&OutputSpec] = &[];
