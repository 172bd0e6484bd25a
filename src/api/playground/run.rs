//! What becomes of an edited mapping: its result, or what is wrong with it.

use std::path::PathBuf;

use crate::bloblang::format as formatter;
use crate::expr::{Mapping, ParseError};
use crate::message::{Message, batch_of};
use crate::value::json::{Style, go_lossy, print_to};
use crate::value::{Object, Value};

/// What stands on the page.
pub struct Edited {
    pub mapping: String,
    pub input: String,
    /// Where imports start.
    pub directory: Option<PathBuf>,
}

/// Makes an answer of what is edited.
pub type Work = fn(&Edited) -> Value;

/// Runs the mapping: `result` and `meta`, or `errors` with their places, or `mapping_error`.
pub fn execute(edited: &Edited) -> Value {
    let directory = edited.directory.as_ref().map(|path| path.display().to_string()).unwrap_or_default();
    let mapping = match Mapping::compile_in(&edited.mapping, &directory) {
        Ok(mapping) => mapping,
        Err(errors) => return wrong(&errors),
    };
    let batch = batch_of(Message::from_bytes(edited.input.clone()));
    match mapping.map(&batch, 0) {
        Ok(Some(message)) => {
            answer([("result", shown(&message).into()), ("meta", Value::Object(message.meta().clone()))])
        }
        Ok(None) => answer([("result", "".into()), ("deleted", true.into())]),
        Err(error) => failed(&error.to_string()),
    }
}

/// Formats the mapping: `formatted`, or `errors` with their places.
pub fn format(edited: &Edited) -> Value {
    match formatter::format(&edited.mapping) {
        Ok(formatted) => answer([("formatted", formatted.into())]),
        Err(error) => wrong(&[error]),
    }
}

pub fn failed(error: &str) -> Value {
    answer([("mapping_error", error.into())])
}

fn wrong(errors: &[ParseError]) -> Value {
    let entry = |error: &ParseError| {
        answer([
            ("line", (error.line as i64).into()),
            ("column", (error.column as i64).into()),
            ("message", error.message.as_str().into()),
        ])
    };
    let first = errors.first().map(ToString::to_string).unwrap_or_default();
    answer([("errors", errors.iter().map(entry).collect::<Vec<_>>().into()), ("parse_error", first.into())])
}

/// A document in indented lines, everything else as it is.
fn shown(message: &Message) -> String {
    let mut text = Vec::new();
    let style = Style { indent: Some("  "), escape_html: false };
    let printed = message.structured().is_ok_and(|document| print_to(&mut text, document, style).is_ok());
    go_lossy(if printed { &text } else { message.bytes() }).into_owned()
}

fn answer<const N: usize>(members: [(&str, Value); N]) -> Value {
    Value::Object(members.into_iter().map(|(key, value)| (key.into(), value)).collect::<Object>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::json::print;

    fn run(work: Work, mapping: &str, input: &str) -> String {
        let edited = Edited { mapping: mapping.to_owned(), input: input.to_owned(), directory: None };
        String::from_utf8(print(&work(&edited)).expect("JSON")).expect("UTF-8")
    }

    #[test]
    fn results_and_mistakes_are_told() {
        let result = run(execute, "root.b = this.a + 1\nmeta m = 1", r#"{"a":1}"#);
        assert_eq!(result, r#"{"meta":{"m":1},"result":"{\n  \"b\": 2\n}"}"#);
        assert_eq!(run(execute, "root = deleted()", "{}"), r#"{"deleted":true,"result":""}"#);
        let wrong = run(execute, "root.a = this.uppercas()\nroot.b = foo()", "{}");
        assert!(wrong.contains(r#""line":1"#) && wrong.contains(r#""line":2"#), "{wrong}");
        assert!(wrong.contains("uppercase"), "{wrong}");
        assert!(run(execute, "root = this.a.uppercase()", r#"{"a":1}"#).contains("mapping_error"));
        assert_eq!(run(format, "root  =  1", ""), r#"{"formatted":"root = 1\n"}"#);
    }
}
