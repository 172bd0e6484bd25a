//! The contract of inputs, in two depths: a [`Source`] knows how to read from one place; an [`Input`] is a
//! running source of transactions, with reconnects, replays and processors around it.

use std::time::Duration;

use async_trait::async_trait;

use crate::message::{Ack, Batch, Group, Transaction};

/// Reads batches from one place. The engine wraps it into an [`Input`] that reconnects and replays.
#[async_trait]
pub trait Source: Send {
    /// Opens the connection. Called until it succeeds, and again after [`ReadError::NotConnected`].
    async fn connect(&mut self) -> Result<(), ConnectError>;

    /// Adds at least one batch to `out`, as many as are there without waiting for more, within the limits of
    /// a [`Reads`]. Cancel safe: the future may be dropped at any await and `read` be called again.
    async fn read(&mut self, out: &mut Reads) -> Result<(), ReadError>;

    /// Releases what the source holds; called once, when no ack is open any more or the stream was killed.
    async fn close(&mut self) {}
}

/// A running source of transactions.
#[async_trait]
pub trait Input: Send {
    /// The next transactions. Not cancel safe: a `pull` that was begun must be finished.
    async fn pull(&mut self) -> Pull;

    /// Releases what the input holds, after [`Pull::End`] or when it is not wanted any more.
    async fn close(&mut self);
}

/// What a pull brings.
#[derive(Debug)]
pub enum Pull {
    Group(Group),
    /// There is no more fresh data, but acks are open: downstream must let go of what it holds back for a
    /// batch; nacks may still bring messages again.
    Exhausted,
    /// All was read and acked.
    End,
}

/// What one `read` collects.
#[derive(Debug, Default)]
pub struct Reads {
    transactions: Group,
    bytes: usize,
}

/// Why a connection could not be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConnectError {
    /// Try again after the usual back-off, or after `retry_in`.
    Failed { reason: String, retry_in: Option<Duration> },
    /// There will never be anything to read or nowhere to write: ends the component.
    End,
}

/// Why nothing was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReadError {
    /// The connection is gone: connect again.
    NotConnected,
    /// All was read.
    EndOfInput,
    /// Nothing came in time: read again at once.
    Timeout,
    /// Logged, then read again after a back-off.
    Failed(String),
}

// === impl ConnectError ===

impl ConnectError {
    pub fn failed(reason: impl ToString) -> Self {
        Self::Failed { reason: reason.to_string(), retry_in: None }
    }
}

// === impl Reads ===

impl Reads {
    /// Adds a batch and how its source learns of the outcome.
    pub fn push(&mut self, batch: Batch, ack: Ack) {
        self.bytes += batch.iter().map(|m| m.size()).sum::<usize>();
        self.transactions.push(Transaction::new(batch, ack));
    }

    /// Whether the limits of a group are reached.
    pub fn is_full(&self) -> bool {
        self.transactions.len() >= crate::message::GROUP_TRANSACTIONS
            || self.bytes >= crate::message::GROUP_BYTES
    }

    pub fn is_empty(&self) -> bool {
        self.transactions.is_empty()
    }

    pub fn len(&self) -> usize {
        self.transactions.len()
    }

    /// Takes what was collected.
    pub fn take(&mut self) -> Group {
        self.bytes = 0;
        std::mem::take(&mut self.transactions)
    }
}
