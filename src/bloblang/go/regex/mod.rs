//! Regular expressions in Go's RE2 syntax, run by the `regex` crate; both match leftmost-first in linear time.

mod cache;
mod class;
mod subject;
mod template;
#[cfg(test)]
mod tests;
mod translate;

use std::borrow::Cow;
use std::fmt;

use regex::{Regex, RegexBuilder};

pub use cache::cached;
pub use subject::Subject;
pub use template::Template;

use crate::value::Str;
use template::Piece;

/// How much memory a compiled pattern may take.
const SIZE_LIMIT: usize = 32 << 20;

/// The longest text that replacements may make, in bytes.
const MAX_TEXT: usize = 1 << 30;

/// A compiled pattern.
#[derive(Clone, Debug)]
pub struct Pattern {
    regex: Regex,
    /// The name of every group, the whole match first; unnamed groups have none.
    names: Vec<Option<Str>>,
}

/// Why a text is not a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatternError {
    what: Cow<'static, str>,
    /// The part of the pattern at fault.
    part: String,
}

// === impl Pattern ===

impl Pattern {
    pub fn new(pattern: &str) -> Result<Self, PatternError> {
        let translated = translate::translate(pattern)?;
        let regex = RegexBuilder::new(&translated.pattern).size_limit(SIZE_LIMIT).build().map_err(|e| {
            let what = match e {
                regex::Error::CompiledTooBig(_) => "expression too large".into(),
                e => {
                    e.to_string().lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned()
                }
            };
            PatternError { what: what.into(), part: pattern.to_owned() }
        })?;
        Ok(Self { regex, names: translated.names })
    }

    pub fn regex(&self) -> &Regex {
        &self.regex
    }

    /// The key of group `i` in an object of matches: its name or its number.
    pub fn key(&self, i: usize) -> Str {
        match self.names.get(i) {
            Some(Some(name)) => name.clone(),
            _ => itoa::Buffer::new().format(i).into(),
        }
    }

    /// The name of group `i`, if it has one.
    pub fn name(&self, i: usize) -> Option<&Str> {
        self.names.get(i)?.as_ref()
    }

    /// The number of groups, the whole match included.
    pub fn groups(&self) -> usize {
        self.names.len()
    }

    /// Replaces every match by the template's expansion; none where that becomes longer than `MAX_TEXT`.
    pub fn replace_all<'t>(&self, text: &'t str, template: &Template) -> Option<Cow<'t, str>> {
        let mut out = String::new();
        let put = |piece: Piece<'_>| {
            match piece {
                Piece::Text(literal) => out.push_str(literal),
                Piece::Span(span) => out.push_str(&text[span]),
            }
            out.len() <= MAX_TEXT
        };
        Some(if self.replaced(text, template, put)? { Cow::Owned(out) } else { Cow::Borrowed(text) })
    }

    /// The same for a text that need not be UTF-8.
    pub fn replace_all_in(&self, subject: &Subject<'_>, template: &Template) -> Option<Vec<u8>> {
        let mut out = Vec::new();
        let put = |piece: Piece<'_>| {
            match piece {
                Piece::Text(literal) => out.extend_from_slice(literal.as_bytes()),
                Piece::Span(span) => out.extend_from_slice(subject.at(span)),
            }
            out.len() <= MAX_TEXT
        };
        let found = self.replaced(subject.shown(), template, put)?;
        Some(if found { out } else { subject.at(0..subject.shown().len()).to_vec() })
    }

    /// Hands out the pieces of the text in which every match is replaced, and returns whether there is one. None where
    /// `put` wants no more.
    fn replaced(
        &self,
        text: &str,
        template: &Template,
        mut put: impl FnMut(Piece<'_>) -> bool,
    ) -> Option<bool> {
        let mut captures = self.regex.capture_locations();
        let mut done = None;
        for whole in self.regex.find_iter(text) {
            put(Piece::Span(done.unwrap_or(0)..whole.start())).then_some(())?;
            if template.has_groups() {
                self.regex.captures_read_at(&mut captures, text, whole.start());
            }
            template.expand(&self.names, &captures, &mut put)?;
            done = Some(whole.end());
        }
        if let Some(done) = done {
            put(Piece::Span(done..text.len())).then_some(())?;
        }
        Some(done.is_some())
    }
}

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error parsing regexp: {}", self.what)?;
        if self.part.is_empty() { Ok(()) } else { write!(f, ": `{}`", self.part) }
    }
}

impl std::error::Error for PatternError {}
