//! `drop`: forgets messages.

use std::sync::Arc;

use async_trait::async_trait;

use crate::component::{ConnectError, OutputBuild, OutputSpec, Sink, SinkSetup, WriteError};
use crate::config::{ComponentSpec, Example, Kind};
use crate::message::Batch;

pub const DROP: OutputSpec = OutputSpec {
    spec: ComponentSpec::new(Kind::Output, "drop")
        .categories(&["Utility"])
        .summary("Takes every message and forgets it.")
        .examples(&[Example { title: "Only for what the pipeline does on the way", config: "drop: {}\n" }]),
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

    fn takes_failed(&self) -> bool {
        true
    }
}
