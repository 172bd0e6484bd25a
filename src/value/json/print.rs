//! The printer: one walk without recursion into a byte buffer.

use std::fmt;
use std::slice;

use base64::{Engine, prelude::BASE64_STANDARD};

use super::super::{Str, Value, number, text};
use super::scan::{self, Stops};

/// How a document is laid out.
#[derive(Clone, Copy, Debug, Default)]
pub struct Style<'a> {
    /// Written once per level at the start of a line; without it everything is on one line.
    pub indent: Option<&'a str>,
    /// Whether `<`, `>` and `&` are escaped.
    pub escape_html: bool,
}

/// A value without JSON text: NaN, an infinity, or a time that RFC 3339 does not know.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Unprintable {
    Number(f64),
    Year(i64),
}

/// Appends the JSON text of `value` to `out`; after an error `out` holds a part of it.
pub fn print_to(out: &mut Vec<u8>, value: &Value, style: Style<'_>) -> Result<(), Unprintable> {
    let stops = if style.escape_html { scan::WRITE_HTML } else { scan::WRITE };
    Printer { out, stops, indent: style.indent }.document(value)
}

/// The JSON text of `value` on one line with `<>&` as they are: the form of messages.
pub fn print(value: &Value) -> Result<Vec<u8>, Unprintable> {
    let mut out = Vec::with_capacity(128);
    print_to(&mut out, value, Style::default())?;
    Ok(out)
}

/// Why `value` has no JSON text, if so; much cheaper than trying to print it.
pub fn unprintable(value: &Value) -> Option<Unprintable> {
    if !matches!(value, Value::Array(_) | Value::Object(_)) {
        return unprintable_leaf(value);
    }
    let mut left: smallvec::SmallVec<[&Value; 16]> = smallvec::smallvec![value];
    while let Some(value) = left.pop() {
        match value {
            Value::Array(items) => left.extend(items.iter()),
            Value::Object(object) => left.extend(object.iter().map(|(_, value)| value)),
            Value::Float(_) | Value::Sized(_) | Value::Timestamp(_) => {
                if let Some(reason) = unprintable_leaf(value) {
                    return Some(reason);
                }
            }
            _ => {}
        }
    }
    None
}

fn unprintable_leaf(value: &Value) -> Option<Unprintable> {
    match value {
        Value::Float(f) if !f.is_finite() => Some(Unprintable::Number(*f)),
        Value::Sized(sized) => unprintable_leaf(&sized.common()),
        Value::Timestamp(t) if !(0..=9999).contains(&t.year()) => Some(Unprintable::Year(t.year())),
        _ => None,
    }
}

/// The JSON text of `value` as a string.
pub fn print_string(value: &Value, style: Style<'_>) -> Result<String, Unprintable> {
    let mut out = Vec::with_capacity(128);
    print_to(&mut out, value, style)?;
    Ok(String::from_utf8(out).unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned()))
}

struct Printer<'o, 'f> {
    out: &'o mut Vec<u8>,
    stops: Stops,
    indent: Option<&'f str>,
}

