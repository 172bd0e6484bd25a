//! Where requests wait: for the stream to take their messages, then for its answer.

use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, Sleep, sleep_until};

use crate::message::{Ack, AckSink, Batch, GROUP_TRANSACTIONS, Group, Outcome, Transaction, number};
use crate::telemetry::metrics::{Handle, Input as InputMetrics};
use crate::value::Str;

/// The requests of one input that are not answered yet.
pub struct Queue {
    waiting: Mutex<Waiting>,
    arrived: Notify,
    /// Requests whose messages are under way.
    open: AtomicUsize,
    settled: Notify,
    metrics: Handle<InputMetrics>,
}

/// Each is bound to a connection, of which there is a limited number.
#[derive(Default)]
struct Waiting {
    exchanges: Vec<Arc<Exchange>>,
    closed: bool,
}

/// The messages of one request, and what becomes of them.
struct Exchange {
    queue: Arc<Queue>,
    began: Instant,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Until the stream takes it, or the client does not wait any more.
    batch: Option<Batch>,
    taken: Option<Instant>,
    end: Option<End>,
    waker: Option<Waker>,
}

/// What became of the messages of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    Delivered,
    /// Why not.
    Failed(Str),
    /// The input stopped before it took them.
    Closed,
}

/// A request that waits. Dropping it takes its messages back, unless the stream has them already.
pub struct Pending(Arc<Exchange>);

/// How long a client is made to wait. It is worth keeping for the next request of a connection: its alarm is set
/// anew only when it goes off, not for every request.
pub struct Patience {
    limit: Duration,
    alarm: Option<Pin<Box<Sleep>>>,
}

// === impl Queue ===

impl Queue {
    pub fn new(metrics: Handle<InputMetrics>) -> Arc<Self> {
        Arc::new(Self {
            waiting: Mutex::default(),
            arrived: Notify::new(),
            open: AtomicUsize::new(0),
            settled: Notify::new(),
            metrics,
        })
    }

    /// Adds the messages of a request; they end as closed where the input takes no more.
    pub fn submit(self: &Arc<Self>, mut batch: Batch) -> Pending {
        self.metrics.received.add(batch.len() as u64);
        if batch.len() > 1 {
            number(&mut batch);
        }
        let state = State { batch: Some(batch), ..State::default() };
        let exchange =
            Arc::new(Exchange { queue: self.clone(), began: Instant::now(), state: Mutex::new(state) });
        let mut waiting = lock(&self.waiting);
        if waiting.closed {
            lock(&exchange.state).end = Some(End::Closed);
            return Pending(exchange);
        }
        waiting.exchanges.push(exchange.clone());
        let first = waiting.exchanges.len() == 1;
        drop(waiting);
        if first {
            self.arrived.notify_one();
        }
        Pending(exchange)
    }

    /// Everything that waits, at most one group of it.
    pub fn take(&self) -> Group {
        let mut waiting = lock(&self.waiting);
        if waiting.exchanges.is_empty() {
            return Group::new();
        }
        let n = waiting.exchanges.len().min(GROUP_TRANSACTIONS);
        let mut group = Group::with_capacity(n);
        let now = Instant::now();
        for exchange in waiting.exchanges.drain(..n) {
            let mut state = lock(&exchange.state);
            let Some(batch) = state.batch.take() else { continue };
            state.taken = Some(now);
            drop(state);
            group.push(Transaction::new(batch, Ack::new(exchange, 0)));
        }
        self.open.fetch_add(group.len(), Ordering::Relaxed);
        group
    }

    /// Waits until something arrives.
    pub async fn arrived(&self) {
        self.arrived.notified().await;
    }

    /// Takes no more requests; those that wait end as closed.
    pub fn close(&self) {
        let mut waiting = lock(&self.waiting);
        waiting.closed = true;
        let exchanges = std::mem::take(&mut waiting.exchanges);
        drop(waiting);
        exchanges.iter().for_each(|exchange| exchange.end(End::Closed));
    }

    pub fn is_closed(&self) -> bool {
        lock(&self.waiting).closed
    }

    /// Whether no message is under way.
    pub fn is_settled(&self) -> bool {
        self.open.load(Ordering::Acquire) == 0
    }

    /// Waits until no message is under way.
    pub async fn settled(&self) {
        while !self.is_settled() {
            self.settled.notified().await;
        }
    }
}

// === impl Exchange ===

impl Exchange {
    fn end(&self, end: End) {
        let mut state = lock(&self.state);
        state.end = Some(end);
        let waker = state.waker.take();
        drop(state);
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl AckSink for Exchange {
    fn resolve(&self, _: u32, outcome: Outcome) {
        match outcome {
            Ok(()) => {
                let nanoseconds = u64::try_from(self.began.elapsed().as_nanos()).unwrap_or(u64::MAX);
                self.queue.metrics.latency.record(nanoseconds, 1);
                self.end(End::Delivered);
            }
            Err(nack) => self.end(End::Failed(nack.reason)),
        }
        if self.queue.open.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.queue.settled.notify_one();
        }
    }
}

// === impl Patience ===

impl Patience {
    pub fn new(limit: Duration) -> Self {
        Self { limit, alarm: None }
    }

    /// Waits for the end, as long as the limit says for the stream to take the messages, and then again for what
    /// becomes of them; none where that takes longer.
    pub async fn wait(&mut self, mut pending: Pending) -> Option<End> {
        let limit = self.limit;
        std::future::poll_fn(move |cx| {
            if let Poll::Ready(end) = Pin::new(&mut pending).poll(cx) {
                return Poll::Ready(Some(end));
            }
            let due = |pending: &Pending| {
                let exchange = &pending.0;
                lock(&exchange.state).taken.unwrap_or(exchange.began) + limit
            };
            let alarm = self.alarm.get_or_insert_with(|| Box::pin(sleep_until(due(&pending))));
            while alarm.as_mut().poll(cx).is_ready() {
                let due = due(&pending);
                if due <= Instant::now() {
                    return Poll::Ready(None);
                }
                // It was set for an earlier request, or before the messages were taken.
                alarm.as_mut().reset(due);
            }
            Poll::Pending
        })
        .await
    }
}

// === impl Pending ===

impl Future for Pending {
    type Output = End;

    fn poll(self: Pin<&mut Self>, cx: &mut std::task::Context<'_>) -> Poll<End> {
        let mut state = lock(&self.0.state);
        match state.end.take() {
            Some(end) => Poll::Ready(end),
            None => {
                state.waker = Some(cx.waker().clone());
                Poll::Pending
            }
        }
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        let batch = lock(&self.0.state).batch.take();
        drop(batch);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
