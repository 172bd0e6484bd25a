//! What a YAML scalar means, by the rules of Go's yaml.v3: YAML 1.2 words (`yes` is a string) with the number
//! forms of both 1.1 and 1.2 (`0o17`, `017`, `0x1F`, `0b11`, `1_000`) and dates.

use base64::{Engine, prelude::BASE64_STANDARD};
use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};

use super::{SizedNumber, Value, number};

/// Where YAML's own tags live: `!!str` is short for this and `str`.
const TAGS: &str = "tag:yaml.org,2002:";

/// The value of a plain scalar without a tag. Integers beyond `i64` may be unsigned ones.
pub fn resolve(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "true" | "True" | "TRUE" => return Value::Bool(true),
        "false" | "False" | "FALSE" => return Value::Bool(false),
        ".nan" | ".NaN" | ".NAN" => return Value::Float(f64::NAN),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => return Value::Float(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => return Value::Float(f64::NEG_INFINITY),
        _ => {}
    }
    let resolved = match text.as_bytes() {
        [b'.', ..] => float(text),
        [b'+' | b'-' | b'0'..=b'9', ..] => timestamp(text).map(Value::from).or_else(|| numeric(text)),
        _ => None,
    };
    resolved.unwrap_or_else(|| Value::from(text))
}

/// The value of a scalar with a tag (`!!int` in short or full form, `!` or one of the user's own, which make it a
/// string); none where the text does not fit the tag.
pub fn resolve_tagged(tag: &str, text: &str) -> Option<Value> {
    let name = tag.strip_prefix(TAGS).or_else(|| tag.strip_prefix("!!"));
    match (name, resolve(text)) {
        (Some("null"), value @ Value::Null)
        | (Some("bool"), value @ Value::Bool(_))
        | (Some("int"), value @ (Value::Int(_) | Value::Sized(_)))
        | (Some("float"), value @ Value::Float(_))
        | (Some("timestamp"), value @ Value::Timestamp(_)) => Some(value),
        (Some("float"), value) => number::Num::of(&value).map(|num| Value::Float(num.to_f64())),
        (Some("null" | "bool" | "int" | "timestamp"), _) => None,
        (Some("binary"), _) => {
            let packed: String = text.split_ascii_whitespace().collect();
            let bytes = BASE64_STANDARD.decode(packed).ok()?;
            Some(Value::from(super::json::go_lossy(&bytes).as_ref()))
        }
        _ => Some(Value::from(text)),
    }
}

fn numeric(text: &str) -> Option<Value> {
    let plain = text.replace('_', "");
    if let Ok(int) = number::parse_int(&plain) {
        return Some(Value::Int(int));
    }
    match number::parse_uint(&plain) {
        Ok(uint) => Some(Value::Sized(SizedNumber::Unsigned(uint))),
        Err(_) => float(&plain),
    }
}

fn float(text: &str) -> Option<Value> {
    let is_float_byte = |b: u8| b.is_ascii_digit() || matches!(b, b'+' | b'-' | b'.' | b'e' | b'E' | b'_');
    if !text.bytes().all(is_float_byte) {
        return None;
    }
    number::parse_float(text).ok().map(Value::Float)
}

/// Reads `2001-2-3`, `2001-2-3 4:5:6.7` and `2001-2-3T4:5:6.7Z` (or `+01:00`).
fn timestamp(text: &str) -> Option<jiff::Zoned> {
    let bytes = text.as_bytes();
    if bytes.len() < 8 || bytes[4] != b'-' || !bytes[..4].iter().all(u8::is_ascii_digit) {
        return None;
    }
    let (date, clock, zone) = match text.find(['T', 't', ' ']) {
        None => (text, "0:0:0", "Z"),
        Some(i) if bytes[i] == b' ' => (&text[..i], &text[i + 1..], "Z"),
        Some(i) => {
            let zone = i + text[i..].find(['Z', '+', '-'])?;
            (&text[..i], &text[i + 1..zone], &text[zone..])
        }
    };
    let (clock, nanosecond) = match clock.split_once('.') {
        Some((clock, fraction)) => (clock, fraction_to_nanos(fraction)?),
        None => (clock, 0),
    };
    let [year, month, day] = fields(date, '-', 4)?;
    let [hour, minute, second] = fields(clock, ':', 2)?;
    let small = |n: i16| i8::try_from(n).ok();
    let civil = DateTime::new(
        year,
        small(month)?,
        small(day)?,
        small(hour)?,
        small(minute)?,
        small(second)?,
        nanosecond,
    );
    civil.ok()?.to_zoned(zone_of(zone)?).ok()
}

