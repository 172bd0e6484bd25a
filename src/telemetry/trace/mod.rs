//! Traces: spans are begun and ended while messages flow, and wait in a bounded queue for their export.

mod otlp;
mod protobuf;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use tokio::sync::Notify;

pub use otlp::{Endpoint, Otlp, Transport};

use crate::value::Str;

/// How many ended spans wait for their export at most; later ones are dropped.
const QUEUE: usize = 2048;

/// So many are worth an export before its time.
const WORTH_IT: usize = 512;

/// How traces leave the process.
#[derive(Clone, Debug)]
pub enum Exporter {
    None,
    Otlp(Otlp),
}

/// Begins spans. Clones share the queue of ended ones; the default begins none.
#[derive(Clone, Default)]
pub struct Tracer {
    core: Option<Arc<Core>>,
}

struct Core {
    /// The share of traces that are kept, from 0 to 1.
    ratio: f64,
    ended: Mutex<Ended>,
    many: Notify,
}

#[derive(Default)]
struct Ended {
    spans: Vec<Record>,
    dropped: u64,
}

/// What tells one span from all others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SpanContext {
    pub trace: u128,
    pub span: u64,
    /// Whether the trace is kept.
    pub sampled: bool,
}

/// A span under way; it ends when it is dropped.
pub struct Span {
    core: Arc<Core>,
    record: Record,
}

/// A span and what happened in it.
#[derive(Clone, Debug)]
pub struct Record {
    pub context: SpanContext,
    /// The span that this one is part of; 0 for none.
    pub parent: u64,
    pub name: Str,
    pub began: SystemTime,
    pub ended: SystemTime,
    /// What else is known of it, in the words of OpenTelemetry; each key once.
    pub attributes: Vec<(&'static str, Attribute)>,
    /// Why what it stands for failed, if it did.
    pub error: Option<Str>,
    /// How a call to another system ended; none for what is no call.
    pub status: Option<Result<(), Str>>,
}

/// The value of an attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Attribute {
    Text(Str),
    Integer(u64),
}

// === impl Tracer ===

impl Tracer {
    /// A tracer that keeps `ratio` of all traces.
    pub fn new(ratio: f64) -> Self {
        Self { core: Some(Arc::new(Core { ratio, ended: Mutex::default(), many: Notify::new() })) }
    }

    /// Whether spans are begun at all.
    pub fn is_active(&self) -> bool {
        self.core.is_some()
    }

    /// Begins a span, as a part of `parent` if there is one; none where nothing is traced.
    pub fn start(&self, name: &str, parent: Option<SpanContext>) -> Option<Span> {
        let core = self.core.clone()?;
        let trace = parent.map_or_else(|| rand::random::<u128>().max(1), |parent| parent.trace);
        // The halves of an id are equally random; the share is taken of the lower one, as others take it.
        let sampled = parent.map_or_else(
            || ((trace as u64) >> 1) as f64 <= core.ratio * (1_u64 << 63) as f64,
            |parent| parent.sampled,
        );
        let now = SystemTime::now();
        let record = Record {
            context: SpanContext { trace, span: rand::random::<u64>().max(1), sampled },
            parent: parent.map_or(0, |parent| parent.span),
            name: name.into(),
            began: now,
            ended: now,
            attributes: Vec::new(),
            error: None,
            status: None,
        };
        Some(Span { core, record })
    }

    /// Waits until many spans have ended; for ever where nothing is traced.
    pub async fn many(&self) {
        match &self.core {
            Some(core) => core.many.notified().await,
            None => std::future::pending().await,
        }
    }

    /// The spans that have ended since the last call, and how many were dropped.
    pub fn take(&self) -> (Vec<Record>, u64) {
        let Some(core) = &self.core else { return (Vec::new(), 0) };
        let ended = std::mem::take(&mut *core.ended());
        (ended.spans, ended.dropped)
    }
}

// === impl Core ===

impl Core {
    fn ended(&self) -> MutexGuard<'_, Ended> {
        // A panic elsewhere leaves a list that is still a list.
        self.ended.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

// === impl Span ===

impl Span {
    pub fn context(&self) -> SpanContext {
        self.record.context
    }

    /// Notes something about the span, instead of what was noted by this key before.
    pub fn set(&mut self, key: &'static str, value: Attribute) {
        let attributes = &mut self.record.attributes;
        match attributes.iter_mut().find(|(known, _)| *known == key) {
            Some((_, old)) => *old = value,
            None => attributes.push((key, value)),
        }
    }

    /// Notes how the call that the span stands for has ended.
    pub fn end_call(&mut self, result: Result<(), Str>) {
        self.record.status = Some(result);
    }

    /// Notes that what the span stands for has failed.
    pub fn fail(&mut self, error: impl Into<Str>) {
        self.record.error = Some(error.into());
    }
}

impl Drop for Span {
    fn drop(&mut self) {
        if !self.record.context.sampled {
            return;
        }
        self.record.ended = SystemTime::now();
        let mut ended = self.core.ended();
        if ended.spans.len() >= QUEUE {
            ended.dropped += 1;
            return;
        }
        ended.spans.push(self.record.clone());
        if ended.spans.len() == WORTH_IT {
            self.core.many.notify_one();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_belong_to_their_parents() {
        let tracer = Tracer::new(1.0);
        let parent = tracer.start("a", None).expect("a span");
        let mut child = tracer.start("b", Some(parent.context())).expect("a span");
        child.fail("why");
        let (a, b) = (parent.context(), child.context());
        drop(child);
        drop(parent);
        let (spans, dropped) = tracer.take();
        assert_eq!((spans.len(), dropped), (2, 0));
        assert_eq!((spans[0].context, spans[0].parent, spans[0].error.as_deref()), (b, a.span, Some("why")));
        assert_eq!((spans[1].context.trace, spans[1].parent), (b.trace, 0));
        assert!(Tracer::default().start("a", None).is_none());
    }

    #[test]
    fn what_is_not_kept_is_not_queued() {
        let tracer = Tracer::new(0.0);
        let parent = tracer.start("a", None).expect("a span");
        assert!(!parent.context().sampled);
        drop(tracer.start("b", Some(parent.context())));
        drop(parent);
        assert_eq!(tracer.take().0.len(), 0);
        let tracer = Tracer::new(1.0);
        (0..QUEUE + 5).for_each(|_| drop(tracer.start("a", None)));
        let (spans, dropped) = tracer.take();
        assert_eq!((spans.len(), dropped), (QUEUE, 5));
    }
}
