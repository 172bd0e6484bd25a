//! From Go's RE2 syntax to that of the `regex` crate. Whatever the two read differently is written out so that only
//! one reading is left: ASCII classes and word boundaries, literal braces, `\Q..\E`, octal escapes. All groups become
//! unnamed, because Go allows names that the crate does not.

use std::borrow::Cow;
use std::fmt::Write;
use std::iter::Peekable;
use std::str::CharIndices;

use super::{PatternError, class};
use crate::value::Str;

/// The most repetitions that Go allows.
const MAX_REPEAT: u32 = 1000;

/// Groups may be nested this deep.
const MAX_DEPTH: usize = 250;

pub(super) struct Translated {
    pub pattern: String,
    pub names: Vec<Option<Str>>,
}

pub(super) struct Translator<'p> {
    pub source: &'p str,
    pub chars: Peekable<CharIndices<'p>>,
    pub out: String,
    names: Vec<Option<Str>>,
    open: Vec<usize>,
}

/// What came before, which decides whether it can be repeated.
#[derive(Clone, Copy, PartialEq)]
enum Last {
    Nothing,
    Item,
    /// A repetition that began at this byte.
    Repeat(usize),
}

pub(super) fn translate(source: &str) -> Result<Translated, PatternError> {
    let mut translator = Translator {
        source,
        chars: source.char_indices().peekable(),
        out: String::with_capacity(source.len() + 16),
        names: vec![None],
        open: Vec::new(),
    };
    translator.run()?;
    Ok(Translated { pattern: translator.out, names: translator.names })
}

// === impl Translator ===

impl<'p> Translator<'p> {
    fn run(&mut self) -> Result<(), PatternError> {
        let mut last = Last::Nothing;
        while let Some((at, c)) = self.chars.next() {
            last = match c {
                '(' => {
                    self.group(at)?;
                    Last::Nothing
                }
                ')' => {
                    if self.open.pop().is_none() {
                        return Err(self.error("unexpected )", at));
                    }
                    self.out.push(')');
                    Last::Item
                }
                '|' => {
                    self.out.push('|');
                    Last::Nothing
                }
                '*' | '+' | '?' => {
                    self.out.push(c);
                    self.repeat(at, last)?
                }
                '{' => match self.counts(at)? {
                    Some(counts) => {
                        self.out.push_str(&counts);
                        self.repeat(at, last)?
                    }
                    None => {
                        self.out.push_str(r"\{");
                        Last::Item
                    }
                },
                '[' => {
                    class::bracket(self, at)?;
                    Last::Item
                }
                '\\' => self.escape(at, last)?,
                '.' | '^' | '$' => {
                    self.out.push(c);
                    Last::Item
                }
                _ => {
                    self.literal(c);
                    Last::Item
                }
            };
        }
        match self.open.first() {
            Some(_) => Err(self.fault("missing closing )", self.source)),
            None => Ok(()),
        }
    }

    /// Checks a repetition that has just been written, and takes a `?` that makes it lazy.
    fn repeat(&mut self, at: usize, last: Last) -> Result<Last, PatternError> {
        if self.chars.next_if(|(_, c)| *c == '?').is_some() {
            self.out.push('?');
        }
        match last {
            Last::Item => Ok(Last::Repeat(at)),
            Last::Nothing => Err(self.error("missing argument to repetition operator", at)),
            Last::Repeat(start) => Err(self.error("invalid nested repetition operator", start)),
        }
    }

    /// Reads `{n}`, `{n,}` or `{n,m}`; anything else leaves the brace a literal.
    fn counts(&mut self, at: usize) -> Result<Option<String>, PatternError> {
        let Some(length) = self.source[at..].find('}') else { return Ok(None) };
        let body = &self.source[at + 1..at + length];
        let (least, most) = match body.split_once(',') {
            Some((least, most)) => (least, Some(most)),
            None => (body, None),
        };
        let is_number = |text: &str| {
            !text.is_empty()
                && text.bytes().all(|b| b.is_ascii_digit())
                && (text.len() == 1 || !text.starts_with('0'))
        };
        if !is_number(least) || !most.is_none_or(|most| most.is_empty() || is_number(most)) {
            return Ok(None);
        }
        let count = |text: &str| text.parse().ok().filter(|n: &u32| *n <= MAX_REPEAT);
        let least = count(least);
        let valid = match most {
            Some(most) if !most.is_empty() => {
                count(most) >= least && count(most).is_some() && least.is_some()
            }
            _ => least.is_some(),
        };
        let counts = &self.source[at..=at + length];
        if !valid {
            return Err(self.fault("invalid repeat count", counts));
        }
        self.skip(body.len() + 1);
        Ok(Some(counts.to_owned()))
    }

