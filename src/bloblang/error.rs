//! Why a query failed.

use crate::value::Value;

/// A failure of a query at run time.
#[derive(Clone, Debug, PartialEq)]
pub struct Error(Box<Kind>);

#[derive(Clone, Debug, PartialEq)]
enum Kind {
    Message(String),
    Type {
        expected: &'static str,
        got: Got,
        /// Where the value came from, such as ``field `this.a` ``.
        from: Option<String>,
    },
}

/// What stood where something else was expected.
#[derive(Clone, Debug, PartialEq)]
struct Got {
    type_name: &'static str,
    /// A short rendering of scalar values.
    preview: Option<String>,
}

impl Error {
    pub fn new(message: impl Into<String>) -> Self {
        Self(Box::new(Kind::Message(message.into())))
    }

    /// `value` is not of the type `expected`.
    pub fn expected(expected: &'static str, value: &Value) -> Self {
        let preview = match value {
            Value::Int(_) | Value::Float(_) | Value::Number(_) | Value::Bool(_) => {
                Some(crate::value::text::string(value).into_owned())
            }
            Value::String(text) => Some(format!("{:?}", shortened(text))),
            _ => None,
        };
        let got = Got { type_name: value.type_name(), preview };
        Self(Box::new(Kind::Type { expected, got, from: None }))
    }

    /// Says where the value of the wrong type came from, unless that is known already.
    pub fn from_source(mut self, source: impl FnOnce() -> Option<String>) -> Self {
        if let Kind::Type { from: from @ None, .. } = &mut *self.0 {
            *from = source();
        }
        self
    }

    /// Puts what was attempted before the text.
    pub fn context(self, attempt: &str) -> Self {
        Self::new(format!("{attempt}: {self}"))
    }
}

fn shortened(text: &str) -> &str {
    match text.char_indices().nth(40) {
        Some((end, _)) => &text[..end],
        None => text,
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &*self.0 {
            Kind::Message(message) => f.write_str(message),
            Kind::Type { expected, got, from } => {
                write!(f, "expected {expected} value, got {}", got.type_name)?;
                if let Some(from) = from {
                    write!(f, " from {from}")?;
                }
                if let Some(preview) = &got.preview {
                    write!(f, " ({preview})")?;
                }
                Ok(())
            }
        }
    }
}

impl std::error::Error for Error {}

impl From<String> for Error {
    fn from(message: String) -> Self {
        Self::new(message)
    }
}

impl From<&str> for Error {
    fn from(message: &str) -> Self {
        Self::new(message)
    }
}
