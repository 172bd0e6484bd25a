//! Parquet: files out of batches, batches out of files, and the input that reads them.

mod input;
mod processor_decode;
mod processor_encode;
mod processor_parquet;
mod schema;
mod shred;
mod tags;

use crate::component::{InputSpec, ProcessorSpec};

pub const INPUTS: &[&InputSpec] = &[&input::PARQUET];

pub const PROCESSORS: &[&ProcessorSpec] =
    &[&processor_decode::PARQUET_DECODE, &processor_encode::PARQUET_ENCODE, &processor_parquet::PARQUET];
