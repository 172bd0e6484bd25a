//! What YAML makes of a plain scalar, with the rules of Go's yaml.v3: 1.2 booleans, 1.1 integers and timestamps.

use crate::value::{Str, Timestamp, Value};

use super::{Scalar, Tag};

impl Scalar {
    /// The value behind the text; a text that its written tag does not fit stays text.
    pub fn to_value(&self) -> Value {
        let text = self.text.as_str();
        let value = match self.tag {
            Tag::Null => Some(Value::Null),
            Tag::Bool => Some(Value::Bool(text.eq_ignore_ascii_case("true"))),
            Tag::Int => integer(text),
            Tag::Float => float(text).map(Value::Float),
            Tag::Timestamp => timestamp(text).map(Value::from),
            Tag::Binary => binary(text),
            _ => None,
        };
        value.unwrap_or_else(|| Value::String(self.text.clone()))
    }
}

/// The tag that the plain text `text` resolves to.
pub(super) fn resolve(text: &str) -> Tag {
    let Some(first) = text.bytes().next() else { return Tag::Null };
    match first {
        b'~' | b'n' | b'N' if matches!(text, "~" | "null" | "Null" | "NULL") => Tag::Null,
        b't' | b'T' if matches!(text, "true" | "True" | "TRUE") => Tag::Bool,
        b'f' | b'F' if matches!(text, "false" | "False" | "FALSE") => Tag::Bool,
        b'<' if text == "<<" => Tag::Merge,
        b'.' if float(text).is_some() => Tag::Float,
        b'0'..=b'9' | b'+' | b'-' => resolve_number(text),
        _ => Tag::Str,
    }
}

/// Whether `text` can be read as its written `tag` says.
pub(super) fn fits(tag: Tag, text: &str) -> bool {
    match tag {
        Tag::Null | Tag::Bool => resolve(text) == tag,
        Tag::Int => integer(text).is_some(),
        Tag::Float => float(text).is_some(),
        Tag::Timestamp => timestamp(text).is_some(),
        Tag::Binary => binary(text).is_some(),
        Tag::Str | Tag::Merge | Tag::Seq | Tag::Map | Tag::Custom => true,
    }
}

fn resolve_number(text: &str) -> Tag {
    if timestamp(text).is_some() {
        Tag::Timestamp
    } else if integer(text).is_some() {
        Tag::Int
    } else if float(text).is_some() {
        Tag::Float
    } else {
        Tag::Str
    }
}

/// Decimal, `0x`, `0o`, `0b` or (with a leading 0) octal, underscores ignored; what only fits 64 unsigned bits stays
/// the text of a number.
fn integer(text: &str) -> Option<Value> {
    let plain: Str = text.chars().filter(|c| *c != '_').collect();
    let (negative, digits) = match plain.strip_prefix(['-', '+']) {
        Some(digits) => (plain.starts_with('-'), digits),
        None => (false, plain.as_str()),
    };
    let (radix, digits) = match digits.as_bytes() {
        [b'0', b'x' | b'X', ..] => (16, &digits[2..]),
        [b'0', b'o' | b'O', ..] => (8, &digits[2..]),
        [b'0', b'b' | b'B', ..] => (2, &digits[2..]),
        [b'0', _, ..] => (8, &digits[1..]),
        _ => (10, digits),
    };
    if digits.starts_with(['-', '+']) {
        return None;
    }
    let size = u64::from_str_radix(digits, radix).ok()?;
    match (negative, i64::try_from(size)) {
        (false, Ok(i)) => Some(Value::Int(i)),
        (false, Err(_)) => Some(Value::Number(size.to_string().into())),
        (true, Ok(i)) => Some(Value::Int(-i)),
        (true, Err(_)) => (size == 1 << 63).then_some(Value::Int(i64::MIN)),
    }
}

/// A float in YAML's own form, including `.inf` and `.nan`; hexadecimal floats and Go's words are not.
fn float(text: &str) -> Option<f64> {
    match text {
        ".nan" | ".NaN" | ".NAN" => return Some(f64::NAN),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => return Some(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => return Some(f64::NEG_INFINITY),
        _ => {}
    }
    let plain: Str = text.chars().filter(|c| *c != '_').collect();
    let numeric = |b: u8| matches!(b, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-');
    if !plain.bytes().all(numeric) || !plain.bytes().any(|b| b.is_ascii_digit()) {
        return None;
    }
    plain.parse().ok()
}

fn binary(text: &str) -> Option<Value> {
    use base64::Engine;
    let text: String = text.split_ascii_whitespace().collect();
    let bytes = base64::engine::general_purpose::STANDARD.decode(text).ok()?;
    Some(match String::from_utf8(bytes) {
        Ok(text) => Value::from(text),
        Err(error) => Value::from(bytes::Bytes::from(error.into_bytes())),
    })
}

/// A date, or a date with a time and maybe a zone (UTC without); a space before the zone is only allowed by YAML 1.1
/// and not read, like in Go.
fn timestamp(text: &str) -> Option<Timestamp> {
    let bytes = text.as_bytes();
    if bytes.len() < 8 || bytes[4] != b'-' || !bytes[..4].iter().all(u8::is_ascii_digit) {
        return None;
    }
    let (date, time) = match text.find(['T', 't', ' ']) {
        Some(at) => (&text[..at], Some((text.as_bytes()[at], &text[at + 1..]))),
        None => (text, None),
    };
    let mut parts = date.split('-').enumerate().map(|(i, part)| number(part, if i == 0 { 4 } else { 2 }));
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    if parts.next().is_some() {
        return None;
    }
    let date = jiff::civil::Date::new(i16::try_from(year).ok()?, month as i8, day as i8).ok()?;
    let (clock, offset) = match time {
        None => (jiff::civil::Time::midnight(), jiff::tz::Offset::UTC),
        Some((b' ', time)) => (clock(time)?, jiff::tz::Offset::UTC),
        Some((_, time)) => {
            let at = time.find(['Z', '+', '-'])?;
            (clock(&time[..at])?, zone(&time[at..])?)
        }
    };
    date.to_datetime(clock).to_zoned(jiff::tz::TimeZone::fixed(offset)).ok()
}

/// `15:4:5.999`
fn clock(text: &str) -> Option<jiff::civil::Time> {
    let (text, nanos) = match text.split_once('.') {
        Some((text, fraction)) => {
            let digits: i32 = number(fraction, 9)?;
            (text, digits * 10_i32.pow(9 - fraction.len() as u32))
        }
        None => (text, 0),
    };
    let mut parts = text.split(':').map(|part| number(part, 2));
    let (hour, minute, second) = (parts.next()??, parts.next()??, parts.next()??);
    if parts.next().is_some() {
        return None;
    }
    jiff::civil::Time::new(hour as i8, minute as i8, second as i8, nanos).ok()
}

/// `Z`, `+07:00` or `-07:00`
fn zone(text: &str) -> Option<jiff::tz::Offset> {
    if text == "Z" {
        return Some(jiff::tz::Offset::UTC);
    }
    let (hours, minutes) = text[1..].split_once(':')?;
    if hours.len() != 2 || minutes.len() != 2 {
        return None;
    }
    let seconds = number(hours, 2)? * 3600 + number(minutes, 2)? * 60;
    jiff::tz::Offset::from_seconds(if text.starts_with('-') { -seconds } else { seconds }).ok()
}

/// One to `longest` digits (at most nine) and nothing else.
fn number(text: &str, longest: usize) -> Option<i32> {
    let digits = text.len() <= longest && text.bytes().all(|b| b.is_ascii_digit());
    if digits { text.parse().ok() } else { None }
}
