//! Reading a time as a Go layout shows it.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{Offset as ZoneOffset, TimeZone};

use super::layout::{Chunk, MONTHS, Offset, Pad, WEEKDAYS, next};
use super::zone;
use crate::value::Timestamp;

/// What was read so far.
#[derive(Debug, Default)]
struct Fields {
    year: i32,
    month: Option<i32>,
    day: Option<i32>,
    year_day: Option<i32>,
    hour: i32,
    minute: i32,
    second: i32,
    nanos: i32,
    /// `PM` or `AM`, where one was read.
    afternoon: Option<bool>,
    /// Whether the hour is one of twelve.
    hour12: bool,
    /// Seconds east of UTC.
    offset: Option<i32>,
    /// The short name of the zone.
    zone: Option<String>,
    utc: bool,
}

/// The text that is left.
struct Input<'a>(&'a str);

/// Reads `text` by `layout`; UTC where the layout names no zone. The error says what does not fit.
pub fn parse(layout: &str, text: &str) -> Result<Timestamp, String> {
    let mut fields = Fields { year: 0, ..Fields::default() };
    let mut input = Input(text);
    let mut rest = layout;
    loop {
        let (literal, chunk, after) = next(rest);
        input.literal(literal).map_err(|()| cannot(text, layout, input.0, literal))?;
        let Some(chunk) = chunk else { break };
        let here = input.0;
        let element = &rest[literal.len()..rest.len() - after.len()];
        fields.read(&mut input, chunk, after).map_err(|()| cannot(text, layout, here, element))?;
        rest = after;
    }
    if !input.0.is_empty() {
        return Err(format!("parsing time \"{text}\": extra text: \"{}\"", input.0));
    }
    fields.finish().map_err(|what| format!("parsing time \"{text}\": {what} out of range"))
}

fn cannot(text: &str, layout: &str, rest: &str, element: &str) -> String {
    format!("parsing time \"{text}\" as \"{layout}\": cannot parse \"{rest}\" as \"{element}\"")
}

// === impl Input ===

impl<'a> Input<'a> {
    /// Reads literal text; a run of blanks in it fits any number of blanks.
    fn literal(&mut self, mut literal: &str) -> Result<(), ()> {
        while let Some(c) = literal.chars().next() {
            if c == ' ' {
                if !self.0.is_empty() && !self.0.starts_with(' ') {
                    return Err(());
                }
                literal = literal.trim_start_matches(' ');
                self.0 = self.0.trim_start_matches(' ');
                continue;
            }
            self.0 = self.0.strip_prefix(c).ok_or(())?;
            literal = &literal[c.len_utf8()..];
        }
        Ok(())
    }

    /// Reads up to `max` digits, at least `min`.
    fn digits(&mut self, min: usize, max: usize) -> Result<i32, ()> {
        let n = self.0.bytes().take(max).take_while(u8::is_ascii_digit).count();
        if n < min {
            return Err(());
        }
        let (digits, rest) = self.0.split_at(n);
        self.0 = rest;
        digits.parse().map_err(|_| ())
    }

    fn two(&mut self, zero: bool) -> Result<i32, ()> {
        self.digits(if zero { 2 } else { 1 }, 2)
    }

    /// Reads one of `names`, in full or its first `len` letters, in any case; returns its position.
    fn name(&mut self, names: &[&str], len: Option<usize>) -> Result<i32, ()> {
        for (i, name) in names.iter().enumerate() {
            let name = &name[..len.unwrap_or(name.len())];
            if self.0.get(..name.len()).is_some_and(|head| head.eq_ignore_ascii_case(name)) {
                self.0 = &self.0[name.len()..];
                return Ok(i as i32);
            }
        }
        Err(())
    }

    /// Whether the second half of a day is named rather than the first.
    fn half(&mut self, first: &str, second: &str) -> Result<bool, ()> {
        let is_second = self.0.starts_with(second);
        self.0 = self.0.strip_prefix(if is_second { second } else { first }).ok_or(())?;
        Ok(is_second)
    }

    /// Reads digits behind a separator as nanoseconds.
    fn fraction(&mut self) -> Result<i32, ()> {
        let rest = self.0.strip_prefix(['.', ',']).ok_or(())?;
        let n = rest.bytes().take_while(u8::is_ascii_digit).count();
        if n == 0 {
            return Err(());
        }
        let (digits, rest) = rest.split_at(n);
        self.0 = rest;
        let digits = &digits[..n.min(9)];
        let value: i32 = digits.parse().map_err(|_| ())?;
        Ok(value * 10_i32.pow(9 - digits.len() as u32))
    }

