//! The text forms of values: `.string()`, Go's `%v`, and RFC 3339.

use std::borrow::Cow;
use std::fmt::Write;

use jiff::tz::TimeZone;

use super::json::{self, Style};
use super::{SizedNumber, Timestamp, Value, number};

/// The bytes of a string, of bytes, or of a timestamp's text; none for other types.
pub fn content(value: &Value) -> Option<Cow<'_, [u8]>> {
    match value {
        Value::String(s) => Some(Cow::Borrowed(s.as_bytes())),
        Value::Bytes(bytes) | Value::RawString(bytes) => Some(Cow::Borrowed(bytes)),
        Value::Timestamp(t) => Some(Cow::Owned(rfc3339(t).into_bytes())),
        _ => None,
    }
}

/// The `.string()` form of any value: texts as they are, JSON with escaped `<>&` for containers, `null` for
/// whatever has no text.
pub fn string(value: &Value) -> Cow<'_, str> {
    match value {
        Value::String(s) => Cow::Borrowed(s),
        Value::Number(text) => Cow::Borrowed(text),
        Value::Bytes(bytes) | Value::RawString(bytes) => json::go_lossy(bytes),
        Value::Bool(b) => Cow::Borrowed(if *b { "true" } else { "false" }),
        Value::Int(i) => Cow::Owned(itoa::Buffer::new().format(*i).to_owned()),
        Value::Float(f) => Cow::Owned(number::general_text(*f).to_string()),
        // As in a document, not as other floats.
        Value::Sized(SizedNumber::Single(f)) => {
            Cow::Owned(number::json_text(number::widened(*f)).to_string())
        }
        Value::Sized(sized) => Cow::Owned(string(&sized.common()).into_owned()),
        Value::Timestamp(t) => Cow::Owned(rfc3339(t)),
        Value::Null | Value::Delete | Value::Nothing => Cow::Borrowed("null"),
        Value::Array(_) | Value::Object(_) => {
            let style = Style { escape_html: true, ..Style::default() };
            json::print_string(value, style).map_or(Cow::Borrowed("null"), Cow::Owned)
        }
    }
}

/// The bytes of the `.string()` form.
pub fn bytes(value: &Value) -> Cow<'_, [u8]> {
    match value {
        Value::Bytes(bytes) | Value::RawString(bytes) => Cow::Borrowed(bytes),
        _ => match string(value) {
            Cow::Borrowed(s) => Cow::Borrowed(s.as_bytes()),
            Cow::Owned(s) => Cow::Owned(s.into_bytes()),
        },
    }
}

/// Appends `value` as Go's `%v` shows it: `map[a:1 b:[x y]]`, `<nil>`.
pub fn write_go(value: &Value, out: &mut String) {
    match value {
        Value::Null | Value::Delete | Value::Nothing => out.push_str("<nil>"),
        Value::Bytes(bytes) => go_list(bytes.iter(), out, |b, out| {
            out.push_str(itoa::Buffer::new().format(*b));
        }),
        Value::Array(items) => go_list(items.iter(), out, write_go),
        Value::Object(object) => {
            out.push_str("map");
            go_list(object.iter(), out, |(key, value), out| {
                out.push_str(key);
                out.push(':');
                write_go(value, out);
            });
        }
        Value::Timestamp(t) => out.push_str(&go_time(t)),
        Value::Sized(sized) => out.push_str(&string(&sized.common())),
        _ => out.push_str(&string(value)),
    }
}

fn go_list<T>(items: impl Iterator<Item = T>, out: &mut String, write: impl Fn(T, &mut String)) {
    out.push('[');
    for (i, item) in items.enumerate() {
        if i > 0 {
            out.push(' ');
        }
        write(item, out);
    }
    out.push(']');
}

/// `2006-01-02T15:04:05.999999999Z07:00`: the fraction without trailing zeros, `Z` for UTC.
pub fn rfc3339(t: &Timestamp) -> String {
    let mut out = String::with_capacity(35);
    date_and_time(t, 'T', &mut out);
    match t.yearless().offset().seconds() / 60 {
        0 => out.push('Z'),
        minutes => push_offset(minutes, ":", &mut out),
    }
    out
}

/// `2006-01-02 15:04:05.999999999 -0700 MST`, which `%v` gives.
fn go_time(t: &Timestamp) -> String {
    let mut out = String::with_capacity(40);
    date_and_time(t, ' ', &mut out);
    out.push(' ');
    let near = t.yearless();
    let minutes = near.offset().seconds() / 60;
    push_offset(minutes, "", &mut out);
    out.push(' ');
    match near.time_zone() {
        zone if zone != &TimeZone::UTC && zone.to_fixed_offset().is_ok() => {
            push_offset(minutes, "", &mut out)
        }
        zone => out.push_str(zone.to_offset_info(near.timestamp()).abbreviation()),
    }
    out
}

fn date_and_time(t: &Timestamp, between: char, out: &mut String) {
    let (date, time) = (t.yearless().date(), t.yearless().time());
    if t.year() < 0 {
        out.push('-');
    }
    let _ = write!(
        out,
        "{:04}-{:02}-{:02}{between}{:02}:{:02}:{:02}",
        t.year().unsigned_abs(),
        date.month(),
        date.day(),
        time.hour(),
        time.minute(),
        time.second()
    );
    if time.subsec_nanosecond() != 0 {
        let fraction = format!("{:09}", time.subsec_nanosecond());
        out.push('.');
        out.push_str(fraction.trim_end_matches('0'));
    }
}

fn push_offset(minutes: i32, between: &str, out: &mut String) {
    let sign = if minutes < 0 { '-' } else { '+' };
    let minutes = minutes.abs();
    let _ = write!(out, "{sign}{:02}{between}{:02}", minutes / 60, minutes % 60);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Value {
        json::parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn string_forms() {
        for (value, expected) in [
            (Value::Float(1e6), "1e+06"),
            (parsed("1000000.0"), "1000000.0"),
            (parsed(r#"{"b":"<&>","a":[1.50,null]}"#), "{\"a\":[1.50,null],\"b\":\"\\u003c\\u0026\\u003e\"}"),
            (Value::from(vec![Value::Float(f64::NAN)]), "null"),
            (Value::from(bytes::Bytes::from_static(b"a\xffb")), "a\u{fffd}b"),
            (Value::Nothing, "null"),
        ] {
            assert_eq!(string(&value), expected);
        }
    }

    #[test]
    fn go_forms() {
        let mut out = String::new();
        write_go(&parsed(r#"{"b":[1,"x",null],"a":{}}"#), &mut out);
        assert_eq!(out, "map[a:map[] b:[1 x <nil>]]");
    }

    #[test]
    fn times() {
        let time = |text: &str| Timestamp::from(text.parse::<jiff::Zoned>().unwrap());
        assert_eq!(rfc3339(&time("2020-01-02T03:04:05.120[UTC]")), "2020-01-02T03:04:05.12Z");
        let new_york = time("2020-07-02T03:04:05[America/New_York]");
        assert_eq!(rfc3339(&new_york), "2020-07-02T03:04:05-04:00");
        assert_eq!(go_time(&new_york), "2020-07-02 03:04:05 -0400 EDT");
    }
}
