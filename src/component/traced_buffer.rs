//! Spans of messages in buffers.

use std::sync::Arc;

use async_trait::async_trait;

use super::spans::{context, trace, trace_transaction};
use super::{Buffer, Pull};
use crate::message::{Group, Transaction};
use crate::telemetry::trace::Tracer;
use crate::value::Str;

/// A buffer with a span around the stay of each message in it and what comes after, until it is delivered. The part of
/// the trace before the buffer ends with the storing.
pub struct TracedBuffer {
    inner: Arc<dyn Buffer>,
    tracer: Tracer,
    /// What its spans are called.
    name: Str,
}

// === impl TracedBuffer ===

impl TracedBuffer {
    pub fn new(inner: Arc<dyn Buffer>, tracer: Tracer, name: Str) -> Self {
        Self { inner, tracer, name }
    }

    /// Begins spans that live as long as the messages: in memory until they are delivered, else until they are stored.
    fn enter(&self, transaction: &mut Transaction) {
        for message in &mut transaction.batch {
            let Some(span) = self.tracer.start(&self.name, message.trace().map(context)) else { continue };
            message.set_trace(Some(trace(span.context())));
            message.hold(Arc::new(span));
        }
    }

    /// Begins a new trace for what comes out of a file, which does not keep the old one.
    fn resume(&self, transaction: &mut Transaction) {
        if transaction.batch.iter().any(|message| message.trace().is_none()) {
            trace_transaction(&self.tracer, &self.name, None, transaction);
        }
    }
}

#[async_trait]
impl Buffer for TracedBuffer {
    async fn write(&self, mut group: Group) {
        group.iter_mut().for_each(|transaction| self.enter(transaction));
        self.inner.write(group).await;
    }

    async fn read(&self) -> Pull {
        let mut pull = self.inner.read().await;
        if let Pull::Group(group) = &mut pull {
            group.iter_mut().for_each(|transaction| self.resume(transaction));
        }
        pull
    }

    fn end_of_input(&self) {
        self.inner.end_of_input();
    }

    async fn close(&self) {
        self.inner.close().await;
    }
}
