//! Reading times by the `%` directives of C.

use jiff::Span;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{Offset, TimeZone};

use super::layout::{MONTHS, WEEKDAYS};
use super::strftime::COMPOUND;
use super::zone;
use crate::value::Timestamp;

/// Where the weeks of a year are counted from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Weeks {
    /// The first has the first Thursday of the year.
    Iso,
    Sunday,
    Monday,
}

/// What was read so far.
#[derive(Debug)]
struct Fields {
    year: i32,
    century: Option<i32>,
    iso_year: bool,
    month: i32,
    day: Option<i32>,
    year_day: Option<i32>,
    week: Option<(Weeks, i32)>,
    /// Counted from Sunday as 0.
    weekday: Option<i32>,
    hour: i32,
    minute: i32,
    second: i32,
    micros: i32,
    afternoon: bool,
    zone: TimeZone,
    zone_name: Option<String>,
    /// Whether the zone is an offset that was read.
    offset: bool,
}

/// The text that is left.
struct Input<'a>(&'a str);

/// Reads a time; UTC where the format names no zone. Days and seconds beyond the end of a month or minute run on.
pub fn parse(text: &str, format: &str) -> Result<Timestamp, String> {
    let failed = |what: String| format!("failed to parse {text:?} with {format:?}: {what}");
    let mut fields = Fields::default();
    let mut input = Input(text);
    fields.read(&mut input, format).map_err(failed)?;
    if !input.0.is_empty() {
        return Err(failed(format!("unparsed string {:?}", input.0)));
    }
    fields.finish().map_err(failed)
}

// === impl Input ===

impl Input<'_> {
    /// Reads up to `max` digits, which make a number within limits.
    fn number(&mut self, max: usize, (least, most): (i32, i32)) -> Option<i32> {
        let n = self.0.bytes().take(max).take_while(u8::is_ascii_digit).count();
        let value = self.0[..n].parse().ok().filter(|value| (least..=most).contains(value))?;
        self.0 = &self.0[n..];
        Some(value)
    }

    /// Reads exactly two digits.
    fn two(&mut self, most: i32) -> Option<i32> {
        let before = self.0;
        let value = self.number(2, (0, most)).filter(|_| before.len() - self.0.len() == 2);
        if value.is_none() {
            self.0 = before;
        }
        value
    }

    fn sign(&mut self) -> i32 {
        if self.eat("-") { -1 } else { 1 }
    }

    fn eat(&mut self, text: &str) -> bool {
        let rest = self.0.strip_prefix(text);
        self.0 = rest.unwrap_or(self.0);
        rest.is_some()
    }

    /// Reads one of `names` up to `len` letters, in any case; returns its position.
    fn name(&mut self, names: &[&str], len: usize) -> Option<i32> {
        let names = names.iter().map(|name| &name[..len.min(name.len())]);
        let fits = |name: &str| self.0.get(..name.len()).is_some_and(|head| head.eq_ignore_ascii_case(name));
        let (i, name) = names.enumerate().find(|(_, name)| fits(name))?;
        self.0 = &self.0[name.len()..];
        Some(i as i32)
    }

    /// Reads an offset in seconds, with so many colons as the directive shows; `Z` is 0.
    fn offset(&mut self, colons: usize) -> Option<i32> {
        let negative = self.0.starts_with('-');
        self.0 = self.0.strip_prefix(['-', '+'])?;
        let mut seconds = self.two(23)? * 3600;
        let with_colon = self.eat(":");
        if !with_colon && (colons == 1 || colons == 2) {
            return None;
        }
        match self.two(59) {
            None if colons == 1 || colons == 2 => return None,
            None if with_colon && colons == 0 => return None,
            None => {}
            Some(minutes) => {
                seconds += minutes * 60;
                let more = if colons == 0 { with_colon } else { colons > 1 };
                if more && self.0.starts_with(':') {
                    let before = self.0;
                    self.eat(":");
                    match self.two(59) {
                        Some(more) => seconds += more,
                        None if colons == 2 => return None,
                        None => self.0 = before,
                    }
                } else if colons == 2 {
                    return None;
                }
            }
        }
        Some(if negative { -seconds } else { seconds })
    }
}

// === impl Fields ===

impl Default for Fields {
    fn default() -> Self {
        Self {
            year: 1900,
            century: None,
            iso_year: false,
            month: 1,
            day: None,
            year_day: None,
            week: None,
            weekday: None,
            hour: 0,
            minute: 0,
            second: 0,
            micros: 0,
            afternoon: false,
            zone: TimeZone::UTC,
            zone_name: None,
            offset: false,
        }
    }
}

