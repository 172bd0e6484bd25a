//! A batch as queries see it.

use std::cell::OnceCell;

use bytes::Bytes;

use crate::bloblang::{Failure, Scope};
use crate::message::{Batch, Message, NotStructured};
use crate::value::json::Wanted;
use crate::value::{Object, Str, Value};

/// The messages of a batch.
pub struct BatchScope<'a>(pub &'a Batch);

impl Scope for BatchScope<'_> {
    fn batch_size(&self) -> usize {
        self.0.len()
    }

    fn content(&self, index: usize) -> Option<Bytes> {
        self.0.get(index).map(|message| message.bytes().clone())
    }

    fn document(&self, index: usize) -> Result<&Value, String> {
        match self.0.get(index) {
            Some(message) => message.structured().map_err(|e| unread(message, &e)),
            None => Err("target message part does not exist".to_owned()),
        }
    }

    fn metadata(&self, index: usize) -> Option<&Object> {
        self.0.get(index).map(|message| message.meta())
    }

    fn failure(&self, index: usize) -> Option<Failure<'_>> {
        let failure = self.0.get(index)?.failure()?;
        let origin = failure.origin.as_ref().map(|o| (o.name.as_str(), o.label.as_str(), o.path.as_str()));
        Some(Failure { text: &failure.text, origin })
    }

    fn trace_id(&self, index: usize) -> Option<Str> {
        self.0.get(index)?.trace().map(|trace| trace.id_text())
    }

    fn trace_span(&self, index: usize) -> Object {
        let trace = self.0.get(index).and_then(|message| message.trace());
        trace.map(|trace| ("traceparent".into(), Value::String(trace.text()))).into_iter().collect()
    }
}

/// A batch in which only a part of the document of one message is built.
pub struct PartScope<'a> {
    batch: BatchScope<'a>,
    index: usize,
    wanted: &'a Wanted,
    /// None: there is all of it.
    part: OnceCell<Option<Result<Value, String>>>,
}

impl<'a> PartScope<'a> {
    /// `wanted`: what is ever asked of the document of message `index`.
    pub fn new(batch: &'a Batch, index: usize, wanted: &'a Wanted) -> Self {
        Self { batch: BatchScope(batch), index, wanted, part: OnceCell::new() }
    }

    fn glance(&self) -> Option<Result<Value, String>> {
        let message = self.batch.0.get(self.index)?;
        Some(message.glance(self.wanted)?.map_err(|e| unread(message, &e)))
    }
}

impl Scope for PartScope<'_> {
    fn batch_size(&self) -> usize {
        self.batch.batch_size()
    }

    fn content(&self, index: usize) -> Option<Bytes> {
        self.batch.content(index)
    }

    fn document(&self, index: usize) -> Result<&Value, String> {
        if index == self.index
            && let Some(part) = self.part.get_or_init(|| self.glance())
        {
            return part.as_ref().map_err(Clone::clone);
        }
        self.batch.document(index)
    }

    fn metadata(&self, index: usize) -> Option<&Object> {
        self.batch.metadata(index)
    }

    fn failure(&self, index: usize) -> Option<Failure<'_>> {
        self.batch.failure(index)
    }

    fn trace_id(&self, index: usize) -> Option<Str> {
        self.batch.trace_id(index)
    }

    fn trace_span(&self, index: usize) -> Object {
        self.batch.trace_span(index)
    }
}

/// Why a message has no document.
fn unread(message: &Message, error: &NotStructured) -> String {
    if message.bytes().is_empty() { "message is empty".to_owned() } else { format!("parse as json: {error}") }
}
