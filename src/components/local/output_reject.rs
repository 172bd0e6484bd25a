//! `reject`: refuses every message with a text.

use std::sync::Arc;

use async_trait::async_trait;

use crate::component::{ConnectError, OutputBuild, OutputSpec, Sink, SinkSetup, WriteError};
use crate::config::{ComponentSpec, Example, Field, Kind, bare};
use crate::expr::Template;
use crate::message::Batch;

const TEXT: Field<Template> = bare().default("").doc("Why messages are refused.");

pub const REJECT: OutputSpec = OutputSpec {
    spec: ComponentSpec::new(Kind::Output, "reject")
        .categories(&["Utility"])
        .summary("Refuses every message, so that its input learns that it was not delivered.")
        .bare(&TEXT)
        .examples(&[Example { title: "Say why", config: "reject: 'failed: ${! error() }'\n" }]),
    build: OutputBuild::Sink(|conf, _| {
        Ok(SinkSetup { sink: Arc::new(Reject(conf.get(&TEXT)?)), max_in_flight: 1, batching: None })
    }),
};

struct Reject(Template);

#[async_trait]
impl Sink for Reject {
    async fn connect(&self) -> Result<(), ConnectError> {
        Ok(())
    }

    async fn write(&self, batch: &Batch) -> Result<(), WriteError> {
        let refusal = |i| self.0.render(batch, i).unwrap_or_else(|error| error.to_string().into());
        Err(WriteError::Partial((0..batch.len()).map(|i| (i, refusal(i))).collect()))
    }

    fn takes_failed(&self) -> bool {
        true
    }
}
