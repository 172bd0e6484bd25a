//! One argument under one verb.

use std::fmt::Write;

use super::directive::Directive;
use super::float;
use crate::bloblang::go::quote::{Charset, is_printable, quote, quote_char};
use crate::value::json::go_lossy;
use crate::value::number::widened;
use crate::value::{SizedNumber, Value, text};

/// Writes `value` under `verb`.
pub(super) fn print(d: &Directive, verb: char, value: &Value, out: &mut String) {
    if verb == 'T' {
        return d.pad(type_name(value), out);
    }
    match value {
        Value::Null | Value::Delete | Value::Nothing if verb == 'v' => d.pad("<nil>", out),
        Value::Bool(b) if matches!(verb, 'v' | 't') => d.pad(if *b { "true" } else { "false" }, out),
        Value::Array(_) | Value::Object(_) if verb == 'w' => bad_verb(d, verb, value, out),
        Value::Int(i) => integer(d, verb, (*i).into(), type_name(value), out),
        Value::Float(f) if "eEfFgGvxXb".contains(verb) => float::print(d, verb, *f, out),
        Value::Sized(SizedNumber::Unsigned(n)) => integer(d, verb, (*n).into(), type_name(value), out),
        Value::Sized(SizedNumber::Single(f)) if "eEfFgGv".contains(verb) => {
            float::print(d, verb, widened(*f), out)
        }
        Value::String(s) => string(d, verb, s, value, out),
        Value::RawString(bytes) if matches!(verb, 'x' | 'X') => hex(d, verb, bytes, out),
        Value::RawString(bytes) => string(d, verb, &go_lossy(bytes), value, out),
        Value::Number(number) => string(d, verb, number, value, out),
        Value::Timestamp(_) => {
            let mut shown = String::new();
            text::write_go(value, &mut shown);
            string(&Directive { source: false, ..*d }, verb, &shown, value, out);
        }
        Value::Bytes(bytes) => match verb {
            'v' | 'd' if d.source => {
                let items = bytes.iter().map(|b| format!("0x{b:x}")).collect::<Vec<_>>();
                let _ = write!(out, "[]byte{{{}}}", items.join(", "));
            }
            'x' | 'X' => hex(d, verb, bytes, out),
            's' | 'q' => string(d, verb, &go_lossy(bytes), value, out),
            _ => list(out, bytes.iter(), " ", |b, out| integer(d, verb, (*b).into(), "uint8", out)),
        },
        Value::Array(items) if d.source => {
            out.push_str("[]interface {}{");
            source_list(items.iter(), out, |item, out| element(d, verb, item, out));
        }
        Value::Array(items) => list(out, items.iter(), " ", |item, out| element(d, verb, item, out)),
        Value::Object(object) => {
            let entry = |(key, value): &(crate::value::Str, Value), out: &mut String| {
                print(d, verb, &Value::String(key.clone()), out);
                out.push(':');
                element(d, verb, value, out);
            };
            if d.source {
                out.push_str("map[string]interface {}{");
                source_list(object.iter(), out, entry);
            } else {
                out.push_str("map");
                list(out, object.iter(), " ", entry);
            }
        }
        _ => bad_verb(d, verb, value, out),
    }
}

/// `int64=5`, the form in which misfits are shown.
pub(super) fn typed(d: &Directive, value: &Value, out: &mut String) {
    match value {
        Value::Null | Value::Delete | Value::Nothing => out.push_str("<nil>"),
        _ => {
            let _ = write!(out, "{}=", type_name(value));
            print(d, 'v', value, out);
        }
    }
}

fn bad_verb(d: &Directive, verb: char, value: &Value, out: &mut String) {
    let _ = write!(out, "%!{verb}(");
    typed(d, value, out);
    out.push(')');
}

/// The name of the type that the reference holds the value in.
fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null | Value::Delete | Value::Nothing => "<nil>",
        Value::Bool(_) => "bool",
        Value::Int(_) => "int64",
        Value::Float(_) => "float64",
        Value::Sized(SizedNumber::Unsigned(_)) => "uint64",
        Value::Sized(SizedNumber::Single(_)) => "float32",
        Value::Number(_) => "json.Number",
        Value::String(_) | Value::RawString(_) => "string",
        Value::Bytes(_) => "[]uint8",
        Value::Timestamp(_) => "time.Time",
        Value::Array(_) => "[]interface {}",
        Value::Object(_) => "map[string]interface {}",
    }
}

/// An element of a container; null is shown whatever the verb is.
fn element(d: &Directive, verb: char, value: &Value, out: &mut String) {
    match value {
        Value::Null | Value::Delete | Value::Nothing if d.source => out.push_str("interface {}(nil)"),
        Value::Null | Value::Delete | Value::Nothing => out.push_str("<nil>"),
        _ => print(d, verb, value, out),
    }
}