impl Fields {
    fn read(&mut self, input: &mut Input<'_>, format: &str) -> Result<(), String> {
        let mut chars = format.chars();
        while let Some(c) = chars.next() {
            if c != '%' {
                input.0 = input.0.strip_prefix(c).ok_or_else(|| format!("expected {c:?}"))?;
                continue;
            }
            let mut directive = chars.next().ok_or("stray \"%\"")?;
            let mut colons = 0;
            while directive == ':' && colons < 3 {
                colons += 1;
                directive = chars.next().unwrap_or(' ');
            }
            if colons > 0 && directive != 'z' {
                return Err(format!("expected 'z' after \"%{}\"", ":".repeat(colons)));
            }
            let compound = COMPOUND.iter().find(|(d, _)| char::from(*d) == directive);
            match compound {
                Some((_, parts)) => self.read(input, parts)?,
                None => self
                    .directive(input, directive, colons)
                    .ok_or_else(|| format!("cannot parse \"%{directive}\""))?,
            }
        }
        Ok(())
    }

    fn directive(&mut self, input: &mut Input<'_>, directive: char, colons: usize) -> Option<()> {
        match directive {
            'A' => self.weekday = Some(input.name(&WEEKDAYS, usize::MAX)?),
            'a' => self.weekday = Some(input.name(&WEEKDAYS, 3)?),
            'B' => self.month = input.name(&MONTHS, usize::MAX)? + 1,
            'b' | 'h' => self.month = input.name(&MONTHS, 3)? + 1,
            'C' => self.century = Some(input.number(2, (0, 99))?),
            'e' | 'd' => {
                input.0 = input.0.strip_prefix(' ').filter(|_| directive == 'e').unwrap_or(input.0);
                self.day = Some(input.number(2, (1, 31))?);
            }
            'f' => {
                let before = input.0.len();
                self.micros = input.number(6, (0, 999_999))?;
                self.micros *= 10_i32.pow(6 - (before - input.0.len()) as u32);
            }
            'k' | 'H' => {
                input.0 = input.0.strip_prefix(' ').filter(|_| directive == 'k').unwrap_or(input.0);
                self.hour = input.number(2, (0, 23))?;
            }
            'l' | 'I' => {
                input.0 = input.0.strip_prefix(' ').filter(|_| directive == 'l').unwrap_or(input.0);
                self.hour = input.number(2, (1, 12))? % 12;
            }
            'j' => self.year_day = Some(input.number(3, (1, 366))?),
            'M' => self.minute = input.number(2, (0, 59))?,
            'm' => self.month = input.number(2, (1, 12))?,
            'n' | 't' => {
                let rest = input.0.trim_start_matches([' ', '\t', '\n', '\u{b}', '\u{c}', '\r']);
                if rest.len() == input.0.len() {
                    return None;
                }
                input.0 = rest;
            }
            'P' | 'p' => self.afternoon = input.name(&["AM", "PM"], 2)? == 1,
            'S' => self.second = input.number(2, (0, 60))?,
            's' => self.unix(input)?,
            'U' => self.week = Some((Weeks::Sunday, input.number(2, (0, 53))?)),
            'W' => self.week = Some((Weeks::Monday, input.number(2, (0, 53))?)),
            'V' => self.week = Some((Weeks::Iso, input.number(2, (1, 53))?)),
            'u' => self.weekday = Some(input.number(1, (1, 7))? % 7),
            'w' => self.weekday = Some(input.number(1, (0, 6))?),
            'Y' | 'G' => {
                self.iso_year |= directive == 'G';
                let sign = input.sign();
                self.year = sign * input.number(4, (0, 9999))?;
            }
            'y' | 'g' => {
                self.iso_year |= directive == 'g';
                let year = input.number(2, (0, 99))?;
                self.year = year + if year >= 69 { 1900 } else { 2000 };
            }
            'Z' => self.named_zone(input)?,
            'z' => self.offset_zone(input, colons)?,
            '%' => return input.eat("%").then_some(()),
            _ => return None,
        }
        Some(())
    }

    /// Seconds since 1970.
    fn unix(&mut self, input: &mut Input<'_>) -> Option<()> {
        let sign = i64::from(input.sign());
        let n = input.0.bytes().take(19).take_while(u8::is_ascii_digit).count();
        let seconds: i64 = input.0[..n].parse().ok()?;
        input.0 = &input.0[n..];
        let t = jiff::Timestamp::from_second(sign * seconds).ok()?.to_zoned(TimeZone::UTC);
        (self.year, self.month, self.day) = (t.year().into(), t.month().into(), Some(t.day().into()));
        (self.hour, self.minute, self.second) = (t.hour().into(), t.minute().into(), t.second().into());
        Some(())
    }

    fn named_zone(&mut self, input: &mut Input<'_>) -> Option<()> {
        let n = input.0.bytes().take_while(u8::is_ascii_uppercase).count();
        let name = &input.0[..n];
        if !(3..=5).contains(&n) {
            return None;
        }
        let (zone, _) = zone::by_name(name, DateTime::constant(0, 1, 1, 0, 0, 0, 0))?;
        self.zone = match self.offset {
            true => zone::named(name, self.zone.to_offset(jiff::Timestamp::UNIX_EPOCH)),
            false => zone,
        };
        self.zone_name = Some(name.to_owned());
        input.0 = &input.0[n..];
        Some(())
    }

