//! The parser: one pass without recursion. Containers grow on two scratch stacks and are allocated once, at
//! their final size, when they close.

use std::borrow::Cow;

use super::super::{Object, Str, Value};
use super::error::{JsonError, NOTHING, UNEXPECTED_END};
use super::scan;
use super::scratch::{Open, Scratch};
use super::unicode::{go_lossy, source_offset};
use super::wanted::Wanted;

/// Containers may be nested this deep; [`DEEP_STACK`](crate::value::DEEP_STACK) is what walking that takes.
const MAX_DEPTH: usize = 10_000;

/// Parses a text that is exactly one document; white space around it is allowed.
pub fn parse(bytes: &[u8]) -> Result<Value, JsonError> {
    parse_with(bytes, |parser| parser.value())
}

/// As [`parse`], but of the document only what is `wanted` is kept; the rest is checked and passed over.
pub fn parse_part(bytes: &[u8], wanted: &Wanted) -> Result<Value, JsonError> {
    parse_with(bytes, |parser| parser.part(wanted))
}

fn parse_with(
    bytes: &[u8],
    read: impl FnOnce(&mut Parser<'_>) -> Result<Value, Fault>,
) -> Result<Value, JsonError> {
    let mut documents = Documents::new(bytes);
    let value = documents.read(read).unwrap_or_else(|| Err(documents.error(bytes.len(), NOTHING.into())))?;
    match documents.skip_space() {
        None => Ok(value),
        Some(_) => Err(documents.error(documents.at, "message contains multiple valid documents".into())),
    }
}

/// Parses the document that `bytes` begin with and returns it with where it ends.
pub fn parse_prefix(bytes: &[u8]) -> Result<(Value, usize), JsonError> {
    let mut documents = Documents::new(bytes);
    let value = documents.next().unwrap_or_else(|| Err(documents.error(bytes.len(), NOTHING.into())))?;
    Ok((value, documents.offset()))
}

/// The documents of a text that holds any number of them, one after the other; ends after the first error.
pub struct Documents<'a> {
    source: &'a [u8],
    text: Cow<'a, str>,
    at: usize,
    failed: bool,
}

pub(super) struct Parser<'a> {
    pub text: &'a str,
    pub at: usize,
    pub scratch: Scratch,
    /// How many objects are open beside those of the scratch.
    pub around: usize,
}

/// What is wrong at the parser's position.
pub(super) type Fault = Cow<'static, str>;

// === impl Documents ===

impl<'a> Documents<'a> {
    pub fn new(source: &'a [u8]) -> Self {
        Self { source, text: go_lossy(source), at: 0, failed: false }
    }

    /// Bytes of the source consumed so far.
    pub fn offset(&self) -> usize {
        match self.text {
            Cow::Borrowed(_) => self.at,
            Cow::Owned(_) => source_offset(self.source, self.at),
        }
    }

    fn skip_space(&mut self) -> Option<u8> {
        self.at += space(&self.text.as_bytes()[self.at..]);
        self.text.as_bytes().get(self.at).copied()
    }

    fn error(&self, at: usize, what: Fault) -> JsonError {
        let mut error = JsonError::new(&self.text, at, what);
        if let Cow::Owned(_) = self.text {
            error.offset = source_offset(self.source, at);
        }
        error
    }
}

impl Documents<'_> {
    /// The next document as `read` makes it.
    fn read(
        &mut self,
        read: impl FnOnce(&mut Parser<'_>) -> Result<Value, Fault>,
    ) -> Option<Result<Value, JsonError>> {
        if self.failed || self.skip_space().is_none() {
            return None;
        }
        let mut parser = Parser { text: &self.text, at: self.at, scratch: Scratch::take(), around: 0 };
        let result = read(&mut parser);
        let at = parser.at;
        parser.scratch.give_back();
        match result {
            Ok(value) => {
                self.at = at;
                Some(Ok(value))
            }
            Err(what) => {
                self.failed = true;
                Some(Err(self.error(at, what)))
            }
        }
    }
}

impl Iterator for Documents<'_> {
    type Item = Result<Value, JsonError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.read(|parser| parser.value())
    }
}

// === impl Parser ===

