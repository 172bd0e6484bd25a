//! `reject_errored`: rejects failed messages and hands the others on.

use std::sync::Arc;

use async_trait::async_trait;

use crate::component::{Output, OutputBuild, OutputSpec};
use crate::config::{ComponentSpec, Example, Field, Kind, OutputConf, bare};
use crate::message::{Batch, Group, Join, Message, Transaction};
use crate::value::Str;

const CHILD: Field<OutputConf> = bare().doc("The output for messages that did not fail.");

pub const REJECT_ERRORED: OutputSpec = OutputSpec {
    spec: ComponentSpec::new(Kind::Output, "reject_errored")
        .categories(&["Utility"])
        .summary("Rejects messages whose processing failed, and hands the others to another output.")
        .description("Of a batch only the failed messages are rejected, and only they are sent again by an input that replays.")
        .bare(&CHILD)
        .examples(&[Example {
            title: "What failed goes to a file of its own",
            config: "fallback:\n  - reject_errored:\n      stdout: {}\n  - file: { path: failed.jsonl }\n",
        }]),
    build: OutputBuild::Output(|conf, cx| Ok(Arc::new(RejectErrored(cx.output(&conf.get(&CHILD)?)?)))),
};

struct RejectErrored(Arc<dyn Output>);

#[async_trait]
impl Output for RejectErrored {
    async fn send(&self, group: Group) {
        let healthy: Group = group.into_iter().filter_map(reject).collect();
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

/// Rejects the failed messages; what is left goes on.
fn reject(transaction: Transaction) -> Option<Transaction> {
    if !transaction.batch.iter().any(Message::is_failed) {
        return Some(transaction);
    }
    // Each failed message is a batch of its own, as each has a reason of its own.
    let mut parts: Vec<Batch> = Vec::new();
    let mut healthy = Batch::new();
    for message in transaction.batch {
        match message.is_failed() {
            true => parts.push(crate::message::batch_of(message)),
            false => healthy.push(message),
        }
    }
    if !healthy.is_empty() {
        parts.push(healthy);
    }
    let mut left = None;
    for part in Join::split(parts.into(), transaction.ack) {
        match part.batch.first().and_then(Message::failure) {
            Some(failure) => {
                let reason: Str = format!("rejecting due to failed processing: {}", failure.text).into();
                part.ack.fail(reason);
            }
            None => left = Some(part),
        }
    }
    left
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::sync_channel;

    use super::*;
    use crate::message::{number, sink};

    #[test]
    fn only_failed_messages_are_rejected() {
        let (sender, outcomes) = sync_channel(1);
        let mut batch: Batch = ["a", "b", "c"].map(Message::from_bytes).into_iter().collect();
        number(&mut batch);
        batch[1].fail("broken");
        let ack = sink(move |outcome| sender.send(outcome).expect("received"));
        let left = reject(Transaction::new(batch, ack)).expect("two are left");
        assert_eq!(left.batch.iter().map(|m| m.bytes().as_ref()).collect::<Vec<_>>(), [b"a", b"c"]);
        left.ack.ok();
        let nack = outcomes.recv().expect("answered").expect_err("a nack");
        assert_eq!([0, 1, 2].map(|source| nack.failed(source)), [false, true, false]);
        assert_eq!(nack.reason_of(1), "rejecting due to failed processing: broken");
    }
}
