//! Reading JSON.

use ecow::EcoVec;

use crate::value::{Array, Object, Str, Value};

/// Deeper nesting is refused.
const MAX_DEPTH: u32 = 10_000;

/// Why a text is no JSON, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonError {
    /// In bytes from the start.
    pub offset: usize,
    pub what: &'static str,
}

impl std::fmt::Display for JsonError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} at offset {}", self.what, self.offset)
    }
}

impl std::error::Error for JsonError {}

/// The one document that `text` holds.
pub fn parse(text: &[u8]) -> Result<Value, JsonError> {
    let (value, end) = parse_prefix(text)?;
    let rest = text[end..].iter().position(|b| !is_space(*b));
    match rest {
        None => Ok(value),
        Some(at) => Err(JsonError { offset: end + at, what: "message contains multiple valid documents" }),
    }
}

/// The first document in `text`, and where it ends.
pub fn parse_prefix(text: &[u8]) -> Result<(Value, usize), JsonError> {
    let mut parser = Parser { text, at: 0, scratch: Vec::new() };
    let value = parser.value(0)?;
    Ok((value, parser.at))
}

struct Parser<'a> {
    text: &'a [u8],
    at: usize,
    scratch: Vec<u8>,
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

impl<'a> Parser<'a> {
    fn fail<T>(&self, what: &'static str) -> Result<T, JsonError> {
        Err(JsonError { offset: self.at.min(self.text.len()), what })
    }

    /// The next byte that is no white space.
    fn peek(&mut self) -> Option<u8> {
        while let Some(&byte) = self.text.get(self.at) {
            if !is_space(byte) {
                return Some(byte);
            }
            self.at += 1;
        }
        None
    }

    fn value(&mut self, depth: u32) -> Result<Value, JsonError> {
        match self.peek() {
            Some(b'{') => self.object(depth),
            Some(b'[') => self.array(depth),
            Some(b'"') => Ok(Value::String(self.string()?)),
            Some(b't') => self.word(b"true", Value::Bool(true)),
            Some(b'f') => self.word(b"false", Value::Bool(false)),
            Some(b'n') => self.word(b"null", Value::Null),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(_) => self.fail("invalid character looking for the beginning of a value"),
            None => self.fail("unexpected end of JSON input"),
        }
    }

    fn word(&mut self, word: &[u8], value: Value) -> Result<Value, JsonError> {
        if self.text[self.at..].starts_with(word) {
            self.at += word.len();
            return Ok(value);
        }
        self.fail("invalid literal")
    }

