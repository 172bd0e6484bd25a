//! `sync_response` as a processor: what has become of a message so far answers the client that waits for it.

use crate::component::{Context, Processor, ProcessorSpec, Step};
use crate::config::{ComponentSpec, Kind};
use crate::message::Batch;

pub const SYNC_RESPONSE: ProcessorSpec = ProcessorSpec {
    spec: ComponentSpec::new(Kind::Processor, "sync_response")
        .categories(&["Utility"])
        .summary("Adds the messages as they are now to the answer that their input gives its client.")
        .description("Inputs whose clients wait for no answer ignore it."),
    build: |_, cx| Ok(Box::new(SyncResponse { cx: cx.clone() })),
    silent: true,
};

struct SyncResponse {
    cx: Context,
}

impl Processor for SyncResponse {
    fn process(&self, batch: Batch) -> Step<'_> {
        match batch.first().and_then(|first| first.reply()) {
            Some(reply) => reply.add(batch.clone()),
            None => self.cx.log().debug("No client waits for an answer to this message"),
        }
        Step::one(batch)
    }
}
