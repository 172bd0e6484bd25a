//! The content type of bytes that nobody has named, by how they begin.

/// How contents begin that are no text, and what they are.
const SIGNATURES: &[(&[u8], &str)] = &[
    (b"%PDF-", "application/pdf"),
    (b"%!PS-Adobe-", "application/postscript"),
    (b"\xfe\xff", "text/plain; charset=utf-16be"),
    (b"\xff\xfe", "text/plain; charset=utf-16le"),
    (b"\xef\xbb\xbf", "text/plain; charset=utf-8"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"BM", "image/bmp"),
    (b"OggS\0", "application/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"MThd\0\0\0\x06", "audio/midi"),
    (b"\0asm", "application/wasm"),
    (b"PK\x03\x04", "application/zip"),
    (b"\x1f\x8b\x08", "application/x-gzip"),
    (b"Rar!\x1a\x07", "application/x-rar-compressed"),
];

/// How web pages begin, behind blanks and in any case.
const PAGES: &[&str] = &[
    "<!DOCTYPE HTML",
    "<HTML",
    "<HEAD",
    "<SCRIPT",
    "<IFRAME",
    "<H1",
    "<DIV",
    "<FONT",
    "<TABLE",
    "<A",
    "<STYLE",
    "<TITLE",
    "<B",
    "<BODY",
    "<BR",
    "<P",
    "<!--",
];

/// How much of the content is looked at.
const LOOK: usize = 512;

/// The content type of `content`.
pub fn content_type(content: &[u8]) -> &'static str {
    let start = &content[..content.len().min(LOOK)];
    let text = start.trim_ascii_start();
    if PAGES.iter().any(|page| begins_page(text, page.as_bytes())) {
        return "text/html; charset=utf-8";
    }
    if text.starts_with(b"<?xml") {
        return "text/xml; charset=utf-8";
    }
    if let Some((_, known)) = SIGNATURES.iter().find(|(signature, _)| start.starts_with(signature)) {
        return known;
    }
    let binary = |b: &u8| matches!(b, 0..=8 | 0x0b | 0x0e..=0x1a | 0x1c..=0x1f);
    if start.iter().any(binary) { "application/octet-stream" } else { "text/plain; charset=utf-8" }
}

/// Whether `text` begins with a tag, which a blank or a bracket ends.
fn begins_page(text: &[u8], tag: &[u8]) -> bool {
    text.get(..tag.len()).is_some_and(|start| start.eq_ignore_ascii_case(tag))
        && (tag == b"<!--" || matches!(text.get(tag.len()), Some(b' ' | b'>')))
}

#[cfg(test)]
mod tests {
    use super::content_type;

    #[test]
    fn contents_are_known_by_their_beginning() {
        for (content, known) in [
            (&b""[..], "text/plain; charset=utf-8"),
            (b"{\"a\":1}", "text/plain; charset=utf-8"),
            (b"\n <html>", "text/html; charset=utf-8"),
            (b"<abc>", "text/plain; charset=utf-8"),
            (b"<?xml version", "text/xml; charset=utf-8"),
            (b"\x1f\x8b\x08\0", "application/x-gzip"),
            (b"\0\x01", "application/octet-stream"),
        ] {
            assert_eq!(content_type(content), known, "{content:?}");
        }
    }
}
