//! The `%` directives of C for writing and reading times.

use jiff::Zoned;
use jiff::civil::{Date, DateTime, Time};

use super::layout::{MONTHS, WEEKDAYS, weekday, write_offset_text, zone_name};
use super::layout_parse::zoned;

/// Directives that stand for others.
const COMPOUND: [(char, &str); 9] = [
    ('c', "%a %b %e %H:%M:%S %Y"),
    ('v', "%e-%b-%Y"),
    ('D', "%m/%d/%y"),
    ('x', "%m/%d/%y"),
    ('F', "%Y-%m-%d"),
    ('r', "%I:%M:%S %p"),
    ('R', "%H:%M"),
    ('T', "%H:%M:%S"),
    ('X', "%H:%M:%S"),
];

/// Writes a time. Directives that do not exist stay as they are.
pub fn format(t: &Zoned, format: &str) -> String {
    let mut out = String::with_capacity(format.len() + 16);
    let mut chars = format.chars();
    while let Some(c) = chars.next() {
        if c != '%' {
            out.push(c);
            continue;
        }
        let rest = chars.as_str();
        let flag = rest.chars().next().filter(|c| matches!(c, '-' | '_' | '0' | '^' | '#' | ':'));
        let directive = rest.chars().nth(usize::from(flag.is_some()));
        match directive.and_then(|d| written(t, d, flag)) {
            Some(text) => {
                out.push_str(&text);
                for _ in 0..1 + usize::from(flag.is_some()) {
                    chars.next();
                }
            }
            None => out.push('%'),
        }
    }
    out
}

fn written(t: &Zoned, directive: char, flag: Option<char>) -> Option<String> {
    if let Some((_, parts)) = COMPOUND.iter().find(|(d, _)| *d == directive) {
        return Some(format(t, parts));
    }
    let number = |n: i64, width: usize, fill: char| match flag {
        Some('-') => n.to_string(),
        Some('_') => format!("{n:>width$}"),
        Some('0') => format!("{n:0width$}"),
        _ if fill == '0' => format!("{n:0width$}"),
        _ => format!("{n:>width$}"),
    };
    let text = |s: &str| match flag {
        Some('^') => s.to_uppercase(),
        Some('#') => s.to_lowercase(),
        _ => s.to_owned(),
    };
    let hour12 = i64::from(if t.hour() % 12 == 0 { 12 } else { t.hour() % 12 });
    let weeks_from =
        |first: i64| (i64::from(t.day_of_year()) + 6 - (from_sunday(t) - first).rem_euclid(7)) / 7;
    let iso = t.date().iso_week_date();
    let offset = |colon: bool| {
        let mut out = String::new();
        write_offset_text(&mut out, t.offset().seconds(), colon);
        out
    };
    Some(match directive {
        'A' => text(weekday(t.weekday())),
        'a' => text(&weekday(t.weekday())[..3]),
        'B' => text(MONTHS[t.month() as usize - 1]),
        'b' | 'h' => text(&MONTHS[t.month() as usize - 1][..3]),
        'C' => number(i64::from(t.year()) / 100, 2, '0'),
        'd' => number(t.day().into(), 2, '0'),
        'e' => number(t.day().into(), 2, ' '),
        'f' => format!("{:06}", t.subsec_nanosecond() / 1000),
        'G' => number(iso.year().into(), 4, '0'),
        'g' => number(i64::from(iso.year()).rem_euclid(100), 2, '0'),
        'H' => number(t.hour().into(), 2, '0'),
        'I' => number(hour12, 2, '0'),
        'j' => number(t.day_of_year().into(), 3, '0'),
        'k' => number(t.hour().into(), 2, ' '),
        'l' => number(hour12, 2, ' '),
        'M' => number(t.minute().into(), 2, '0'),
        'm' => number(t.month().into(), 2, '0'),
        'n' => "\n".to_owned(),
        'p' => text(if t.hour() >= 12 { "PM" } else { "AM" }),
        'S' => number(t.second().into(), 2, '0'),
        's' => t.timestamp().as_second().to_string(),
        't' => "\t".to_owned(),
        'U' => number(weeks_from(0), 2, '0'),
        'u' => (t.weekday().to_monday_one_offset()).to_string(),
        'V' => number(iso.week().into(), 2, '0'),
        'W' => number(weeks_from(1), 2, '0'),
        'w' => from_sunday(t).to_string(),
        'Y' => number(t.year().into(), 4, '0'),
        'y' => number(i64::from(t.year()).rem_euclid(100), 2, '0'),
        'Z' => text(&zone_name(t)),
        'z' => offset(flag == Some(':')),
        '+' => format(t, "%a %b %e %H:%M:%S %Z %Y"),
        '%' => "%".to_owned(),
        _ => return None,
    })
}