    fn starts_with_fraction(&self) -> bool {
        let mut chars = self.0.bytes();
        matches!(chars.next(), Some(b'.' | b',')) && chars.next().is_some_and(|b| b.is_ascii_digit())
    }

    fn offset(&mut self, offset: Offset) -> Result<i32, ()> {
        if offset.z && self.0.starts_with('Z') {
            self.0 = &self.0[1..];
            return Ok(0);
        }
        let negative = self.0.starts_with('-');
        self.0 = self.0.strip_prefix(['-', '+']).ok_or(())?;
        let mut seconds = self.digits(2, 2)? * 3600;
        for (wanted, unit) in [(offset.minutes, 60), (offset.seconds, 1)] {
            if wanted {
                if offset.colon {
                    self.0 = self.0.strip_prefix(':').ok_or(())?;
                }
                seconds += self.digits(2, 2)? * unit;
            }
        }
        Ok(if negative { -seconds } else { seconds })
    }

    /// Reads the short name of a zone, which may hold hours as `GMT+3` or `+03` do.
    fn zone(&mut self) -> Result<&'a str, ()> {
        let letters = self.0.bytes().take_while(u8::is_ascii_uppercase).count();
        let len = if self.0.starts_with("UTC") {
            3
        } else if self.0.starts_with("ChST") || self.0.starts_with("MeST") {
            4
        } else if letters == 0 || self.0.starts_with("GMT") {
            letters.min(3) + signed_hours(&self.0[letters.min(3)..])
        } else {
            letters
        };
        if !(3..=6).contains(&len) || (len == 6 && letters != 3) {
            return Err(());
        }
        let (name, rest) = self.0.split_at(len);
        self.0 = rest;
        Ok(name)
    }
}

/// How long the sign and the digits of an hour are; 0 where these are none.
fn signed_hours(text: &str) -> usize {
    if !text.starts_with(['+', '-']) {
        return 0;
    }
    let digits = text[1..].bytes().take_while(u8::is_ascii_digit).count();
    let hours: Option<u32> = text[1..1 + digits].parse().ok();
    if hours.is_some_and(|hours| hours < 24) { 1 + digits } else { 0 }
}

/// `n`, if it is in range.
fn within(n: i32, range: std::ops::RangeInclusive<i32>) -> Result<i32, ()> {
    if range.contains(&n) { Ok(n) } else { Err(()) }
}

// === impl Fields ===

impl Fields {
    fn read(&mut self, input: &mut Input<'_>, chunk: Chunk, after: &str) -> Result<(), ()> {
        match chunk {
            Chunk::LongMonth => self.month = Some(input.name(&MONTHS, None)? + 1),
            Chunk::Month => self.month = Some(input.name(&MONTHS, Some(3))? + 1),
            Chunk::MonthNumber { zero } => self.month = Some(within(input.two(zero)?, 1..=12)?),
            Chunk::LongWeekday => drop(input.name(&WEEKDAYS, None)?),
            Chunk::Weekday => drop(input.name(&WEEKDAYS, Some(3))?),
            Chunk::Day(pad) => {
                if pad == Pad::Space {
                    input.0 = input.0.strip_prefix(' ').unwrap_or(input.0);
                }
                self.day = Some(input.two(pad == Pad::Zero)?);
            }
            Chunk::YearDay(pad) => {
                if pad == Pad::Space {
                    input.0 = input.0.trim_start_matches(' ');
                }
                self.year_day = Some(input.digits(if pad == Pad::Zero { 3 } else { 1 }, 3)?);
            }
            Chunk::Hour24 => self.hour = within(input.two(false)?, 0..=23)?,
            Chunk::Hour12 { zero } => {
                self.hour = within(input.two(zero)?, 0..=12)?;
                self.hour12 = true;
            }
            Chunk::Minute { zero } => self.minute = within(input.two(zero)?, 0..=59)?,
            Chunk::Second { zero } => {
                self.second = within(input.two(zero)?, 0..=59)?;
                // A fraction may follow that the layout does not show.
                let shown = matches!(next(after), (_, Some(Chunk::Fraction { .. }), _));
                if !shown && input.starts_with_fraction() {
                    self.nanos = input.fraction()?;
                }
            }
            Chunk::LongYear => self.year = input.digits(4, 4)?,
            Chunk::Year => {
                let year = input.digits(2, 2)?;
                self.year = year + if year >= 69 { 1900 } else { 2000 };
            }
            Chunk::Upper12 => self.half(input.half("AM", "PM")?),
            Chunk::Lower12 => self.half(input.half("am", "pm")?),
            Chunk::ZoneName => {
                let name = input.zone()?;
                self.utc |= name == "UTC";
                self.zone = Some(name.to_owned());
            }
            Chunk::Offset(offset) => {
                self.utc |= offset.z && input.0.starts_with('Z');
                self.offset = Some(input.offset(offset)?);
            }
            Chunk::Fraction { trimmed, digits, .. } => {
                if trimmed && !input.starts_with_fraction() {
                    return Ok(());
                }
                let before = input.0.len();
                self.nanos = input.fraction()?;
                if !trimmed && before - input.0.len() != digits + 1 {
                    return Err(());
                }
            }
        }
        Ok(())
    }

