//! Several parts in one body, as `multipart/*` (RFC 2046): writing them, and taking them apart again.

use bytes::Bytes;
use memchr::memmem;

/// Builds a `multipart/form-data` body.
pub struct Writer {
    boundary: String,
    body: Vec<u8>,
}

// === impl Writer ===

impl Default for Writer {
    /// A body without parts, with a boundary that no content can guess.
    fn default() -> Self {
        let boundary: [u128; 2] = rand::random();
        Self { boundary: format!("{:032x}{:016x}", boundary[0], boundary[1] as u64), body: Vec::new() }
    }
}

impl Writer {
    /// Adds a part. Names and values of headers must be checked: no line breaks.
    pub fn part<'a>(&mut self, headers: impl IntoIterator<Item = (&'a str, &'a [u8])>, content: &[u8]) {
        let line_break: &[u8] = if self.body.is_empty() { b"" } else { b"\r\n" };
        self.put(&[line_break, b"--", self.boundary.clone().as_bytes(), b"\r\n"]);
        for (name, value) in headers {
            self.put(&[name.as_bytes(), b": ", value, b"\r\n"]);
        }
        self.put(&[b"\r\n", content]);
    }

    /// The body and its content type.
    pub fn finish(mut self) -> (Bytes, String) {
        let boundary = std::mem::take(&mut self.boundary);
        let line_break: &[u8] = if self.body.is_empty() { b"" } else { b"\r\n" };
        self.put(&[line_break, b"--", boundary.as_bytes(), b"--\r\n"]);
        (self.body.into(), format!("multipart/form-data; boundary={boundary}"))
    }

    fn put(&mut self, pieces: &[&[u8]]) {
        pieces.iter().for_each(|piece| self.body.extend_from_slice(piece));
    }
}

/// Whether a content type is `multipart/*`.
pub fn is_multipart(content_type: &[u8]) -> bool {
    content_type.get(..10).is_some_and(|start| start.eq_ignore_ascii_case(b"multipart/"))
}

/// The parts of a body with this `multipart/*` content type; they share its memory.
pub fn parts(content_type: &str, body: &Bytes) -> Result<Vec<Bytes>, String> {
    let boundary = boundary(content_type).ok_or("the multipart content type has no boundary")?;
    let delimiter = format!("--{boundary}");
    let mut parts = Vec::new();
    let mut at = line_start(body, 0, &delimiter).ok_or("the multipart body has no part")?;
    loop {
        at += delimiter.len();
        if body[at..].starts_with(b"--") {
            return Ok(parts);
        }
        let headers = at + line_length(&body[at..]).ok_or(CUT_OFF)?;
        let content = headers + headers_length(&body[headers..]).ok_or(CUT_OFF)?;
        // The line break before a delimiter belongs to the delimiter, also when the content is empty.
        let next = line_start(body, content, &delimiter).ok_or(CUT_OFF)?;
        let mut end = next.max(content);
        for byte in [b'\n', b'\r'] {
            if end > content && body[end - 1] == byte {
                end -= 1;
            }
        }
        parts.push(body.slice(content..end));
        at = next;
    }
}

const CUT_OFF: &str = "the multipart body ends in the middle of a part";

/// Where `delimiter` begins a line, searching from `from`, which is the beginning of one.
fn line_start(body: &[u8], from: usize, delimiter: &str) -> Option<usize> {
    let found = memmem::find_iter(&body[from..], delimiter).map(|at| from + at);
    found
        .into_iter()
        .find(|at| (*at == from || body[at - 1] == b'\n') && ends_delimiter(&body[at + delimiter.len()..]))
}

/// Whether what follows a boundary makes it a delimiter, rather than the beginning of a longer word.
fn ends_delimiter(after: &[u8]) -> bool {
    let line = after.trim_ascii_start();
    let blank = &after[..after.len() - line.len()];
    after.starts_with(b"--") || blank.contains(&b'\n')
}

/// The length of a line with its break.
fn line_length(text: &[u8]) -> Option<usize> {
    memchr::memchr(b'\n', text).map(|at| at + 1)
}

/// The length of header lines with the empty line behind them.
fn headers_length(text: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        let line = line_length(&text[at..])?;
        at += line;
        if matches!(&text[at - line..at], b"\r\n" | b"\n") {
            return Some(at);
        }
    }
}

/// The parameter `boundary` of a content type.
fn boundary(content_type: &str) -> Option<String> {
    let mut rest = content_type.split_once(';')?.1;
    loop {
        let (name, value) = rest.split_once('=')?;
        let value = value.trim_start();
        let (value, after) = match value.strip_prefix('"') {
            Some(quoted) => quoted_text(quoted)?,
            None => {
                let end = value.find(';').unwrap_or(value.len());
                (value[..end].trim_end().to_owned(), &value[end..])
            }
        };
        if name.trim().eq_ignore_ascii_case("boundary") {
            return Some(value).filter(|value| !value.is_empty());
        }
        rest = after.trim_start().strip_prefix(';')?;
    }
}

/// The text up to the closing quote, and what is behind that.
fn quoted_text(quoted: &str) -> Option<(String, &str)> {
    let mut text = String::new();
    let mut chars = quoted.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some((text, &quoted[at + 1..])),
            '\\' => text.push(chars.next()?.1),
            c => text.push(c),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(content_type: &str, body: &str) -> Result<Vec<String>, String> {
        let parts = parts(content_type, &Bytes::copy_from_slice(body.as_bytes()))?;
        Ok(parts.iter().map(|part| String::from_utf8_lossy(part).into_owned()).collect())
    }

    #[test]
    fn what_is_written_is_read() {
        let mut writer = Writer::default();
        writer.part([("Content-Type", &b"text/plain"[..])], b"one\r\n--not the end");
        writer.part([], b"");
        writer.part([("A", &b"b"[..])], b"\r\nthree\n");
        let (body, content_type) = writer.finish();
        let parts = parts(&content_type, &body).expect("parts");
        assert_eq!(parts, ["one\r\n--not the end", "", "\r\nthree\n"]);
    }

    #[test]
    fn reads_what_others_write() {
        let body = "preamble\r\n--b c\r\nX: y\r\n\r\n1\r\n--b c  \r\n\r\n2\r\n--b c--\r\nepilogue";
        assert_eq!(texts("multipart/mixed; charset=x; boundary=\"b c\"", body).expect("parts"), ["1", "2"]);
        assert_eq!(texts("multipart/mixed;boundary=b", "--b\n\n1\n--b--").expect("parts"), ["1"]);
        assert_eq!(texts("multipart/mixed;boundary=b", "--b\n\n--bc\n--b--").expect("parts"), ["--bc"]);
        assert_eq!(texts("multipart/mixed;boundary=b", "--b--").expect("no parts"), [""; 0]);
        assert_eq!(texts("multipart/mixed;boundary=b", "--b\r\n\r\n\r\n--b--").expect("parts"), [""]);
    }

    #[test]
    fn refuses_what_is_broken() {
        for (content_type, body) in [
            ("multipart/mixed", "--b--"),
            ("multipart/mixed; boundary=", "--b--"),
            ("multipart/mixed; boundary=\"b", "--b--"),
            ("multipart/mixed; boundary=b", "text"),
            ("multipart/mixed; boundary=b", "--b\r\n"),
            ("multipart/mixed; boundary=b", "--b\r\nX: y\r\n"),
            ("multipart/mixed; boundary=b", "--b\r\n\r\ncut"),
        ] {
            assert!(texts(content_type, body).is_err(), "{content_type}: {body}");
        }
    }
}
