//! CSV records by the rules of Go's `encoding/csv`, read one by one off a buffer that is still being filled.

use bytes::{Buf, BytesMut};
use memchr::{memchr, memmem};

use crate::value::{Str, json::go_lossy};

/// Reads the records of one source.
#[derive(Clone)]
pub struct Records {
    comma: Box<str>,
    /// Whether a quote may stand in a plain field, and a single one in a quoted field.
    lazy_quotes: bool,
    /// How many fields the first record had; 0 before that.
    width: usize,
    /// The line that was read last, from 1.
    line: usize,
}

/// One record; one that is broken has the fields before the fault.
#[derive(Debug, PartialEq, Eq)]
pub struct Record {
    pub fields: Vec<Str>,
    pub error: Option<String>,
}

/// Where the reading of one record stands.
struct Cursor<'b> {
    rest: &'b [u8],
    end: bool,
    lines: usize,
    line: Line<'b>,
    /// Position in the line.
    at: usize,
}

/// A line without its end.
#[derive(Clone, Copy, Default)]
struct Line<'b> {
    text: &'b [u8],
    /// Whether it ended with a line feed.
    ended: bool,
}

/// What comes after a field.
enum After {
    Field,
    EndOfRecord,
}

/// Why a field is not there.
enum Stop {
    /// Its end is not in the buffer yet.
    MoreBytes,
    /// The column, from 1, and what is wrong there.
    Fault(usize, &'static str),
}

const BARE_QUOTE: &str = "bare \" in non-quoted-field";
const QUOTE: &str = "extraneous or missing \" in quoted-field";

// === impl Records ===

impl Records {
    /// None if `comma` cannot separate fields.
    pub fn new(comma: char, lazy_quotes: bool) -> Option<Self> {
        let usable = !matches!(comma, '\0' | '"' | '\r' | '\n' | char::REPLACEMENT_CHARACTER);
        usable.then(|| Self { comma: comma.to_string().into(), lazy_quotes, width: 0, line: 0 })
    }

    /// Takes the next record off the front of `buffer`. None: it needs more bytes, or there is none at the `end`.
    pub fn next(&mut self, buffer: &mut BytesMut, end: bool) -> Option<Record> {
        let mut cursor = Cursor { rest: buffer, end, lines: 0, line: Line::default(), at: 0 };
        while cursor.line.text.is_empty() {
            let line = cursor.next_line()?;
            if !line.ended {
                break;
            }
        }
        let start = self.line + cursor.lines;
        let mut fields = Vec::with_capacity(self.width);
        let fault = loop {
            match self.field(&mut cursor) {
                Ok((field, after)) => {
                    fields.push(field);
                    if let After::EndOfRecord = after {
                        break None;
                    }
                }
                Err(Stop::MoreBytes) => return None,
                Err(Stop::Fault(column, what)) => break Some((column, what)),
            }
        };
        self.line += cursor.lines;
        let consumed = buffer.len() - cursor.rest.len();
        buffer.advance(consumed);
        let error = match fault {
            Some((column, what)) => Some(self.fault(start, column, what)),
            None => (self.width > 0 && fields.len() != self.width)
                .then(|| format!("record on line {start}: wrong number of fields")),
        };
        if self.width == 0 {
            self.width = fields.len();
        }
        Some(Record { fields, error })
    }

    fn field(&self, cursor: &mut Cursor<'_>) -> Result<(Str, After), Stop> {
        let rest = cursor.rest_of_line();
        if rest.first() == Some(&b'"') {
            cursor.at += 1;
            return self.quoted(cursor);
        }
        let end = self.find_comma(rest);
        let plain = &rest[..end.unwrap_or(rest.len())];
        if let Some(quote) = memchr(b'"', plain).filter(|_| !self.lazy_quotes) {
            return Err(Stop::Fault(cursor.at + quote + 1, BARE_QUOTE));
        }
        cursor.at += plain.len() + self.comma.len();
        Ok((text(plain), if end.is_some() { After::Field } else { After::EndOfRecord }))
    }

