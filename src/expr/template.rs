//! Texts with `${! query }` parts.

use std::borrow::Cow;
use std::sync::Arc;

use super::partial::Partial;
use super::{ExprError, ParseError, environment};
use crate::bloblang::{Part, split_template};
use crate::message::Batch;
use crate::value::{Str, Value, text};

/// A text whose queries are filled in for each message.
#[derive(Clone)]
pub struct Template {
    parts: Arc<[Piece]>,
    /// The whole text, where nothing has to be filled in.
    fixed: Option<Str>,
}

enum Piece {
    Text(Str),
    Query(Partial),
}

impl Template {
    pub fn compile(text: &str) -> Result<Self, Vec<ParseError>> {
        if !text.contains("${") {
            return Ok(Self { parts: Arc::default(), fixed: Some(text.into()) });
        }
        let pieces = split_template(text, &environment())?.into_iter().map(|part| match part {
            Part::Text(text) => Piece::Text(text),
            Part::Query(query) => Piece::Query(query.into()),
        });
        let parts: Vec<_> = pieces.collect();
        let fixed = match parts.as_slice() {
            [] => Some(Str::new()),
            [Piece::Text(text)] => Some(text.clone()),
            _ => None,
        };
        Ok(Self { parts: parts.into(), fixed })
    }

    /// The text, where it is the same for every message.
    pub fn as_static(&self) -> Option<&str> {
        self.fixed.as_deref()
    }

    /// Whether it is the empty text.
    pub fn is_empty(&self) -> bool {
        self.as_static() == Some("")
    }

    /// The text for message `index`. Bytes that are no UTF-8 are replaced.
    pub fn render(&self, batch: &Batch, index: usize) -> Result<Str, ExprError> {
        if let Some(fixed) = &self.fixed {
            return Ok(fixed.clone());
        }
        if let [Piece::Query(query)] = &*self.parts {
            return Ok(match query.eval(batch, index)? {
                Value::String(text) => text,
                value => text_of(&value).as_ref().into(),
            });
        }
        let mut out = Str::new();
        for part in &*self.parts {
            match part {
                Piece::Text(text) => out.push_str(text),
                Piece::Query(query) => out.push_str(&text_of(&query.eval(batch, index)?)),
            }
        }
        Ok(out)
    }

    /// The text for message `index` as bytes, those of contents unchanged.
    pub fn render_bytes(&self, batch: &Batch, index: usize) -> Result<bytes::Bytes, ExprError> {
        if let [Piece::Query(query)] = &*self.parts {
            return Ok(match query.eval(batch, index)? {
                Value::Bytes(bytes) => *bytes,
                value => text::bytes(&value).into_owned().into(),
            });
        }
        let mut out = Vec::new();
        if let Some(fixed) = &self.fixed {
            out.extend_from_slice(fixed.as_bytes());
        }
        for part in self.parts.iter().filter(|_| self.fixed.is_none()) {
            match part {
                Piece::Text(text) => out.extend_from_slice(text.as_bytes()),
                Piece::Query(query) => {
                    out.extend_from_slice(&text::bytes(&query.eval(batch, index)?));
                }
            }
        }
        Ok(out.into())
    }
}

impl Default for Template {
    /// The empty text.
    fn default() -> Self {
        Self { parts: Arc::default(), fixed: Some(Str::new()) }
    }
}

fn text_of(value: &Value) -> Cow<'_, str> {
    text::string(value)
}
