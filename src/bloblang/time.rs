//! Turning values into points in time.

use jiff::tz::{Offset, TimeZone};

use super::error::Error;
use super::go::layout::RFC3339_NANO;
use super::go::layout_parse;
use super::spec::Result;
use crate::value::number::{self, Num};
use crate::value::{Timestamp, Value, text};

/// A timestamp out of a timestamp, RFC 3339 text, or a number of seconds since 1970 (shown in the local zone).
pub fn timestamp(value: &Value) -> Result<Timestamp> {
    if let Value::Timestamp(t) = value {
        return Ok((**t).clone());
    }
    if let Some(num) = Num::of(value) {
        // The fraction of a float is scaled on its own: the product as a whole would lose digits.
        let nanoseconds = match num {
            Num::Int(_) => 0,
            Num::Float(f) => (f.fract() * 1e9) as i128,
        };
        let nanoseconds =
            i128::from(number::integer(value).unwrap_or_default()) * 1_000_000_000 + nanoseconds;
        return Timestamp::from_nanosecond(nanoseconds, TimeZone::system()).ok_or_else(beyond);
    }
    let Some(bytes) = text::content(value) else {
        return Err(Error::expected("timestamp", value));
    };
    let text = String::from_utf8_lossy(&bytes);
    parse_rfc3339(&text).ok_or_else(|| Error::new(format!("'{text}' is not a time as RFC 3339 writes it")))
}

/// A time that cannot be.
pub fn beyond() -> Error {
    Error::new("the time is further away than times can be")
}

/// Reads `2006-01-02T15:04:05.999999999Z07:00`.
pub fn parse_rfc3339(text: &str) -> Option<Timestamp> {
    plain(text).or_else(|| layout_parse::parse(RFC3339_NANO, text).ok())
}

/// The same for most texts, sooner: those in UTC that have all of their digits.
fn plain(text: &str) -> Option<Timestamp> {
    let bytes = text.as_bytes();
    let is_plain = bytes.len() >= 20
        && bytes.ends_with(b"Z")
        && [4, 7].iter().all(|i| bytes[*i] == b'-')
        && [13, 16].iter().all(|i| bytes[*i] == b':')
        && bytes[10] == b'T'
        && bytes[17] < b'6'
        && matches!(bytes[19], b'Z' | b'.');
    if !is_plain {
        return None;
    }
    let parsed = jiff::fmt::temporal::DateTimeParser::new().parse_pieces(text).ok()?;
    Timestamp::at_offset(parsed.date().to_datetime(parsed.time()?), Offset::UTC, TimeZone::UTC)
}

#[cfg(test)]
mod tests {
    use super::parse_rfc3339;

    #[test]
    fn times_are_as_strict_as_those_of_the_reference() {
        for text in
            ["2020-08-14T1:45:26Z", "2020-08-14T11:45:26,5Z", "0000-01-01T00:00:00.123456789123+05:30"]
        {
            assert!(parse_rfc3339(text).is_some(), "{text}");
        }
        for text in [
            "2020-08-14T11:45:60Z",
            "2020-08-14T11:45:26+0200",
            "2020-08-14t11:45:26z",
            "2020-08-14 11:45:26Z",
        ] {
            assert!(parse_rfc3339(text).is_none(), "{text}");
        }
    }
}
