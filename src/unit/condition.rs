//! What a case asks of a message that comes out.

use std::path::{Path, PathBuf};

use super::json_diff::{Match, compare};
use super::line_diff;
use super::text::{Paint, Text};
use crate::bloblang::go::path;
use crate::bloblang::go::regex::Pattern;
use crate::config::cases::{
    BLOBLANG, CONTENT_EQUALS, CONTENT_MATCHES, FILE_EQUALS, FILE_JSON_CONTAINS, FILE_JSON_EQUALS,
    JSON_CONTAINS, JSON_EQUALS, METADATA_EQUALS,
};
use crate::config::{Conf, ConfError, Field};
use crate::expr::Mapping;
use crate::message::{Message, batch_of};
use crate::value::compare::equal;
use crate::value::json::{Style, print_string};
use crate::value::{Str, Value, text};

/// One condition and its name in the config.
#[derive(Clone)]
pub struct Condition {
    name: &'static str,
    check: Check,
}

#[derive(Clone)]
enum Check {
    Bloblang(Mapping),
    Content(Wanted),
    Matches(Str),
    Metadata(Vec<(Str, Value)>),
    /// The content as JSON; the message may have more than is wanted if only `Match::Superset` is asked for.
    Json(Wanted, Match),
}

/// A text that is wanted.
#[derive(Clone)]
enum Wanted {
    Here(String),
    /// The content of a file.
    In(PathBuf),
}

/// Reads the conditions of one message in the order in which they are told; files are relative to `folder`.
pub fn read(conf: &Conf, folder: &Path) -> Result<Vec<Condition>, ConfError> {
    let mut all = Vec::new();
    let mut add = |name, check: Option<Check>| all.extend(check.map(|check| Condition { name, check }));
    let file = |name: Str| Wanted::In(path::join([&folder.to_string_lossy(), name.as_str()]).into());
    add(BLOBLANG.name(), bloblang(conf)?);
    add(
        CONTENT_EQUALS.name(),
        written(conf, &CONTENT_EQUALS)?.map(|text| Check::Content(Wanted::Here(text.into()))),
    );
    add(CONTENT_MATCHES.name(), written(conf, &CONTENT_MATCHES)?.map(Check::Matches));
    add(FILE_EQUALS.name(), conf.get(&FILE_EQUALS)?.map(|name| Check::Content(file(name))));
    add(
        FILE_JSON_CONTAINS.name(),
        conf.get(&FILE_JSON_CONTAINS)?.map(|name| Check::Json(file(name), Match::Superset)),
    );
    add(
        FILE_JSON_EQUALS.name(),
        conf.get(&FILE_JSON_EQUALS)?.map(|name| Check::Json(file(name), Match::Equal)),
    );
    add(JSON_CONTAINS.name(), document(conf, &JSON_CONTAINS).map(|text| Check::Json(text, Match::Superset)));
    add(JSON_EQUALS.name(), document(conf, &JSON_EQUALS).map(|text| Check::Json(text, Match::Equal)));
    add(METADATA_EQUALS.name(), conf.get(&METADATA_EQUALS)?.map(Check::Metadata));
    Ok(all)
}

/// A text that is written out, where null is empty text.
fn written(conf: &Conf, field: &Field<Option<Str>>) -> Result<Option<Str>, ConfError> {
    let empty = conf.node().get(field.name()).filter(|node| node.is_null()).map(|_| Str::new());
    Ok(conf.get(field)?.or(empty))
}

fn bloblang(conf: &Conf) -> Result<Option<Check>, ConfError> {
    let Some(text) = conf.get(&BLOBLANG)? else { return Ok(None) };
    let mapping = Mapping::compile(&text).map_err(|errors| {
        let why = errors.first().map(ToString::to_string).unwrap_or_default();
        conf.error(&BLOBLANG, why)
    })?;
    Ok(Some(Check::Bloblang(mapping)))
}

/// The JSON text of a value that is written out, null included; a string is JSON text already.
fn document(conf: &Conf, field: &Field<Option<Value>>) -> Option<Wanted> {
    let text = match conf.node().get(field.name())?.to_value() {
        Value::String(text) => text.into(),
        value => print_string(&value, Style::default()).unwrap_or_default(),
    };
    Some(Wanted::Here(text))
}

// === impl Condition ===

impl Condition {
    /// Why `message` does not fulfil the condition, if it does not.
    pub fn failure(&self, message: &Message) -> Option<Text> {
        let why = self.check.run(message).err()?;
        let mut text = Text::plain(format!("{}: ", self.name));
        text.append(why);
        Some(text)
    }
}

// === impl Check ===

impl Check {
    fn run(&self, message: &Message) -> Result<(), Text> {
        match self {
            Check::Bloblang(mapping) => query(mapping, message),
            Check::Content(wanted) => content(&wanted.text("comparison file")?, message),
            Check::Matches(pattern) => matches(pattern, message),
            Check::Metadata(wanted) => metadata(wanted, message),
            Check::Json(wanted, enough) => {
                let (found, differences) =
                    compare(message.bytes(), wanted.text("comparison JSON file")?.as_bytes());
                if found <= *enough {
                    return Ok(());
                }
                let what = if *enough == Match::Equal { "content" } else { "superset" };
                let mut text = Text::plain(format!("JSON {what} mismatch\n"));
                text.append(differences);
                Err(text)
            }
        }
    }
}

impl Wanted {
    fn text(&self, what: &str) -> Result<String, Text> {
        match self {
            Wanted::Here(text) => Ok(text.clone()),
            Wanted::In(path) => {
                let bytes = std::fs::read(path).map_err(|error| {
                    Text::plain(format!("failed to read {what} {}: {error}", path.display()))
                })?;
                Ok(String::from_utf8_lossy(&bytes).into_owned())
            }
        }
    }
}

