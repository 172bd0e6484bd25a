//! `fallback`: a list of outputs; each gets what the ones before it could not deliver.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use async_trait::async_trait;
use tokio::sync::Notify;

use crate::component::{Built, Context, Output, OutputBuild, OutputSpec};
use crate::config::{ComponentSpec, Conf, Example, Field, Kind, OutputConf, bare};
use crate::message::{Ack, Batch, Group, Nack, Outcome, Partial, Transaction};

/// No outputs.
const NONE: &[&str] = &[];

const OUTPUTS: Field<Vec<OutputConf>> =
    bare().default(NONE).doc("The outputs, in the order in which they are tried.");

pub const FALLBACK: OutputSpec = OutputSpec {
    spec: ComponentSpec::new(Kind::Output, "fallback")
        .categories(&["Utility"])
        .version("3.58.0")
        .summary("Tries outputs in order: each gets what the ones before it could not deliver.")
        .description("Messages that go on carry why in the metadata `fallback_error`. What the last output refuses goes back to the input.")
        .bare(&OUTPUTS)
        .examples(&[Example { title: "Somewhere else where it fails", config: "fallback:\n  - reject: 'always'\n  - drop: {}\n" }]),
    build: OutputBuild::Output(|conf, cx| Ok(Arc::new(Fallback::new(conf, cx)?))),
};

/// Clones share the outputs.
#[derive(Clone)]
struct Fallback {
    shared: Arc<Shared>,
}

struct Shared {
    outputs: Vec<Arc<dyn Output>>,
    /// Transactions on their way from one output to the next.
    moving: AtomicUsize,
    moved: Notify,
    /// Whether nothing more is to come for now: then nothing may be held back for a batch.
    flushed: AtomicBool,
    cx: Context,
}

/// A transaction on its way down the list.
struct Attempt {
    fallback: Fallback,
    /// Which output has it now.
    at: usize,
    batch: Batch,
    ack: Ack,
    /// Sources that earlier outputs have delivered.
    delivered: Vec<u32>,
}

// === impl Fallback ===

impl Fallback {
    fn new(conf: &Conf, cx: &Context) -> Built<Self> {
        let outputs = conf.get(&OUTPUTS)?.iter().map(|c| cx.output(c)).collect::<Built<Vec<_>>>()?;
        if outputs.is_empty() {
            return Err("a fallback needs at least one output".into());
        }
        Ok(Self {
            shared: Arc::new(Shared {
                outputs,
                moving: AtomicUsize::new(0),
                moved: Notify::new(),
                flushed: AtomicBool::new(false),
                cx: cx.clone(),
            }),
        })
    }
}

#[async_trait]
impl Output for Fallback {
    async fn send(&self, group: Group) {
        let attempt = |Transaction { batch, ack }| {
            Attempt { fallback: self.clone(), at: 0, batch, ack, delivered: Vec::new() }.watched()
        };
        self.shared.flushed.store(false, Ordering::Release);
        self.shared.outputs[0].send(group.into_iter().map(attempt).collect()).await;
    }

    async fn flush(&self) {
        self.shared.flushed.store(true, Ordering::Release);
        for output in &self.shared.outputs {
            output.flush().await;
        }
    }

    async fn close(&self) {
        self.shared.flushed.store(true, Ordering::Release);
        for output in &self.shared.outputs {
            output.close().await;
            // What it refused while it closed must reach the next one first.
            self.shared.all_moved().await;
        }
    }
}

// === impl Shared ===

impl Shared {
    async fn all_moved(&self) {
        loop {
            let moved = self.moved.notified();
            if self.moving.load(Ordering::Acquire) == 0 {
                return;
            }
            moved.await;
        }
    }
}

// === impl Attempt ===

impl Attempt {
    /// The transaction for the present output.
    fn watched(self) -> Transaction {
        let batch = self.batch.clone();
        Transaction::new(batch, crate::message::sink(move |outcome| self.ended(outcome)))
    }

    fn ended(mut self, outcome: Outcome) {
        let nack = match outcome {
            Ok(()) => return self.ack.ok(),
            Err(nack) => nack,
        };
        let delivered = self.batch.iter().map(|m| m.source()).filter(|source| !nack.failed(*source));
        self.delivered.extend(delivered);
        self.batch.retain(|message| nack.failed(message.source()));
        for message in &mut self.batch {
            message.set_meta("fallback_error", nack.reason_of(message.source()).clone());
        }
        self.at += 1;
        let shared = self.fallback.shared.clone();
        let Some(next) = shared.outputs.get(self.at).cloned() else {
            return self.give_up(nack);
        };
        shared.moving.fetch_add(1, Ordering::AcqRel);
        let moving = shared.clone();
        shared.cx.run(Box::pin(async move {
            next.send(vec![self.watched()]).await;
            if moving.flushed.load(Ordering::Acquire) {
                next.flush().await;
            }
            moving.moving.fetch_sub(1, Ordering::AcqRel);
            moving.moved.notify_waiters();
        }));
    }

    fn give_up(self, nack: Nack) {
        if self.delivered.is_empty() {
            return self.ack.resolve(Err(nack));
        }
        let failed = self.batch.iter().map(|m| (m.source(), nack.reason_of(m.source()).clone())).collect();
        let partial = Partial { failed, delivered: self.delivered };
        self.ack.resolve(Err(Nack { reason: nack.reason, partial: Some(Box::new(partial)) }));
    }
}
