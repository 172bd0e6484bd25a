//! The two forms of a line: logfmt and JSON.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::Zoned;

use super::Level;
use crate::value::Str;

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
    pub(super) fn line(&self, level: Level, message: &str, fields: BTreeMap<&str, &str>) -> String {
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

fn logfmt<'a>(standard: &[(&str, &str)], others: impl Iterator<Item = (Str, &'a str)>) -> String {
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
    others.for_each(|(key, value)| put(&key, value));
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

fn json<'a>(standard: &[(&str, &'a str)], others: impl Iterator<Item = (Str, &'a str)>) -> String {
    let mut all: Vec<(Str, &str)> = standard.iter().map(|(key, value)| ((*key).into(), *value)).collect();
    all.extend(others);
    all.sort();
    let mut line = String::with_capacity(200);
    for (i, (key, value)) in all.iter().enumerate() {
        line.push(if i == 0 { '{' } else { ',' });
        json_string(&mut line, key);
        line.push(':');
        json_string(&mut line, value);
    }
    line.push_str("}\n");
    line
}

/// A JSON string with everything escaped that HTML would read.
fn json_string(line: &mut String, value: &str) {
    line.push('"');
    for c in value.chars() {
        match c {
            '"' => line.push_str("\\\""),
            '\\' => line.push_str("\\\\"),
            '\n' => line.push_str("\\n"),
            '\r' => line.push_str("\\r"),
            '\t' => line.push_str("\\t"),
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => hex(line, 'u', 4, c),
            c if c < ' ' => hex(line, 'u', 4, c),
            c => line.push(c),
        }
    }
    line.push('"');
}

fn hex(line: &mut String, mark: char, digits: usize, c: char) {
    // Writing to a string cannot fail.
    let _ = write!(line, "\\{mark}{:0digits$x}", u32::from(c));
}