impl<'a> Parser<'a> {
    pub(super) fn value(&mut self) -> Result<Value, Fault> {
        loop {
            let Some(mut value) = self.begin_value()? else { continue };
            // Hand the value to the container around it, and close the containers that end with it.
            loop {
                let Some(open) = self.scratch.open.last().copied() else { return Ok(value) };
                match open {
                    Open::Array(_) => self.scratch.values.push(value),
                    Open::Object(..) => {
                        if let Some(entry) = self.scratch.entries.last_mut() {
                            entry.1 = value;
                        }
                    }
                }
                match (open, self.peek_token()?) {
                    (Open::Array(_), b',') => {
                        self.at += 1;
                        break;
                    }
                    (Open::Object(..), b',') => {
                        self.at += 1;
                        self.key()?;
                        break;
                    }
                    (Open::Array(start), b']') => value = self.close_array(start),
                    (Open::Object(start, first), b'}') => value = self.close_object(start, first),
                    (Open::Array(_), _) => return Err(self.unexpected("after array element")),
                    (Open::Object(..), _) => return Err(self.unexpected("after object key:value pair")),
                }
            }
        }
    }

    /// Reads a scalar or an empty container, or opens a container: then `None`.
    fn begin_value(&mut self) -> Result<Option<Value>, Fault> {
        let value = match self.peek_token()? {
            b'"' => Value::String(self.string()?),
            b'-' | b'0'..=b'9' => Value::Number(self.number()?.into()),
            b'{' => {
                self.enter()?;
                if self.peek_token()? != b'}' {
                    let first = self.scratch.shapes.position();
                    self.scratch.open.push(Open::Object(self.scratch.entries.len(), first));
                    self.key()?;
                    return Ok(None);
                }
                self.at += 1;
                Value::Object(Object::new())
            }
            b'[' => {
                self.enter()?;
                if self.peek_token()? != b']' {
                    self.scratch.open.push(Open::Array(self.scratch.values.len()));
                    return Ok(None);
                }
                self.at += 1;
                Value::Array(Default::default())
            }
            b't' => self.literal("true").map(|()| Value::Bool(true))?,
            b'f' => self.literal("false").map(|()| Value::Bool(false))?,
            b'n' => self.literal("null").map(|()| Value::Null)?,
            _ => return Err(self.unexpected("looking for beginning of value")),
        };
        Ok(Some(value))
    }

    /// Steps over an opening bracket.
    pub(super) fn enter(&mut self) -> Result<(), Fault> {
        if self.scratch.open.len() + self.around >= MAX_DEPTH {
            return Err("exceeded max depth".into());
        }
        self.at += 1;
        Ok(())
    }

    fn close_array(&mut self, start: usize) -> Value {
        self.at += 1;
        self.scratch.open.pop();
        Value::Array(self.scratch.values.drain(start..).collect())
    }

    fn close_object(&mut self, start: usize, first: usize) -> Value {
        self.at += 1;
        self.scratch.open.pop();
        Value::Object(self.scratch.close_object(start, first))
    }

    /// Reads a key and its colon; the entry's value follows.
    fn key(&mut self) -> Result<(), Fault> {
        self.expect(b'"', "looking for beginning of object key string")?;
        let key = match self.scratch.shapes.recognise(&self.text[self.at..]) {
            Some(key) => {
                self.at += key.len() + 2;
                key
            }
            None => self.new_key()?,
        };
        self.scratch.entries.push((key, Value::Null));
        self.colon()
    }

    pub(super) fn colon(&mut self) -> Result<(), Fault> {
        self.expect(b':', "after object key")?;
        self.at += 1;
        Ok(())
    }

    /// Makes sure that the next token begins with `byte`.
    pub(super) fn expect(&mut self, byte: u8, place: &str) -> Result<(), Fault> {
        if self.peek_token()? == byte { Ok(()) } else { Err(self.unexpected(place)) }
    }

    fn new_key(&mut self) -> Result<Str, Fault> {
        let start = self.at;
        let key = self.string()?;
        self.scratch.shapes.learn(&key, self.at - start == key.len() + 2);
        Ok(key)
    }

    pub(super) fn literal(&mut self, word: &'static str) -> Result<(), Fault> {
        for expected in word.bytes() {
            match self.peek() {
                Some(b) if b == expected => self.at += 1,
                _ => {
                    let place = format!("in literal {word} (expecting '{}')", char::from(expected));
                    return Err(self.unexpected(&place));
                }
            }
        }
        Ok(())
    }

