//! `fallback`: a list of outputs; each gets what the ones before it could not deliver.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use tokio::sync::Notify;

use crate::component::{Built, Context, Output, OutputBuild, OutputSpec};
use crate::config::{ComponentSpec, Conf, Example, Field, Kind, OutputConf, bare};
use crate::message::{Ack, Batch, GROUP_TRANSACTIONS, Group, Nack, Outcome, Partial, Transaction};

/// No outputs.
const NONE: &[&str] = &[];

const OUTPUTS: Field<Vec<OutputConf>> =
    bare().default(NONE).at_least(1).doc("The outputs, in the order in which they are tried.");

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
    outputs: Vec<Stage>,
    /// Transactions on their way from one output to the next.
    moving: AtomicUsize,
    moved: Notify,
    /// Whether nothing more is to come for now: then nothing may be held back for a batch.
    flushed: AtomicBool,
    cx: Context,
}

/// An output, and what the one before it has refused.
struct Stage {
    output: Arc<dyn Output>,
    /// In the order in which it was refused.
    refused: Mutex<Refused>,
}

#[derive(Default)]
struct Refused {
    attempts: Vec<Attempt>,
    /// Whether a task moves them on.
    moved: bool,
}

/// While so many transactions are on their way nothing new is taken.
const MOVING_LIMIT: usize = GROUP_TRANSACTIONS;

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
        let stage = |conf: &OutputConf| -> Built<Stage> {
            Ok(Stage { output: cx.output(conf)?, refused: Mutex::default() })
        };
        let outputs = conf.get(&OUTPUTS)?.iter().map(stage).collect::<Built<Vec<_>>>()?;
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
        self.shared.at_most(MOVING_LIMIT).await;
        self.shared.flushed.store(false, Ordering::Release);
        self.shared.outputs[0].output.send(group.into_iter().map(attempt).collect()).await;
    }

    async fn flush(&self) {
        self.shared.flushed.store(true, Ordering::Release);
        for stage in &self.shared.outputs {
            stage.output.flush().await;
        }
    }

    async fn close(&self) {
        self.shared.flushed.store(true, Ordering::Release);
        for stage in &self.shared.outputs {
            stage.output.close().await;
            // What it refused while it closed must reach the next one first.
            self.shared.at_most(0).await;
        }
    }
}

// === impl Shared ===

impl Shared {
    /// Waits until no more than so many transactions are on their way.
    async fn at_most(&self, limit: usize) {
        loop {
            let moved = self.moved.notified();
            if self.moving.load(Ordering::Acquire) <= limit {
                return;
            }
            moved.await;
        }
    }

    /// Puts a refused transaction behind the others for stage `at`.
    fn pass_on(self: &Arc<Self>, at: usize, attempt: Attempt) {
        self.moving.fetch_add(1, Ordering::AcqRel);
        let mut refused = self.outputs[at].lock();
        refused.attempts.push(attempt);
        if !std::mem::replace(&mut refused.moved, true) {
            let shared = self.clone();
            self.cx.run(Box::pin(async move { shared.move_on(at).await }));
        }
    }

    /// Hands everything to stage `at` that is there for it.
    async fn move_on(&self, at: usize) {
        let stage = &self.outputs[at];
        loop {
            let attempts = {
                let mut refused = stage.lock();
                refused.moved = !refused.attempts.is_empty();
                std::mem::take(&mut refused.attempts)
            };
            if attempts.is_empty() {
                return;
            }
            let count = attempts.len();
            stage.output.send(attempts.into_iter().map(Attempt::watched).collect()).await;
            if self.flushed.load(Ordering::Acquire) {
                stage.output.flush().await;
            }
            self.moving.fetch_sub(count, Ordering::AcqRel);
            self.moved.notify_waiters();
        }
    }
}

// === impl Stage ===

impl Stage {
    fn lock(&self) -> MutexGuard<'_, Refused> {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner)
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
        if self.at < shared.outputs.len() {
            shared.pass_on(self.at, self);
        } else {
            self.give_up(nack);
        }
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
