//! `noop`: passes messages on unchanged.

use crate::component::{Processor, ProcessorSpec, Step};
use crate::config::{ComponentSpec, Example, Kind};
use crate::message::Batch;

pub const NOOP: ProcessorSpec = ProcessorSpec {
    spec: ComponentSpec::new(Kind::Processor, "noop")
        .summary("Passes messages on unchanged.")
        .fields(&[])
        .examples(&[Example { title: "Nothing", config: "noop: {}\n" }]),
    build: |_, _| Ok(Box::new(Noop)),
    silent: true,
};

struct Noop;

impl Processor for Noop {
    fn process(&self, batch: Batch) -> Step<'_> {
        Step::one(batch)
    }
}
