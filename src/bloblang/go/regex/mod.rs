//! Regular expressions in Go's RE2 syntax, run by the `regex` crate; both match leftmost-first in linear time.

mod cache;
mod class;
mod template;
#[cfg(test)]
mod tests;
mod translate;

use std::borrow::Cow;
use std::fmt;

use regex::{Regex, RegexBuilder};

pub use cache::cached;
pub use template::Template;

use crate::value::Str;

/// How much memory a compiled pattern may take.
const SIZE_LIMIT: usize = 32 << 20;

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

    /// Replaces every match by the template's expansion.
    pub fn replace_all<'t>(&self, text: &'t str, template: &Template) -> Cow<'t, str> {
        let mut captures = self.regex.capture_locations();
        let mut out = String::new();
        let mut done = 0;
        for whole in self.regex.find_iter(text) {
            if out.is_empty() && done == 0 {
                out.reserve(text.len());
            }
            out.push_str(&text[done..whole.start()]);
            if template.has_groups() {
                self.regex.captures_read_at(&mut captures, text, whole.start());
            }
            template.expand(text, &self.names, &captures, &mut out);
            done = whole.end();
        }
        if done == 0 && out.is_empty() {
            return Cow::Borrowed(text);
        }
        out.push_str(&text[done..]);
        Cow::Owned(out)
    }
}

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error parsing regexp: {}", self.what)?;
        if self.part.is_empty() { Ok(()) } else { write!(f, ": `{}`", self.part) }
    }
}

impl std::error::Error for PatternError {}
