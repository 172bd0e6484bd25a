//! Go's reference layouts: `2006-01-02T15:04:05.999999999Z07:00` shows how the time that it names would be written.

use jiff::civil::Weekday;

use crate::value::Timestamp;

/// RFC 3339 with as many digits of a second as there are.
pub const RFC3339_NANO: &str = "2006-01-02T15:04:05.999999999Z07:00";

pub const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

pub const WEEKDAYS: [&str; 7] =
    ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/// One element of a layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Chunk {
    LongMonth,
    Month,
    MonthNumber {
        zero: bool,
    },
    LongWeekday,
    Weekday,
    Day(Pad),
    YearDay(Pad),
    Hour24,
    Hour12 {
        zero: bool,
    },
    Minute {
        zero: bool,
    },
    Second {
        zero: bool,
    },
    LongYear,
    Year,
    Upper12,
    Lower12,
    ZoneName,
    Offset(Offset),
    /// Digits behind the separator; all of them, or without trailing zeros and separator.
    Fraction {
        separator: u8,
        digits: usize,
        trimmed: bool,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pad {
    None,
    Space,
    Zero,
}

/// How the distance to UTC is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Offset {
    /// `Z` for UTC itself.
    pub z: bool,
    pub colon: bool,
    pub minutes: bool,
    pub seconds: bool,
}

/// Elements that are only what they look like, longer ones first where one begins like another.
const PLAIN: [(&str, Chunk); 16] = [
    ("January", Chunk::LongMonth),
    ("Monday", Chunk::LongWeekday),
    ("MST", Chunk::ZoneName),
    ("01", Chunk::MonthNumber { zero: true }),
    ("002", Chunk::YearDay(Pad::Zero)),
    ("02", Chunk::Day(Pad::Zero)),
    ("03", Chunk::Hour12 { zero: true }),
    ("04", Chunk::Minute { zero: true }),
    ("05", Chunk::Second { zero: true }),
    ("06", Chunk::Year),
    ("15", Chunk::Hour24),
    ("2006", Chunk::LongYear),
    ("__2", Chunk::YearDay(Pad::Space)),
    ("PM", Chunk::Upper12),
    ("pm", Chunk::Lower12),
    ("1", Chunk::MonthNumber { zero: false }),
];

const LATE: [(&str, Chunk); 5] = [
    ("_2", Chunk::Day(Pad::Space)),
    ("2", Chunk::Day(Pad::None)),
    ("3", Chunk::Hour12 { zero: false }),
    ("4", Chunk::Minute { zero: false }),
    ("5", Chunk::Second { zero: false }),
];

/// Notations of the offset behind its sign or `Z`.
const OFFSETS: [(&str, bool, bool, bool); 5] = [
    ("070000", false, true, true),
    ("07:00:00", true, true, true),
    ("0700", false, true, false),
    ("07:00", true, true, false),
    ("07", false, false, false),
];

/// The literal text before the first element of `layout`, the element, and what follows it.
pub(super) fn next(layout: &str) -> (&str, Option<Chunk>, &str) {
    for (i, _) in layout.char_indices() {
        if let Some((chunk, len)) = chunk_at(layout, i) {
            return (&layout[..i], Some(chunk), &layout[i + len..]);
        }
    }
    (layout, None, "")
}

fn chunk_at(layout: &str, at: usize) -> Option<(Chunk, usize)> {
    let rest = &layout[at..];
    let lower = |from: usize| rest.as_bytes().get(from).is_some_and(u8::is_ascii_lowercase);
    if let Some((text, chunk)) = PLAIN.iter().find(|(text, _)| rest.starts_with(text)) {
        return Some((*chunk, text.len()));
    }
    if rest.starts_with("_2006") {
        // The underscore is literal, the year follows it.
        return None;
    }
    if let Some((text, chunk)) = LATE.iter().find(|(text, _)| rest.starts_with(text)) {
        return Some((*chunk, text.len()));
    }
    if rest.starts_with("Jan") && !lower(3) {
        return Some((Chunk::Month, 3));
    }
    if rest.starts_with("Mon") && !lower(3) {
        return Some((Chunk::Weekday, 3));
    }
    match rest.as_bytes()[0] {
        sign @ (b'-' | b'Z') => {
            let (text, colon, minutes, seconds) = OFFSETS.iter().find(|o| rest[1..].starts_with(o.0))?;
            let offset = Offset { z: sign == b'Z', colon: *colon, minutes: *minutes, seconds: *seconds };
            Some((Chunk::Offset(offset), 1 + text.len()))
        }
        separator @ (b'.' | b',') => fraction(rest, separator),
        _ => None,
    }
}

/// A run of zeros or nines that no further digit follows.
fn fraction(rest: &str, separator: u8) -> Option<(Chunk, usize)> {
    let kind = *rest.as_bytes().get(1).filter(|b| matches!(b, b'0' | b'9'))?;
    let digits = rest.bytes().skip(1).take_while(|b| *b == kind).count();
    if rest.as_bytes().get(1 + digits).is_some_and(u8::is_ascii_digit) {
        return None;
    }
    Some((Chunk::Fraction { separator, digits, trimmed: kind == b'9' }, 1 + digits))
}

