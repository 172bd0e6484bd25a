//! The text of an open document, and places in it as editors count them.

use lsp_types::{Position, Range};

/// The text of a document in lines.
pub struct Document {
    pub text: String,
}

/// A place: the number of a line, and a byte position in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct At {
    pub line: usize,
    pub byte: usize,
}

// === impl Document ===

impl Document {
    pub fn new(text: String) -> Self {
        Self { text }
    }

    /// Line `number`, counted from 0, without its end.
    pub fn line(&self, number: usize) -> &str {
        self.lines().nth(number).unwrap_or("")
    }

    pub fn lines(&self) -> impl Iterator<Item = &str> {
        self.text.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line))
    }

    /// The place that an editor means, which counts in UTF-16; a position behind the end of a line is its end.
    pub fn at(&self, position: Position) -> Option<At> {
        let line = position.line as usize;
        let text = self.lines().nth(line)?;
        let mut left = position.character as usize;
        let byte = text.char_indices().find(|(_, c)| {
            let over = left < c.len_utf16();
            left = left.saturating_sub(c.len_utf16());
            over
        });
        Some(At { line, byte: byte.map_or(text.len(), |(byte, _)| byte) })
    }

    /// The part of a line between two byte positions, as editors count.
    pub fn range(&self, line: usize, from: usize, to: usize) -> Range {
        let text = self.line(line);
        let count = |byte: usize| text.get(..byte).unwrap_or(text).encode_utf16().count() as u32;
        Range::new(Position::new(line as u32, count(from)), Position::new(line as u32, count(to)))
    }

    /// The word around a place: letters, digits, `_` and `-`.
    pub fn word(&self, at: At) -> Option<&str> {
        let (from, to) = self.word_bounds(at);
        self.line(at.line).get(from..to).filter(|word| !word.is_empty())
    }

    /// Where the word around a place begins and ends.
    pub fn word_bounds(&self, at: At) -> (usize, usize) {
        let line = self.line(at.line);
        let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
        let before = &line[..at.byte];
        let from = before.len()
            - before.chars().rev().take_while(|c| is_part(*c)).map(char::len_utf8).sum::<usize>();
        let after = line[at.byte..].chars().take_while(|c| is_part(*c)).map(char::len_utf8).sum::<usize>();
        (from, at.byte + after)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn editors_count_in_utf16() {
        let document = Document::new("a: 🐢x\r\nb: ż".to_owned());
        assert_eq!(document.at(Position::new(0, 5)), Some(At { line: 0, byte: 7 }));
        assert_eq!(document.at(Position::new(0, 99)), Some(At { line: 0, byte: 8 }));
        assert_eq!(document.at(Position::new(7, 0)), None);
        assert_eq!(document.range(0, 3, 7), Range::new(Position::new(0, 3), Position::new(0, 5)));
        assert_eq!(document.word(At { line: 1, byte: 0 }), Some("b"));
        assert_eq!(document.word(At { line: 1, byte: 5 }), Some("ż"));
    }
}
