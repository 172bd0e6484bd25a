//! A payload: bytes, a document, or both, each made from the other when it is first asked for.

use std::sync::OnceLock;

use bytes::Bytes;

use crate::value::json::Wanted;
use crate::value::{Value, json};

/// The content of a message. At least one of the two forms is present.
#[derive(Clone, Debug, Default)]
pub struct Payload {
    bytes: OnceLock<Bytes>,
    value: OnceLock<Value>,
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
        Self { bytes: OnceLock::from(bytes), value: OnceLock::new() }
    }

    /// Any value as a document: a string is one in quotes.
    pub fn from_document(value: Value) -> Self {
        Self { bytes: OnceLock::new(), value: OnceLock::from(value) }
    }

    /// Strings and bytes become raw content, everything else a document.
    pub fn from_value(value: Value) -> Self {
        match value {
            Value::String(s) => Self::from_bytes(Bytes::from_owner(OwnedText(s))),
            Value::Bytes(b) | Value::RawString(b) => Self::from_bytes(*b),
            value => Self { bytes: OnceLock::new(), value: OnceLock::from(value) },
        }
    }

    pub fn bytes(&self) -> &Bytes {
        self.bytes.get_or_init(|| match self.value.get() {
            // A document that has no JSON text (NaN, infinity) is empty content, as in the reference.
            Some(value) => json::print(value).map(Bytes::from).unwrap_or_default(),
            None => Bytes::new(),
        })
    }

    pub fn structured(&self) -> Result<&Value, NotStructured> {
        if self.value.get().is_none() {
            let value = json::parse(self.bytes()).map_err(|e| NotStructured(e.to_string()))?;
            return Ok(self.value.get_or_init(|| value));
        }
        Ok(self.value.get_or_init(Value::default))
    }

    pub fn is_structured(&self) -> bool {
        self.value.get().is_some()
    }

    /// What is wanted of the document, parsed anew.
    pub fn part(&self, wanted: &Wanted) -> Result<Value, NotStructured> {
        json::parse_part(self.bytes(), wanted).map_err(|e| NotStructured(e.to_string()))
    }

    pub fn take_structured(&mut self) -> Result<Value, NotStructured> {
        self.structured()?;
        self.bytes = OnceLock::new();
        Ok(self.value.take().unwrap_or_default())
    }
}

/// Lets a string become bytes without copying it.
struct OwnedText(crate::value::Str);

impl AsRef<[u8]> for OwnedText {
    fn as_ref(&self) -> &[u8] {
        self.0.as_bytes()
    }
}
