//! The contract of outputs, in two depths: a [`Sink`] knows how to write to one place; an [`Output`] takes over
//! transactions, with reconnects, batching, processors and limits of concurrency around it.

use async_trait::async_trait;

use super::ConnectError;
use crate::message::{Batch, Group, Nack, Partial, Transaction};
use crate::value::Str;

/// Writes batches to one place. The engine wraps it into an [`Output`].
#[async_trait]
pub trait Sink: Send + Sync {
    /// Opens the connection. Called until it succeeds, and again after [`WriteError::NotConnected`].
    async fn connect(&self) -> Result<(), ConnectError>;

    /// Writes one batch; when this returns `Ok` the batch is safe.
    async fn write(&self, batch: &Batch) -> Result<(), WriteError>;

    /// Writes transactions in order and adds one result for each. Worth writing for a sink that can put many
    /// batches into one call.
    async fn write_group(&self, group: &[Transaction], results: &mut Vec<Result<(), WriteError>>) {
        for transaction in group {
            results.push(self.write(&transaction.batch).await);
        }
    }

    /// Releases what the sink holds; called once, when no write is under way.
    async fn close(&self) {}

    /// Whether strict error handling keeps its hands off: for sinks that take failed messages on purpose.
    fn takes_failed(&self) -> bool {
        false
    }
}

/// A running output.
#[async_trait]
pub trait Output: Send + Sync {
    /// Takes over transactions in order; returns when the output can take more. Their acks are answered by the
    /// output whenever their writes end.
    async fn send(&self, group: Group);

    /// Why nothing can be written any more, if that is so; it ends the streams that write here through a resource.
    fn broken(&self) -> Option<&str> {
        None
    }

    /// Writes now what is held back to complete a batch; returns once it is on its way.
    async fn flush(&self) {}

    /// Flushes, waits for all writes under way, and lets go of the connection.
    async fn close(&self);
}

/// Why a batch was not written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WriteError {
    /// The connection is gone: connect again, then write the same batch again.
    NotConnected,
    Failed(Str),
    /// Nothing can be written there any more, for a reason that no other attempt changes: ends the stream.
    Broken(Str),
    /// Only some messages failed: their positions in the batch and why.
    Partial(Vec<(usize, Str)>),
}

// === impl WriteError ===

impl WriteError {
    pub fn failed(reason: impl ToString) -> Self {
        Self::Failed(reason.to_string().into())
    }

    /// The nack that this failure of `batch` means.
    pub fn into_nack(self, batch: &Batch) -> Nack {
        let failures = match self {
            WriteError::NotConnected => return Nack::whole("the output is not connected"),
            WriteError::Failed(reason) | WriteError::Broken(reason) => return Nack::whole(reason),
            WriteError::Partial(failures) => failures,
        };
        let reason = failures.first().map(|(_, reason)| reason.clone()).unwrap_or_default();
        let mut partial = Partial::default();
        for (i, message) in batch.iter().enumerate() {
            match failures.iter().find(|(f, _)| *f == i) {
                Some((_, reason)) => partial.failed.push((message.source(), reason.clone())),
                None => partial.delivered.push(message.source()),
            }
        }
        partial.delivered.retain(|s| !partial.failed.iter().any(|(f, _)| f == s));
        Nack { reason, partial: Some(Box::new(partial)) }
    }
}

impl std::fmt::Display for WriteError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            WriteError::NotConnected => f.write_str("not connected to target source or sink"),
            WriteError::Failed(reason) | WriteError::Broken(reason) => f.write_str(reason),
            WriteError::Partial(failures) => {
                let first = failures.first().map_or("", |(_, reason)| reason.as_str());
                write!(f, "{} messages of a batch failed, the first with: {first}", failures.len())
            }
        }
    }
}