fn from_sunday(t: &Zoned) -> i64 {
    i64::from(t.weekday().to_sunday_zero_offset())
}

/// What was read so far.
#[derive(Debug)]
struct Fields {
    year: i32,
    century: Option<i32>,
    month: i32,
    day: i32,
    year_day: Option<i32>,
    hour: i32,
    minute: i32,
    second: i32,
    nanos: i32,
    afternoon: Option<bool>,
    offset: Option<i32>,
    unix: Option<i64>,
}

/// Reads a time; UTC where the format names no zone.
pub fn parse(text: &str, format: &str) -> Result<Zoned, String> {
    let failed = |what: &str| format!("failed to parse \"{text}\" with \"{format}\": {what}");
    let mut fields = Fields {
        year: 1900,
        century: None,
        month: 1,
        day: 1,
        year_day: None,
        hour: 0,
        minute: 0,
        second: 0,
        nanos: 0,
        afternoon: None,
        offset: None,
        unix: None,
    };
    let mut rest = text;
    fields.read(&mut rest, format).map_err(|what| failed(&what))?;
    if !rest.is_empty() {
        return Err(failed(&format!("unparsed string \"{rest}\"")));
    }
    fields.finish().map_err(|what| failed(&format!("the {what} is out of range")))
}

impl Fields {
    fn read(&mut self, rest: &mut &str, format: &str) -> Result<(), String> {
        let mut chars = format.chars();
        while let Some(c) = chars.next() {
            if c != '%' {
                *rest = rest.strip_prefix(c).ok_or_else(|| format!("expected '{c}' at \"{rest}\""))?;
                continue;
            }
            let mut directive = chars.next().ok_or("the format ends with a single %")?;
            if matches!(directive, '-' | '_' | '0' | '^' | '#' | ':') {
                directive = chars.next().ok_or("the format ends with a single %")?;
            }
            if let Some((_, parts)) = COMPOUND.iter().find(|(d, _)| *d == directive) {
                self.read(rest, parts)?;
                continue;
            }
            self.directive(rest, directive)
                .ok_or_else(|| format!("cannot read %{directive} at \"{rest}\""))?;
        }
        Ok(())
    }

