//! `printf` and what it shares with the conversion of numbers to texts.

use super::value::Val;
use crate::bloblang::go::format::sprintf;
use crate::value::Value;

/// The widest field, so that a format cannot ask for any amount of memory.
const MAX_WIDTH: usize = 1 << 20;

/// `format` with its directives filled in; `convfmt` turns numbers into texts.
pub fn format(format: &str, args: &[Val], convfmt: &str) -> Result<String, String> {
    let mut out = String::with_capacity(format.len());
    let mut args = args.iter();
    let mut rest = format;
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('%') {
            out.push('%');
            rest = after;
            continue;
        }
        let end = rest.find(|c: char| !" .-+*#0123456789".contains(c));
        let end = end.ok_or("format error: expected type specifier after %")?;
        let verb = rest[end..].chars().next().unwrap_or('%');
        let mut next = || args.next().ok_or("format error: too few arguments");
        let mut flags = String::new();
        for c in rest[..end].chars() {
            if c == '*' {
                flags.push_str(&(next()?.num() as i64).to_string());
            } else {
                flags.push(c);
            }
        }
        let width = flags
            .split(|c: char| !c.is_ascii_digit())
            .map(|n| n.parse().unwrap_or(if n.is_empty() { 0 } else { usize::MAX }));
        if width.max().is_some_and(|width| width > MAX_WIDTH) {
            return Err("format error: the field is too wide".to_owned());
        }
        out.push_str(&directive(&flags, verb, next()?, convfmt)?);
        rest = &rest[end + verb.len_utf8()..];
    }
    out.push_str(rest);
    Ok(out)
}

fn directive(flags: &str, verb: char, arg: &Val, convfmt: &str) -> Result<String, String> {
    let (verb, value) = match verb {
        's' => ('s', Value::from(&*arg.show(convfmt))),
        'd' | 'i' => ('d', Value::Int(arg.num() as i64)),
        'u' | 'o' | 'x' | 'X' => unsigned(verb, arg),
        'f' | 'e' | 'E' | 'g' | 'G' => (verb, Value::Float(arg.num())),
        'a' => ('x', Value::Float(arg.num())),
        'A' => ('X', Value::Float(arg.num())),
        'c' => ('s', Value::from(character(arg, convfmt))),
        other => return Err(format!("format error: invalid format type {other:?}")),
    };
    Ok(sprintf(&format!("%{flags}{verb}"), &[value]))
}

/// Negative numbers as large ones, for which there is only a text.
fn unsigned(verb: char, arg: &Val) -> (char, Value) {
    let n = arg.num() as i64;
    match verb {
        'u' if n >= 0 => ('d', Value::Int(n)),
        _ if n >= 0 => (verb, Value::Int(n)),
        'o' => ('s', Value::from(format!("{n:o}"))),
        'x' => ('s', Value::from(format!("{n:x}"))),
        'X' => ('s', Value::from(format!("{n:X}"))),
        _ => ('s', Value::from((n as u64).to_string())),
    }
}

/// The character of a code, or the first of a text.
fn character(arg: &Val, convfmt: &str) -> String {
    match arg.as_num() {
        Some(code) => char::from(code as i64 as u8).to_string(),
        None => arg.show(convfmt).chars().next().unwrap_or('\0').to_string(),
    }
}
