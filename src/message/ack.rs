//! Acks: every transaction is answered exactly once.
//!
//! An [`Ack`] is a handle into an [`AckSink`], whoever is owed the answer, and an index that says for what.
//! Dropping an ack unanswered is a nack, so a lost task or a panic never looks like a success.

use std::sync::{Arc, Mutex, PoisonError};

use super::{Batches, Transaction};
use crate::value::Str;

/// How a transaction ended.
pub type Outcome = Result<(), Nack>;

/// Receives answers. `index` is the one that the ack was made with; each index is answered once.
pub trait AckSink: Send + Sync {
    fn resolve(&self, index: u32, outcome: Outcome);
}

/// The answer owed for one transaction.
#[must_use = "dropping an ack is a nack"]
pub struct Ack {
    sink: Option<Arc<dyn AckSink>>,
    index: u32,
}

/// A transaction was not delivered, or not whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nack {
    pub reason: Str,
    /// Which messages failed, where that is known; none: all of them.
    pub partial: Option<Box<Partial>>,
}

/// The messages of a nacked transaction by their [`source`](super::Message::source); what is in neither list
/// counts as failed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Partial {
    pub failed: Vec<(u32, Str)>,
    pub delivered: Vec<u32>,
}

/// Joins the answers of several batches that one transaction was turned into.
pub struct Join {
    state: Mutex<JoinState>,
}

struct JoinState {
    parent: Option<Ack>,
    open: usize,
    /// The sources in each child batch, by index.
    sources: Vec<Vec<u32>>,
    nacked: bool,
    reason: Str,
    partial: Partial,
}

// === impl Ack ===

impl Ack {
    pub fn new(sink: Arc<dyn AckSink>, index: u32) -> Self {
        Self { sink: Some(sink), index }
    }

    /// An ack that nobody waits for.
    pub fn none() -> Self {
        Self { sink: None, index: 0 }
    }

    /// Whether nobody waits for this ack.
    pub fn is_none(&self) -> bool {
        self.sink.is_none()
    }

    pub fn ok(self) {
        self.resolve(Ok(()));
    }

    pub fn fail(self, reason: impl Into<Str>) {
        self.resolve(Err(Nack::whole(reason)));
    }

    pub fn resolve(mut self, outcome: Outcome) {
        if let Some(sink) = self.sink.take() {
            sink.resolve(self.index, outcome);
        }
    }
}

impl Drop for Ack {
    fn drop(&mut self) {
        if let Some(sink) = self.sink.take() {
            sink.resolve(self.index, Err(Nack::whole("the message was dropped before it was delivered")));
        }
    }
}

impl std::fmt::Debug for Ack {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Ack({})", self.index)
    }
}

// === impl Nack ===

impl Nack {
    pub fn whole(reason: impl Into<Str>) -> Self {
        Self { reason: reason.into(), partial: None }
    }

    /// Whether the message with this source has to be sent again.
    pub fn failed(&self, source: u32) -> bool {
        match &self.partial {
            None => true,
            Some(partial) => !partial.delivered.contains(&source),
        }
    }

    /// Both refusals of one transaction as one: delivered is only what neither refused.
    pub fn and(mut self, other: Nack) -> Self {
        self.partial = match (self.partial, other.partial) {
            (Some(mut ours), Some(theirs)) => {
                ours.delivered.retain(|source| theirs.delivered.contains(source));
                ours.failed.extend(theirs.failed);
                Some(ours)
            }
            _ => None,
        };
        self
    }

    /// Why the message with this source failed.
    pub fn reason_of(&self, source: u32) -> &Str {
        let known = self.partial.as_ref().and_then(|p| p.failed.iter().find(|(s, _)| *s == source));
        known.map_or(&self.reason, |(_, reason)| reason)
    }
}

// === impl Join ===

impl Join {
    /// One transaction for each batch; `ack` is answered when all of them are. No batches: acked at once.
    pub fn split(batches: Batches, ack: Ack) -> impl Iterator<Item = Transaction> {
        let mut direct = None;
        let mut joined = None;
        match batches.len() {
            0 => ack.ok(),
            1 => direct = Some(ack),
            n => {
                let sources = batches.iter().map(|b| b.iter().map(|m| m.source()).collect()).collect();
                let state = JoinState {
                    parent: Some(ack),
                    open: n,
                    sources,
                    nacked: false,
                    reason: Str::new(),
                    partial: Partial::default(),
                };
                joined = Some(Arc::new(Join { state: Mutex::new(state) }));
            }
        }
        batches.into_iter().enumerate().map(move |(i, batch)| {
            let ack = match (&joined, direct.take()) {
                (Some(join), _) => Ack::new(join.clone(), i as u32),
                (None, Some(ack)) => ack,
                (None, None) => Ack::none(),
            };
            Transaction { batch, ack }
        })
    }
}

impl AckSink for Join {
    fn resolve(&self, index: u32, outcome: Outcome) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.record(index, outcome);
        if state.open > 0 {
            return;
        }
        let outcome = state.outcome();
        let parent = state.parent.take();
        drop(state);
        if let Some(parent) = parent {
            parent.resolve(outcome);
        }
    }
}

impl JoinState {
    fn record(&mut self, index: u32, outcome: Outcome) {
        self.open -= 1;
        let sources = std::mem::take(&mut self.sources[index as usize]);
        let Err(nack) = outcome else {
            self.partial.delivered.extend(sources);
            return;
        };
        if !self.nacked {
            self.nacked = true;
            self.reason = nack.reason.clone();
        }
        for source in sources {
            if nack.failed(source) {
                self.partial.failed.push((source, nack.reason_of(source).clone()));
            } else {
                self.partial.delivered.push(source);
            }
        }
    }

    /// A source counts as delivered when none of its messages failed.
    fn outcome(&mut self) -> Outcome {
        if !self.nacked {
            return Ok(());
        }
        let mut partial = std::mem::take(&mut self.partial);
        partial.delivered.retain(|s| !partial.failed.iter().any(|(f, _)| f == s));
        partial.delivered.sort_unstable();
        partial.delivered.dedup();
        Err(Nack { reason: std::mem::take(&mut self.reason), partial: Some(Box::new(partial)) })
    }
}

/// An [`AckSink`] out of a closure, for a single transaction.
pub fn sink(resolve: impl FnOnce(Outcome) + Send + 'static) -> Ack {
    struct Once<F>(Mutex<Option<F>>);
    impl<F: FnOnce(Outcome) + Send> AckSink for Once<F> {
        fn resolve(&self, _: u32, outcome: Outcome) {
            let resolve = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
            if let Some(resolve) = resolve {
                resolve(outcome);
            }
        }
    }
    Ack::new(Arc::new(Once(Mutex::new(Some(resolve)))), 0)
}
