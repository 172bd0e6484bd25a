//! Taking targets as text or bytes, and giving results the type of their target.

use std::borrow::Cow;

use bytes::Bytes;

use crate::bloblang::error::Error;
use crate::bloblang::spec::Result;
use crate::value::json::go_lossy;
use crate::value::{Array, Value, text};

/// The longest text that a method may make out of a shorter one, in bytes.
pub(super) const MAX_TEXT: usize = 1 << 30;

/// The most elements that a method may make out of a text.
pub(super) const MAX_ELEMENTS: usize = 1 << 26;

pub(super) fn too_long() -> Error {
    Error::new(format!("the result would be longer than {MAX_TEXT} bytes"))
}

pub(super) fn too_many() -> Error {
    Error::new(format!("an array made of a text has at most {MAX_ELEMENTS} elements"))
}

/// The parts of a text as an array, if there are not too many of them.
pub(super) fn bounded(parts: impl Iterator<Item = Value>) -> Result<Value> {
    let parts: Array = parts.take(MAX_ELEMENTS + 1).collect();
    match parts.len() > MAX_ELEMENTS {
        true => Err(too_many()),
        false => Ok(Value::Array(parts)),
    }
}

/// The text of a string, of bytes or of a timestamp; anything else is an error.
pub(super) fn string(target: &Value) -> Result<Cow<'_, str>> {
    match target {
        Value::String(s) => Ok(Cow::Borrowed(s)),
        Value::Bytes(bytes) | Value::RawString(bytes) => Ok(go_lossy(bytes)),
        Value::Timestamp(t) => Ok(Cow::Owned(text::rfc3339(t))),
        other => Err(Error::expected("string", other)),
    }
}

/// The text of a string or of bytes; anything else is an error. Invalid UTF-8 is U+FFFD.
pub(super) fn strict_string(target: &Value) -> Result<Cow<'_, str>> {
    match target {
        Value::String(s) => Ok(Cow::Borrowed(s)),
        other => bytes(other).map(go_lossy),
    }
}

/// The bytes of a string or of bytes; anything else is an error.
pub(super) fn bytes(target: &Value) -> Result<&[u8]> {
    match target {
        Value::String(s) => Ok(s.as_bytes()),
        Value::Bytes(bytes) | Value::RawString(bytes) => Ok(bytes),
        other => Err(Error::expected("string", other)),
    }
}

/// `result` as what the target is: a string or bytes.
pub(super) fn like(target: &Value, result: Vec<u8>) -> Value {
    match target {
        Value::Bytes(_) => Value::from(Bytes::from(result)),
        _ => Value::text(result),
    }
}

/// The range `start..end` of the target's bytes, as what the target is.
pub(super) fn part(target: &Value, start: usize, end: usize) -> Value {
    match target {
        Value::Bytes(bytes) => Value::from(bytes.slice(start..end)),
        Value::String(s) => match s.get(start..end) {
            Some(part) => Value::from(part),
            None => Value::text(Bytes::copy_from_slice(&s.as_bytes()[start..end])),
        },
        Value::RawString(bytes) => Value::text(bytes.slice(start..end)),
        _ => Value::Null,
    }
}

/// Applies `change` to the text of a string or of bytes; the result is what the target is.
pub(super) fn map_text(target: &Value, change: impl FnOnce(&str) -> String) -> Result<Value> {
    match target {
        Value::String(s) => Ok(Value::from(change(s))),
        Value::RawString(bytes) => Ok(Value::from(change(&go_lossy(bytes)))),
        Value::Bytes(bytes) => Ok(Value::from(Bytes::from(change(&go_lossy(bytes))))),
        other => Err(Error::expected("string", other)),
    }
}
