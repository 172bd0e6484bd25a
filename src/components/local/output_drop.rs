//! `drop`: throws messages away, as if they had been written.

use std::sync::Arc;

use async_trait::async_trait;

use crate::component::{ConnectError, OutputBuild, OutputSpec, Sink, SinkSetup, WriteError};
use crate::config::{ComponentSpec, Example, Kind};
use crate::message::{Batch, Transaction};

pub const DROP: OutputSpec = OutputSpec {
    spec: ComponentSpec::new(Kind::Output, "drop")
        .categories(&["Utility"])
        .summary("Throws messages away, as if they had been written.")
        .fields(&[])
        .examples(&[Example { title: "Nowhere", config: "drop: {}\n" }]),
    build: OutputBuild::Sink(|_, _| Ok(SinkSetup { sink: Arc::new(Drop), max_in_flight: 1, batching: None })),
};

struct Drop;

#[async_trait]
impl Sink for Drop {
    async fn connect(&self) -> Result<(), ConnectError> {
        Ok(())
    }

    async fn write(&self, _: &Batch) -> Result<(), WriteError> {
        Ok(())
    }

    async fn write_group(&self, group: &[Transaction], results: &mut Vec<Result<(), WriteError>>) {
        results.extend(group.iter().map(|_| Ok(())));
    }

    fn takes_failed(&self) -> bool {
        true
    }
}
