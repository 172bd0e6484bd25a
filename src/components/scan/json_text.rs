//! Finding where a JSON document ends in a buffer that is still being filled, without looking at a byte twice.

/// Looks for the end of the document that a buffer begins with.
#[derive(Clone, Debug, Default)]
pub struct DocumentEnd {
    /// How many bytes were looked at.
    at: usize,
    depth: usize,
    in_string: bool,
    escaped: bool,
}

impl DocumentEnd {
    /// The length of the document, if its end is there. Goes on where the last call stopped, so `bytes` must only
    /// have grown since; begins anew after an end was found. The document must not begin with white space.
    pub fn find(&mut self, bytes: &[u8], end: bool) -> Option<usize> {
        let found = match bytes.first()? {
            b'{' | b'[' | b'"' => self.find_closing(bytes),
            _ => self.find_separator(bytes),
        };
        let found = found.or((end && !bytes.is_empty()).then_some(bytes.len()));
        if found.is_some() {
            *self = Self::default();
        }
        found
    }

    fn find_closing(&mut self, bytes: &[u8]) -> Option<usize> {
        while let Some(&byte) = bytes.get(self.at) {
            self.at += 1;
            match byte {
                _ if self.escaped => self.escaped = false,
                b'\\' if self.in_string => self.escaped = true,
                b'"' => self.in_string = !self.in_string,
                _ if self.in_string => continue,
                b'{' | b'[' => self.depth += 1,
                b'}' | b']' => self.depth = self.depth.saturating_sub(1),
                _ => continue,
            }
            if self.depth == 0 && !self.in_string {
                return Some(self.at);
            }
        }
        None
    }

    /// Numbers and words end at what cannot be part of one.
    fn find_separator(&mut self, bytes: &[u8]) -> Option<usize> {
        let part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
        self.at += bytes[self.at..].iter().take_while(|byte| part(byte)).count();
        // What cannot begin a document either is one on its own, so that the parser names it.
        (self.at < bytes.len()).then_some(self.at.max(1))
    }
}

/// How many bytes of white space `bytes` begin with.
pub fn space(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n')).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_end_where_their_last_byte_is() {
        for (text, want) in [
            ("{\"a\":[1,{\"b\":\"}\\\"]\"}]}x", Some(22)),
            ("[1, 2] [3]", Some(6)),
            ("\"a b\" 1", Some(5)),
            ("-1.5e+3,", Some(7)),
            ("true]", Some(4)),
            ("?", Some(1)),
            ("12", None),
            ("{\"a\":\"}", None),
            ("", None),
        ] {
            let mut whole = DocumentEnd::default();
            assert_eq!(whole.find(text.as_bytes(), false), want, "{text}");
            let mut parts = DocumentEnd::default();
            let first = (0..=text.len()).find_map(|n| parts.find(&text.as_bytes()[..n], false));
            assert_eq!(first, want, "{text} byte by byte");
        }
        assert_eq!(DocumentEnd::default().find(b"12", true), Some(2));
    }
}
