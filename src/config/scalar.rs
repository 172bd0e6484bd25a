//! The YAML type of a scalar and the value behind it.

use super::{Scalar, Tag};
use crate::value::{Value, yaml_scalar};

impl Scalar {
    /// The value behind the text; a text that its tag does not fit stays text.
    pub fn to_value(&self) -> Value {
        match self.tag {
            Tag::Str | Tag::Custom => Value::String(self.text.clone()),
            tag => yaml_scalar::resolve_tagged(tag.name(), &self.text)
                .unwrap_or_else(|| Value::String(self.text.clone())),
        }
    }
}

/// The tag that the plain text `text` resolves to.
pub(super) fn resolve(text: &str) -> Tag {
    match yaml_scalar::resolve(text) {
        Value::Null => Tag::Null,
        Value::Bool(_) => Tag::Bool,
        Value::Int(_) | Value::Sized(_) => Tag::Int,
        Value::Float(_) => Tag::Float,
        Value::Timestamp(_) => Tag::Timestamp,
        _ if text == "<<" => Tag::Merge,
        _ => Tag::Str,
    }
}

/// Whether `text` can be read as its written `tag` says.
pub(super) fn fits(tag: Tag, text: &str) -> bool {
    yaml_scalar::resolve_tagged(tag.name(), text).is_some()
}
