//! Invalid UTF-8 as Go treats it: every byte that is not part of a valid sequence becomes U+FFFD.

use std::borrow::Cow;

/// The text of `bytes`, with U+FFFD for every invalid byte.
pub fn go_lossy(bytes: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = simdutf8::basic::from_utf8(bytes) {
        return Cow::Borrowed(text);
    }
    let mut text = String::with_capacity(bytes.len() + 16);
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        for _ in chunk.invalid() {
            text.push(char::REPLACEMENT_CHARACTER);
        }
    }
    Cow::Owned(text)
}

/// The offset in `bytes` of what stands at `offset` in their [`go_lossy`] text.
pub(super) fn source_offset(bytes: &[u8], offset: usize) -> usize {
    let (mut source, mut target) = (0, 0);
    for chunk in bytes.utf8_chunks() {
        let valid = chunk.valid().len();
        if target + valid >= offset {
            return source + (offset - target);
        }
        source += valid;
        target += valid;
        for _ in chunk.invalid() {
            if target >= offset {
                return source;
            }
            source += 1;
            target += char::REPLACEMENT_CHARACTER.len_utf8();
        }
    }
    source
}
