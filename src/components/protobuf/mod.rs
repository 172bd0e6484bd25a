//! The Protocol Buffers processor, by definitions that are read when the stream starts.

mod codec;
mod processor;

use crate::component::ProcessorSpec;

pub const PROCESSORS: &[&ProcessorSpec] = &[&processor::PROTOBUF];