fn list<T>(out: &mut String, items: impl Iterator<Item = T>, between: &str, write: impl Fn(T, &mut String)) {
    out.push('[');
    separated(items, between, out, write);
    out.push(']');
}

fn source_list<T>(items: impl Iterator<Item = T>, out: &mut String, write: impl Fn(T, &mut String)) {
    separated(items, ", ", out, write);
    out.push('}');
}

fn separated<T>(
    items: impl Iterator<Item = T>,
    between: &str,
    out: &mut String,
    write: impl Fn(T, &mut String),
) {
    for (i, item) in items.enumerate() {
        if i > 0 {
            out.push_str(between);
        }
        write(item, out);
    }
}

fn charset(d: &Directive) -> Charset {
    if d.plus { Charset::Ascii } else { Charset::Unicode }
}

/// Writes a text under `vsqxX`; `value` is what it stands for.
fn string(d: &Directive, verb: char, s: &str, value: &Value, out: &mut String) {
    match verb {
        'v' if d.source => quoted(d, s, out),
        'v' | 's' => d.pad(d.truncate(s), out),
        'q' => quoted(d, d.truncate(s), out),
        'x' | 'X' => hex(d, verb, s.as_bytes(), out),
        _ => bad_verb(d, verb, value, out),
    }
}

fn quoted(d: &Directive, s: &str, out: &mut String) {
    let raw = d.sharp && !s.chars().any(|c| (c < ' ' && c != '\t') || matches!(c, '`' | '\x7f' | '\u{feff}'));
    if raw { d.pad(&format!("`{s}`"), out) } else { d.pad(&quote(s, charset(d)), out) }
}

/// Two digits a byte; the space flag separates them, `#` begins each run with `0x`.
fn hex(d: &Directive, verb: char, bytes: &[u8], out: &mut String) {
    let bytes = &bytes[..d.precision.unwrap_or(bytes.len()).min(bytes.len())];
    let mut text = String::with_capacity(bytes.len() * 2 + 2);
    for (i, byte) in bytes.iter().enumerate() {
        if d.space && i > 0 {
            text.push(' ');
        }
        if d.sharp && (d.space || i == 0) {
            text.push_str("0x");
        }
        let _ = write!(text, "{byte:02x}");
    }
    if verb == 'X' {
        text.make_ascii_uppercase();
    }
    d.pad(&text, out);
}

/// Writes an integer under `vdboOxXcqU`.
fn integer(d: &Directive, verb: char, i: i128, type_name: &str, out: &mut String) {
    let magnitude = i.unsigned_abs();
    let digits = match verb {
        'v' | 'd' => magnitude.to_string(),
        'b' => format!("{magnitude:b}"),
        'o' | 'O' => format!("{magnitude:o}"),
        'x' => format!("{magnitude:x}"),
        'X' => format!("{magnitude:X}"),
        'c' | 'q' => {
            let c = u32::try_from(i).ok().and_then(char::from_u32).unwrap_or(char::REPLACEMENT_CHARACTER);
            let shown = if verb == 'c' { c.to_string() } else { quote_char(c, charset(d)) };
            return d.pad(&shown, out);
        }
        'U' => return unicode(d, i, out),
        _ => {
            let _ = write!(out, "%!{verb}({type_name}=");
            integer(d, 'v', i, type_name, out);
            return out.push(')');
        }
    };
    let prefix = match verb {
        'b' if d.sharp => "0b",
        'o' if d.sharp && !digits.starts_with('0') => "0",
        'O' => "0o",
        'x' if d.sharp => "0x",
        'X' if d.sharp => "0X",
        _ => "",
    };
    let sign = d.sign(i < 0);
    let wanted = match d.precision {
        Some(0) if i == 0 => return Directive { zero: false, ..*d }.pad("", out),
        Some(precision) => precision,
        None if d.zero && !d.minus => d.width.map_or(0, |width| width.saturating_sub(sign.len())),
        None => 0,
    };
    Directive { zero: false, ..*d }.pad(&format!("{sign}{prefix}{digits:0>wanted$}"), out);
}

/// `U+0041`, and with `#` the character behind it.
fn unicode(d: &Directive, i: i128, out: &mut String) {
    let mut shown = format!("U+{:0>1$X}", i as u64, d.precision.unwrap_or(4).max(4));
    if let Some(c) = u32::try_from(i).ok().and_then(char::from_u32).filter(|c| d.sharp && is_printable(*c)) {
        let _ = write!(shown, " '{c}'");
    }
    Directive { zero: false, ..*d }.pad(&shown, out);
}