fn query(mapping: &Mapping, message: &Message) -> Result<(), Text> {
    let mapped =
        mapping.map(&batch_of(message.clone()), 0).map_err(|error| Text::plain(error.to_string()))?;
    let Some(mapped) = mapped else {
        return Err(Text::plain("the mapping deleted the message, expected a boolean value"));
    };
    match mapped.structured() {
        Ok(Value::Bool(true)) => Ok(()),
        Ok(Value::Bool(false)) => Err(Text::plain("bloblang expression was false")),
        Ok(other) => {
            Err(Text::plain(format!("expected a boolean value from the mapping, got {}", other.type_name())))
        }
        Err(error) => Err(Text::plain(error.to_string())),
    }
}

fn content(wanted: &str, message: &Message) -> Result<(), Text> {
    let got = String::from_utf8_lossy(message.bytes());
    if got == wanted {
        return Ok(());
    }
    let mut text = Text::plain("content mismatch\n  expected: ")
        .and(Paint::Expected, wanted)
        .and(Paint::Plain, "\n  received: ")
        .and(Paint::Received, got.as_ref());
    if let Some(differences) = line_diff::lines(&got, wanted) {
        text.push(Paint::Plain, "\n  line by line:");
        text.append(differences);
    }
    Err(text)
}

fn matches(pattern: &str, message: &Message) -> Result<(), Text> {
    let regex = Pattern::new(pattern)
        .map_err(|error| Text::plain(format!("the pattern does not compile: {error}")))?;
    let got = String::from_utf8_lossy(message.bytes());
    if regex.regex().is_match(&got) {
        return Ok(());
    }
    Err(Text::plain("pattern mismatch\n   pattern: ")
        .and(Paint::Expected, pattern)
        .and(Paint::Plain, "\n  received: ")
        .and(Paint::Received, got))
}

fn metadata(wanted: &[(Str, Value)], message: &Message) -> Result<(), Text> {
    for (key, expected) in wanted {
        let Some(got) = message.meta().get(key) else {
            return Err(Text::plain(format!("metadata key '{key}' expected but not found")));
        };
        if !equal(expected, got) {
            // Otherwise the number 5 and the text "5" would look the same.
            let typed = |value: &Value| format!("{} ({})", text::string(value), value.type_name());
            return Err(Text::plain(format!("metadata key '{key}' mismatch\n  expected: "))
                .and(Paint::Expected, typed(expected))
                .and(Paint::Plain, "\n  received: ")
                .and(Paint::Received, typed(got)));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::parse;

    /// The failures of `message` (with metadata `k: 5`) under the conditions that `text` says.
    fn failures(text: &str, message: &str) -> Vec<String> {
        let conf = Conf::new(parse(text.as_bytes()).unwrap(), "root");
        let mut message = Message::from_bytes(message.to_owned());
        message.set_meta("k", Value::Int(5));
        let all = read(&conf, Path::new("none")).unwrap();
        all.iter().filter_map(|condition| condition.failure(&message)).map(|t| t.render(false)).collect()
    }

    #[test]
    fn conditions_hold_or_say_why_not() {
        for (conditions, message) in [
            ("{content_equals: a, content_matches: '^a'}", "a"),
            ("{bloblang: 'content() == \"a\"'}", "a"),
            ("{bloblang: 'root = @k == 5'}", "a"),
            ("{bloblang: 'root = \"true\"'}", "a"),
            ("{metadata_equals: {k: 5.0}}", "a"),
            ("{json_equals: {a: 1}}", r#"{ "a": 1 }"#),
            ("{json_equals: '{\"a\": 1}'}", r#"{"a":1}"#),
            ("{json_equals: null}", "null"),
            ("{json_contains: {a: 1}}", r#"{"a":1,"b":2}"#),
        ] {
            assert!(failures(conditions, message).is_empty(), "{conditions}");
        }
        for (conditions, message, why) in [
            ("{content_equals: null}", "a", "content_equals: content mismatch\n  expected: \n  received: a"),
            ("{content_equals: b}", "a", "content_equals: content mismatch\n  expected: b\n  received: a"),
            (
                "{content_matches: '^b'}",
                "a",
                "content_matches: pattern mismatch\n   pattern: ^b\n  received: a",
            ),
            ("{bloblang: 'false'}", "a", "bloblang: bloblang expression was false"),
            (
                "{bloblang: 'root = deleted()'}",
                "a",
                "bloblang: the mapping deleted the message, expected a boolean value",
            ),
            ("{bloblang: '5'}", "a", "bloblang: expected a boolean value from the mapping, got number"),
            ("{metadata_equals: {x: 1}}", "a", "metadata_equals: metadata key 'x' expected but not found"),
            (
                "{metadata_equals: {k: '5'}}",
                "a",
                "metadata_equals: metadata key 'k' mismatch\n  expected: 5 (string)\n  received: 5 (number)",
            ),
            ("{json_equals: 1}", "2", "json_equals: JSON content mismatch\n  ~ 2 => 1"),
        ] {
            assert_eq!(failures(conditions, message), [why], "{conditions}");
        }
        assert_eq!(failures("{file_equals: x, content_matches: '('}", "a").len(), 2);
    }

    #[test]
    fn a_query_that_does_not_parse_is_an_error_of_the_case() {
        let conf = Conf::new(parse(b"{bloblang: 'this.('}").unwrap(), "root");
        assert!(read(&conf, Path::new("")).is_err());
    }
}
