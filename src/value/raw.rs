//! Strings that are not UTF-8. Go's strings hold any bytes, and mappings rely on it: text in an old encoding passes
//! through them unharmed.

use bytes::Bytes;

use super::{Str, Value};

impl Value {
    /// A string of any bytes: [`Value::String`] if they are UTF-8, otherwise [`Value::RawString`].
    pub fn text(bytes: impl Into<Bytes>) -> Value {
        let bytes = bytes.into();
        match simdutf8::basic::from_utf8(&bytes) {
            Ok(text) => Value::String(Str::from(text)),
            Err(_) => Value::RawString(Box::new(bytes)),
        }
    }
}
