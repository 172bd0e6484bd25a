//! Values as YAML: block style, four spaces a level, keys in natural order.

use super::order::natural;
use super::style::{Style, double_quoted, style};
use crate::value::{Array, Object, SizedNumber, Value, number, text};

/// Spaces a level.
const STEP: usize = 4;

/// Keys longer than this are written behind a `?`.
const LONGEST_KEY: usize = 128;

/// The YAML text of a value, with a line break at its end. Numbers of a document are texts and so are quoted.
pub fn emit(value: &Value) -> String {
    let mut out = String::new();
    match value {
        Value::Object(object) if !object.is_empty() => mapping(object, 0, &mut out),
        Value::Array(items) if !items.is_empty() => sequence(items, 0, &mut out),
        Value::Bytes(bytes) if !bytes.is_empty() => sequence(&byte_list(bytes), 0, &mut out),
        scalar => leaf(scalar, STEP, &mut out),
    }
    if !out.ends_with('\n') {
        out.push('\n');
    }
    out
}

/// Bytes are lists of numbers.
fn byte_list(bytes: &[u8]) -> Array {
    bytes.iter().map(|b| Value::Int(i64::from(*b))).collect()
}

/// The entries of an object; the first stands where `out` is.
fn mapping(object: &Object, indent: usize, out: &mut String) {
    for (i, (key, value)) in natural(object).into_iter().enumerate() {
        if i > 0 {
            line(indent, out);
        }
        let long = key.len() > LONGEST_KEY;
        if long {
            out.push_str("? ");
        }
        write_text(key, true, indent, out);
        if long {
            line(indent, out);
        }
        out.push(':');
        // Values are indented to the next whole level.
        let inner = STEP * (indent / STEP + 1);
        match value {
            Value::Object(object) if !object.is_empty() => {
                line(inner, out);
                mapping(object, inner, out);
            }
            Value::Array(items) if !items.is_empty() => {
                line(inner, out);
                sequence(items, inner, out);
            }
            Value::Bytes(bytes) if !bytes.is_empty() => {
                line(inner, out);
                sequence(&byte_list(bytes), inner, out);
            }
            scalar => {
                out.push(' ');
                leaf(scalar, inner, out);
            }
        }
    }
}

/// The items of a list; the first stands where `out` is. What is inside of an item begins on its line.
fn sequence(items: &Array, indent: usize, out: &mut String) {
    for (i, item) in items.iter().enumerate() {
        if i > 0 {
            line(indent, out);
        }
        out.push_str("- ");
        let inner = indent + 2;
        match item {
            Value::Object(object) if !object.is_empty() => mapping(object, inner, out),
            Value::Array(items) if !items.is_empty() => sequence(items, inner, out),
            Value::Bytes(bytes) if !bytes.is_empty() => sequence(&byte_list(bytes), inner, out),
            scalar => leaf(scalar, inner, out),
        }
    }
}

/// Begins a line, unless a block of lines has just ended with one.
fn line(indent: usize, out: &mut String) {
    if !out.ends_with('\n') {
        out.push('\n');
    }
    out.extend(std::iter::repeat_n(' ', indent));
}

fn leaf(value: &Value, indent: usize, out: &mut String) {
    match value {
        Value::Null | Value::Delete | Value::Nothing => out.push_str("null"),
        Value::Float(f) if f.is_nan() => out.push_str(".nan"),
        Value::Float(f) if f.is_infinite() => out.push_str(if *f > 0.0 { ".inf" } else { "-.inf" }),
        Value::Float(f) => out.push_str(number::general_text(*f).as_str()),
        Value::Sized(SizedNumber::Single(f)) => leaf(&Value::Float(number::widened(*f)), indent, out),
        Value::Bool(_) | Value::Int(_) | Value::Sized(_) | Value::Timestamp(_) => {
            out.push_str(&text::string(value));
        }
        Value::Array(_) | Value::Bytes(_) => out.push_str("[]"),
        Value::Object(_) => out.push_str("{}"),
        Value::String(s) | Value::Number(s) => write_text(s, false, indent, out),
        Value::RawString(_) => write_text(&text::string(value), false, indent, out),
    }
}

fn write_text(text: &str, is_key: bool, indent: usize, out: &mut String) {
    match style(text, is_key) {
        Style::Plain => out.push_str(text),
        Style::Single => {
            out.push('\'');
            out.push_str(&text.replace('\'', "''"));
            out.push('\'');
        }
        Style::Double => double_quoted(text, out),
        Style::Literal => literal(text, indent, out),
    }
}

/// A block of lines: its header says how the text begins and ends.
fn literal(text: &str, indent: usize, out: &mut String) {
    out.push('|');
    if text.starts_with([' ', '\n']) {
        out.push('4');
    }
    if !text.ends_with('\n') {
        out.push('-');
    } else if text == "\n" || text.ends_with("\n\n") {
        out.push('+');
    }
    if !text.bytes().all(|b| b == b'\n') {
        out.push('\n');
    }
    for part in text.split_inclusive('\n') {
        if part != "\n" {
            out.extend(std::iter::repeat_n(' ', indent));
        }
        out.push_str(part);
    }
}
