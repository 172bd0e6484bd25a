//! `sync_response` as an output: what has become of a message answers the client that waits for it.

use std::sync::Arc;

use async_trait::async_trait;

use crate::component::{ConnectError, OutputBuild, OutputSpec, Sink, SinkSetup, WriteError};
use crate::config::{ComponentSpec, Kind};
use crate::message::Batch;

pub const SYNC_RESPONSE: OutputSpec = OutputSpec {
    spec: ComponentSpec::new(Kind::Output, "sync_response")
        .categories(&["Utility"])
        .summary("Answers the client of the input with the messages.")
        .description("It fails where nobody waits for an answer, as with most inputs."),
    build: OutputBuild::Sink(|_, _| {
        Ok(SinkSetup { sink: Arc::new(SyncResponse), max_in_flight: 1, batching: None })
    }),
};

struct SyncResponse;

#[async_trait]
impl Sink for SyncResponse {
    async fn connect(&self) -> Result<(), ConnectError> {
        Ok(())
    }

    async fn write(&self, batch: &Batch) -> Result<(), WriteError> {
        let reply = batch.first().and_then(|first| first.reply());
        let reply =
            reply.ok_or_else(|| WriteError::failed("no client waits for an answer to this message"))?;
        reply.add(batch.clone());
        Ok(())
    }

    fn takes_failed(&self) -> bool {
        true
    }
}
