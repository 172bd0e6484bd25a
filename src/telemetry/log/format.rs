//! The two forms of a line: logfmt and JSON.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::Zoned;

use super::Level;
use crate::value::json::{Style, print_to};
use crate::value::{Object, Str, Value};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Logfmt,
    Json,
}

/// How lines look: the format and the names of the standard fields.
#[derive(Clone, Debug)]
pub struct Layout {
    pub format: Format,
    /// The name of the field with the time; none to leave it out.
    pub timestamp: Option<Str>,
    pub level: Str,
    pub message: Str,
}

// === impl Layout ===

impl Default for Layout {
    fn default() -> Self {
        Self {
            format: Format::Logfmt,
            timestamp: Some("time".into()),
            level: "level".into(),
            message: "msg".into(),
        }
    }
}

impl Layout {
    /// One whole line with its line break. A field named like a standard one is prefixed by `fields.`.
    pub(super) fn line(&self, level: Level, message: &str, fields: BTreeMap<&str, &Value>) -> String {
        let time = self.timestamp.as_ref().map(|name| (name.as_str(), now()));
        let mut standard = Vec::with_capacity(3);
        standard.extend(time.as_ref().map(|(name, time)| (*name, time.as_str())));
        standard.push((self.level.as_str(), level.name()));
        standard.push((self.message.as_str(), message));
        let is_standard = |key: &str| standard.iter().any(|(name, _)| *name == key);
        let others = fields.into_iter().map(|(key, value)| match is_standard(key) {
            true => (Str::from(format!("fields.{key}")), value),
            false => (key.into(), value),
        });
        match self.format {
            Format::Logfmt => logfmt(&standard, others),
            Format::Json => json(&standard, others),
        }
    }
}

/// The time in RFC 3339, in seconds, of the local zone.
fn now() -> String {
    let now = Zoned::now();
    let format = if now.offset().is_zero() { "%Y-%m-%dT%H:%M:%SZ" } else { "%Y-%m-%dT%H:%M:%S%:z" };
    now.strftime(format).to_string()
}

fn logfmt<'a>(standard: &[(&str, &str)], others: impl Iterator<Item = (Str, &'a Value)>) -> String {
    let mut line = String::with_capacity(160);
    let mut put = |key: &str, value: &str| {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(key);
        line.push('=');
        if is_plain(value) {
            line.push_str(value);
        } else {
            quote(&mut line, value);
        }
    };
    standard.iter().for_each(|(key, value)| put(key, value));
    others.for_each(|(key, value)| match value {
        Value::String(text) => put(&key, text),
        other => put(&key, &json_text(other, false)),
    });
    line.push('\n');
    line
}

fn is_plain(value: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._/@^+".contains(&b);
    !value.is_empty() && value.bytes().all(plain)
}

/// Quotes as Go's `%q` does.
fn quote(line: &mut String, value: &str) {
    line.push('"');
    for c in value.chars() {
        match c {
            '"' => line.push_str("\\\""),
            '\\' => line.push_str("\\\\"),
            '\n' => line.push_str("\\n"),
            '\r' => line.push_str("\\r"),
            '\t' => line.push_str("\\t"),
            c if c.is_ascii_control() => hex(line, 'x', 2, c),
            c if c.is_control() => hex(line, 'u', 4, c),
            c => line.push(c),
        }
    }
    line.push('"');
}

fn json<'a>(standard: &[(&str, &str)], others: impl Iterator<Item = (Str, &'a Value)>) -> String {
    let standard = standard.iter().map(|(key, text)| ((*key).into(), Value::from(*text)));
    // What has no JSON text, such as NaN, must not spoil the line.
    let printable = |value: &Value| match value {
        Value::Float(_) | Value::Array(_) | Value::Object(_) if json_text(value, false).is_empty() => {
            Value::Null
        }
        other => other.clone(),
    };
    let all: Object = standard.chain(others.map(|(key, value)| (key, printable(value)))).collect();
    let mut line = json_text(&Value::Object(all), true);
    line.push('\n');
    line
}

/// Compact JSON; empty for what has none.
fn json_text(value: &Value, escape_html: bool) -> String {
    let mut text = Vec::new();
    let printed = print_to(&mut text, value, Style { escape_html, ..Style::default() });
    printed.map(|()| String::from_utf8_lossy(&text).into_owned()).unwrap_or_default()
}

fn hex(line: &mut String, mark: char, digits: usize, c: char) {
    // Writing to a string cannot fail.
    let _ = write!(line, "\\{mark}{:0digits$x}", u32::from(c));
}
