//! `reject_errored`: nacks failed messages and hands on the others.

use std::sync::Arc;

use async_trait::async_trait;

use crate::component::{Output, OutputBuild, OutputSpec, WriteError};
use crate::config::{ComponentSpec, Example, Field, Kind, OutputConf, bare};
use crate::message::{Batch, Batches, Group, Join, Message, Nack, Transaction};

const OUTPUT: Field<OutputConf> = bare().doc("Where messages go that have not failed.");

pub const REJECT_ERRORED: OutputSpec = OutputSpec {
    spec: ComponentSpec::new(Kind::Output, "reject_errored")
        .categories(&["Utility"])
        .summary("Refuses messages that have failed, and hands the others to its child.")
        .description("What becomes of a refused message is up to its input. Inside of `fallback` it goes to the next output.")
        .bare(&OUTPUT)
        .examples(&[Example {
            title: "Failed messages to another place",
            config: "fallback:\n  outputs:\n    - reject_errored:\n        resource: warehouse\n    - resource: failures\n",
        }]),
    build: OutputBuild::Output(|conf, cx| Ok(Arc::new(RejectErrored(cx.output(&conf.get(&OUTPUT)?)?)))),
};

struct RejectErrored(Arc<dyn Output>);

#[async_trait]
impl Output for RejectErrored {
    async fn send(&self, group: Group) {
        let mut healthy = Group::with_capacity(group.len());
        for Transaction { batch, ack } in group {
            if !batch.iter().any(Message::is_failed) {
                healthy.push(Transaction { batch, ack });
                continue;
            }
            let (failed, good): (Batch, Batch) = batch.into_iter().partition(Message::is_failed);
            let parts: Batches = [failed, good].into_iter().filter(|part| !part.is_empty()).collect();
            for part in Join::split(parts, ack) {
                if part.batch.iter().any(Message::is_failed) {
                    let nack = refusal(&part.batch);
                    part.ack.resolve(Err(nack));
                } else {
                    healthy.push(part);
                }
            }
        }
        if !healthy.is_empty() {
            self.0.send(healthy).await;
        }
    }

    async fn flush(&self) {
        self.0.flush().await;
    }

    async fn close(&self) {
        self.0.close().await;
    }
}

/// Tells of each message why it failed.
fn refusal(batch: &Batch) -> Nack {
    let text = |message: &Message| {
        let why = message.failure().map(|failure| failure.text.clone()).unwrap_or_default();
        format!("rejecting due to failed processing: {why}").into()
    };
    WriteError::Partial(batch.iter().map(text).enumerate().collect()).into_nack(batch)
}