    /// Reads a quoted field behind its first quote.
    fn quoted(&self, cursor: &mut Cursor<'_>) -> Result<(Str, After), Stop> {
        let mut field = Vec::new();
        loop {
            let rest = cursor.rest_of_line();
            let Some(quote) = memchr(b'"', rest) else {
                field.extend_from_slice(rest);
                let Line { text: last, ended } = cursor.line;
                if ended {
                    field.push(b'\n');
                }
                match cursor.next_line() {
                    Some(_) => continue,
                    None if !cursor.end => return Err(Stop::MoreBytes),
                    None if self.lazy_quotes => return Ok((text(&field), After::EndOfRecord)),
                    None => return Err(Stop::Fault(last.len() + usize::from(ended) + 1, QUOTE)),
                }
            };
            field.extend_from_slice(&rest[..quote]);
            cursor.at += quote + 1;
            let rest = &rest[quote + 1..];
            if rest.is_empty() {
                return Ok((text(&field), After::EndOfRecord));
            }
            if rest.starts_with(self.comma.as_bytes()) {
                cursor.at += self.comma.len();
                return Ok((text(&field), After::Field));
            }
            match rest[0] {
                b'"' => cursor.at += 1,
                _ if self.lazy_quotes => {}
                _ => return Err(Stop::Fault(cursor.at, QUOTE)),
            }
            field.push(b'"');
        }
    }

    fn find_comma(&self, bytes: &[u8]) -> Option<usize> {
        match self.comma.as_bytes() {
            [comma] => memchr(*comma, bytes),
            comma => memmem::find(bytes, comma),
        }
    }

    fn fault(&self, start: usize, column: usize, what: &str) -> String {
        let line = self.line;
        let prefix = if start == line { String::new() } else { format!("record on line {start}; ") };
        format!("{prefix}parse error on line {line}, column {column}: {what}")
    }
}

fn text(bytes: &[u8]) -> Str {
    go_lossy(bytes).as_ref().into()
}

// === impl Cursor ===

impl<'b> Cursor<'b> {
    /// Moves on to the next line, if it is there as a whole.
    fn next_line(&mut self) -> Option<Line<'b>> {
        let (text, rest, ended) = match memchr(b'\n', self.rest) {
            Some(at) => (&self.rest[..at], &self.rest[at + 1..], true),
            None if self.end && !self.rest.is_empty() => (self.rest, &self.rest[..0], false),
            None => return None,
        };
        self.line = Line { text: text.strip_suffix(b"\r").unwrap_or(text), ended };
        self.rest = rest;
        self.lines += 1;
        self.at = 0;
        Some(self.line)
    }

    fn rest_of_line(&self) -> &'b [u8] {
        self.line.text.get(self.at..).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The records of `text`, fields joined by `|`, with errors behind an exclamation mark.
    fn read(text: &str, comma: char, lazy: bool) -> Vec<String> {
        let mut records = Records::new(comma, lazy).expect("a comma");
        let mut buffer = BytesMut::new();
        let mut all = Vec::new();
        for i in 0..=text.len() {
            while let Some(record) = records.next(&mut buffer, i == text.len()) {
                let error = record.error.map(|e| format!("! {e}")).unwrap_or_default();
                all.push(record.fields.join("|") + &error);
            }
            buffer.extend_from_slice(text.get(i..=i).unwrap_or_default().as_bytes());
        }
        assert!(buffer.is_empty());
        all
    }

    #[test]
    fn records_are_read_as_go_reads_them() {
        for (text, lazy, want) in [
            ("a,b\r\n\n1,\n,2", false, &["a|b", "1|", "|2"][..]),
            ("\"a,\"\"b\"\"\r\nc\",d\r", false, &["a,\"b\"\nc|d"]),
            ("\"\",\"x\"\n", false, &["|x"]),
            ("a\"b,\"c\"d\",\"e", true, &["a\"b|c\"d|e"]),
            ("", false, &[]),
            (" \n", false, &[" "]),
            ("a\"b\nc", false, &["! parse error on line 1, column 2: bare \" in non-quoted-field", "c"]),
            (
                "x,y\n\"a\"b,c\n1,2",
                false,
                &[
                    "x|y",
                    "! parse error on line 2, column 3: extraneous or missing \" in quoted-field",
                    "1|2",
                ],
            ),
            (
                "\"a\nb",
                false,
                &["! record on line 1; parse error on line 2, column 2: extraneous or missing \" in \
                     quoted-field"],
            ),
            ("a,b\nc\n", false, &["a|b", "c! record on line 2: wrong number of fields"]),
            (
                "a,b\nc,d\"\n",
                false,
                &["a|b", "c! parse error on line 2, column 4: bare \" in non-quoted-field"],
            ),
        ] {
            assert_eq!(read(text, ',', lazy), want, "{text:?}");
        }
        assert_eq!(read("a;b,c\n", ';', false), ["a|b,c"]);
        assert!(Records::new('"', false).is_none());
    }
}