    fn directive(&mut self, rest: &mut &str, directive: char) -> Option<()> {
        match directive {
            'A' => drop(name(rest, &WEEKDAYS, None)?),
            'a' => drop(name(rest, &WEEKDAYS, Some(3))?),
            'B' => self.month = name(rest, &MONTHS, None)? + 1,
            'b' | 'h' => self.month = name(rest, &MONTHS, Some(3))? + 1,
            'C' => self.century = Some(digits(rest, 2)?),
            'd' | 'e' => self.day = digits(rest, 2)?,
            'f' => {
                let before = rest.len();
                let value = digits(rest, 9)?;
                self.nanos = value * 10_i32.pow(9 - (before - rest.len()) as u32);
            }
            'H' | 'k' | 'I' | 'l' => self.hour = digits(rest, 2)?,
            'j' => self.year_day = Some(digits(rest, 3)?),
            'M' => self.minute = digits(rest, 2)?,
            'm' => self.month = digits(rest, 2)?,
            'n' | 't' => *rest = rest.trim_start(),
            'p' => self.afternoon = Some(name(rest, &["AM", "PM"], None)? == 1),
            'S' => self.second = digits(rest, 2)?,
            's' => {
                let n = rest.bytes().take_while(u8::is_ascii_digit).count();
                self.unix = Some(rest[..n].parse().ok()?);
                *rest = &rest[n..];
            }
            'u' | 'w' => drop(digits(rest, 1)?),
            'U' | 'V' | 'W' | 'g' => drop(digits(rest, 2)?),
            'G' => drop(digits(rest, 4)?),
            'Y' => self.year = digits(rest, 4)?,
            'y' => {
                let year = digits(rest, 2)?;
                self.year = year + if year >= 69 { 1900 } else { 2000 };
            }
            'Z' => {
                let n = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
                let zone = (n > 0).then(|| &rest[..n])?;
                if zone == "UTC" || zone == "GMT" {
                    self.offset = Some(0);
                }
                *rest = &rest[n..];
            }
            'z' => self.offset = Some(offset(rest)?),
            '%' => *rest = rest.strip_prefix('%')?,
            _ => return None,
        }
        Some(())
    }

    fn finish(self) -> Result<Zoned, &'static str> {
        if let Some(unix) = self.unix {
            let instant = jiff::Timestamp::from_second(unix).map_err(|_| "time")?;
            return Ok(instant.to_zoned(jiff::tz::TimeZone::UTC));
        }
        let small = |n: i32, what| i8::try_from(n).map_err(|_| what);
        let year = self.century.map_or(self.year, |century| century * 100 + self.year.rem_euclid(100));
        let year = i16::try_from(year).map_err(|_| "year")?;
        let date = match self.year_day {
            Some(day) => {
                let first = Date::new(year, 1, 1).map_err(|_| "year")?;
                first.with().day_of_year(i16::try_from(day).map_err(|_| "day")?).build().map_err(|_| "day")?
            }
            None => {
                Date::new(year, small(self.month, "month")?, small(self.day, "day")?).map_err(|_| "day")?
            }
        };
        let hour = match self.afternoon {
            Some(true) if self.hour < 12 => self.hour + 12,
            Some(false) if self.hour == 12 => 0,
            _ => self.hour,
        };
        let time = Time::new(
            small(hour, "hour")?,
            small(self.minute, "minute")?,
            small(self.second, "second")?,
            self.nanos,
        );
        zoned(DateTime::from_parts(date, time.map_err(|_| "time of day")?), self.offset.filter(|o| *o != 0))
    }
}

fn digits(rest: &mut &str, max: usize) -> Option<i32> {
    let blanks = rest.bytes().take(max.saturating_sub(1)).take_while(|b| *b == b' ').count();
    let text = &rest[blanks..];
    let n = text.bytes().take(max).take_while(u8::is_ascii_digit).count();
    let value = text[..n].parse().ok()?;
    *rest = &text[n..];
    Some(value)
}

fn name(rest: &mut &str, names: &[&str], len: Option<usize>) -> Option<i32> {
    let found = names.iter().enumerate().find_map(|(i, name)| {
        let name = &name[..len.unwrap_or(name.len())];
        let fits = rest.get(..name.len()).is_some_and(|head| head.eq_ignore_ascii_case(name));
        fits.then_some((i, name.len()))
    })?;
    *rest = &rest[found.1..];
    Some(found.0 as i32)
}

fn offset(rest: &mut &str) -> Option<i32> {
    if let Some(after) = rest.strip_prefix('Z') {
        *rest = after;
        return Some(0);
    }
    let negative = rest.starts_with('-');
    *rest = rest.strip_prefix(['-', '+'])?;
    let hours = digits(rest, 2)?;
    *rest = rest.strip_prefix(':').unwrap_or(rest);
    let seconds = hours * 3600 + digits(rest, 2)? * 60;
    Some(if negative { -seconds } else { seconds })
}
