//! `re_match`: a new message wherever a regular expression matches.

use bytes::BytesMut;
use regex::bytes::Regex;

use super::cutter::{Cutter, Cutting};
use super::lines::MAX_SIZE;
use crate::bloblang::go::regex::Pattern;
use crate::component::{Built, ByteSource, Context, Cut, Scan, Scanner, ScannerSpec};
use crate::config::{ComponentSpec, Conf, Example, Field, Kind, field};
use crate::message::Message;
use crate::value::Str;

const PATTERN: Field<Str> = field("pattern")
    .usable(|pattern| ReMatch::new(pattern, 1).map(|_| ()))
    .doc("What a message begins with.");
const MAX_BUFFER_SIZE: Field<usize> = field("max_buffer_size")
    .default(MAX_SIZE)
    .doc("How many bytes a message may have; a longer one is an error that ends the source.");

pub const RE_MATCH: ScannerSpec = ScannerSpec {
    spec: ComponentSpec::new(Kind::Scanner, "re_match")
        .summary("Cuts a stream of bytes before each match of a regular expression.")
        .description("What stands before the first match is a message of its own.")
        .fields(&[&PATTERN, &MAX_BUFFER_SIZE])
        .examples(&[Example {
            title: "Log entries of several lines that begin with a date",
            config: "re_match: { pattern: '(?m)^\\d{4}-\\d{2}-\\d{2} ' }\n",
        }]),
    build: |conf: &Conf, _: &Context| -> Built<Box<dyn Scanner>> {
        let scanner = ReMatch::new(&conf.get(&PATTERN)?, conf.get(&MAX_BUFFER_SIZE)?);
        Ok(Box::new(scanner.map_err(|error| conf.error(&PATTERN, error))?))
    },
};

/// The scanner, and the cutter of each source.
#[derive(Clone)]
pub struct ReMatch {
    pattern: Regex,
    max_size: usize,
}

// === impl ReMatch ===

impl ReMatch {
    pub fn new(pattern: &str, max_size: usize) -> Result<Self, String> {
        let translated = Pattern::new(pattern).map_err(|error| error.to_string())?;
        let pattern = Regex::new(translated.regex().as_str()).map_err(|error| error.to_string())?;
        Ok(Self { pattern, max_size })
    }

    /// Where the message ends that `bytes` begin with; none if that depends on bytes to come.
    fn message_end(&self, bytes: &[u8], end: bool) -> Option<usize> {
        let mut starts = self.pattern.find_iter(bytes).map(|found| found.start());
        match (starts.next(), starts.next()) {
            (Some(0), Some(second)) => Some(second),
            (Some(first), Some(_)) => Some(first),
            (Some(first), None) if end && first > 0 => Some(first),
            (_, None) => end.then_some(bytes.len()),
            (None, Some(_)) => None,
        }
    }
}

impl Scanner for ReMatch {
    fn open(&self, bytes: ByteSource, _: &str) -> Result<Box<dyn Scan>, String> {
        Ok(Cutting::open(bytes, self.clone()))
    }
}

impl Cutter for ReMatch {
    fn cut(&mut self, buffer: &mut BytesMut, end: bool, out: &mut Cut<'_>) -> Result<(), String> {
        while !out.is_full() && !buffer.is_empty() {
            let size = self.message_end(buffer, end);
            if size.unwrap_or(buffer.len()) > self.max_size {
                return Err(format!(
                    "a message is longer than the {} bytes that the scanner allows",
                    self.max_size
                ));
            }
            let Some(size) = size else { break };
            out.message(Message::from_bytes(buffer.split_to(size).freeze()));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::texts;
    use super::*;

    #[test]
    fn messages_begin_with_matches() {
        let cases: &[(&str, &str, &[&str])] = &[
            ("(?m)^# ", "intro\n# one\nx\n# two\n", &["intro\n", "# one\nx\n", "# two\n"]),
            ("#", "#a#b", &["#a", "#b"]),
            ("#", "plain", &["plain"]),
            ("#", "a#", &["a", "#"]),
            ("#", "", &[]),
            ("#", "0123456789012345#", &["! a message is longer than the 15 bytes that the scanner allows"]),
        ];
        for (pattern, text, want) in cases {
            let scanner = ReMatch::new(pattern, 15).expect("a pattern");
            assert_eq!(texts(&scanner, text), *want, "{pattern} {text:?}");
        }
        assert!(ReMatch::new("(", 1).is_err());
    }
}