/// A container that is being written: what is left of it.
enum Open<'v> {
    Array(slice::Iter<'v, Value>),
    Object(slice::Iter<'v, (Str, Value)>),
}

// === impl Printer ===

impl Printer<'_, '_> {
    fn document(&mut self, value: &Value) -> Result<(), Unprintable> {
        let mut open: smallvec::SmallVec<[Open<'_>; 8]> = Default::default();
        let mut value = value;
        loop {
            let mut first = true;
            match value {
                Value::Array(items) if !items.is_empty() => {
                    self.out.push(b'[');
                    open.push(Open::Array(items.iter()));
                }
                Value::Object(object) if !object.is_empty() => {
                    self.out.push(b'{');
                    open.push(Open::Object(object.iter()));
                }
                _ => {
                    self.leaf(value)?;
                    first = false;
                }
            }
            // Find the next value, closing the containers that are finished.
            value = loop {
                let depth = open.len();
                let Some(container) = open.last_mut() else { return Ok(()) };
                match container {
                    Open::Array(items) => match items.next() {
                        Some(item) => {
                            self.separate(first, depth);
                            break item;
                        }
                        None => self.close(b']', depth),
                    },
                    Open::Object(entries) => match entries.next() {
                        Some((key, value)) => {
                            self.separate(first, depth);
                            self.string(key);
                            self.out.extend_from_slice(if self.indent.is_some() { b": " } else { b":" });
                            break value;
                        }
                        None => self.close(b'}', depth),
                    },
                }
                open.pop();
                first = false;
            };
        }
    }

    fn leaf(&mut self, value: &Value) -> Result<(), Unprintable> {
        match value {
            Value::Null | Value::Delete | Value::Nothing => self.out.extend_from_slice(b"null"),
            Value::Bool(true) => self.out.extend_from_slice(b"true"),
            Value::Bool(false) => self.out.extend_from_slice(b"false"),
            Value::Int(i) => self.out.extend_from_slice(itoa::Buffer::new().format(*i).as_bytes()),
            Value::Float(f) if !f.is_finite() => return Err(Unprintable::Number(*f)),
            Value::Float(f) => self.out.extend_from_slice(number::json_text(*f).as_bytes()),
            Value::Sized(sized) => self.leaf(&sized.common())?,
            Value::Number(text) => self.out.extend_from_slice(text.as_bytes()),
            Value::String(s) => self.string(s),
            Value::RawString(bytes) => self.raw_string(bytes),
            Value::Bytes(bytes) => self.base64(bytes),
            Value::Timestamp(t) if !(0..=9999).contains(&t.year()) => {
                return Err(Unprintable::Year(t.year()));
            }
            Value::Timestamp(t) => self.string(&text::rfc3339(t)),
            Value::Array(_) => self.out.extend_from_slice(b"[]"),
            Value::Object(_) => self.out.extend_from_slice(b"{}"),
        }
        Ok(())
    }

    fn base64(&mut self, bytes: &[u8]) {
        self.out.push(b'"');
        let start = self.out.len();
        self.out.resize(start + bytes.len().div_ceil(3) * 4, 0);
        let written = BASE64_STANDARD.encode_slice(bytes, &mut self.out[start..]).unwrap_or(0);
        self.out.truncate(start + written);
        self.out.push(b'"');
    }

    /// Comma and line break before a value at `depth`.
    #[inline]
    fn separate(&mut self, first: bool, depth: usize) {
        if !first {
            self.out.push(b',');
        }
        self.line(depth);
    }

    fn close(&mut self, bracket: u8, depth: usize) {
        self.line(depth - 1);
        self.out.push(bracket);
    }

    #[inline]
    fn line(&mut self, depth: usize) {
        if let Some(indent) = self.indent {
            self.out.push(b'\n');
            for _ in 0..depth {
                self.out.extend_from_slice(indent.as_bytes());
            }
        }
    }

    fn string(&mut self, s: &str) {
        self.out.reserve(s.len() + 2);
        self.out.push(b'"');
        self.content(s);
        self.out.push(b'"');
    }

    #[inline]
    fn content(&mut self, s: &str) {
        let bytes = s.as_bytes();
        let mut done = 0;
        loop {
            let stop = self.stops.find(bytes, done);
            self.out.extend_from_slice(&bytes[done..stop]);
            if stop == bytes.len() {
                return;
            }
            done = stop + self.escape(&bytes[stop..]);
        }
    }

    /// Invalid bytes are written as escapes, so that they differ from a U+FFFD in the text.
    fn raw_string(&mut self, bytes: &[u8]) {
        self.out.push(b'"');
        for chunk in bytes.utf8_chunks() {
            self.content(chunk.valid());
            for _ in chunk.invalid() {
                self.out.extend_from_slice(b"\\ufffd");
            }
        }
        self.out.push(b'"');
    }

    /// Writes the character that `rest` starts with, and returns how many bytes of it are done.
    fn escape(&mut self, rest: &[u8]) -> usize {
        const HEX: &[u8; 16] = b"0123456789abcdef";
        let short = match rest[0] {
            b @ (b'"' | b'\\') => b,
            0x08 => b'b',
            0x0C => b'f',
            b'\n' => b'n',
            b'\r' => b'r',
            b'\t' => b't',
            0xE2 => return self.line_separator(rest),
            b => {
                self.out.extend_from_slice(b"\\u00");
                self.out.extend_from_slice(&[HEX[(b >> 4) as usize], HEX[(b & 15) as usize]]);
                return 1;
            }
        };
        self.out.extend_from_slice(&[b'\\', short]);
        1
    }

    /// Writes U+2028 and U+2029 as escapes, anything else that begins with 0xE2 as it is.
    fn line_separator(&mut self, rest: &[u8]) -> usize {
        match rest {
            [_, 0x80, 0xA8, ..] => self.out.extend_from_slice(b"\\u2028"),
            [_, 0x80, 0xA9, ..] => self.out.extend_from_slice(b"\\u2029"),
            _ => {
                self.out.push(0xE2);
                return 1;
            }
        }
        3
    }
}

// === impl Unprintable ===

impl fmt::Display for Unprintable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unprintable::Number(number) => write!(f, "unsupported value: {}", number::general_text(*number)),
            Unprintable::Year(year) => write!(f, "a time of the year {year} is outside of 0 to 9999"),
        }
    }
}

impl std::error::Error for Unprintable {}
