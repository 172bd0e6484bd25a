//! A batch as queries see it.

use bytes::Bytes;

use crate::bloblang::{Failure, Scope};
use crate::message::Batch;
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
            Some(message) => message.structured().map_err(|e| {
                if message.bytes().is_empty() {
                    "message is empty".to_owned()
                } else {
                    format!("parse as json: {e}")
                }
            }),
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
