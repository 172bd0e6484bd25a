//! Schemas of a Confluent schema registry: messages that begin with the number of theirs.

mod format;
mod names;
mod processor_decode;
mod processor_encode;
mod registry;
mod shapes;
#[cfg(test)]
mod tests;

use crate::component::ProcessorSpec;

pub const PROCESSORS: &[&ProcessorSpec] =
    &[&processor_decode::SCHEMA_REGISTRY_DECODE, &processor_encode::SCHEMA_REGISTRY_ENCODE];
