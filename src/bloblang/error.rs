//! Why a query failed.

use std::fmt;

use crate::value::{Value, text};

/// A failure of a query at run time: what went wrong, within what was attempted.
#[derive(Clone, Debug, PartialEq)]
pub struct Error(Box<Kind>);

#[derive(Clone, Debug, PartialEq)]
enum Kind {
    Message(String),
    /// A value of the wrong type.
    Type {
        expected: &'static str,
        got: Got,
        /// The query that the value came from, such as ``field `this.a` ``.
        from: Option<String>,
    },
    /// Operands that do not go together; the text names where they came from.
    Operands(String),
    /// The content of the message is no document.
    NoDocument {
        /// The path that was wanted of it; empty for all of it.
        path: String,
        why: String,
    },
    /// What was attempted, and why it failed.
    Attempt(String, Error),
    /// The query whose value it is about.
    At(String, Error),
    /// The assignment that failed, by its line.
    Assignment(usize, Error),
}

/// What stood where something else was expected.
#[derive(Clone, Debug, PartialEq)]
struct Got {
    type_name: &'static str,
    /// The text of scalar values.
    preview: Option<String>,
}

/// Texts of values are cut after so many characters.
const PREVIEW: usize = 200;

impl Error {
    pub fn new(message: impl Into<String>) -> Self {
        Kind::Message(message.into()).into()
    }

    /// `value` is not of the type `expected`.
    pub fn expected(expected: &'static str, value: &Value) -> Self {
        let preview = match value {
            Value::Int(_) | Value::Float(_) | Value::Sized(_) | Value::Number(_) | Value::Bool(_) => {
                Some(text::string(value).into_owned())
            }
            Value::String(text) => Some(format!("\"{}\"", shortened(text))),
            _ => None,
        };
        let got = Got { type_name: value.type_name(), preview };
        Kind::Type { expected, got, from: None }.into()
    }

    /// Two values, each with the query it came from, do not go together: they cannot be added, say.
    pub fn operands(verb: &str, left: (&Value, &str), right: (&Value, &str)) -> Self {
        let side = |(value, source): (&Value, &str)| format!("{} (from {source})", value.type_name());
        Kind::Operands(format!("cannot {verb} types {} and {}", side(left), side(right))).into()
    }

    /// The content of a message is no document; `why` not.
    pub fn no_document(why: String) -> Self {
        Kind::NoDocument { path: String::new(), why }.into()
    }

    /// Says which part of a document was wanted that is none.
    pub fn wanting(mut self, path: impl FnOnce() -> String) -> Self {
        if let Kind::NoDocument { path: wanted, .. } = &mut *self.0 {
            *wanted = path();
        }
        self
    }

    /// Says which query the value came from, unless that is known already.
    pub fn located(mut self, source: impl FnOnce() -> String) -> Self {
        if let Kind::Type { from, .. } = &mut *self.0 {
            from.get_or_insert_with(source);
            return self;
        }
        let known = matches!(*self.0, Kind::Operands(_))
            || self.causes().any(|error| matches!(*error.0, Kind::At(..)));
        if known { self } else { Kind::At(source(), self).into() }
    }

    /// Puts what was attempted before the text.
    pub fn context(self, attempt: impl Into<String>) -> Self {
        Kind::Attempt(attempt.into(), self).into()
    }

    /// The failure of an assignment. If one inside of a map failed, then only that is told.
    pub fn in_assignment(self, line: usize) -> Self {
        let inner = self.causes().find(|error| matches!(*error.0, Kind::Assignment(..))).cloned();
        inner.unwrap_or_else(|| Kind::Assignment(line, self).into())
    }

    /// The failure of an assignment of a whole mapping. Where the message is no document, only that is told.
    pub fn in_mapping(self, line: usize) -> Self {
        Kind::Assignment(line, self.about_message()).into()
    }

    /// Where the message is no document, an error that says only that, and why.
    pub fn about_message(self) -> Self {
        let missing = self.causes().find_map(|error| match &*error.0 {
            Kind::NoDocument { path, why } => Some((path, why)),
            _ => None,
        });
        let Some((path, why)) = missing else { return self };
        let dot = if path.is_empty() { "" } else { "." };
        Self::new(format!("unable to reference message as structured (with 'this{dot}{path}'): {why}"))
    }

    /// This error, the one it wraps, and so on.
    fn causes(&self) -> impl Iterator<Item = &Self> {
        std::iter::successors(Some(self), |error| match &*error.0 {
            Kind::Attempt(_, cause) | Kind::At(_, cause) | Kind::Assignment(_, cause) => Some(cause),
            _ => None,
        })
    }
}

fn shortened(text: &str) -> &str {
    match text.char_indices().nth(PREVIEW) {
        Some((end, _)) => &text[..end],
        None => text,
    }
}

impl From<Kind> for Error {
    fn from(kind: Kind) -> Self {
        Self(Box::new(kind))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.0 {
            Kind::Message(message) | Kind::Operands(message) => f.write_str(message),
            Kind::Type { expected, got, from } => {
                write!(f, "expected {expected} value, got {}", got.type_name)?;
                if let Some(from) = from {
                    write!(f, " from {from}")?;
                }
                match &got.preview {
                    Some(preview) => write!(f, " ({preview})"),
                    None => Ok(()),
                }
            }
            Kind::NoDocument { path, .. } if path.is_empty() => f.write_str("context was undefined"),
            Kind::NoDocument { path, .. } => {
                write!(f, "context was undefined, unable to reference `{path}`")
            }
            Kind::Attempt(what, cause) | Kind::At(what, cause) => write!(f, "{what}: {cause}"),
            Kind::Assignment(line, cause) => write!(f, "failed assignment (line {line}): {cause}"),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_place_that_is_known_is_told() {
        let wrong = Error::expected("string", &Value::Int(5));
        assert_eq!(wrong.to_string(), "expected string value, got number (5)");
        let wrong = wrong.located(|| "field `this.a`".into()).located(|| "method `b`".into());
        assert_eq!(wrong.to_string(), "expected string value, got number from field `this.a` (5)");
        let nested = wrong.context("element 0").located(|| "field `this.l`".into());
        let text = "field `this.l`: element 0: expected string value, got number from field `this.a` (5)";
        assert_eq!(nested.to_string(), text);
        assert_eq!(nested.located(|| "method `c`".into()).to_string(), text);
    }

    #[test]
    fn of_assignments_the_innermost_and_the_one_of_the_mapping_are_told() {
        let error = Error::new("no").in_assignment(2).context("element 1").in_assignment(5).in_mapping(9);
        assert_eq!(error.to_string(), "failed assignment (line 9): failed assignment (line 2): no");
    }

    #[test]
    fn that_a_message_is_no_document_is_told_once() {
        let error = Error::no_document("it is empty".into()).wanting(|| "a.b".into());
        assert_eq!(error.to_string(), "context was undefined, unable to reference `a.b`");
        assert_eq!(
            error.context("element 0").in_mapping(1).to_string(),
            "failed assignment (line 1): unable to reference message as structured (with 'this.a.b'): it is empty"
        );
    }
}
