//! Between config trees and values.

use super::{Node, NodeKind, Tag};
use crate::value::{Str, Value};

impl Node {
    /// The value behind this node: scalars resolved, merge keys applied, of duplicate keys the last one.
    pub fn to_value(&self) -> Value {
        match &self.value {
            NodeKind::Scalar(scalar) => scalar.to_value(),
            NodeKind::Seq(items) => Value::Array(items.iter().map(Node::to_value).collect()),
            NodeKind::Map(_) => {
                let pairs = self.pairs();
                Value::Object(
                    pairs.into_iter().map(|(key, value)| (key.text.clone(), value.to_value())).collect(),
                )
            }
        }
    }
}

impl From<&Value> for Node {
    fn from(value: &Value) -> Self {
        match value {
            Value::Null | Value::Delete | Value::Nothing => Node::NULL,
            Value::Bool(b) => Node::scalar(if *b { "true" } else { "false" }, Tag::Bool),
            Value::Int(i) => Node::scalar(Str::from(itoa::Buffer::new().format(*i)), Tag::Int),
            Value::Float(f) => Node::scalar(float_text(*f), Tag::Float),
            Value::Sized(sized) => Node::from(&sized.common()),
            Value::Number(text) => Node::scalar(text.clone(), super::scalar::resolve(text)),
            Value::String(text) => Node::text(text.clone()),
            Value::Bytes(bytes) | Value::RawString(bytes) => {
                Node::text(String::from_utf8_lossy(bytes).into_owned())
            }
            Value::Timestamp(time) => {
                Node::scalar(time.to_zoned().strftime("%Y-%m-%dT%H:%M:%S%.f%:z").to_string(), Tag::Timestamp)
            }
            Value::Array(items) => Node::seq(items.iter().map(Node::from)),
            Value::Object(object) => {
                Node::map(object.iter().map(|(key, value)| (key.clone(), Node::from(value))))
            }
        }
    }
}

/// A float as YAML writes it.
fn float_text(f: f64) -> String {
    if f.is_nan() {
        ".nan".to_owned()
    } else if f.is_infinite() {
        if f > 0.0 { ".inf" } else { "-.inf" }.to_owned()
    } else {
        f.to_string()
    }
}
