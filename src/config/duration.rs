//! Durations as Go writes them: `1h30m`, `500ms`, `-2.5s`.

use std::fmt;
use std::str::FromStr;

/// A signed span of time in nanoseconds, read from and printed as Go duration text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Duration(i64);

/// Units in the order in which they are tried, with their length in nanoseconds.
const UNITS: [(&str, u64); 8] = [
    ("ns", 1),
    ("us", 1_000),
    ("µs", 1_000),
    ("μs", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
];

impl Duration {
    pub const ZERO: Duration = Duration(0);

    pub const fn from_nanos(nanos: i64) -> Self {
        Self(nanos)
    }

    pub const fn nanos(self) -> i64 {
        self.0
    }

    /// The length for timers and sleeps: a negative span counts as none.
    pub const fn get(self) -> std::time::Duration {
        std::time::Duration::from_nanos(if self.0 < 0 { 0 } else { self.0 as u64 })
    }

    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }
}

impl From<std::time::Duration> for Duration {
    /// What is longer than 292 years is cut to that.
    fn from(span: std::time::Duration) -> Self {
        Self(i64::try_from(span.as_nanos()).unwrap_or(i64::MAX))
    }
}

/// Why a text is not a duration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadDuration(&'static str);

impl fmt::Display for BadDuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; write it like 500ms, 10s or 1h30m", self.0)
    }
}

impl std::error::Error for BadDuration {}

impl FromStr for Duration {
    type Err = BadDuration;

    fn from_str(text: &str) -> Result<Self, BadDuration> {
        let negative = text.starts_with('-');
        let mut rest = text.strip_prefix(['-', '+']).unwrap_or(text);
        if rest == "0" {
            return Ok(Self::ZERO);
        }
        if rest.is_empty() {
            return Err(BadDuration("a duration must not be empty"));
        }
        let mut total: u64 = 0;
        while !rest.is_empty() {
            let (nanos, after) = term(rest)?;
            total = total.checked_add(nanos).ok_or(TOO_LONG)?;
            rest = after;
        }
        match (negative, i64::try_from(total)) {
            (false, Ok(nanos)) => Ok(Self(nanos)),
            (true, Ok(nanos)) => Ok(Self(-nanos)),
            (true, Err(_)) if total == 1 << 63 => Ok(Self(i64::MIN)),
            _ => Err(TOO_LONG),
        }
    }
}

const TOO_LONG: BadDuration = BadDuration("a duration must not exceed 292 years");

/// Reads one number with its unit off the front of `text`.
fn term(text: &str) -> Result<(u64, &str), BadDuration> {
    let digits = |s: &str| s.bytes().take_while(u8::is_ascii_digit).count();
    let (whole, rest) = text.split_at(digits(text));
    let (fraction, rest) = match rest.strip_prefix('.') {
        Some(rest) => rest.split_at(digits(rest)),
        None => ("", rest),
    };
    if whole.is_empty() && fraction.is_empty() {
        return Err(BadDuration("a duration needs a number"));
    }
    let end = rest.find(|c: char| c == '.' || c.is_ascii_digit()).unwrap_or(rest.len());
    let (unit, rest) = rest.split_at(end);
    if unit.is_empty() {
        return Err(BadDuration("a duration needs a unit"));
    }
    let Some(&(_, scale)) = UNITS.iter().find(|(name, _)| *name == unit) else {
        return Err(BadDuration("a duration has one of the units ns, us, ms, s, m, h"));
    };
    let whole: u64 = if whole.is_empty() { 0 } else { whole.parse().map_err(|_| TOO_LONG)? };
    // Eighteen digits are far below one nanosecond; what follows is cut off.
    let fraction = &fraction[..fraction.len().min(18)];
    let part: u64 = if fraction.is_empty() { 0 } else { fraction.parse().map_err(|_| TOO_LONG)? };
    let part = u128::from(part) * u128::from(scale) / 10_u128.pow(fraction.len() as u32);
    let nanos = whole.checked_mul(scale).and_then(|nanos| nanos.checked_add(part as u64)).ok_or(TOO_LONG)?;
    Ok((nanos, rest))
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nanos = self.0.unsigned_abs();
        if self.0 < 0 {
            f.write_str("-")?;
        }
        match nanos {
            0 => f.write_str("0s"),
            1..1_000 => write!(f, "{nanos}ns"),
            1_000..1_000_000 => write!(f, "{}µs", Decimal(nanos, 1_000)),
            1_000_000..1_000_000_000 => write!(f, "{}ms", Decimal(nanos, 1_000_000)),
            _ => {
                let minutes = nanos / 60_000_000_000;
                if minutes >= 60 {
                    write!(f, "{}h", minutes / 60)?;
                }
                if minutes > 0 {
                    write!(f, "{}m", minutes % 60)?;
                }
                write!(f, "{}s", Decimal(nanos % 60_000_000_000, 1_000_000_000))
            }
        }
    }
}

/// `.0 / .1` without trailing zeros; `.1` is a power of ten.
struct Decimal(u64, u64);

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0 / self.1)?;
        let (mut rest, mut scale) = (self.0 % self.1, self.1);
        if rest > 0 {
            f.write_str(".")?;
        }
        while rest > 0 {
            scale /= 10;
            write!(f, "{}", rest / scale)?;
            rest %= scale;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_and_print_as_go_does() {
        let cases = [
            ("0", "0s"),
            ("5s", "5s"),
            ("1h30m", "1h30m0s"),
            ("90m", "1h30m0s"),
            ("1.5h", "1h30m0s"),
            ("-2.5s", "-2.5s"),
            ("+500ms", "500ms"),
            ("1500us", "1.5ms"),
            ("3µs", "3µs"),
            ("7ns", "7ns"),
            (".5m", "30s"),
            ("1.s", "1s"),
            ("0.0000000019s", "1ns"),
            ("2562047h47m16.854775807s", "2562047h47m16.854775807s"),
            ("-9223372036854775808ns", "-2562047h47m16.854775808s"),
        ];
        for (text, want) in cases {
            assert_eq!(text.parse::<Duration>().map(|d| d.to_string()).as_deref(), Ok(want), "{text}");
        }
    }

    #[test]
    fn other_texts_are_refused() {
        for text in
            ["", "5", "s", ".s", "5 s", "1d", "1h-5m", "--5s", "9223372036854775808ns", "3000000h", "5ss"]
        {
            assert!(text.parse::<Duration>().is_err(), "{text}");
        }
    }
}
