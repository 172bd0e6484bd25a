//! Why a text is not JSON, and where.

use std::borrow::Cow;
use std::fmt;

/// A syntax error in a JSON text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonError {
    /// Bytes before the fault.
    pub offset: usize,
    /// Line of the fault, from 1.
    pub line: usize,
    /// Column of the fault in characters, from 1.
    pub column: usize,
    /// What is wrong, in the words of Go's decoder.
    pub what: Cow<'static, str>,
}

/// The text ended inside a document.
pub(super) const UNEXPECTED_END: &str = "unexpected EOF";

/// There is no document.
pub(super) const NOTHING: &str = "EOF";

impl JsonError {
    pub(super) fn new(text: &str, offset: usize, what: Cow<'static, str>) -> Self {
        let before = &text.as_bytes()[..offset.min(text.len())];
        let line_start = memchr::memrchr(b'\n', before).map_or(0, |i| i + 1);
        let is_first_byte = |b: &&u8| **b & 0xC0 != 0x80;
        Self {
            offset,
            line: 1 + memchr::memchr_iter(b'\n', before).count(),
            column: 1 + before[line_start..].iter().filter(is_first_byte).count(),
            what,
        }
    }
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl std::error::Error for JsonError {}
