//! The texts that patterns are run over, which need not be UTF-8.

use std::borrow::Cow;
use std::ops::Range;

use crate::value::json::go_lossy;

/// A text as a pattern sees it: every byte that is not UTF-8 is one character, U+FFFD. What is found is told in the
/// bytes that stand there.
pub struct Subject<'t> {
    shown: Cow<'t, str>,
    bytes: &'t [u8],
    /// Where the replaced bytes are in the text that is shown.
    replaced: Vec<usize>,
}

impl<'t> From<&'t str> for Subject<'t> {
    fn from(text: &'t str) -> Self {
        Self { shown: Cow::Borrowed(text), bytes: text.as_bytes(), replaced: Vec::new() }
    }
}

impl<'t> From<&'t [u8]> for Subject<'t> {
    fn from(bytes: &'t [u8]) -> Self {
        let mut subject = Self { shown: go_lossy(bytes), bytes, replaced: Vec::new() };
        if let Cow::Owned(_) = subject.shown {
            let mut shown = 0;
            for chunk in bytes.utf8_chunks() {
                shown += chunk.valid().len();
                for _ in chunk.invalid() {
                    subject.replaced.push(shown);
                    shown += char::REPLACEMENT_CHARACTER.len_utf8();
                }
            }
        }
        subject
    }
}

impl<'t> Subject<'t> {
    /// What patterns are run over.
    pub fn shown(&self) -> &str {
        &self.shown
    }

    /// What stands at a range of the text that is shown.
    pub fn at(&self, range: Range<usize>) -> &'t [u8] {
        &self.bytes[self.offset(range.start)..self.offset(range.end)]
    }

    fn offset(&self, shown: usize) -> usize {
        let before = self.replaced.partition_point(|at| *at < shown);
        shown - before * (char::REPLACEMENT_CHARACTER.len_utf8() - 1)
    }
}
