//! The queue of the memory buffer: bounded by bytes, with what was nacked at its front.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

use super::buffer_memory::pause;
use crate::component::{Pull, Reads};
use crate::message::{Ack, AckSink, Batch, Outcome, Transaction, number};
use crate::telemetry::metrics::{Buffer as BufferMetrics, Handle, Timer};

pub struct Queue {
    /// Bytes of content.
    limit: usize,
    state: Mutex<State>,
    /// Something was stored, answered, or has ended.
    readable: Notify,
    /// Bytes have become free.
    writable: Notify,
    metrics: Handle<BufferMetrics>,
    /// Whether what is handed out leaves the buffer as it is, so that it is counted here.
    leaves: bool,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Stored>,
    /// Of everything that waits or is on its way.
    bytes: usize,
    /// How many batches are on their way.
    away: usize,
    ended: bool,
    /// Whether the reader knows that nothing is left but open acks.
    announced: bool,
    closed: bool,
}

/// A batch in the queue, or on its way.
struct Stored {
    batch: Batch,
    bytes: usize,
    attempts: u32,
    /// Not handed out before this.
    due: Option<Instant>,
}

/// Answers for a batch that is on its way.
struct Away {
    queue: Arc<Queue>,
    stored: Mutex<Option<Stored>>,
    since: Timer,
}

// === impl Queue ===

impl Queue {
    pub fn new(limit: usize, metrics: Handle<BufferMetrics>, leaves: bool) -> Arc<Self> {
        let (state, readable, writable) = (Mutex::default(), Notify::new(), Notify::new());
        Arc::new(Self { limit, state, readable, writable, metrics, leaves })
    }

    /// Stores a batch and acks it, once there is room.
    pub async fn push(&self, transaction: Transaction) {
        let Transaction { mut batch, ack } = transaction;
        let bytes = batch.iter().map(|message| message.size()).sum();
        let messages = batch.len() as u64;
        number(&mut batch);
        let stored = Stored { batch, bytes, attempts: 0, due: None };
        loop {
            let writable = self.writable.notified();
            {
                let mut state = self.lock();
                if state.closed {
                    drop(state);
                    return ack.fail("the buffer is closed");
                }
                if state.bytes == 0 || state.bytes.saturating_add(bytes) <= self.limit {
                    state.bytes += bytes;
                    state.waiting.push_back(stored);
                    break;
                }
            }
            writable.await;
        }
        self.metrics.received.add(messages);
        self.metrics.batch_received.add(1);
        self.readable.notify_one();
        ack.ok();
    }

    /// What waits, oldest first. With `idle` the reader holds nothing back, so that it may be told of the end of
    /// everything; else the end of what waits is [`Pull::Exhausted`]. Cancel safe.
    pub async fn pull(self: &Arc<Self>, idle: bool) -> Pull {
        loop {
            let readable = self.readable.notified();
            let due = {
                let mut state = self.lock();
                let mut group = self.take(&mut state);
                if !group.is_empty() {
                    return Pull::Group(group.take());
                }
                if let Some(pull) = state.end(idle) {
                    return pull;
                }
                state.waiting.front().and_then(|stored| stored.due)
            };
            match due {
                Some(due) => tokio::select! {
                    () = sleep_until(due) => {}
                    () = readable => {}
                },
                None => readable.await,
            }
        }
    }

    fn take(self: &Arc<Self>, state: &mut State) -> Reads {
        let mut group = Reads::default();
        while !group.is_full() && !state.closed {
            let Some(stored) = state.waiting.pop_front_if(|stored| stored.is_due()) else { break };
            state.away += 1;
            state.announced = false;
            if self.leaves {
                self.metrics.sent.add(stored.batch.len() as u64);
                self.metrics.batch_sent.add(1);
            }
            let batch = stored.batch.clone();
            let away = Away { queue: self.clone(), stored: Mutex::new(Some(stored)), since: Timer::start() };
            group.push(batch, Ack::new(Arc::new(away), 0));
        }
        group
    }

    pub fn end(&self) {
        self.lock().ended = true;
        self.readable.notify_one();
    }

    /// Forgets what waits.
    pub fn close(&self) {
        let mut state = self.lock();
        state.closed = true;
        state.waiting.clear();
        drop(state);
        self.readable.notify_one();
        self.writable.notify_waiters();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

// === impl State ===

impl State {
    /// What to tell a reader for whom there is nothing to read, if that is final.
    fn end(&mut self, idle: bool) -> Option<Pull> {
        let drained = self.ended && self.waiting.is_empty();
        if self.closed || drained && self.away == 0 {
            return Some(Pull::End);
        }
        let told = std::mem::replace(&mut self.announced, drained);
        (drained && (!told || !idle)).then_some(Pull::Exhausted)
    }
}

// === impl Stored ===

impl Stored {
    fn is_due(&self) -> bool {
        self.due.is_none_or(|due| due <= Instant::now())
    }
}

impl AckSink for Away {
    /// Of a batch that failed in part only that part goes back.
    fn resolve(&self, _: u32, outcome: Outcome) {
        let stored = self.stored.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(mut stored) = stored else { return };
        if self.queue.leaves {
            self.queue.metrics.latency.record(self.since.elapsed(), 1);
        }
        let mut state = self.queue.lock();
        state.away -= 1;
        state.bytes -= stored.bytes;
        if let Err(nack) = outcome
            && !state.closed
        {
            stored.batch.retain(|message| nack.failed(message.source()));
            number(&mut stored.batch);
            stored.bytes = stored.batch.iter().map(|message| message.size()).sum();
            stored.attempts += 1;
            stored.due = Some(Instant::now() + pause(stored.attempts));
            state.bytes += stored.bytes;
            state.waiting.push_front(stored);
        }
        drop(state);
        self.queue.readable.notify_one();
        self.queue.writable.notify_waiters();
    }
}
