//! How a scalar is written: plain, quoted, or as a block of lines.

use std::fmt::Write;

use crate::value::yaml_scalar;

/// The styles in which a text can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    Plain,
    Single,
    Double,
    Literal,
}

/// Words that YAML 1.1 reads as booleans.
const OLD_BOOLEANS: [&str; 16] =
    ["y", "Y", "yes", "Yes", "YES", "on", "On", "ON", "n", "N", "no", "No", "NO", "off", "Off", "OFF"];

/// Which styles leave a text as it is.
struct Allowed {
    plain: bool,
    single: bool,
    literal: bool,
}

/// The style for a text; keys stand on one line.
pub(super) fn style(text: &str, is_key: bool) -> Style {
    let allowed = allowed(text);
    if text.contains('\n') {
        return if is_key || !allowed.literal { Style::Double } else { Style::Literal };
    }
    let is_string = yaml_scalar::resolve(text).as_str().is_some();
    if !is_string || OLD_BOOLEANS.contains(&text) || is_base_60(text) {
        return Style::Double;
    }
    if allowed.plain {
        Style::Plain
    } else if allowed.single {
        Style::Single
    } else {
        Style::Double
    }
}

/// Numbers such as `12:30`, which YAML 1.1 reads in base 60.
fn is_base_60(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let Some((first, rest)) = whole.split_once(':') else { return false };
    let is_first = |text: &str| {
        text.starts_with(|c: char| c.is_ascii_digit())
            && text.bytes().all(|b| b.is_ascii_digit() || b == b'_')
    };
    let is_sixty = |text: &str| matches!(text.as_bytes(), [b'0'..=b'9'] | [b'0'..=b'5', b'0'..=b'9']);
    is_first(first)
        && rest.split(':').all(is_sixty)
        && fraction.bytes().all(|b| b.is_ascii_digit() || b == b'_')
}

fn allowed(text: &str) -> Allowed {
    let chars: Vec<char> = text.chars().collect();
    let at = |i: usize| chars.get(i).copied();
    let is_blank = |c: Option<char>| c.is_none_or(|c| matches!(c, ' ' | '\t') || is_break(c));
    let mut indicators = text.starts_with("---") || text.starts_with("...");
    let (mut special, mut tabs, mut breaks, mut break_space, mut space_break) =
        (false, false, false, false, false);
    for (i, &c) in chars.iter().enumerate() {
        let before = if i == 0 { None } else { at(i - 1) };
        let ends_token = is_blank(at(i + 1));
        indicators |= match c {
            ':' => ends_token,
            '#' => is_blank(before),
            '?' | '-' if i == 0 => ends_token,
            ',' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%' | '@' | '`' => {
                i == 0
            }
            _ => false,
        };
        tabs |= c == '\t';
        special |= c != '\t' && !is_printable(c);
        breaks |= is_break(c);
        break_space |= c == ' ' && before.is_some_and(is_break);
        space_break |= is_break(c) && before == Some(' ');
    }
    let is_space = |c: Option<&char>| c.is_some_and(|c| *c == ' ');
    let edge = |c: Option<&char>| c.is_some_and(|c| *c == ' ' || is_break(*c));
    let exact = !(space_break || tabs || special);
    Allowed {
        plain: exact && !(edge(chars.first()) || edge(chars.last()) || break_space || breaks || indicators),
        single: exact && !break_space && !breaks,
        literal: !(is_space(chars.last()) || space_break || special),
    }
}

fn is_break(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// What may stand unescaped; characters beyond the basic plane may not.
fn is_printable(c: char) -> bool {
    matches!(c, '\n' | ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}') && c != '\u{feff}'
}

/// Writes `text` in double quotes.
pub(super) fn double_quoted(text: &str, out: &mut String) {
    out.push('"');
    // As in the reference, where a byte order mark makes every character one that is escaped.
    let is_marked = text.starts_with('\u{feff}');
    for c in text.chars() {
        let short = match c {
            '"' => "\\\"",
            '\\' => "\\\\",
            '\0' => "\\0",
            '\x07' => "\\a",
            '\x08' => "\\b",
            '\t' => "\\t",
            '\n' => "\\n",
            '\x0B' => "\\v",
            '\x0C' => "\\f",
            '\r' => "\\r",
            '\x1B' => "\\e",
            '\u{85}' => "\\N",
            '\u{2028}' => "\\L",
            '\u{2029}' => "\\P",
            '\u{a0}' if is_marked => "\\_",
            c if is_printable(c) && !is_marked => {
                out.push(c);
                continue;
            }
            c => {
                let code = u32::from(c);
                let _ = match code {
                    0..=0xFF => write!(out, "\\x{code:02X}"),
                    0x100..=0xFFFF => write!(out, "\\u{code:04X}"),
                    _ => write!(out, "\\U{code:08X}"),
                };
                continue;
            }
        };
        out.push_str(short);
    }
    out.push('"');
}
