//! Makes an [`Output`] of a [`Sink`]: connects with back-off, limits concurrent writes, and answers acks.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use async_trait::async_trait;
use futures_util::future::BoxFuture;
use tokio::sync::{Mutex, Semaphore};
use tokio_util::sync::CancellationToken;

use super::backoff::Backoff;
use super::context::Context;
use super::poll::poll_once;
use super::spans::Spans;
use super::status::Connection;
use super::{ConnectError, Output, Sink, WriteError};
use crate::message::{Batch, Group, Join, Transaction};
use crate::telemetry::metrics::{Handle, Output as OutputMetrics, Timer};

/// Wraps one sink. Cheap to clone.
#[derive(Clone)]
pub struct Writer {
    shared: Arc<Shared>,
}

struct Shared {
    sink: Arc<dyn Sink>,
    cx: Context,
    metrics: Handle<OutputMetrics>,
    connection: Arc<Connection>,
    /// Held while connecting; counts the connections made, so that of many writers that lost one only the
    /// first connects again.
    connecting: Mutex<()>,
    generation: AtomicU64,
    max_in_flight: u32,
    /// One permit for each write that may be under way.
    permits: Arc<Semaphore>,
    /// Why nothing can be written any more.
    broken: OnceLock<String>,
    /// Cancelled when nothing will be written any more: ends an attempt to connect that nobody needs.
    closed: CancellationToken,
}

// === impl Writer ===

impl Writer {
    /// Begins to connect at once. `max_in_flight`: how many writes may be under way; with 1 the order is kept.
    pub fn start(sink: Arc<dyn Sink>, max_in_flight: usize, cx: Context) -> Self {
        let max_in_flight = u32::try_from(max_in_flight.max(1)).unwrap_or(u32::MAX).min(1 << 20);
        let shared = Arc::new(Shared {
            sink,
            metrics: cx.metrics(),
            connection: cx.connection(),
            connecting: Mutex::new(()),
            generation: AtomicU64::new(0),
            max_in_flight,
            permits: Arc::new(Semaphore::new(max_in_flight as usize)),
            broken: OnceLock::new(),
            closed: CancellationToken::new(),
            cx,
        });
        let connecting = shared.clone();
        let connect: BoxFuture<'static, ()> = Box::pin(async move {
            tokio::select! {
                () = connecting.closed.cancelled() => {}
                () = connecting.reconnect(0) => {}
            }
        });
        shared.cx.run(connect);
        Self { shared }
    }
}

#[async_trait]
impl Output for Writer {
    async fn send(&self, group: Group) {
        let shared = &self.shared;
        if shared.max_in_flight == 1 {
            let Ok(_permit) = shared.permits.acquire().await else { return };
            shared.write_group(group).await;
            return;
        }
        for transaction in group {
            let Ok(permit) = shared.permits.clone().acquire_owned().await else { return };
            let shared = shared.clone();
            let mut write: BoxFuture<'static, ()> = Box::pin(async move {
                shared.write_one(transaction).await;
                drop(permit);
            });
            if poll_once(&mut write).await.is_pending() {
                self.shared.cx.run(write);
            }
        }
    }

    fn broken(&self) -> Option<&str> {
        self.shared.broken.get().map(String::as_str)
    }

    async fn close(&self) {
        let shared = &self.shared;
        let all = shared.permits.acquire_many(shared.max_in_flight).await;
        shared.closed.cancel();
        shared.connection.closed();
        shared.sink.close().await;
        drop(all);
    }
}

// === impl Shared ===

impl Shared {
    /// Connects unless somebody did since `seen`; returns when the connection is there.
    async fn reconnect(&self, seen: u64) {
        let _only_one = self.connecting.lock().await;
        if self.generation.load(Ordering::Acquire) != seen {
            return;
        }
        let mut backoff = Backoff::new(Duration::from_millis(500), Duration::from_secs(1));
        loop {
            match self.sink.connect().await {
                Ok(()) => break,
                Err(error) => {
                    let (reason, retry_in) = match error {
                        ConnectError::Failed { reason, retry_in } => (reason, retry_in),
                        ConnectError::End => ("the output is closed".to_owned(), None),
                    };
                    self.metrics.connection_failed.add(1);
                    self.connection.failed(&reason);
                    let name = self.cx.type_name();
                    self.cx.log().error(format_args!("Failed to connect to {name}: {reason}"));
                    let pause = retry_in.or_else(|| backoff.pause()).unwrap_or(Duration::from_secs(1));
                    tokio::time::sleep(pause).await;
                }
            }
        }
        self.metrics.connection_up.add(1);
        self.connection.up();
        self.generation.fetch_add(1, Ordering::Release);
        self.cx.log().info(format_args!("Output type {} is now active", self.cx.type_name()));
    }