    pub(super) fn number(&mut self) -> Result<&'a str, Fault> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        if self.peek() == Some(b'0') {
            self.at += 1;
        } else {
            self.digits("in numeric literal")?;
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits("after decimal point in numeric literal")?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits("in exponent of numeric literal")?;
        }
        Ok(&self.text[start..self.at])
    }

    /// Skips one or more digits.
    fn digits(&mut self, place: &str) -> Result<(), Fault> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if self.at == start { Err(self.unexpected(place)) } else { Ok(()) }
    }

    /// Reads the string that starts with the quote here.
    pub(super) fn string(&mut self) -> Result<Str, Fault> {
        let start = self.at + 1;
        match self.plain_string() {
            Some(content) => Ok(content.into()),
            None => self.escaped_string(start),
        }
    }

    /// As [`Self::string`], where it has no escapes; else it is read up to the first.
    #[inline]
    pub(super) fn plain_string(&mut self) -> Option<&'a str> {
        let start = self.at + 1;
        self.at = scan::READ.find(self.text.as_bytes(), start);
        if self.peek() != Some(b'"') {
            return None;
        }
        let content = &self.text[start..self.at];
        self.at += 1;
        Some(content)
    }

    /// Reads the rest of a string that began at `start` and stopped at something other than its end.
    #[cold]
    pub(super) fn escaped_string(&mut self, start: usize) -> Result<Str, Fault> {
        let mut content = String::from(&self.text[start..self.at]);
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(content.into());
                }
                Some(b'\\') => {
                    self.at += 1;
                    content.push(self.escape()?);
                }
                _ => return Err(self.unexpected("in string literal")),
            }
            let plain = self.at;
            self.at = scan::READ.find(self.text.as_bytes(), plain);
            content.push_str(&self.text[plain..self.at]);
        }
    }

    /// Reads what follows a backslash.
    fn escape(&mut self) -> Result<char, Fault> {
        let c = match self.peek() {
            Some(b @ (b'"' | b'\\' | b'/')) => char::from(b),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode_escape(),
            _ => return Err(self.unexpected("in string escape code")),
        };
        self.at += 1;
        Ok(c)
    }

    /// Reads `uXXXX`, and the other half of a surrogate pair after it; half a pair is U+FFFD.
    fn unicode_escape(&mut self) -> Result<char, Fault> {
        self.at += 1;
        let unit = self.hex4()?;
        if let 0xD800..0xDC00 = unit
            && self.text.as_bytes()[self.at..].starts_with(b"\\u")
        {
            let after_first = self.at;
            self.at += 2;
            if let low @ 0xDC00..0xE000 = self.hex4()? {
                let scalar = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
                return Ok(char::from_u32(scalar).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            self.at = after_first;
        }
        Ok(char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    fn hex4(&mut self) -> Result<u32, Fault> {
        let mut unit = 0;
        for _ in 0..4 {
            let digit = self.peek().and_then(|b| char::from(b).to_digit(16));
            let Some(digit) = digit else {
                return Err(self.unexpected("in \\u hexadecimal character escape"));
            };
            unit = unit * 16 + digit;
            self.at += 1;
        }
        Ok(unit)
    }

    #[inline]
    pub(super) fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// The first byte after white space.
    #[inline]
    pub(super) fn peek_token(&mut self) -> Result<u8, Fault> {
        loop {
            match self.peek() {
                Some(b' ' | b'\n' | b'\t' | b'\r') => self.at += 1,
                Some(b) => return Ok(b),
                None => return Err(UNEXPECTED_END.into()),
            }
        }
    }

    #[cold]
    pub(super) fn unexpected(&self, place: &str) -> Fault {
        match self.text[self.at..].chars().next() {
            Some(c @ ('\0'..='\x06' | '\x0e'..='\x1f' | '\x7f')) => {
                format!("invalid character '\\x{:02x}' {place}", u32::from(c)).into()
            }
            Some(c) => format!("invalid character {c:?} {place}").into(),
            None => UNEXPECTED_END.into(),
        }
    }
}

/// The number of white space bytes at the start.
fn space(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|b| matches!(b, b' ' | b'\n' | b'\t' | b'\r')).count()
}
