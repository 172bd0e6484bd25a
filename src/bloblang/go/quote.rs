//! Quoted strings in the syntax of Go source text.

use std::fmt::Write;
use std::sync::LazyLock;

use regex::Regex;

use crate::value::json::go_lossy;

/// The short escapes, which quoting writes and unquoting reads.
const SHORT: [(char, char); 7] =
    [('\x07', 'a'), ('\x08', 'b'), ('\x0C', 'f'), ('\n', 'n'), ('\r', 'r'), ('\t', 't'), ('\x0B', 'v')];

static PRINTABLE: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"^[\pL\pM\pN\pP\pS]$").ok());

/// Which characters quoting leaves as they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Charset {
    Unicode,
    Ascii,
}

/// `text` in double quotes.
pub fn quote(text: impl AsRef<[u8]>, charset: Charset) -> String {
    quote_with(text.as_ref(), '"', charset)
}

/// `c` in single quotes.
pub fn quote_char(c: char, charset: Charset) -> String {
    quote_with(c.encode_utf8(&mut [0; 4]).as_bytes(), '\'', charset)
}

fn quote_with(text: &[u8], quote: char, charset: Charset) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push(quote);
    for chunk in text.utf8_chunks() {
        chunk.valid().chars().for_each(|c| push_quoted(&mut out, c, quote, charset));
        for byte in chunk.invalid() {
            let _ = write!(out, r"\x{byte:02x}");
        }
    }
    out.push(quote);
    out
}

fn push_quoted(out: &mut String, c: char, quote: char, charset: Charset) {
    if c == quote || c == '\\' {
        out.push('\\');
        out.push(c);
    } else if let Some((_, letter)) = SHORT.iter().find(|(control, _)| *control == c) {
        out.push('\\');
        out.push(*letter);
    } else if is_printable(c) && (c.is_ascii() || charset == Charset::Unicode) {
        out.push(c);
    } else {
        let code = u32::from(c);
        let _ = match code {
            0..0x80 => write!(out, r"\x{code:02x}"),
            0x80..0x10000 => write!(out, r"\u{code:04x}"),
            _ => write!(out, r"\U{code:08x}"),
        };
    }
}

/// Letters, marks, numbers, punctuation, symbols and the ASCII blank.
pub fn is_printable(c: char) -> bool {
    if c.is_ascii() {
        return c == ' ' || c.is_ascii_graphic();
    }
    PRINTABLE.as_ref().is_some_and(|regex| regex.is_match(c.encode_utf8(&mut [0; 4])))
}

/// The bytes of a literal in double quotes, backquotes (no escapes) or, if it is one character, single quotes; none
/// where the syntax is wrong.
pub fn unquote(literal: &str) -> Option<Vec<u8>> {
    let quote = literal.chars().next()?;
    let body = literal.strip_prefix(quote)?.strip_suffix(quote)?;
    match quote {
        '`' if !body.contains('`') => Some(body.replace('\r', "").into_bytes()),
        '"' => unescape(body, quote),
        '\'' => unescape(body, quote).filter(|text| go_lossy(text).chars().count() == 1),
        _ => None,
    }
}

fn unescape(body: &str, quote: char) -> Option<Vec<u8>> {
    if body.contains(['\n', quote]) && !body.contains('\\') {
        return None;
    }
    let mut out = Vec::with_capacity(body.len());
    let mut chars = body.chars();
    while let Some(c) = chars.next() {
        match c {
            '\n' => return None,
            c if c == quote => return None,
            '\\' => escape(&mut chars, quote, &mut out)?,
            c => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    Some(out)
}

/// Reads what follows a backslash.
fn escape(chars: &mut std::str::Chars<'_>, quote: char, out: &mut Vec<u8>) -> Option<()> {
    let c = chars.next()?;
    if let Some((control, _)) = SHORT.iter().find(|(_, letter)| *letter == c) {
        out.push(*control as u8);
        return Some(());
    }
    let (digits, radix) = match c {
        'x' => (2, 16),
        'u' => (4, 16),
        'U' => (8, 16),
        '0'..='7' => (2, 8),
        '\\' => {
            out.push(b'\\');
            return Some(());
        }
        c if c == quote => {
            out.push(c as u8);
            return Some(());
        }
        _ => return None,
    };
    let mut code = if radix == 8 { c.to_digit(8)? } else { 0 };
    for _ in 0..digits {
        code = code.checked_mul(radix)?.checked_add(chars.next()?.to_digit(radix)?)?;
    }
    if matches!(c, 'u' | 'U') {
        let c = char::from_u32(code)?;
        out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
    } else {
        out.push(u8::try_from(code).ok()?);
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoting() {
        for (text, unicode, ascii) in [
            ("a\"b\\c'\n\x07\x01\x7f", r#""a\"b\\c'\n\a\x01\x7f""#, r#""a\"b\\c'\n\a\x01\x7f""#),
            ("é☺\u{200b}\u{a0}\u{e000}", r#""é☺\u200b\u00a0\ue000""#, r#""\u00e9\u263a\u200b\u00a0\ue000""#),
            ("\u{1f600}\u{10ffff}", "\"\u{1f600}\\U0010ffff\"", r#""\U0001f600\U0010ffff""#),
        ] {
            assert_eq!(quote(text, Charset::Unicode), unicode);
            assert_eq!(quote(text, Charset::Ascii), ascii);
            assert_eq!(unquote(unicode).as_deref(), Some(text.as_bytes()));
        }
        assert_eq!(quote_char('\'', Charset::Unicode), r"'\''");
    }

    #[test]
    fn unquoting() {
        for (literal, text) in [
            (r#""\x41\101\u00e9\U0001F600""#, Some("AAé\u{1f600}")),
            (r"`a\n`", Some(r"a\n")),
            ("'x'", Some("x")),
            (r"'\''", Some("'")),
            (r#""\'""#, None),
            (r#"'\"'"#, None),
            ("'xy'", None),
            ("\"a\nb\"", None),
            ("\"a\"b\"", None),
            ("a", None),
            ("\"", None),
            ("", None),
            (r#""\ud800""#, None),
            (r#""\400""#, None),
        ] {
            assert_eq!(unquote(literal).as_deref(), text.map(str::as_bytes), "{literal}");
        }
    }
}