    /// The number of the present connection, waiting for the first one.
    async fn connected(&self) -> u64 {
        loop {
            match self.generation.load(Ordering::Acquire) {
                0 => self.reconnect(0).await,
                generation => return generation,
            }
        }
    }

    async fn lost(&self, generation: u64) {
        self.metrics.connection_lost.add(1);
        self.connection.failed("the connection was lost");
        self.reconnect(generation).await;
    }

    async fn write_one(&self, transaction: Transaction) {
        let Some(transaction) = self.reject_failed(transaction) else { return };
        let result = loop {
            let generation = self.connected().await;
            let began = Timer::start();
            let _spans = self.spans(&transaction.batch);
            match self.sink.write(&transaction.batch).await {
                Err(WriteError::NotConnected) => self.lost(generation).await,
                result => {
                    self.metrics.latency.record(began.elapsed(), 1);
                    break result;
                }
            }
        };
        self.answer(transaction, result);
    }

    /// Writes a group in order; what hits a lost connection is written again.
    async fn write_group(&self, group: Group) {
        let mut left: Group = match self.strict() {
            true => group.into_iter().filter_map(|t| self.reject_failed(t)).collect(),
            false => group,
        };
        let mut results = Vec::with_capacity(left.len());
        while !left.is_empty() {
            let generation = self.connected().await;
            let began = Timer::start();
            let spans: Vec<_> = left.iter().filter_map(|t| self.spans(&t.batch)).collect();
            self.sink.write_group(&left, &mut results).await;
            drop(spans);
            self.metrics.latency.record(began.elapsed(), left.len() as u64);
            let mut again = Group::new();
            for (transaction, result) in std::mem::take(&mut left).into_iter().zip(results.drain(..)) {
                match result {
                    Err(WriteError::NotConnected) => again.push(transaction),
                    result => self.answer(transaction, result),
                }
            }
            left = again;
            if !left.is_empty() {
                self.lost(generation).await;
            }
        }
    }

    fn answer(&self, transaction: Transaction, result: Result<(), WriteError>) {
        let Transaction { batch, ack } = transaction;
        match result {
            Ok(()) => {
                self.metrics.sent.add(batch.iter().map(|m| u64::from(m.originals())).sum());
                self.metrics.batch_sent.add(1);
                ack.ok();
            }
            Err(error) => {
                self.metrics.error.add(1);
                let name = self.cx.type_name();
                let tasks = &self.cx.environment().tasks;
                // Told once: all that comes after it fails for the same reason.
                if !tasks.is_killed() {
                    self.cx.log().error(format_args!("Failed to send message to {name}: {error}"));
                }
                if let WriteError::Broken(reason) = &error {
                    let reason = self.broken.get_or_init(|| format!("{name}: {reason}"));
                    tasks.broke(reason.clone());
                }
                ack.resolve(Err(error.into_nack(&batch)));
            }
        }
    }

    /// Spans around the writing of a batch, where traces are wanted.
    fn spans(&self, batch: &Batch) -> Option<Spans> {
        let tracer = self.cx.tracer()?;
        Some(Spans::begin(tracer, &format!("output_{}", self.cx.type_name()), batch))
    }

    fn strict(&self) -> bool {
        self.cx.strict() && !self.sink.takes_failed()
    }

    /// Under strict error handling failed messages are nacked instead of written; what is left goes on.
    fn reject_failed(&self, transaction: Transaction) -> Option<Transaction> {
        if !self.strict() || !transaction.batch.iter().any(|m| m.is_failed()) {
            return Some(transaction);
        }
        let Transaction { batch, ack } = transaction;
        let failure = batch.iter().find_map(|m| m.failure()).map(|f| f.text.clone()).unwrap_or_default();
        let reason = format!("rejected due to failed processing: {failure}");
        self.cx.log().warn(format_args!("{reason}"));
        self.metrics.rejected.add(batch.iter().filter(|m| m.is_failed()).count() as u64);
        let (failed, healthy): (Batch, Batch) = batch.into_iter().partition(|m| m.is_failed());
        let parts = if healthy.is_empty() { vec![failed] } else { vec![failed, healthy] };
        let mut parts = Join::split(parts.into(), ack);
        if let Some(failed) = parts.next() {
            failed.ack.fail(reason);
        }
        parts.next()
    }
}
