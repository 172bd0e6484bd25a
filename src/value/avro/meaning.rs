//! Values as programs work with them: times of day, decimals and durations, which documents only have in the forms of
//! other types.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::coerce;
use super::schema::Logical;
use crate::value::Value;

/// An integer; a time of day is one of the first day of all, a year its first moment.
pub fn integer(n: i64, logical: Logical) -> Value {
    let time = match logical {
        Logical::TimeMillis => start(1).map(|day| day.checked_add(SignedDuration::from_millis(n))),
        Logical::TimeMicros => start(1).map(|day| day.checked_add(SignedDuration::from_micros(n))),
        Logical::Year => i16::try_from(n).ok().and_then(start).map(Ok),
        _ => return coerce::meaning(n, logical),
    };
    match time {
        Some(Ok(time)) => Value::from(time.to_zoned(TimeZone::UTC)),
        _ => Value::Int(n),
    }
}

/// The first moment of a year.
fn start(year: i16) -> Option<Timestamp> {
    Some(Date::new(year, 1, 1).ok()?.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

/// A text that is a time.
pub fn zoned(text: &[u8]) -> Result<Value, String> {
    let text = String::from_utf8_lossy(text);
    let time: Timestamp = text.parse().map_err(|error| format!("'{text}' is not a time: {error}"))?;
    Ok(Value::from(time.to_zoned(TimeZone::UTC)))
}

/// Bytes; a decimal is a number with all of its digits, a duration text as in ISO 8601.
pub fn bytes(bytes: &[u8], logical: Logical) -> Option<Value> {
    match logical {
        Logical::Decimal { scale, .. } => decimal(bytes, scale).map(|text| Value::Number(text.into())),
        Logical::Duration => {
            let part = |at: usize| Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
            Some(duration(part(0)?, part(4)?, part(8)?).into())
        }
        _ => None,
    }
}

fn decimal(bytes: &[u8], scale: u32) -> Option<String> {
    if bytes.len() > 16 || scale > 38 {
        return None;
    }
    let start = if bytes.first().is_some_and(|byte| byte & 0x80 != 0) { -1 } else { 0 };
    let unscaled = bytes.iter().fold(start, |n: i128, byte| (n << 8) | i128::from(*byte));
    let scale = scale as usize;
    let digits = format!("{:0>width$}", unscaled.unsigned_abs(), width = scale + 1);
    let (whole, fraction) = digits.split_at(digits.len() - scale);
    let sign = if unscaled < 0 { "-" } else { "" };
    Some(if scale == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") })
}

fn duration(months: u32, days: u32, millis: u32) -> String {
    let shown = |n: u32, unit: &str| if n == 0 { String::new() } else { format!("{n}{unit}") };
    let mut text = ["P", &shown(months / 12, "Y"), &shown(months % 12, "M"), &shown(days, "D")].concat();
    if millis > 0 {
        text += &["T", &shown(millis / 3_600_000, "H"), &shown(millis / 60_000 % 60, "M")].concat();
        let seconds = millis / 1000 % 60;
        text += &match millis % 1000 {
            0 => shown(seconds, "S"),
            fraction => format!("{seconds}.{fraction:03}S"),
        };
    }
    if text == "P" { "P0D".to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::text;

    #[test]
    fn values_are_what_they_mean() {
        let number = |n, logical| text::string(&integer(n, logical)).into_owned();
        assert_eq!(number(1500, Logical::TimeMillis), "0001-01-01T00:00:01.5Z");
        assert_eq!(number(2024, Logical::Year), "2024-01-01T00:00:00Z");
        assert_eq!(number(7, Logical::None), "7");
        for (data, scale, expected) in
            [(&[33][..], 2, "0.33"), (&[0xff, 0x6a], 2, "-1.50"), (&[20], 0, "20"), (&[], 1, "0.0")]
        {
            assert_eq!(decimal(data, scale).as_deref(), Some(expected));
        }
        for (parts, expected) in [
            ((0, 0, 0), "P0D"),
            ((14, 3, 0), "P1Y2M3D"),
            ((0, 0, 3_661_500), "PT1H1M1.500S"),
            ((0, 1, 60_000), "P1DT1M"),
        ] {
            assert_eq!(duration(parts.0, parts.1, parts.2), expected);
        }
    }
}
