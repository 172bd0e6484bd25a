//! Parquet: files out of batches, batches out of files, and the input that reads them.

mod input;
mod processor_decode;
mod processor_encode;
mod schema;
mod shred;

use crate::component::{InputSpec, ProcessorSpec};

pub const INPUTS: &[&InputSpec] = &[&input::PARQUET];

pub const PROCESSORS: &[&ProcessorSpec] =
    &[&processor_decode::PARQUET_DECODE, &processor_encode::PARQUET_ENCODE];
