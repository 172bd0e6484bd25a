//! The JSON-like value that configs, messages and Bloblang share.
//!
//! A [`Value`] is 24 bytes, owns its data and clones cheaply: strings up to 15 bytes are stored inline, longer
//! ones and all containers are reference counted and copied only when a shared one is written to.
//!
//! Numbers that come from a document stay [`Value::Number`], their source text, so that `1.0`, `1E400` and
//! 20-digit integers pass through untouched; numbers that were computed are [`Value::Int`] or [`Value::Float`], seldom
//! [`Value::Sized`].
//!
//! This module imports nothing of ours.

pub mod avro;
pub mod compare;
pub mod decimal;
pub mod json;
pub mod msgpack;
pub mod number;
mod object;
#[cfg(feature = "parquet")]
pub mod parquet;
#[cfg(feature = "protobuf")]
pub mod protobuf;
mod raw;
pub mod shape;
mod sized;
pub mod text;
mod time;
pub mod xml;
pub mod yaml_scalar;

pub use object::Object;
pub use sized::SizedNumber;
pub use time::Timestamp;

use std::sync::Arc;

use bytes::Bytes;

/// A string with cheap clones, up to 15 bytes stored inline.
pub type Str = ecow::EcoString;

/// A list with cheap clones, copied on the first write while it is shared.
pub type Array = ecow::EcoVec<Value>;

/// Any value a document, a mapping or a message can hold.
#[derive(Clone, Debug, Default)]
pub enum Value {
    #[default]
    Null,
    Bool(bool),
    /// A computed integer.
    Int(i64),
    /// A computed float; NaN and infinities are possible and have no JSON text.
    Float(f64),
    /// A computed number of another size, which only a conversion to that size yields.
    Sized(SizedNumber),
    /// A number read from a document: its source text, a valid JSON number.
    Number(Str),
    String(Str),
    /// A string that is not UTF-8; in JSON its invalid bytes are U+FFFD. Only [`Value::text`] makes it.
    RawString(Box<Bytes>),
    Bytes(Box<Bytes>),
    Timestamp(Arc<Timestamp>),
    Array(Array),
    Object(Object),
    /// The result of Bloblang's `deleted()`: the target is removed.
    Delete,
    /// The result of Bloblang's `nothing()`: the target is left alone.
    Nothing,
}

/// The stack in bytes that a thread needs to walk, compare or drop the deepest document that parses (10,000
/// levels): every thread that handles messages is started with it. Untouched stack costs no memory.
pub const DEEP_STACK: usize = 16 << 20;

const _: () = assert!(std::mem::size_of::<Value>() == 24);

impl Value {
    /// The type name that Bloblang's `.type()` returns and error texts use.
    pub fn type_name(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Bool(_) => "bool",
            Value::Int(_) | Value::Float(_) | Value::Sized(_) | Value::Number(_) => "number",
            Value::String(_) | Value::RawString(_) => "string",
            Value::Bytes(_) => "bytes",
            Value::Timestamp(_) => "timestamp",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
            Value::Delete => "delete",
            Value::Nothing => "nothing",
        }
    }

    /// The value of key `name`, if this is an object that has it.
    pub fn get(&self, name: &str) -> Option<&Value> {
        match self {
            Value::Object(object) => object.get(name),
            _ => None,
        }
    }

    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::String(s) => Some(s),
            _ => None,
        }
    }

    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }
}

impl From<bool> for Value {
    fn from(b: bool) -> Self {
        Value::Bool(b)
    }
}

impl From<i64> for Value {
    fn from(i: i64) -> Self {
        Value::Int(i)
    }
}

impl From<f64> for Value {
    fn from(f: f64) -> Self {
        Value::Float(f)
    }
}

impl From<&str> for Value {
    fn from(s: &str) -> Self {
        Value::String(s.into())
    }
}

impl From<String> for Value {
    fn from(s: String) -> Self {
        Value::String(s.into())
    }
}

impl From<Str> for Value {
    fn from(s: Str) -> Self {
        Value::String(s)
    }
}

impl From<Bytes> for Value {
    fn from(b: Bytes) -> Self {
        Value::Bytes(Box::new(b))
    }
}

impl From<Timestamp> for Value {
    fn from(t: Timestamp) -> Self {
        Value::Timestamp(Arc::new(t))
    }
}

impl From<jiff::Zoned> for Value {
    fn from(t: jiff::Zoned) -> Self {
        Timestamp::from(t).into()
    }
}

impl From<Array> for Value {
    fn from(a: Array) -> Self {
        Value::Array(a)
    }
}

impl From<Vec<Value>> for Value {
    fn from(v: Vec<Value>) -> Self {
        Value::Array(v.into())
    }
}

impl From<Object> for Value {
    fn from(o: Object) -> Self {
        Value::Object(o)
    }
}