/// Writes a time as a layout shows it.
pub fn format(time: &Timestamp, layout: &str) -> String {
    let mut out = String::with_capacity(layout.len() + 8);
    let mut rest = layout;
    loop {
        let (literal, chunk, after) = next(rest);
        out.push_str(literal);
        let Some(chunk) = chunk else { return out };
        write(&mut out, time, chunk);
        rest = after;
    }
}

fn write(out: &mut String, time: &Timestamp, chunk: Chunk) {
    use std::fmt::Write;
    let t = time.yearless();
    let hour12 = match t.hour() % 12 {
        0 => 12,
        hour => hour,
    };
    let number = |out: &mut String, n: i32, zero: bool| {
        let written = if zero { write!(out, "{n:02}") } else { write!(out, "{n}") };
        // Writing to a string cannot fail.
        written.unwrap_or_default();
    };
    match chunk {
        Chunk::LongMonth => out.push_str(MONTHS[t.month() as usize - 1]),
        Chunk::Month => out.push_str(&MONTHS[t.month() as usize - 1][..3]),
        Chunk::MonthNumber { zero } => number(out, t.month().into(), zero),
        Chunk::LongWeekday => out.push_str(weekday(t.weekday())),
        Chunk::Weekday => out.push_str(&weekday(t.weekday())[..3]),
        Chunk::Day(pad) => padded(out, t.day().into(), 2, pad),
        Chunk::YearDay(pad) => padded(out, t.day_of_year().into(), 3, pad),
        Chunk::Hour24 => number(out, t.hour().into(), true),
        Chunk::Hour12 { zero } => number(out, hour12.into(), zero),
        Chunk::Minute { zero } => number(out, t.minute().into(), zero),
        Chunk::Second { zero } => number(out, t.second().into(), zero),
        Chunk::LongYear => padded(out, time.year(), 4, Pad::Zero),
        Chunk::Year => number(out, i32::from(t.year()).rem_euclid(100), true),
        Chunk::Upper12 => out.push_str(if t.hour() >= 12 { "PM" } else { "AM" }),
        Chunk::Lower12 => out.push_str(if t.hour() >= 12 { "pm" } else { "am" }),
        Chunk::ZoneName => out.push_str(&zone_name(time)),
        Chunk::Offset(offset) => write_offset(out, t.offset().seconds(), offset),
        Chunk::Fraction { separator, digits, trimmed } => {
            write_fraction(out, t.subsec_nanosecond(), separator, digits, trimmed);
        }
    }
}

fn padded(out: &mut String, n: i64, width: usize, pad: Pad) {
    let text = n.unsigned_abs().to_string();
    if n < 0 {
        out.push('-');
    }
    let fill = match pad {
        Pad::None => None,
        Pad::Space => Some(' '),
        Pad::Zero => Some('0'),
    };
    if let Some(fill) = fill {
        out.extend(std::iter::repeat_n(fill, width.saturating_sub(text.len())));
    }
    out.push_str(&text);
}

pub fn weekday(day: Weekday) -> &'static str {
    WEEKDAYS[day.to_sunday_zero_offset() as usize]
}

/// The short name of the zone at that time; none where it is only an offset.
pub(super) fn zone_abbreviation(t: &Timestamp) -> Option<String> {
    let t = t.yearless();
    let zone = t.time_zone();
    if zone == &jiff::tz::TimeZone::UTC {
        return Some("UTC".to_owned());
    }
    let named = zone.to_fixed_offset().is_err();
    named.then(|| zone.to_offset_info(t.timestamp()).abbreviation().to_owned())
}

/// The short name of the zone at that time, or its offset where it has none.
pub fn zone_name(t: &Timestamp) -> String {
    zone_abbreviation(t).unwrap_or_else(|| {
        let seconds = t.yearless().offset().seconds();
        let offset = Offset { z: false, colon: false, minutes: true, seconds: false };
        let mut out = String::new();
        write_offset(&mut out, seconds, offset);
        out
    })
}

fn write_offset(out: &mut String, seconds: i32, offset: Offset) {
    use std::fmt::Write;
    if offset.z && seconds == 0 {
        return out.push('Z');
    }
    out.push(if seconds < 0 { '-' } else { '+' });
    let seconds = seconds.unsigned_abs();
    let parts = [seconds / 3600, seconds / 60 % 60, seconds % 60];
    let n = 1 + usize::from(offset.minutes) + usize::from(offset.seconds);
    for (i, part) in parts[..n].iter().enumerate() {
        if i > 0 && offset.colon {
            out.push(':');
        }
        // Writing to a string cannot fail.
        write!(out, "{part:02}").unwrap_or_default();
    }
}

fn write_fraction(out: &mut String, nanos: i32, separator: u8, digits: usize, trimmed: bool) {
    let mut text = format!("{nanos:09}");
    text.truncate(digits.min(9));
    text.extend(std::iter::repeat_n('0', digits.saturating_sub(9)));
    if trimmed {
        text.truncate(text.trim_end_matches('0').len());
        if text.is_empty() {
            return;
        }
    }
    out.push(char::from(separator));
    out.push_str(&text);
}
