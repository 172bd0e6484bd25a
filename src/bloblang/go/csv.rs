//! CSV by the rules of Go's `encoding/csv`: blank lines are skipped, every record has as many fields as the first.

use std::fmt;

/// Reads the records of a text one by one.
pub struct Reader<'t> {
    rest: &'t str,
    comma: char,
    lazy_quotes: bool,
    /// The line that was read last, from 1.
    line: usize,
    fields: Option<usize>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CsvError {
    /// The line that the record begins on.
    record: usize,
    /// Line and column in bytes of the fault; none where the record as a whole is at fault.
    at: Option<(usize, usize)>,
    what: &'static str,
}

const BARE_QUOTE: &str = "bare \" in non-quoted-field";
const QUOTE: &str = "extraneous or missing \" in quoted-field";
const FIELD_COUNT: &str = "wrong number of fields";
const DELIMITER: &str = "csv: invalid field or comment delimiter";

/// A line without its end, and whether it had one.
#[derive(Clone, Copy)]
struct Line<'t> {
    text: &'t str,
    ended: bool,
}

// === impl Reader ===

impl<'t> Reader<'t> {
    /// With `lazy_quotes` a quote may stand in a plain field, and a single one in a quoted field.
    pub fn new(text: &'t str, comma: char, lazy_quotes: bool) -> Self {
        Self { rest: text, comma, lazy_quotes, line: 0, fields: None }
    }

    fn next_line(&mut self) -> Option<Line<'t>> {
        if self.rest.is_empty() {
            return None;
        }
        let (text, ended) = match self.rest.split_once('\n') {
            Some((text, rest)) => {
                self.rest = rest;
                (text, true)
            }
            None => (std::mem::take(&mut self.rest), false),
        };
        self.line += 1;
        Some(Line { text: text.strip_suffix('\r').unwrap_or(text), ended })
    }

    fn record(&mut self, first: Line<'t>) -> Result<Vec<String>, CsvError> {
        let start = self.line;
        let mut fields = Vec::with_capacity(self.fields.unwrap_or_default());
        let mut line = first;
        let mut at = 0;
        loop {
            let rest = &line.text[at..];
            let mut field = String::new();
            let more = if rest.starts_with('"') {
                at += 1;
                self.quoted(start, &mut line, &mut at, &mut field)?
            } else {
                let end = rest.find(self.comma);
                let plain = &rest[..end.unwrap_or(rest.len())];
                if let Some(quote) = plain.find('"').filter(|_| !self.lazy_quotes) {
                    return Err(self.error(start, at + quote, BARE_QUOTE));
                }
                field.push_str(plain);
                at += plain.len() + self.comma.len_utf8();
                end.is_some()
            };
            fields.push(field);
            if !more {
                return Ok(fields);
            }
        }
    }

    /// Reads a quoted field behind its first quote; true if another field follows.
    fn quoted(
        &mut self,
        start: usize,
        line: &mut Line<'t>,
        at: &mut usize,
        field: &mut String,
    ) -> Result<bool, CsvError> {
        loop {
            let rest = &line.text[*at..];
            let Some(quote) = rest.find('"') else {
                field.push_str(rest);
                if line.ended {
                    field.push('\n');
                }
                match self.next_line() {
                    Some(next) => (*line, *at) = (next, 0),
                    None if self.lazy_quotes => return Ok(false),
                    None => return Err(self.error(start, line.text.len() + usize::from(line.ended), QUOTE)),
                }
                continue;
            };
            field.push_str(&rest[..quote]);
            *at += quote + 1;
            let rest = &rest[quote + 1..];
            match rest.chars().next() {
                None => return Ok(false),
                Some('"') => {
                    field.push('"');
                    *at += 1;
                }
                Some(c) if c == self.comma => {
                    *at += c.len_utf8();
                    return Ok(true);
                }
                Some(_) if self.lazy_quotes => field.push('"'),
                Some(_) => return Err(self.error(start, *at - 1, QUOTE)),
            }
        }
    }

    fn error(&self, record: usize, column: usize, what: &'static str) -> CsvError {
        CsvError { record, at: Some((self.line, column + 1)), what }
    }
}

impl Iterator for Reader<'_> {
    type Item = Result<Vec<String>, CsvError>;

    fn next(&mut self) -> Option<Self::Item> {
        if matches!(self.comma, '\0' | '"' | '\r' | '\n' | char::REPLACEMENT_CHARACTER) {
            self.rest = "";
            return Some(Err(CsvError { record: 0, at: None, what: DELIMITER }));
        }
        let first = loop {
            let line = self.next_line()?;
            if !line.text.is_empty() {
                break line;
            }
        };
        let record = self.line;
        let result = self.record(first).and_then(|fields| {
            let expected = *self.fields.get_or_insert(fields.len());
            if fields.len() == expected {
                Ok(fields)
            } else {
                Err(CsvError { record, at: None, what: FIELD_COUNT })
            }
        });
        if result.is_err() {
            self.rest = "";
        }
        Some(result)
    }
}

impl fmt::Display for CsvError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.at {
            Some((line, column)) if line == self.record => {
                write!(f, "parse error on line {line}, column {column}: {}", self.what)
            }
            Some((line, column)) => write!(
                f,
                "record on line {}; parse error on line {line}, column {column}: {}",
                self.record, self.what
            ),
            None if self.record == 0 => f.write_str(self.what),
            None => write!(f, "record on line {}: {}", self.record, self.what),
        }
    }
}

impl std::error::Error for CsvError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, lazy: bool) -> Result<Vec<Vec<String>>, String> {
        Reader::new(text, ',', lazy).collect::<Result<_, _>>().map_err(|e| e.to_string())
    }

    #[test]
    fn records() {
        for (text, lazy, expected) in [
            ("a,b\r\n\n1,\n,2", false, vec![vec!["a", "b"], vec!["1", ""], vec!["", "2"]]),
            ("\"a,\"\"b\"\"\r\nc\",d\r", false, vec![vec!["a,\"b\"\nc", "d"]]),
            ("\"\",\"x\"\n", false, vec![vec!["", "x"]]),
            ("a\"b,\"c\"d\",\"e", true, vec![vec!["a\"b", "c\"d", "e"]]),
            ("", false, vec![]),
            (" \n", false, vec![vec![" "]]),
        ] {
            assert_eq!(read(text, lazy).unwrap(), expected, "{text:?}");
        }
    }

    #[test]
    fn faults() {
        for (text, expected) in [
            ("a\"b", "parse error on line 1, column 2: bare \" in non-quoted-field"),
            ("x\n\"a\"b", "parse error on line 2, column 3: extraneous or missing \" in quoted-field"),
            (
                "\"a\nb",
                "record on line 1; parse error on line 2, column 2: extraneous or missing \" in quoted-field",
            ),
            ("a,b\nc", "record on line 2: wrong number of fields"),
        ] {
            assert_eq!(read(text, false).unwrap_err(), expected);
        }
        assert!(Reader::new("a", '"', false).next().is_some_and(|record| record.is_err()));
    }
}
