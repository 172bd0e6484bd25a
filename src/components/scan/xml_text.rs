//! Finding where an XML document ends in a buffer that is still being filled, without reading a piece twice.

use memchr::{memchr, memmem};

/// Looks for the end of the first element in a buffer.
#[derive(Clone, Debug, Default)]
pub struct ElementEnd {
    /// How many bytes were looked at; behind them begins a piece, or text.
    at: usize,
    depth: usize,
    /// Whether a piece has begun whose end is not there yet.
    waiting: bool,
}

impl ElementEnd {
    /// The length of what ends with the first element, if its end is there. Goes on where the last call stopped, so
    /// `bytes` must only have grown since; begins anew after an end was found.
    pub fn find(&mut self, bytes: &[u8]) -> Result<Option<usize>, String> {
        loop {
            let Some(start) = memchr(b'<', &bytes[self.at..]).map(|start| self.at + start) else {
                (self.at, self.waiting) = (bytes.len(), false);
                return Ok(None);
            };
            self.at = start;
            let piece = &bytes[start..];
            let Some(length) = length(piece) else {
                self.waiting = true;
                return Ok(None);
            };
            self.at += length;
            self.waiting = false;
            match piece[1] {
                b'!' | b'?' => continue,
                b'/' => self.depth = self.depth.checked_sub(1).ok_or("an element ends that has not begun")?,
                _ if piece[length - 2] == b'/' => {}
                _ => self.depth += 1,
            }
            if self.depth == 0 {
                let end = self.at;
                *self = Self::default();
                return Ok(Some(end));
            }
        }
    }

    /// Whether the end of the buffer is inside of something.
    pub fn is_inside(&self) -> bool {
        self.depth > 0 || self.waiting
    }
}

/// The length of the tag, comment or whatever else begins `bytes`, if it is all there.
fn length(bytes: &[u8]) -> Option<usize> {
    let until = |end: &[u8], from: usize| Some(from + memmem::find(bytes.get(from..)?, end)? + end.len());
    match bytes {
        [_, b'!', b'-', b'-', ..] => until(b"-->", 4),
        [_, b'!', b'[', ..] => until(b"]]>", 3),
        [_, b'?', ..] => until(b"?>", 2),
        [_, b'!', b'-'] | [_, b'!'] | [_] => None,
        _ => closing(bytes),
    }
}

/// Where a tag or a declaration ends: outside of quotes and brackets.
fn closing(bytes: &[u8]) -> Option<usize> {
    let mut quote = None;
    let mut open = 0usize;
    for (i, byte) in bytes.iter().enumerate() {
        match (quote, byte) {
            (Some(q), byte) if q == *byte => quote = None,
            (Some(_), _) => {}
            (None, b'"' | b'\'') => quote = Some(*byte),
            (None, b'[') => open += 1,
            (None, b']') => open = open.saturating_sub(1),
            (None, b'>') if open == 0 => return Some(i + 1),
            _ => {}
        }
    }
    None
}
