//! An output around another one that sends again what was nacked, and takes nothing new meanwhile.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::Notify;

use crate::component::{Backoff, Context, Output};
use crate::message::{Ack, AckSink, Batch, Group, Nack, Outcome, Transaction};

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
    /// Transactions that are waiting for another attempt, or under way again.
    retrying: AtomicUsize,
    settled: Notify,
    cx: Context,
}

/// Answers for one group.
struct Watched {
    shared: Arc<Shared>,
    held: Mutex<Vec<Option<Held>>>,
}

struct Held {
    batch: Batch,
    ack: Ack,
    attempts: Attempts,
    tries: u64,
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
        let (retrying, settled) = (AtomicUsize::new(0), Notify::new());
        Self { shared: Arc::new(Shared { output, attempts, retrying, settled, cx }) }
    }
}

#[async_trait]
impl Output for Retrying {
    async fn send(&self, mut group: Group) {
        self.shared.quiet().await;
        let held = group.iter_mut().map(|t| Held {
            batch: t.batch.clone(),
            ack: std::mem::replace(&mut t.ack, Ack::none()),
            attempts: self.shared.attempts.clone(),
            tries: 0,
        });
        let held = held.collect();
        self.shared.output.send(watched(&self.shared, group, held)).await;
    }

    async fn flush(&self) {
        self.shared.output.flush().await;
    }

    async fn close(&self) {
        self.shared.quiet().await;
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
    /// Waits until nothing is being sent again.
    async fn quiet(&self) {
        loop {
            let settled = self.settled.notified();
            if self.retrying.load(Ordering::Acquire) == 0 {
                return;
            }
            settled.await;
        }
    }

    fn again(self: &Arc<Self>, mut held: Held, nack: Nack) {
        held.tries += 1;
        let over = held.attempts.max_retries > 0 && held.tries > held.attempts.max_retries;
        let Some(pause) = held.attempts.backoff.pause().filter(|_| !over) else {
            held.tries -= 1;
            self.done(&held);
            return held.ack.resolve(Err(nack));
        };
        if held.tries == 1 {
            self.retrying.fetch_add(1, Ordering::AcqRel);
        }
        self.cx.log().error(format_args!("Failed to send message: {}", nack.reason));
        held.batch.retain(|message| nack.failed(message.source()));
        let shared = self.clone();
        self.cx.run(Box::pin(async move {
            tokio::time::sleep(pause).await;
            let group = vec![Transaction::new(held.batch.clone(), Ack::none())];
            shared.output.send(watched(&shared, group, vec![held])).await;
        }));
    }

    fn done(&self, held: &Held) {
        if held.tries > 0 && self.retrying.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.settled.notify_waiters();
        }
    }
}

// === impl Watched ===

impl AckSink for Watched {
    fn resolve(&self, index: u32, outcome: Outcome) {
        let mut all = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(held) = all.get_mut(index as usize).and_then(Option::take) else { return };
        drop(all);
        match outcome {
            Ok(()) => {
                self.shared.done(&held);
                held.ack.ok();
            }
            Err(nack) => self.shared.again(held, nack),
        }
    }
}