    fn offset_zone(&mut self, input: &mut Input<'_>, colons: usize) -> Option<()> {
        if input.eat("Z") {
            self.zone = TimeZone::UTC;
            return Some(());
        }
        let offset = Offset::from_seconds(input.offset(colons)?).ok()?;
        self.zone = match &self.zone_name {
            Some(name) => zone::named(name, offset),
            None => TimeZone::fixed(offset),
        };
        self.offset = true;
        Some(())
    }

    fn finish(self) -> Result<Timestamp, String> {
        let year = self.century.map_or(self.year, |century| century * 100 + self.year % 100);
        let beyond = || "the time is beyond the years that can be shown".to_owned();
        let first = |month: i32| {
            let (year, month) = (i16::try_from(year).ok()?, i8::try_from(month).ok()?);
            Date::new(year, month, 1).ok()
        };
        let days = |date: Date, days: i32| date.checked_add(Span::new().days(days)).map_err(|_| beyond());
        let date = match (self.day, self.year_day, self.week) {
            (Some(day), ..) => days(first(self.month).ok_or_else(beyond)?, day - 1)?,
            (None, Some(_), _) if self.iso_year => {
                return Err("use \"%Y\" to parse non-ISO year for \"%j\"".to_owned());
            }
            (None, Some(day), _) => days(first(1).ok_or_else(beyond)?, day - 1)?,
            (None, None, Some((weeks, week))) => {
                if weeks == Weeks::Iso && !self.iso_year {
                    return Err("use \"%G\" to parse ISO year for \"%V\"".to_owned());
                }
                if weeks != Weeks::Iso && self.iso_year {
                    return Err("use \"%Y\" to parse non-ISO year for \"%U\" or \"%W\"".to_owned());
                }
                days(
                    first(1).ok_or_else(beyond)?,
                    self.day_of_week(weeks, week, first(1).ok_or_else(beyond)?),
                )?
            }
            (None, None, None) => first(self.month).ok_or_else(beyond)?,
        };
        let hour = self.hour + if self.afternoon { 12 } else { 0 };
        let start = DateTime::from_parts(date, Time::midnight());
        let span = Span::new().hours(hour).minutes(self.minute).seconds(self.second);
        let time = start.checked_add(span.microseconds(self.micros)).map_err(|_| beyond())?;
        Timestamp::in_zone(time, self.zone).ok_or_else(beyond)
    }

    /// How many days after the first of the year a day of a week is.
    fn day_of_week(&self, weeks: Weeks, week: i32, first: Date) -> i32 {
        let (start, usual) = match weeks {
            Weeks::Sunday => (0, 0),
            Weeks::Monday => (1, 1),
            Weeks::Iso => (4, 1),
        };
        let weekday = self.weekday.unwrap_or(usual);
        let week = week + i32::from(weeks != Weeks::Sunday && weekday == 0);
        // The week is counted from the last such weekday before the year.
        let before = -1 - start;
        let weekday_of_first = i32::from(first.weekday().to_sunday_zero_offset());
        let weekday_before = (weekday_of_first + before).rem_euclid(7);
        before + week * 7 - weekday_before + weekday
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn times_are_read_by_their_directives() {
        for (directives, text, expected) in [
            ("%Y-%m-%d", "2031-9-8", "2031-09-08T00:00:00+00:00[UTC]"),
            ("%Y-%m-%d", "2031-02-30", "2031-03-02T00:00:00+00:00[UTC]"),
            ("%H:%M:%S", "23:59:60", "1900-01-02T00:00:00+00:00[UTC]"),
            ("%Y %j", "2031 366", "2032-01-01T00:00:00+00:00[UTC]"),
            ("%Y %W %a", "2031 36 Mon", "2031-09-08T00:00:00+00:00[UTC]"),
            ("%G %V %u", "2027 53 5", "2028-01-07T00:00:00+00:00[UTC]"),
            ("%s", "-1", "1969-12-31T23:59:59+00:00[UTC]"),
            ("%F %T%z", "2031-09-08 07:06:05-08", "2031-09-08T07:06:05-08:00[-08:00]"),
            ("%I %p", "12 AM", "1900-01-01T00:00:00+00:00[UTC]"),
        ] {
            let read = parse(text, directives).map(|t| t.to_zoned().to_string());
            assert_eq!(read.as_deref(), Ok(expected), "{directives}");
        }
        for (directives, text) in [
            ("%Y", "x"),
            ("%Y%n%m", "203109"),
            ("%Y %", "2031 "),
            ("%V", "3"),
            ("%:z", "+0530"),
            ("%m", "13"),
        ] {
            assert!(parse(text, directives).is_err(), "{directives}");
        }
    }
}