/// Three numbers; the first may have up to `first` digits, the others up to two.
fn fields(text: &str, separator: char, first: usize) -> Option<[i16; 3]> {
    let mut numbers = [0; 3];
    let mut parts = text.split(separator);
    for (i, number) in numbers.iter_mut().enumerate() {
        let part = parts.next()?;
        let longest = if i == 0 { first } else { 2 };
        if part.is_empty() || part.len() > longest || !part.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        *number = part.parse().ok()?;
    }
    parts.next().is_none().then_some(numbers)
}

fn fraction_to_nanos(fraction: &str) -> Option<i32> {
    if fraction.is_empty() || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    format!("{fraction:0<9}")[..9].parse().ok()
}

fn zone_of(zone: &str) -> Option<TimeZone> {
    let sign = match zone.as_bytes() {
        [b'Z'] => return Some(TimeZone::UTC),
        [b'+', _, _, b':', _, _] => 1,
        [b'-', _, _, b':', _, _] => -1,
        _ => return None,
    };
    let hours: i32 = zone.get(1..3)?.parse().ok()?;
    let minutes: i32 = zone.get(4..6)?.parse().ok()?;
    Offset::from_seconds(sign * (hours * 3600 + minutes * 60)).ok().map(TimeZone::fixed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_scalars() {
        for (text, expected) in [
            ("~", Value::Null),
            ("True", Value::Bool(true)),
            ("yes", "yes".into()),
            ("010", Value::Int(8)),
            ("0o17", Value::Int(15)),
            ("-0x10", Value::Int(-16)),
            ("0b101", Value::Int(5)),
            ("1_000", Value::Int(1000)),
            ("+12", Value::Int(12)),
            ("08", Value::Float(8.0)),
            ("18446744073709551615", Value::Number("18446744073709551615".into())),
            (".5", Value::Float(0.5)),
            ("1e3", Value::Float(1000.0)),
            ("-.inf", Value::Float(f64::NEG_INFINITY)),
            ("+inf", "+inf".into()),
            ("1.2.3", "1.2.3".into()),
            ("-", "-".into()),
            ("0x", "0x".into()),
            ("12:30", "12:30".into()),
        ] {
            let value = resolve(text);
            assert_eq!((value.type_name(), &value), (expected.type_name(), &expected), "{text}");
        }
    }

    #[test]
    fn dates() {
        for (text, expected) in [
            ("2001-12-14", "2001-12-14T00:00:00Z"),
            ("2001-1-2", "2001-01-02T00:00:00Z"),
            ("2001-12-14 1:2:3.5", "2001-12-14T01:02:03.5Z"),
            ("2001-12-14t21:59:43.10-05:00", "2001-12-14T21:59:43.1-05:00"),
        ] {
            let value = resolve(text);
            assert_eq!((value.type_name(), value), ("timestamp", expected.into()), "{text}");
        }
        for text in ["2001-13-01", "2001-12-14T1:2:3", "2001-1-2-3", "20012-1-1"] {
            assert_eq!(resolve(text).type_name(), "string", "{text}");
        }
    }

    #[test]
    fn tagged_scalars() {
        assert_eq!(resolve_tagged("tag:yaml.org,2002:str", "5"), Some("5".into()));
        assert_eq!(resolve_tagged("!!float", "5").map(|v| v.type_name()), Some("number"));
        assert_eq!(resolve_tagged("!!int", "x"), None);
        assert_eq!(resolve_tagged("!!binary", "aGVs\n bG8="), Some("hello".into()));
        assert_eq!(resolve_tagged("!mine", "5"), Some("5".into()));
    }
}
