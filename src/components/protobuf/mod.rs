//! Protocol buffers, by definitions that are read when the stream starts.

mod codec;
mod document;
mod load;
mod processor;

use crate::component::ProcessorSpec;

pub const PROCESSORS: &[&ProcessorSpec] = &[&processor::PROTOBUF];
