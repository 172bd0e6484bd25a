//! Numbers and strings.

use super::cursor::{Cursor, Failure, Parsed};
use crate::value::json::go_lossy;
use crate::value::{Str, Value};

impl Cursor<'_> {
    /// A number: digits with an optional fraction, and a minus right before it.
    pub(super) fn number(&mut self) -> Parsed<Value> {
        let start = self.at;
        let mut probe = *self;
        let negative = probe.eat("-");
        let from = probe.at;
        if probe.take_while(|b| b.is_ascii_digit()).is_empty() {
            return Err(Failure::expected(probe.at, "number"));
        }
        let mut fraction = probe;
        let float = fraction.eat(".") && !fraction.take_while(|b| b.is_ascii_digit()).is_empty();
        if float {
            probe = fraction;
        }
        let digits = &self.text[from..probe.at];
        let value = if float {
            let parsed: f64 = digits
                .parse()
                .map_err(|_| Failure::problem(start, format!("failed to parse '{digits}' as float")))?;
            Value::Float(if negative { -parsed } else { parsed })
        } else {
            let parsed: i64 = digits.parse().map_err(|_| {
                Failure::problem(start, format!("failed to parse '{digits}' as integer: value out of range"))
            })?;
            Value::Int(if negative { -parsed } else { parsed })
        };
        *self = probe;
        Ok(value)
    }

    /// A string between three quotes, in which nothing is special.
    pub(super) fn triple_quoted(&mut self) -> Parsed<Str> {
        let mut probe = *self;
        // The reference wants six characters before it believes in a triple quote.
        if probe.rest().len() < 6 || !probe.eat("\"\"\"") {
            return Err(Failure::expected(self.at, "quoted string"));
        }
        let Some(len) = probe.rest().find("\"\"\"") else {
            return Err(Failure::problem(self.text.len(), "required: expected end triple-quote"));
        };
        let text = probe.rest()[..len].into();
        probe.at += len + 3;
        *self = probe;
        Ok(text)
    }

    /// A name between quotes with the escapes of Go. Bytes that are not UTF-8 are replaced.
    pub(super) fn quoted(&mut self) -> Parsed<Str> {
        self.quoted_bytes().map(|bytes| go_lossy(&bytes).as_ref().into())
    }

    /// A string between quotes with the escapes of Go, by which it may hold any bytes.
    pub(super) fn quoted_bytes(&mut self) -> Parsed<Vec<u8>> {
        if self.peek() != Some(b'"') {
            return Err(Failure::expected(self.at, "quoted string"));
        }
        let inner = &self.text[self.at + 1..];
        let mut escaped = false;
        let end = inner.bytes().position(|b| {
            let ends = b == b'"' && !escaped;
            escaped = b == b'\\' && !escaped;
            ends
        });
        let Some(end) = end else {
            return Err(Failure::problem(self.text.len(), "required: expected end quote"));
        };
        let text = unescape(&inner[..end]).ok_or_else(|| {
            Failure::problem(self.at, "failed to unescape quoted string contents: invalid syntax")
        })?;
        self.at += end + 2;
        Ok(text)
    }
}

/// The content of a Go string literal; none if an escape is wrong or a line break is in it.
fn unescape(raw: &str) -> Option<Vec<u8>> {
    if raw.contains('\n') {
        return None;
    }
    if !raw.contains('\\') {
        return Some(raw.as_bytes().to_vec());
    }
    let mut out: Vec<u8> = Vec::with_capacity(raw.len());
    let mut chars = raw.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            continue;
        }
        let byte = match chars.next()? {
            'a' => 7,
            'b' => 8,
            'f' => 12,
            'n' => b'\n',
            'r' => b'\r',
            't' => b'\t',
            'v' => 11,
            '\\' => b'\\',
            '"' => b'"',
            'x' => u8::try_from(digits(&mut chars, 2, 16)?).ok()?,
            'u' => {
                push(&mut out, char::from_u32(digits(&mut chars, 4, 16)?)?);
                continue;
            }
            'U' => {
                push(&mut out, char::from_u32(digits(&mut chars, 8, 16)?)?);
                continue;
            }
            first @ '0'..='7' => {
                let rest = digits(&mut chars, 2, 8)?;
                u8::try_from(first.to_digit(8)? * 64 + rest).ok()?
            }
            _ => return None,
        };
        out.push(byte);
    }
    Some(out)
}

fn push(out: &mut Vec<u8>, c: char) {
    out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
}

fn digits(chars: &mut std::str::Chars<'_>, n: usize, radix: u32) -> Option<u32> {
    let mut value = 0;
    for _ in 0..n {
        value = value * radix + chars.next()?.to_digit(radix)?;
    }
    Some(value)
}
