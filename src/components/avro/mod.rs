//! The Avro processor, and the scanner of Avro files.

mod ocf;
mod processor;

use crate::component::{ProcessorSpec, ScannerSpec};

pub const PROCESSORS: &[&ProcessorSpec] = &[&processor::AVRO];

pub const SCANNERS: &[&ScannerSpec] = &[&ocf::AVRO];
