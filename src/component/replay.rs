//! What a reader handed out and waits for: open acks, and nacked messages that are sent again.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use crate::message::{Ack, AckSink, Batch, Group, Message, Outcome, Transaction, number};
use crate::telemetry::metrics::{Handle, Input as InputMetrics, Timer};

/// Everything of one reader that is not answered yet.
#[derive(Debug, Default)]
pub struct Pending {
    /// Transactions handed out or waiting for a replay.
    open: AtomicUsize,
    replays: Mutex<VecDeque<Replay>>,
    changed: Notify,
}

#[derive(Debug)]
struct Replay {
    held: Held,
    due: Instant,
}

/// What is kept of a transaction while it is under way.
#[derive(Debug)]
struct Held {
    /// The copy that is sent again; none where the source deals with nacks itself.
    batch: Option<Batch>,
    /// How the source learns of the outcome.
    ack: Ack,
    attempts: u32,
}

/// Answers for one group that was handed out.
struct GroupAck {
    pending: Arc<Pending>,
    handed_out: Timer,
    size: u32,
    open: AtomicU32,
    /// By position in the group; empty where there is nothing to keep.
    held: Mutex<Vec<Option<Held>>>,
    metrics: Handle<InputMetrics>,
}

/// Further attempts than this many come after a pause.
const IMMEDIATE_ATTEMPTS: u32 = 2;

// === impl Pending ===

impl Pending {
    /// Counts a fresh group as handed out and gives its transactions acks of our own. With `replay`, what is
    /// nacked comes back through [`Self::replays`]; without, the nack goes to the source.
    pub fn hand_out(self: &Arc<Self>, group: &mut Group, replay: bool, metrics: &Handle<InputMetrics>) {
        self.open.fetch_add(group.len(), Ordering::Relaxed);
        let keep = replay || group.iter().any(|t| !t.ack.is_none());
        let held = |t: &mut Transaction| Held {
            batch: replay.then(|| t.batch.clone()),
            ack: std::mem::replace(&mut t.ack, Ack::none()),
            attempts: 0,
        };
        let held = if keep { group.iter_mut().map(|t| Some(held(t))).collect() } else { Vec::new() };
        self.attach(group, held, metrics);
    }

    /// The nacked transactions that are due, ready to be handed out again.
    pub fn replays(self: &Arc<Self>, metrics: &Handle<InputMetrics>) -> Group {
        let due = self.take_due(Instant::now());
        if due.is_empty() {
            return Group::new();
        }
        let again = |held: &Held| Transaction::new(held.batch.clone().unwrap_or_default(), Ack::none());
        let mut group: Group = due.iter().map(again).collect();
        self.attach(&mut group, due.into_iter().map(Some).collect(), metrics);
        group
    }

    /// Whether nothing is open any more.
    pub fn is_settled(&self) -> bool {
        self.open.load(Ordering::Acquire) == 0
    }

    /// Waits until nothing is open any more.
    pub async fn settled(&self) {
        loop {
            let changed = self.changed.notified();
            if self.is_settled() {
                return;
            }
            changed.await;
        }
    }

    /// Waits until a replay is due.
    pub async fn replay_due(&self) {
        loop {
            let changed = self.changed.notified();
            let due = self.lock().iter().map(|r| r.due).min();
            match due {
                Some(due) if due <= Instant::now() => return,
                Some(due) => tokio::select! {
                    () = tokio::time::sleep_until(due) => {}
                    () = changed => {}
                },
                None => changed.await,
            }
        }
    }

    fn take_due(&self, now: Instant) -> Vec<Held> {
        let mut replays = self.lock();
        if replays.is_empty() {
            return Vec::new();
        }
        let (due, later) = std::mem::take(&mut *replays).into_iter().partition(|r| r.due <= now);
        *replays = later;
        drop(replays);
        let due: VecDeque<Replay> = due;
        due.into_iter().map(|r| r.held).collect()
    }

    fn attach(self: &Arc<Self>, group: &mut Group, held: Vec<Option<Held>>, metrics: &Handle<InputMetrics>) {
        let sink = Arc::new(GroupAck {
            pending: self.clone(),
            handed_out: Timer::start(),
            size: group.len() as u32,
            open: AtomicU32::new(group.len() as u32),
            held: Mutex::new(held),
            metrics: metrics.clone(),
        });
        for (i, transaction) in group.iter_mut().enumerate() {
            transaction.ack = Ack::new(sink.clone(), i as u32);
        }
    }

    fn replay(&self, mut held: Held) {
        held.attempts += 1;
        let due = Instant::now() + pause(held.attempts);
        self.lock().push_back(Replay { held, due });
        self.changed.notify_waiters();
    }

    fn finish_one(&self) {
        if self.open.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.changed.notify_waiters();
        }
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Replay>> {
        self.replays.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// At first none, then 1 ms, growing by a tenth up to a second.
fn pause(attempts: u32) -> Duration {
    match attempts.checked_sub(IMMEDIATE_ATTEMPTS) {
        None | Some(0) => Duration::ZERO,
        Some(n) => Duration::from_secs_f64((0.001 * 1.1_f64.powi(n.min(100) as i32)).min(1.0)),
    }
}

// === impl GroupAck ===

impl GroupAck {
    fn held(&self, index: u32) -> Option<Held> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.get_mut(index as usize)?.take()
    }

    fn settle(&self, index: u32, outcome: Outcome) {
        let held = self.held(index);
        match (outcome, held) {
            (Err(nack), Some(mut held)) if held.batch.is_some() => {
                if let Some(batch) = &mut held.batch {
                    batch.retain(|message| nack.failed(message.source()));
                    number(batch);
                    batch.iter_mut().for_each(Message::mark_replayed);
                }
                self.pending.replay(held);
                return;
            }
            (outcome, Some(held)) => held.ack.resolve(outcome),
            (_, None) => {}
        }
        self.pending.finish_one();
    }
}

impl AckSink for GroupAck {
    fn resolve(&self, index: u32, outcome: Outcome) {
        self.settle(index, outcome);
        if self.open.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.metrics.latency.record(self.handed_out.elapsed(), u64::from(self.size));
        }
    }
}
