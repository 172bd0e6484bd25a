//! A payload: bytes, a document, or both, each made from the other when it is first asked for.

use std::sync::OnceLock;

use bytes::Bytes;

use crate::value::json::Wanted;
use crate::value::{Value, json};

/// The content of a message.
#[derive(Clone, Debug)]
pub enum Payload {
    /// Bytes, and their document once that was asked for.
    Bytes(Bytes, OnceLock<Value>),
    /// A document, and its text once that was asked for.
    Document(Value, OnceLock<Bytes>),
}

/// The content is no JSON document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotStructured(pub String);

impl std::fmt::Display for NotStructured {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for NotStructured {}

impl Payload {
    pub fn from_bytes(bytes: Bytes) -> Self {
        Self::Bytes(bytes, OnceLock::new())
    }

    /// Any value as a document: a string is one in quotes.
    pub fn from_document(value: Value) -> Self {
        Self::Document(value, OnceLock::new())
    }

    /// Strings and bytes become raw content, everything else a document.
    pub fn from_value(value: Value) -> Self {
        match value {
            Value::String(s) => Self::from_bytes(Bytes::from_owner(OwnedText(s))),
            Value::Bytes(b) | Value::RawString(b) => Self::from_bytes(*b),
            value => Self::from_document(value),
        }
    }

    pub fn bytes(&self) -> &Bytes {
        match self {
            Self::Bytes(bytes, _) => bytes,
            // A document that has no JSON text (NaN, infinity) is empty content, as in the reference.
            Self::Document(value, text) => {
                text.get_or_init(|| json::print(value).map(Bytes::from).unwrap_or_default())
            }
        }
    }

    /// Appends the bytes to `out`, which does not make a copy of them to keep.
    pub fn append_to(&self, out: &mut Vec<u8>) {
        match self {
            Self::Document(value, text) if text.get().is_none() => {
                let start = out.len();
                if json::print_to(out, value, json::Style::default()).is_err() {
                    out.truncate(start);
                }
            }
            _ => out.extend_from_slice(self.bytes()),
        }
    }

    pub fn structured(&self) -> Result<&Value, NotStructured> {
        let (bytes, document) = match self {
            Self::Document(value, _) => return Ok(value),
            Self::Bytes(bytes, document) => (bytes, document),
        };
        if let Some(value) = document.get() {
            return Ok(value);
        }
        let value = json::parse(bytes).map_err(|e| NotStructured(e.to_string()))?;
        Ok(document.get_or_init(|| value))
    }

    /// Whether the document is there already.
    pub fn is_structured(&self) -> bool {
        match self {
            Self::Document(..) => true,
            Self::Bytes(_, document) => document.get().is_some(),
        }
    }

    /// What is wanted of the document, parsed anew.
    pub fn part(&self, wanted: &Wanted) -> Result<Value, NotStructured> {
        json::parse_part(self.bytes(), wanted).map_err(|e| NotStructured(e.to_string()))
    }

    /// Takes the document out; what is left is empty.
    pub fn take_structured(&mut self) -> Result<Value, NotStructured> {
        self.structured()?;
        Ok(match std::mem::take(self) {
            Self::Document(value, _) => value,
            Self::Bytes(_, document) => document.into_inner().unwrap_or_default(),
        })
    }
}

impl Default for Payload {
    fn default() -> Self {
        Self::from_bytes(Bytes::new())
    }
}

/// Lets a string become bytes without copying it.
struct OwnedText(crate::value::Str);

impl AsRef<[u8]> for OwnedText {
    fn as_ref(&self) -> &[u8] {
        self.0.as_bytes()
    }
}
