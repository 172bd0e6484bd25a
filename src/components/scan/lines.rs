//! `lines`: one message for each line, or for each part between other delimiters.

use bytes::{Buf, BytesMut};
use memchr::{memchr, memmem};

use super::cutter::{Cutter, Cutting};
use crate::component::{Built, ByteSource, Context, Cut, Scan, Scanner, ScannerSpec};
use crate::config::{ComponentSpec, Conf, Example, Field, Kind, field};
use crate::message::Message;
use crate::value::Str;

const CUSTOM_DELIMITER: Field<Option<Str>> =
    field("custom_delimiter").doc("What ends a line, instead of a line break.");
const MAX_BUFFER_SIZE: Field<usize> = field("max_buffer_size")
    .default(MAX_SIZE)
    .doc("How many bytes a line with its delimiter may have; a longer one is an error that ends the source.");
const OMIT_EMPTY: Field<bool> = field("omit_empty").default(false).doc("Whether empty lines are left out.");

pub const LINES: ScannerSpec = ScannerSpec {
    spec: ComponentSpec::new(Kind::Scanner, "lines")
        .summary("Cuts a stream of bytes into lines.")
        .description("A carriage return before a line break belongs to the break.")
        .fields(&[&CUSTOM_DELIMITER, &MAX_BUFFER_SIZE, &OMIT_EMPTY])
        .examples(&[Example {
            title: "Records that end with a semicolon",
            config: "lines: { custom_delimiter: ';', omit_empty: true }\n",
        }]),
    build: |conf: &Conf, _: &Context| -> Built<Box<dyn Scanner>> {
        let delimiter = conf.get(&CUSTOM_DELIMITER)?.unwrap_or_default();
        Ok(Box::new(Lines {
            omit_empty: conf.get(&OMIT_EMPTY)?,
            ..Lines::new(&delimiter, conf.get(&MAX_BUFFER_SIZE)?)
        }))
    },
};

/// The usual limit of a line.
pub const MAX_SIZE: usize = 64 * 1024;

/// The scanner, and the cutter of each source.
#[derive(Clone)]
pub struct Lines {
    delimiter: Delimiter,
    max_size: usize,
    omit_empty: bool,
    /// How many bytes at the front of the buffer hold no delimiter.
    searched: usize,
}

#[derive(Clone)]
enum Delimiter {
    /// A line feed, with a carriage return before it or without.
    LineBreak,
    Custom(Box<memmem::Finder<'static>>),
}

// === impl Lines ===

impl Lines {
    /// An empty `delimiter` stands for line breaks.
    pub fn new(delimiter: &str, max_size: usize) -> Self {
        let delimiter = match delimiter {
            "" => Delimiter::LineBreak,
            text => Delimiter::Custom(Box::new(memmem::Finder::new(text).into_owned())),
        };
        Self { delimiter, max_size, omit_empty: false, searched: 0 }
    }

    fn emit(&self, mut line: BytesMut, out: &mut Cut<'_>) {
        if matches!(self.delimiter, Delimiter::LineBreak) && line.last() == Some(&b'\r') {
            line.truncate(line.len() - 1);
        }
        if !(self.omit_empty && line.is_empty()) {
            out.message(Message::from_bytes(line.freeze()));
        }
    }

    fn check(&self, size: usize) -> Result<(), String> {
        if size <= self.max_size {
            return Ok(());
        }
        Err(format!("a line is longer than the {} bytes that the scanner allows", self.max_size))
    }
}

impl Scanner for Lines {
    fn open(&self, bytes: ByteSource, _: &str) -> Result<Box<dyn Scan>, String> {
        Ok(Cutting::open(bytes, self.clone()))
    }
}

impl Cutter for Lines {
    fn cut(&mut self, buffer: &mut BytesMut, end: bool, out: &mut Cut<'_>) -> Result<(), String> {
        while !out.is_full() {
            let Some(at) = self.delimiter.find(&buffer[self.searched..]) else {
                self.searched = (buffer.len() + 1).saturating_sub(self.delimiter.len());
                // One byte more than there is: a line that fills all of its room needs its delimiter.
                self.check(buffer.len() + 1)?;
                if end && !buffer.is_empty() {
                    self.searched = 0;
                    self.emit(buffer.split(), out);
                }
                break;
            };
            let at = self.searched + at;
            self.check(at + self.delimiter.len())?;
            self.emit(buffer.split_to(at), out);
            buffer.advance(self.delimiter.len());
            self.searched = 0;
        }
        Ok(())
    }
}

// === impl Delimiter ===

impl Delimiter {
    fn len(&self) -> usize {
        match self {
            Delimiter::LineBreak => 1,
            Delimiter::Custom(finder) => finder.needle().len(),
        }
    }

    fn find(&self, bytes: &[u8]) -> Option<usize> {
        match self {
            Delimiter::LineBreak => memchr(b'\n', bytes),
            Delimiter::Custom(finder) => finder.find(bytes),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::texts;
    use super::*;

    #[test]
    fn lines_are_cut_wherever_chunks_end() {
        let cases: &[(&str, &str, &[&str])] = &[
            ("", "a\nbc\n\nd", &["a", "bc", "", "d"]),
            ("", "a\r\nb\rc\r\r\nd\r", &["a", "b\rc\r", "d"]),
            ("", "a\n", &["a"]),
            ("", "", &[]),
            ("", "\n\n", &["", ""]),
            ("||", "a|||b||||c|", &["a", "|b", "", "c|"]),
            ("|", "a\r\n|b\r|", &["a\r\n", "b\r"]),
        ];
        for (delimiter, text, want) in cases {
            assert_eq!(texts(&Lines::new(delimiter, 20), text), *want, "{delimiter:?} {text:?}");
        }
        let omitting = Lines { omit_empty: true, ..Lines::new("", 20) };
        assert_eq!(texts(&omitting, "\na\n\r\n"), ["a"]);
    }

    #[test]
    fn a_line_may_be_as_long_as_the_limit_with_its_delimiter() {
        const TOO_LONG: &str = "! a line is longer than the 4 bytes that the scanner allows";
        let cases: &[(&str, &[&str])] =
            &[("abc\n", &["abc"]), ("abcd\n", &[TOO_LONG]), ("x\nabcd", &["x", TOO_LONG]), ("abc", &["abc"])];
        for (text, want) in cases {
            assert_eq!(texts(&Lines::new("", 4), text), *want, "{text:?}");
        }
    }
}