    /// Reads what follows an opening parenthesis.
    fn group(&mut self, at: usize) -> Result<(), PatternError> {
        if self.open.len() >= MAX_DEPTH {
            return Err(self.fault("expression nests too deeply", self.source));
        }
        let rest = &self.source[at + 1..];
        let prefix = ["?P<", "?<"].into_iter().find(|prefix| rest.starts_with(prefix));
        if let Some(prefix) = prefix {
            let body = &rest[prefix.len()..];
            let Some(end) = body.find('>') else {
                return Err(self.fault("invalid named capture", &self.source[at..]));
            };
            let name = &body[..end];
            let whole = &self.source[at..at + 1 + prefix.len() + end + 1];
            if name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
                return Err(self.fault("invalid named capture", whole));
            }
            self.names.push(Some(name.into()));
            self.skip(prefix.len() + name.len() + 1);
        } else if rest.starts_with('?') {
            return self.flags(at);
        } else {
            self.names.push(None);
        }
        self.out.push('(');
        self.open.push(at);
        Ok(())
    }

    /// Reads `(?flags)` and `(?flags:`.
    fn flags(&mut self, at: usize) -> Result<(), PatternError> {
        let rest = &self.source[at + 2..];
        let length = rest.find(|c: char| !matches!(c, 'i' | 'm' | 's' | 'U' | '-')).unwrap_or(rest.len());
        let (flags, after) = rest.split_at(length);
        let well_formed = flags.matches('-').count() <= 1 && !flags.ends_with('-');
        let end = after.chars().next().filter(|c| well_formed && matches!(c, ':' | ')'));
        let Some(end) = end else {
            let part = after.chars().next().map_or(0, char::len_utf8) + length;
            let what =
                if after.is_empty() { "missing closing )" } else { "invalid or unsupported Perl syntax" };
            return Err(self.fault(what, &self.source[at..at + 2 + part]));
        };
        if flags.is_empty() && end == ')' {
            return Err(self.fault("missing argument to repetition operator", "?"));
        }
        let _ = write!(self.out, "(?{flags}{end}");
        self.skip(1 + length + 1);
        if end == ':' {
            self.open.push(at);
        }
        Ok(())
    }

    /// Reads what follows a backslash outside of brackets.
    fn escape(&mut self, at: usize, last: Last) -> Result<Last, PatternError> {
        match self.chars.peek().map(|(_, c)| *c) {
            Some('Q') => {
                self.skip(1);
                let rest = &self.source[at + 2..];
                let (quoted, skipped) = match rest.find(r"\E") {
                    Some(end) => (&rest[..end], end + 2),
                    None => (rest, rest.len()),
                };
                quoted.chars().for_each(|c| self.literal(c));
                self.skip(skipped);
                return Ok(if quoted.is_empty() { last } else { Last::Item });
            }
            Some(c @ ('A' | 'z')) => self.assertion(&format!(r"\{c}")),
            Some(c @ ('b' | 'B')) => self.assertion(&format!(r"(?-u:\{c})")),
            _ => {
                if let Some(set) = class::escaped_set(self, at)? {
                    self.out.push_str(&class::bracketed(&set));
                } else {
                    let c = class::escaped_char(self, at)?;
                    self.literal(c);
                }
            }
        }
        Ok(Last::Item)
    }

    fn assertion(&mut self, text: &str) {
        self.skip(1);
        self.out.push_str(text);
    }

    pub(super) fn literal(&mut self, c: char) {
        if c.is_ascii() && !c.is_ascii_alphanumeric() {
            let _ = write!(self.out, r"\x{{{:X}}}", u32::from(c));
        } else {
            self.out.push(c);
        }
    }

    /// Skips `bytes` of the source, which end at a character.
    pub(super) fn skip(&mut self, bytes: usize) {
        let target = self.position() + bytes;
        while self.chars.next_if(|(at, _)| *at < target).is_some() {}
    }

    /// The byte that is read next.
    pub(super) fn position(&mut self) -> usize {
        self.chars.peek().map_or(self.source.len(), |(at, _)| *at)
    }

    /// A fault in the pattern from `at` to what has been read.
    pub(super) fn error(&mut self, what: &'static str, at: usize) -> PatternError {
        let end = self.position();
        self.fault(what, &self.source[at..end])
    }

    pub(super) fn fault(&self, what: &'static str, part: &str) -> PatternError {
        PatternError { what: Cow::Borrowed(what), part: part.to_owned() }
    }
}
