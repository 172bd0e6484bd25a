//! Spans of time as text: Go's `1h30m`, and ISO 8601's `P1DT2H`.

/// Units of Go durations with their length in nanoseconds.
const UNITS: [(&str, f64); 8] =
    [("ns", 1.0), ("us", 1e3), ("µs", 1e3), ("μs", 1e3), ("ms", 1e6), ("s", 1e9), ("m", 6e10), ("h", 3.6e12)];

/// Nanoseconds of a Go duration.
pub fn parse(text: &str) -> Option<i64> {
    let negative = text.starts_with('-');
    let mut rest = text.strip_prefix(['-', '+']).unwrap_or(text);
    if rest == "0" {
        return Some(0);
    }
    if rest.is_empty() {
        return None;
    }
    let mut total: i128 = 0;
    while !rest.is_empty() {
        let number_len = rest.bytes().take_while(|b| b.is_ascii_digit() || *b == b'.').count();
        let (number, after) = rest.split_at(number_len);
        let unit_len = after.find(|c: char| c == '.' || c.is_ascii_digit()).unwrap_or(after.len());
        let (unit, after) = after.split_at(unit_len);
        let scale = UNITS.iter().find(|(name, _)| *name == unit)?.1 as i128;
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if whole.is_empty() && fraction.is_empty() {
            return None;
        }
        let whole: i128 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
        let fraction = &fraction[..fraction.len().min(18)];
        let part: i128 = if fraction.is_empty() { 0 } else { fraction.parse().ok()? };
        total = total.checked_add(whole.checked_mul(scale)?)?;
        total = total.checked_add(part * scale / 10_i128.pow(fraction.len() as u32))?;
        rest = after;
    }
    i64::try_from(if negative { -total } else { total }).ok()
}

/// A span in calendar units.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Period {
    pub negative: bool,
    pub years: f64,
    pub months: f64,
    pub weeks: f64,
    pub days: f64,
    /// Hours, minutes and seconds.
    pub nanos: f64,
}

/// Nanoseconds of a mean year of the Gregorian calendar.
const YEAR: f64 = 31_556_952e9;
const DAY: f64 = 86_400e9;

/// Reads an ISO 8601 period such as `P3Y6M4DT12H30M5.3S`.
pub fn parse_iso8601(text: &str) -> Option<Period> {
    let mut period = Period { negative: text.starts_with('-'), ..Period::default() };
    let mut rest = text.strip_prefix(['-', '+']).unwrap_or(text).strip_prefix('P')?;
    let mut in_time = false;
    let mut seen: Vec<(char, bool)> = Vec::new();
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix('T').filter(|_| !in_time) {
            in_time = true;
            rest = after;
            continue;
        }
        let len = rest.bytes().take_while(|b| b.is_ascii_digit() || matches!(b, b'.' | b',' | b'-')).count();
        let number: f64 = rest[..len].replace(',', ".").parse().ok()?;
        let unit = rest[len..].chars().next()?;
        if seen.contains(&(unit, in_time)) {
            return None;
        }
        match (unit, in_time) {
            ('Y', false) => period.years += number,
            ('M', false) => period.months += number,
            ('W', false) => period.weeks += number,
            ('D', false) => period.days += number,
            ('H', true) => period.nanos += number * 3.6e12,
            ('M', true) => period.nanos += number * 6e10,
            ('S', true) => period.nanos += number * 1e9,
            _ => return None,
        }
        seen.push((unit, in_time));
        rest = &rest[len + 1..];
    }
    (!seen.is_empty()).then_some(period)
}

impl Period {
    /// Whether months and days are there without a fraction, so that the calendar can count them.
    pub fn is_whole(&self) -> bool {
        [self.years, self.months, self.weeks, self.days].iter().all(|part| part.fract() == 0.0)
    }

    /// The span in nanoseconds, with years and months of mean length.
    pub fn total_nanos(&self) -> f64 {
        let total = self.years * YEAR
            + self.months * (YEAR / 12.0)
            + (self.weeks * 7.0 + self.days) * DAY
            + self.nanos;
        if self.negative { -total } else { total }
    }
}