    /// Notes which half of the day was read; of both the second counts.
    fn half(&mut self, afternoon: bool) {
        self.afternoon = Some(afternoon || self.afternoon == Some(true));
    }

    fn finish(self) -> Result<Timestamp, &'static str> {
        let year = i16::try_from(self.year).map_err(|_| "year")?;
        let small = |n: i32, what| i8::try_from(n).map_err(|_| what);
        let date = match self.year_day {
            Some(day) => {
                let first = Date::new(year, 1, 1).map_err(|_| "year")?;
                let day = i16::try_from(day).map_err(|_| "day-of-year")?;
                let date = first.with().day_of_year(day).build().map_err(|_| "day-of-year")?;
                let is = |read: Option<i32>, n: i8| read.is_none_or(|read| read == i32::from(n));
                if !is(self.month, date.month()) || !is(self.day, date.day()) {
                    return Err("day-of-year");
                }
                date
            }
            None => {
                let month = small(self.month.unwrap_or(1), "month")?;
                Date::new(year, month, 1).map_err(|_| "month")?;
                Date::new(year, month, small(self.day.unwrap_or(1), "day")?).map_err(|_| "day")?
            }
        };
        let hour = match self.afternoon {
            Some(true) if self.hour < 12 => self.hour + 12,
            Some(false) if self.hour == 12 => 0,
            _ => self.hour,
        };
        let (minute, second) = (small(self.minute, "minute")?, small(self.second, "second")?);
        let time = Time::new(small(hour, "hour")?, minute, second, self.nanos).map_err(|_| "second")?;
        let time = DateTime::from_parts(date, time);
        let zone = match (self.utc, self.offset, self.zone) {
            (true, ..) | (false, None, None) => TimeZone::UTC,
            (false, Some(seconds), None) => {
                return zone::with_offset(time, seconds).ok_or("time zone offset");
            }
            (false, Some(offset), Some(name)) => {
                zone::named(&name, ZoneOffset::from_seconds(offset).map_err(|_| "time zone offset")?)
            }
            (false, None, Some(name)) => {
                let (zone, offset) = zone::by_name(&name, time).ok_or("time zone offset")?;
                return Timestamp::at_offset(time, offset, zone).ok_or("time");
            }
        };
        Timestamp::in_zone(time, zone).ok_or("time")
    }
}

#[cfg(test)]
mod tests {
    use super::parse;
    use crate::value::text::rfc3339;

    #[test]
    fn what_is_read_must_agree() {
        for (layout, text, expected) in [
            ("2006-002", "2024-060", Some("2024-02-29T00:00:00Z")),
            ("2006-01-002", "2024-01-060", None),
            ("01 1", "13 12", None),
            ("3pm PM", "5pm AM", Some("0000-01-01T17:00:00Z")),
            ("05, .000", "07, .250", Some("0000-01-01T00:00:07.25Z")),
            ("15 MST", "10 GMT+3", Some("0000-01-01T13:00:00+03:00")),
            ("2006-01-02T15:04:05Z07:00", "9999-12-31T23:59:59-05:00", Some("9999-12-31T23:59:59-05:00")),
        ] {
            assert_eq!(parse(layout, text).ok().map(|time| rfc3339(&time)).as_deref(), expected, "{text}");
        }
    }
}
