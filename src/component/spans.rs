//! Spans around the messages that pass a component.

use std::sync::{Arc, Mutex, PoisonError};

use super::context::Context;
use crate::message::{Ack, AckSink, Batch, Batches, Group, Outcome, Trace, Transaction};
use crate::telemetry::trace::{Span, SpanContext, Tracer};

/// The spans of the messages of a batch; they end when they are dropped.
pub struct Spans {
    spans: Vec<Span>,
    /// What the messages carried before.
    before: Vec<Option<Trace>>,
}

// === impl Context ===

impl Context {
    /// What begins spans; none where nothing is traced.
    pub fn tracer(&self) -> Option<&Tracer> {
        Some(&self.environment().tracer).filter(|tracer| tracer.is_active())
    }
}

// === impl Spans ===

impl Spans {
    /// Begins a span for every message, below the one that it carries.
    pub fn begin(tracer: &Tracer, name: &str, batch: &Batch) -> Self {
        let before: Vec<_> = batch.iter().map(|message| message.trace()).collect();
        let start = |parent: &Option<Trace>| tracer.start(name, parent.map(context));
        Self { spans: before.iter().filter_map(start).collect(), before }
    }

    /// As [`Self::begin`], and has the messages carry the new spans.
    pub fn enter(tracer: &Tracer, name: &str, batch: &mut Batch) -> Self {
        let spans = Self::begin(tracer, name, batch);
        for (message, span) in batch.iter_mut().zip(&spans.spans) {
            message.set_trace(Some(trace(span.context())));
        }
        spans
    }

    /// Begins spans for messages that just came into the process, as parts of `parent`.
    pub fn root(tracer: &Tracer, name: &str, parent: Option<Trace>, batch: &mut Batch) -> Self {
        batch.iter_mut().for_each(|message| message.set_trace(parent));
        Self::enter(tracer, name, batch)
    }

    /// Notes that message `i` has failed.
    pub fn fail(&mut self, i: usize, error: &str) {
        let last = self.spans.len().saturating_sub(1);
        if let Some(span) = self.spans.get_mut(i.min(last)) {
            span.fail(error);
        }
    }

    /// Ends the spans; what became of the messages carries what they carried before.
    pub fn leave(self, results: &mut Batches) {
        for batch in results {
            for (i, message) in batch.iter_mut().enumerate() {
                let before = self.before.get(i).or(self.before.first()).copied().flatten();
                message.set_trace(before);
            }
        }
    }
}

/// Begins a trace for every message of an input's group; it ends when its transaction is answered.
pub fn trace_group(cx: &Context, group: &mut Group) {
    let Some(tracer) = cx.tracer() else { return };
    let name = format!("input_{}", cx.type_name());
    for transaction in group {
        trace_transaction(tracer, &name, None, transaction);
    }
}

/// As [`trace_group`] for one transaction, whose trace may have been begun elsewhere.
pub fn trace_transaction(tracer: &Tracer, name: &str, parent: Option<Trace>, transaction: &mut Transaction) {
    let spans = Spans::root(tracer, name, parent, &mut transaction.batch);
    let ack = std::mem::replace(&mut transaction.ack, Ack::none());
    let sink = Ends(Mutex::new(Some((ack, spans))));
    transaction.ack = Ack::new(Arc::new(sink), 0);
}

/// Ends spans when a transaction is answered.
struct Ends(Mutex<Option<(Ack, Spans)>>);

impl AckSink for Ends {
    fn resolve(&self, _index: u32, outcome: Outcome) {
        let taken = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some((ack, _spans)) = taken {
            ack.resolve(outcome);
        }
    }
}

pub(super) fn context(trace: Trace) -> SpanContext {
    SpanContext { trace: trace.id, span: trace.span, sampled: trace.sampled }
}

pub(super) fn trace(context: SpanContext) -> Trace {
    Trace { id: context.trace, span: context.span, sampled: context.sampled }
}
