//! Turning values into points in time.

use jiff::tz::TimeZone;

use super::error::Error;
use super::spec::Result;
use crate::value::number::Num;
use crate::value::{Timestamp, Value, text};

/// A timestamp out of a timestamp, RFC 3339 text, or a number of seconds since 1970 (shown in the local zone).
pub fn timestamp(value: &Value) -> Result<Timestamp> {
    if let Value::Timestamp(t) = value {
        return Ok((**t).clone());
    }
    if let Some(num) = Num::of(value) {
        let instant = match num {
            Num::Int(seconds) => jiff::Timestamp::from_second(seconds),
            Num::Float(f) => {
                // The fraction is scaled on its own: the product as a whole would lose digits.
                let nanoseconds = (f.fract() * 1e9) as i128;
                jiff::Timestamp::from_nanosecond(f.trunc() as i128 * 1_000_000_000 + nanoseconds)
            }
        };
        let instant = instant.map_err(|_| Error::new("the time is beyond the year 9999"))?;
        return Ok(instant.to_zoned(TimeZone::system()));
    }
    let Some(bytes) = text::content(value) else {
        return Err(Error::expected("timestamp", value));
    };
    let text = String::from_utf8_lossy(&bytes);
    parse_rfc3339(&text).ok_or_else(|| Error::new(format!("'{text}' is not a time as RFC 3339 writes it")))
}

/// Reads `2006-01-02T15:04:05.999999999Z07:00`.
pub fn parse_rfc3339(text: &str) -> Option<Timestamp> {
    let bytes = text.as_bytes();
    if bytes.len() < 20 || bytes[10] != b'T' {
        return None;
    }
    let parsed = jiff::fmt::temporal::DateTimeParser::new().parse_pieces(text).ok()?;
    let offset = parsed.to_numeric_offset()?;
    let zone = if text.ends_with('Z') { TimeZone::UTC } else { TimeZone::fixed(offset) };
    let instant = offset.to_timestamp(parsed.date().to_datetime(parsed.time()?)).ok()?;
    Some(instant.to_zoned(zone))
}
