//! Conditions on messages.

use std::sync::Arc;

use super::partial::{Partial, View};
use super::{ExprError, ParseError, environment};
use crate::bloblang::Query;
use crate::message::Batch;
use crate::value::Value;
use crate::value::json::Wanted;

/// A query that decides something about a message; empty where nothing was written.
#[derive(Clone, Default)]
pub struct Check {
    query: Option<Arc<Partial>>,
}

impl Check {
    /// Compiles a query; blank text makes an empty check.
    pub fn compile(text: &str) -> Result<Self, Vec<ParseError>> {
        if text.trim().is_empty() {
            return Ok(Self::default());
        }
        Ok(Self { query: Some(Arc::new(Query::compile(text, &environment())?.into())) })
    }

    pub fn is_empty(&self) -> bool {
        self.query.is_none()
    }

    /// Whether the check holds for message `index`; an empty one does. Anything but a boolean is an error.
    pub fn test(&self, batch: &Batch, index: usize) -> Result<bool, ExprError> {
        match self.value(batch, index)? {
            Value::Bool(holds) => Ok(holds),
            other => Err(ExprError::expected("bool", &other)),
        }
    }

    /// Whether the check holds as conditions have it: the texts `true` and `false` count as well.
    pub fn passes(&self, batch: &Batch, index: usize) -> Result<bool, ExprError> {
        truth(self.value(batch, index)?)
    }

    /// What the query yields for message `index`; true where it is empty.
    pub fn value(&self, batch: &Batch, index: usize) -> Result<Value, ExprError> {
        match &self.query {
            Some(query) => query.eval(batch, index),
            None => Ok(Value::Bool(true)),
        }
    }
}

/// Checks of which several may look at one message, so that they share what they read of its document.
pub struct Checks {
    checks: Vec<Check>,
    /// What all of them read.
    reads: Wanted,
}

/// The checks on one message.
pub struct Checking<'a> {
    checks: &'a [Check],
    view: View<'a>,
    index: usize,
}

impl Checks {
    pub fn new(checks: Vec<Check>) -> Self {
        let mut reads = Wanted::nothing();
        checks.iter().filter_map(|check| check.query.as_ref()).for_each(|query| reads.merge(&query.reads));
        Self { checks, reads }
    }

    /// The checks on message `index`.
    pub fn on<'a>(&'a self, batch: &'a Batch, index: usize) -> Checking<'a> {
        Checking { checks: &self.checks, view: View::new(batch, index, &self.reads), index }
    }
}

impl Checking<'_> {
    /// Whether check number `i` passes, as [`Check::passes`].
    pub fn passes(&self, i: usize) -> Result<bool, ExprError> {
        match &self.checks[i].query {
            Some(query) => truth(query.eval_in(&self.view, self.index)?),
            None => Ok(true),
        }
    }
}

/// What conditions take for true and false.
fn truth(value: Value) -> Result<bool, ExprError> {
    let text = match &value {
        Value::Bool(holds) => return Ok(*holds),
        Value::String(text) => text.as_bytes(),
        Value::Bytes(text) => text,
        _ => b"",
    };
    match text.trim_ascii() {
        b"true" => Ok(true),
        b"false" => Ok(false),
        _ => Err(ExprError::expected("bool", &value)),
    }
}
