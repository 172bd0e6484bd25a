//! Character classes, in and out of brackets, and the escapes of single characters.

use super::PatternError;
use super::translate::Translator;

/// Go's Perl classes are ASCII only.
const PERL: [(char, &str); 3] = [('d', "0-9"), ('s', r"\t\n\f\r "), ('w', "0-9A-Za-z_")];

/// Escapes of control characters.
const CONTROL: [(char, char); 6] =
    [('a', '\x07'), ('f', '\x0C'), ('t', '\t'), ('n', '\n'), ('r', '\r'), ('v', '\x0B')];

const POSIX: [&str; 14] = [
    "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space",
    "upper", "word", "xdigit",
];

/// A set of characters in the syntax of the crate's brackets.
pub(super) struct Set {
    items: String,
    negated: bool,
}

/// The set in its own brackets.
pub(super) fn bracketed(set: &Set) -> String {
    format!("[{}{}]", if set.negated { "^" } else { "" }, set.items)
}

/// Reads a set that begins with a backslash: `\d`, `\pL`, `\P{Greek}`; none if it is something else.
pub(super) fn escaped_set(t: &mut Translator<'_>, at: usize) -> Result<Option<Set>, PatternError> {
    let Some((_, c)) = t.chars.peek().copied() else { return Ok(None) };
    if let Some((_, items)) = PERL.iter().find(|(name, _)| *name == c.to_ascii_lowercase()) {
        t.skip(1);
        return Ok(Some(Set { items: (*items).to_owned(), negated: c.is_ascii_uppercase() }));
    }
    if !matches!(c, 'p' | 'P') {
        return Ok(None);
    }
    t.skip(1);
    let start = t.position();
    let name = match t.chars.next() {
        Some((_, '{')) => {
            let Some(end) = t.source[start..].find('}') else {
                return Err(t.fault("invalid character class range", &t.source[at..]));
            };
            t.skip(end);
            &t.source[start + 1..start + end]
        }
        Some((i, c)) => &t.source[i..i + c.len_utf8()],
        None => return Err(t.error("invalid character class range", at)),
    };
    let (name, inverted) = match name.strip_prefix('^') {
        Some(name) => (name, true),
        None => (name, false),
    };
    if name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
        return Err(t.error("invalid character class range", at));
    }
    let items = if name == "Any" { r"\x{0}-\x{10FFFF}".to_owned() } else { format!(r"\p{{{name}}}") };
    Ok(Some(Set { items, negated: (c == 'P') != inverted }))
}

/// Reads a character that begins with a backslash.
pub(super) fn escaped_char(t: &mut Translator<'_>, at: usize) -> Result<char, PatternError> {
    let Some((_, c)) = t.chars.next() else {
        return Err(t.fault("trailing backslash at end of expression", ""));
    };
    if let Some((_, control)) = CONTROL.iter().find(|(name, _)| *name == c) {
        return Ok(*control);
    }
    match c {
        '1'..='7' if !t.chars.peek().is_some_and(|(_, next)| next.is_digit(8)) => {}
        '0'..='7' => {
            let mut code = u32::from(c) - u32::from('0');
            for _ in 0..2 {
                let digit = t.chars.next_if(|(_, c)| c.is_digit(8)).and_then(|(_, c)| c.to_digit(8));
                let Some(digit) = digit else { break };
                code = code * 8 + digit;
            }
            return Ok(char::from_u32(code).unwrap_or_default());
        }
        'x' => {
            if let Some(c) = hex(t) {
                return Ok(c);
            }
        }
        c if c.is_ascii() && !c.is_ascii_alphanumeric() => return Ok(c),
        _ => {}
    }
    Err(t.error("invalid escape sequence", at))
}

/// Reads two hexadecimal digits, or any number of them in braces.
fn hex(t: &mut Translator<'_>) -> Option<char> {
    let rest = &t.source[t.position()..];
    let (digits, length) = match rest.strip_prefix('{') {
        Some(body) => {
            let end = body.find('}')?;
            (&body[..end], end + 2)
        }
        None => (rest.get(..2)?, 2),
    };
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    t.skip(length);
    char::from_u32(u32::from_str_radix(digits, 16).ok()?)
}

/// Reads a class in brackets, of which the opening one is at `at`.
pub(super) fn bracket(t: &mut Translator<'_>, at: usize) -> Result<(), PatternError> {
    t.out.push('[');
    if t.chars.next_if(|(_, c)| *c == '^').is_some() {
        t.out.push('^');
    }
    let mut first = true;
    loop {
        let Some((i, c)) = t.chars.peek().copied() else {
            return Err(t.fault("missing closing ]", &t.source[at..]));
        };
        match c {
            ']' if !first => {
                t.skip(1);
                t.out.push(']');
                return Ok(());
            }
            '[' if t.source[i..].starts_with("[:") && posix(t, i)? => {}
            _ => item(t, i)?,
        }
        first = false;
    }
}

/// Reads `[:name:]` or `[:^name:]`; if it is not closed, the bracket is a literal.
fn posix(t: &mut Translator<'_>, at: usize) -> Result<bool, PatternError> {
    let rest = &t.source[at + 2..];
    let Some(end) = rest.find(":]") else { return Ok(false) };
    let name = &rest[..end];
    let whole = &t.source[at..at + 2 + end + 2];
    if !POSIX.contains(&name.strip_prefix('^').unwrap_or(name)) {
        return Err(t.fault("invalid character class range", whole));
    }
    t.out.push_str(whole);
    t.skip(whole.len());
    Ok(true)
}

/// Reads a set, a character or a range in brackets.
fn item(t: &mut Translator<'_>, at: usize) -> Result<(), PatternError> {
    if t.source[at..].starts_with('\\') {
        t.skip(1);
        if let Some(set) = escaped_set(t, at)? {
            t.out.push_str(&if set.negated { bracketed(&set) } else { set.items });
            return Ok(());
        }
        let low = escaped_char(t, at)?;
        return range(t, at, low);
    }
    match t.chars.next() {
        Some((_, low)) => range(t, at, low),
        None => Err(t.fault("missing closing ]", &t.source[at..])),
    }
}

/// Writes `low`, or the range that begins with it.
fn range(t: &mut Translator<'_>, at: usize, low: char) -> Result<(), PatternError> {
    t.literal(low);
    let rest = &t.source[t.position()..];
    if !rest.starts_with('-') || rest.starts_with("-]") || rest.len() == 1 {
        return Ok(());
    }
    t.skip(1);
    let high_at = t.position();
    let high = match t.chars.next() {
        Some((_, '\\')) => escaped_char(t, high_at)?,
        Some((_, c)) => c,
        None => return Err(t.fault("missing closing ]", &t.source[at..])),
    };
    if high < low {
        return Err(t.error("invalid character class range", at));
    }
    t.out.push('-');
    t.literal(high);
    Ok(())
}
