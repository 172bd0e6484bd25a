//! How two JSON documents differ. Numbers are compared as they are written, lists place by place.

use std::collections::BTreeSet;

use super::text::{Paint, Text};
use crate::value::json::{Style, print_string};
use crate::value::{Value, json};

/// How a document relates to the one that is expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Match {
    Equal,
    /// All that is expected is there, and more.
    Superset,
    Differs,
}

/// Compares the documents that two texts begin with, and shows where they differ.
pub fn compare(got: &[u8], expected: &[u8]) -> (Match, Text) {
    let read = |text| json::parse_prefix(text).map(|(value, _)| value);
    let invalid = |which: &str| (Match::Differs, Text::plain(format!("{which} not a JSON document")));
    match (read(got), read(expected)) {
        (Ok(got), Ok(expected)) => {
            let mut differ = Differ { found: Match::Equal, lines: Text::default(), indent: 0 };
            differ.both("", &got, &expected, "");
            (differ.found, differ.lines)
        }
        (Ok(_), Err(_)) => invalid("what is expected is"),
        (Err(_), Ok(_)) => invalid("the content of the message is"),
        (Err(_), Err(_)) => invalid("both the content of the message and what is expected are"),
    }
}

struct Differ {
    found: Match,
    lines: Text,
    indent: usize,
}

impl Differ {
    /// A value that both have, after the text `key` and before `end`.
    fn both(&mut self, key: &str, got: &Value, expected: &Value, end: &str) {
        match (got, expected) {
            (Value::Object(a), Value::Object(b)) if !(a.is_empty() && b.is_empty()) => {
                self.line(Paint::Plain, format!("{key}{{"));
                self.indent += 1;
                let keys: BTreeSet<_> = a.iter().chain(b.iter()).map(|(key, _)| key).collect();
                for (i, key) in keys.iter().enumerate() {
                    let named = format!("{}: ", shown(&Value::String((*key).clone())));
                    self.either(&named, a.get(key), b.get(key), comma(i, keys.len()));
                }
                self.indent -= 1;
                self.line(Paint::Plain, format!("}}{end}"));
            }
            (Value::Array(a), Value::Array(b)) if !(a.is_empty() && b.is_empty()) => {
                self.line(Paint::Plain, format!("{key}["));
                self.indent += 1;
                let count = a.len().max(b.len());
                (0..count).for_each(|i| self.either("", a.get(i), b.get(i), comma(i, count)));
                self.indent -= 1;
                self.line(Paint::Plain, format!("]{end}"));
            }
            _ if same(got, expected) => self.line(Paint::Plain, format!("{key}{}{end}", shown(got))),
            _ => {
                self.found = Match::Differs;
                self.line(Paint::Changed, format!("{key}{} => {}{end}", shown(got), shown(expected)));
            }
        }
    }

    fn either(&mut self, key: &str, got: Option<&Value>, expected: Option<&Value>, end: &str) {
        match (got, expected) {
            (Some(got), Some(expected)) => self.both(key, got, expected, end),
            (Some(extra), None) => {
                self.found = self.found.max(Match::Superset);
                self.line(Paint::Extra, format!("{key}{}{end}", shown(extra)));
            }
            (None, Some(missing)) => {
                self.found = Match::Differs;
                self.line(Paint::Missing, format!("{key}{}{end}", shown(missing)));
            }
            (None, None) => {}
        }
    }

    /// Adds a line with a mark before it, so that it can be read without colours.
    fn line(&mut self, paint: Paint, text: String) {
        let mark = match paint {
            Paint::Extra => '-',
            Paint::Missing => '+',
            Paint::Changed => '~',
            _ => ' ',
        };
        if self.lines != Text::default() {
            self.lines.push(Paint::Plain, "\n");
        }
        self.lines.push(paint, format!("  {mark} {}{text}", "  ".repeat(self.indent)));
    }
}

/// Whether two values without parts are the same, letter by letter.
fn same(got: &Value, expected: &Value) -> bool {
    match (got, expected) {
        (Value::Number(a), Value::Number(b)) => a == b,
        (Value::Null, Value::Null) => true,
        (Value::Bool(a), Value::Bool(b)) => a == b,
        (Value::String(a), Value::String(b)) => a == b,
        (Value::Object(a), Value::Object(b)) => a.is_empty() && b.is_empty(),
        (Value::Array(a), Value::Array(b)) => a.is_empty() && b.is_empty(),
        _ => false,
    }
}

fn shown(value: &Value) -> String {
    print_string(value, Style::default()).unwrap_or_default()
}

fn comma(i: usize, count: usize) -> &'static str {
    if i + 1 < count { "," } else { "" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_relate_as_the_reference_has_it() {
        for (got, expected, related) in [
            (r#"{"b":[1,2.5,null],"a":{"x":"y"}}"#, r#"{ "a": {"x":"y"}, "b": [1,2.5,null] }"#, Match::Equal),
            (r#"{"a":1,"b":2}"#, r#"{"a":1}"#, Match::Superset),
            ("[1,2,3]", "[1,2]", Match::Superset),
            ("[1,2,3]", "[2,3]", Match::Differs),
            ("[1]", "[1,2]", Match::Differs),
            ("1.0", "1", Match::Differs),
            ("1e2", "100", Match::Differs),
            (r#""\u00e9""#, r#""é""#, Match::Equal),
            ("{}", "[]", Match::Differs),
            ("{} and more", "{}", Match::Equal),
            ("true", "1", Match::Differs),
            ("nope", "1", Match::Differs),
            ("1", "nope", Match::Differs),
            ("", "", Match::Differs),
        ] {
            assert_eq!(compare(got.as_bytes(), expected.as_bytes()).0, related, "{got} {expected}");
        }
    }

    #[test]
    fn differences_are_marked() {
        let (_, text) = compare(br#"{"a":1,"b":[1,2],"d":{}}"#, br#"{"b":[1,3],"c":"x","d":{}}"#);
        let expected = "    {\n  -   \"a\": 1,\n      \"b\": [\n        1,\n  ~     2 => 3\n      ],\n  +   \"c\": \"x\",\n      \"d\": {}\n    }";
        assert_eq!(text.render(false), expected);
    }
}
