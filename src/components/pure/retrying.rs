//! An output around another one that sends again what was nacked, and takes nothing new meanwhile.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::Notify;

use crate::component::{Backoff, Context, Output};
use crate::message::{Ack, AckSink, Batch, Group, Nack, Outcome, Partial, Transaction};

/// Sends nacked messages again until they are taken. Clones share the output.
#[derive(Clone)]
pub struct Retrying {
    shared: Arc<Shared>,
}

/// How long and how often is tried.
#[derive(Debug, Clone)]
pub struct Attempts {
    pub backoff: Backoff,
    /// 0: without limit.
    pub max_retries: u64,
}

struct Shared {
    output: Arc<dyn Output>,
    attempts: Attempts,
    /// Transactions that are not answered yet.
    open: AtomicUsize,
    /// Those of them that were refused before.
    refused: AtomicUsize,
    changed: Notify,
    /// Whether nothing more is to come for now: then nothing may be held back for a batch.
    flushed: AtomicBool,
    cx: Context,
}

/// Answers for one group.
struct Watched {
    shared: Arc<Shared>,
    held: Mutex<Vec<Option<Held>>>,
}

/// A transaction until it is answered.
struct Held {
    batch: Batch,
    ack: Ack,
    attempts: Attempts,
    tries: u64,
    /// The sources that earlier tries have delivered.
    delivered: Vec<u32>,
}

// === impl Attempts ===

impl Attempts {
    /// Without limit, with the usual pauses of the reference.
    pub fn endless() -> Self {
        Self { backoff: Backoff::new(Duration::from_millis(500), Duration::from_secs(3)), max_retries: 0 }
    }
}

// === impl Retrying ===

impl Retrying {
    pub fn new(output: Arc<dyn Output>, attempts: Attempts, cx: Context) -> Self {
        Self {
            shared: Arc::new(Shared {
                output,
                attempts,
                open: AtomicUsize::new(0),
                refused: AtomicUsize::new(0),
                changed: Notify::new(),
                flushed: AtomicBool::new(false),
                cx,
            }),
        }
    }
}

#[async_trait]
impl Output for Retrying {
    async fn send(&self, mut group: Group) {
        let shared = &self.shared;
        shared.wait_for_none(&shared.refused).await;
        shared.flushed.store(false, Ordering::Release);
        shared.open.fetch_add(group.len(), Ordering::AcqRel);
        let held = group.iter_mut().map(|t| Held {
            batch: t.batch.clone(),
            ack: std::mem::replace(&mut t.ack, Ack::none()),
            attempts: shared.attempts.clone(),
            tries: 0,
            delivered: Vec::new(),
        });
        let held = held.collect();
        shared.output.send(watched(shared, group, held)).await;
    }

    async fn flush(&self) {
        self.shared.flushed.store(true, Ordering::Release);
        self.shared.output.flush().await;
    }

    async fn close(&self) {
        self.flush().await;
        self.shared.wait_for_none(&self.shared.open).await;
        self.shared.output.close().await;
    }
}

/// Gives the transactions of a group acks that are watched.
fn watched(shared: &Arc<Shared>, mut group: Group, held: Vec<Held>) -> Group {
    let held = Mutex::new(held.into_iter().map(Some).collect());
    let sink = Arc::new(Watched { shared: shared.clone(), held });
    for (i, transaction) in group.iter_mut().enumerate() {
        transaction.ack = Ack::new(sink.clone(), i as u32);
    }
    group
}

// === impl Shared ===

impl Shared {
    /// Waits until a count is down to zero.
    async fn wait_for_none(&self, count: &AtomicUsize) {
        loop {
            let changed = self.changed.notified();
            if count.load(Ordering::Acquire) == 0 {
                return;
            }
            changed.await;
        }
    }

    fn refused(self: &Arc<Self>, mut held: Held, nack: Nack) {
        held.keep_failed(&nack);
        let over = held.attempts.max_retries > 0 && held.tries >= held.attempts.max_retries;
        let Some(pause) = held.attempts.backoff.pause().filter(|_| !over) else {
            return self.answer(held, Err(nack));
        };
        held.tries += 1;
        if held.tries == 1 {
            self.refused.fetch_add(1, Ordering::AcqRel);
        }
        self.cx.log().error(format_args!("Failed to send message: {}", nack.reason));
        let shared = self.clone();
        self.cx.run(Box::pin(async move {
            tokio::time::sleep(pause).await;
            let group = vec![Transaction::new(held.batch.clone(), Ack::none())];
            shared.output.send(watched(&shared, group, vec![held])).await;
            if shared.flushed.load(Ordering::Acquire) {
                shared.output.flush().await;
            }
        }));
    }

    fn answer(&self, held: Held, outcome: Outcome) {
        if held.tries > 0 {
            self.refused.fetch_sub(1, Ordering::AcqRel);
        }
        held.answer(outcome);
        self.open.fetch_sub(1, Ordering::AcqRel);
        self.changed.notify_waiters();
    }
}

// === impl Held ===

impl Held {
    /// Takes out what a refused try has delivered all the same.
    fn keep_failed(&mut self, nack: &Nack) {
        let sources = self.batch.iter().map(|message| message.source());
        self.delivered.extend(sources.filter(|source| !nack.failed(*source)));
        self.batch.retain(|message| nack.failed(message.source()));
    }

    fn answer(self, outcome: Outcome) {
        let nack = match outcome {
            Err(nack) if !self.delivered.is_empty() => nack,
            outcome => return self.ack.resolve(outcome),
        };
        let failed = self.batch.iter().map(|m| (m.source(), nack.reason_of(m.source()).clone())).collect();
        let partial = Some(Box::new(Partial { failed, delivered: self.delivered }));
        self.ack.resolve(Err(Nack { reason: nack.reason, partial }));
    }
}

// === impl Watched ===

impl AckSink for Watched {
    fn resolve(&self, index: u32, outcome: Outcome) {
        let mut all = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(held) = all.get_mut(index as usize).and_then(Option::take) else { return };
        drop(all);
        match outcome {
            Ok(()) => self.shared.answer(held, Ok(())),
            Err(nack) => self.shared.refused(held, nack),
        }
    }
}