    fn object(&mut self, depth: u32) -> Result<Value, JsonError> {
        if depth >= MAX_DEPTH {
            return self.fail("exceeded the maximum depth of nesting");
        }
        self.at += 1;
        let mut entries: EcoVec<(Str, Value)> = EcoVec::new();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(Value::Object(Object::new()));
        }
        loop {
            if self.peek() != Some(b'"') {
                return self.fail("expected a string as object key");
            }
            let key = self.string()?;
            if self.peek() != Some(b':') {
                return self.fail("expected a colon after object key");
            }
            self.at += 1;
            let value = self.value(depth + 1)?;
            entries.push((key, value));
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => break,
                _ => return self.fail("expected a comma or the end of the object"),
            }
        }
        self.at += 1;
        Ok(Value::Object(Object::from_entries(entries)))
    }

    fn array(&mut self, depth: u32) -> Result<Value, JsonError> {
        if depth >= MAX_DEPTH {
            return self.fail("exceeded the maximum depth of nesting");
        }
        self.at += 1;
        let mut items = Array::new();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(Value::Array(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') => break,
                _ => return self.fail("expected a comma or the end of the array"),
            }
        }
        self.at += 1;
        Ok(Value::Array(items))
    }

    fn digits(&mut self) -> bool {
        let from = self.at;
        while self.text.get(self.at).is_some_and(u8::is_ascii_digit) {
            self.at += 1;
        }
        self.at > from
    }

    fn number(&mut self) -> Result<Value, JsonError> {
        let from = self.at;
        self.at += usize::from(self.text[self.at] == b'-');
        if self.text.get(self.at) == Some(&b'0') {
            self.at += 1;
        } else if !self.digits() {
            return self.fail("invalid number");
        }
        if self.text.get(self.at) == Some(&b'.') {
            self.at += 1;
            if !self.digits() {
                return self.fail("invalid number");
            }
        }
        if matches!(self.text.get(self.at), Some(b'e' | b'E')) {
            self.at += 1;
            self.at += usize::from(matches!(self.text.get(self.at), Some(b'+' | b'-')));
            if !self.digits() {
                return self.fail("invalid number");
            }
        }
        let text = std::str::from_utf8(&self.text[from..self.at]).unwrap_or("0");
        Ok(Value::Number(text.into()))
    }

    fn string(&mut self) -> Result<Str, JsonError> {
        self.at += 1;
        let from = self.at;
        let plain = self.text[from..].iter().position(|b| *b == b'"' || *b == b'\\' || *b < 0x20);
        let Some(plain) = plain else {
            self.at = self.text.len();
            return self.fail("unexpected end of JSON input");
        };
        self.at += plain;
        if self.text[self.at] == b'"' {
            let bytes = &self.text[from..self.at];
            self.at += 1;
            return Ok(self.text_of(bytes));
        }
        self.escaped(from)
    }

    fn escaped(&mut self, from: usize) -> Result<Str, JsonError> {
        let mut out = std::mem::take(&mut self.scratch);
        out.clear();
        out.extend_from_slice(&self.text[from..self.at]);
        loop {
            match self.text.get(self.at) {
                Some(b'"') => break,
                Some(b'\\') => {
                    self.at += 1;
                    self.escape(&mut out)?;
                }
                Some(byte) if *byte < 0x20 => return self.fail("invalid control character in string"),
                Some(byte) => {
                    out.push(*byte);
                    self.at += 1;
                }
                None => return self.fail("unexpected end of JSON input"),
            }
        }
        self.at += 1;
        let text = self.text_of(&out);
        self.scratch = out;
        Ok(text)
    }

    fn escape(&mut self, out: &mut Vec<u8>) -> Result<(), JsonError> {
        let Some(byte) = self.text.get(self.at) else { return self.fail("unexpected end of JSON input") };
        self.at += 1;
        out.push(match byte {
            b'"' | b'\\' | b'/' => *byte,
            b'b' => 8,
            b'f' => 12,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'u' => {
                let c = self.unicode()?;
                out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                return Ok(());
            }
            _ => return self.fail("invalid escape in string"),
        });
        Ok(())
    }

    /// The character of a `\u` escape, both halves of a surrogate pair if there are two.
    fn unicode(&mut self) -> Result<char, JsonError> {
        let high = self.hex4()?;
        if (0xd800..0xdc00).contains(&high) && self.text[self.at..].starts_with(b"\\u") {
            let back = self.at;
            self.at += 2;
            let low = self.hex4()?;
            if (0xdc00..0xe000).contains(&low) {
                let code = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
                return Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            self.at = back;
        }
        Ok(char::from_u32(high).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    fn hex4(&mut self) -> Result<u32, JsonError> {
        let digits = self.text.get(self.at..self.at + 4).and_then(|d| std::str::from_utf8(d).ok());
        match digits.filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit())).map(|d| u32::from_str_radix(d, 16))
        {
            Some(Ok(code)) => {
                self.at += 4;
                Ok(code)
            }
            _ => self.fail("invalid unicode escape in string"),
        }
    }

    fn text_of(&self, bytes: &[u8]) -> Str {
        match simdutf8::basic::from_utf8(bytes) {
            Ok(text) => text.into(),
            Err(_) => String::from_utf8_lossy(bytes).as_ref().into(),
        }
    }
}
