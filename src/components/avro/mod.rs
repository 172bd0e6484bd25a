//! Avro: schemas, both encodings, files, and the processor and scanner over them.

mod binary;
mod canonical;
mod coerce;
mod ocf;
mod processor;
mod schema;
mod textual;
mod union;

use crate::component::{ProcessorSpec, ScannerSpec};

pub const PROCESSORS: &[&ProcessorSpec] = &[&processor::AVRO];

pub const SCANNERS: &[&ScannerSpec] = &[&ocf::AVRO];
