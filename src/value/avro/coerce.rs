//! Numbers, times and decimals: what documents may give for them, and what they become.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::schema::Logical;
use crate::value::{Value, number};

const NANOS_PER_DAY: i128 = 86_400_000_000_000;

/// How many nanoseconds a unit of a logical time is.
fn unit(logical: Logical) -> Option<i128> {
    Some(match logical {
        Logical::Date => NANOS_PER_DAY,
        Logical::TimeMillis | Logical::TimestampMillis | Logical::LocalTimestampMillis => 1_000_000,
        Logical::TimeMicros | Logical::TimestampMicros | Logical::LocalTimestampMicros => 1_000,
        Logical::TimestampNanos | Logical::LocalTimestampNanos => 1,
        _ => return None,
    })
}

/// The integer that a value stands for; times become units of `logical`.
pub fn integer(value: &Value, logical: Logical) -> Result<i64, String> {
    let time = match value {
        Value::Int(n) => return Ok(*n),
        Value::Float(f) => return whole(*f),
        Value::Sized(sized) => return integer(&sized.common(), logical),
        Value::Number(digits) => {
            return number::parse_int(digits)
                .or_else(|_| whole(number::parse_float(digits).unwrap_or(f64::NAN)));
        }
        Value::Timestamp(time) => Some(time.to_zoned().timestamp()),
        Value::String(text) if unit(logical).is_some() => text.parse().ok().or_else(|| date(text)),
        _ => None,
    };
    let nanos = time.map(|time: Timestamp| match logical {
        Logical::TimeMillis | Logical::TimeMicros => time.as_nanosecond().rem_euclid(NANOS_PER_DAY),
        _ => time.as_nanosecond(),
    });
    let units = nanos.zip(unit(logical)).and_then(|(nanos, unit)| i64::try_from(nanos.div_euclid(unit)).ok());
    units.ok_or_else(|| format!("expected an integer, not a value of type {}", value.type_name()))
}

fn date(text: &str) -> Option<Timestamp> {
    let date: jiff::civil::Date = text.parse().ok()?;
    Some(date.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

fn whole(f: f64) -> Result<i64, String> {
    if f.fract() == 0.0 && f.abs() < 9.2e18 { Ok(f as i64) } else { Err(format!("{f} is not an integer")) }
}

/// As [`integer`], of 32 bits.
pub fn small(value: &Value, logical: Logical) -> Result<i32, String> {
    let n = integer(value, logical)?;
    i32::try_from(n).map_err(|_| format!("{n} does not fit into 32 bits"))
}

/// The float that a value stands for; integers beyond `exact` would lose digits.
pub fn float(value: &Value, exact: i64) -> Result<f64, String> {
    match value {
        Value::Float(f) => Ok(*f),
        Value::Sized(sized) => float(&sized.common(), exact),
        Value::Number(digits) => number::parse_float(digits).map_err(|_| format!("{digits} is not a float")),
        Value::Int(n) if n.abs() <= exact => Ok(*n as f64),
        Value::Int(n) => Err(format!("{n} is not exactly a float")),
        other => Err(format!("expected a number, not a value of type {}", other.type_name())),
    }
}

/// An integer as what it means.
pub fn meaning(n: i64, logical: Logical) -> Value {
    let Some(unit) = unit(logical) else { return Value::Int(n) };
    let nanos = i128::from(n) * unit;
    if matches!(logical, Logical::TimeMillis | Logical::TimeMicros) {
        return Value::Int(i64::try_from(nanos).unwrap_or(i64::MAX));
    }
    // A time that no calendar has stays a number.
    Timestamp::from_nanosecond(nanos).map_or(Value::Int(n), |time| Value::from(time.to_zoned(TimeZone::UTC)))
}

/// Big-endian bytes as a decimal, written as a fraction; bytes where it is too large.
pub fn decimal(bytes: &[u8], scale: u32) -> Option<Value> {
    if bytes.len() > 16 || scale > 38 {
        return None;
    }
    let start = if bytes.first().is_some_and(|byte| byte & 0x80 != 0) { -1 } else { 0 };
    let unscaled = bytes.iter().fold(start, |n: i128, byte| (n << 8) | i128::from(*byte));
    let (mut divisor, mut rest) = (10i128.checked_pow(scale)?, unscaled.checked_abs()?);
    let whole = divisor;
    while rest != 0 {
        (divisor, rest) = (rest, divisor % rest);
    }
    let (above, below) = (unscaled / divisor, whole / divisor);
    Some(Value::from(if below == 1 { above.to_string() } else { format!("{above}/{below}") }))
}

/// The unscaled digits of a decimal as big-endian bytes, as few as there can be. Numbers, and texts of numbers or
/// fractions.
pub fn decimal_bytes(value: &Value, scale: u32) -> Option<Vec<u8>> {
    let text = match value {
        Value::Number(text) | Value::String(text) => text.to_string(),
        Value::Int(n) => n.to_string(),
        Value::Float(f) => f.to_string(),
        Value::Sized(_) => super::super::text::string(value).into_owned(),
        _ => return None,
    };
    let factor = 10i128.checked_pow(scale)?;
    let unscaled = match text.split_once('/') {
        Some((above, below)) => {
            let (above, below): (i128, i128) = (above.parse().ok()?, below.parse().ok()?);
            above.checked_mul(factor)?.checked_div(below)?
        }
        None => {
            let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((&text, "0"));
            let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
            let digits: i128 = format!("{whole}{fraction}").parse().ok()?;
            let shift = exponent.parse::<i32>().ok()? - i32::try_from(fraction.len()).ok()?
                + i32::try_from(scale).ok()?;
            let power = 10i128.checked_pow(shift.unsigned_abs())?;
            if shift < 0 { digits / power } else { digits.checked_mul(power)? }
        }
    };
    let bytes = unscaled.to_be_bytes();
    let (fill, sign) = if unscaled < 0 { (0xff, 0x80) } else { (0, 0) };
    let spare = bytes.windows(2).take_while(|pair| pair[0] == fill && pair[1] & 0x80 == sign).count();
    Some(bytes[spare..].to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_go_both_ways() {
        for (text, scale, bytes, fraction) in [
            ("0.33", 2, &[33][..], "33/100"),
            ("-1.5", 2, &[0xff, 0x6a], "-3/2"),
            ("2", 1, &[20], "2"),
            ("1.28e2", 0, &[0, 128], "128"),
        ] {
            assert_eq!(decimal_bytes(&Value::from(text), scale).as_deref(), Some(bytes), "{text}");
            assert_eq!(decimal(bytes, scale).as_ref().and_then(Value::as_str), Some(fraction), "{text}");
        }
        assert!(decimal_bytes(&Value::from("x"), 2).is_none());
    }
}
