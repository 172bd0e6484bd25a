//! Writing times by the `%` directives of C.

use super::layout::{MONTHS, WEEKDAYS, zone_abbreviation};
use crate::value::Timestamp;

/// Directives that stand for others.
pub(super) const COMPOUND: [(u8, &str); 10] = [
    (b'c', "%a %b %e %H:%M:%S %Y"),
    (b'+', "%a %b %e %H:%M:%S %Z %Y"),
    (b'v', "%e-%b-%Y"),
    (b'D', "%m/%d/%y"),
    (b'x', "%m/%d/%y"),
    (b'F', "%Y-%m-%d"),
    (b'r', "%I:%M:%S %p"),
    (b'R', "%H:%M"),
    (b'T', "%H:%M:%S"),
    (b'X', "%H:%M:%S"),
];

/// The widest that a directive may be made.
const MAX_WIDTH: usize = 1024;

/// What stands before a value that is narrower than wanted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Padding {
    /// What the directive is usually filled with.
    Usual,
    Nothing,
    With(char),
}

/// What stands between a `%` and the letter of its directive.
#[derive(Clone, Copy)]
struct Flags {
    padding: Padding,
    width: usize,
    upper: bool,
    swapped: bool,
    /// How many colons stand before a `z`.
    colons: usize,
}

/// Writes a time. Directives that do not exist stay as they are.
pub fn format(t: &Timestamp, format: &str) -> String {
    let mut out = String::with_capacity(format.len() + 16);
    write(&mut out, t, format, false);
    out
}

fn write(out: &mut String, t: &Timestamp, format: &str, upper: bool) {
    let mut rest = format;
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        let (flags, letter) = Flags::read(&rest[at + 1..], upper);
        let Some(letter) = rest[at + 1 + letter..].chars().next().map(|c| (at + 1 + letter, c)) else {
            let text = &rest[at..];
            return out.push_str(&flags.text(text, false));
        };
        let (behind, letter) = (letter.0 + letter.1.len_utf8(), letter.1);
        if flags.colons > 0 && (letter != 'z' || flags.colons > 3) {
            // Colons that no offset follows are text.
            let behind = if letter == 'z' { behind } else { behind - letter.len_utf8() };
            out.push_str(&flags.text(&rest[at..behind], false));
            rest = &rest[behind..];
            continue;
        }
        if let Some((_, parts)) = COMPOUND.iter().find(|(d, _)| char::from(*d) == letter) {
            write(out, t, parts, flags.upper);
        } else if let Some(text) = flags.directive(t, letter) {
            out.push_str(&text);
        } else {
            let before = Flags { width: flags.width.saturating_sub(1), ..flags };
            out.push_str(&before.text(&rest[at..behind - letter.len_utf8()], false));
            out.push(letter);
        }
        rest = &rest[behind..];
    }
    out.push_str(rest);
}

// === impl Flags ===

impl Flags {
    /// Reads the flags that `text` begins with; returns where the letter is.
    fn read(text: &str, upper: bool) -> (Self, usize) {
        let mut flags = Self { padding: Padding::Usual, width: 0, upper, swapped: false, colons: 0 };
        let bytes = text.as_bytes();
        let mut at = 0;
        while let Some(byte) = bytes.get(at) {
            match byte {
                b'-' => flags.padding = Padding::Nothing,
                b'_' => flags.padding = Padding::With(' '),
                b'0' => flags.padding = Padding::With('0'),
                b'^' => flags.upper = true,
                b'#' => flags.swapped = true,
                b'1'..=b'9' => {
                    let digits = bytes[at..].iter().take_while(|b| b.is_ascii_digit()).count();
                    flags.width = text[at..at + digits].parse().unwrap_or(MAX_WIDTH).min(MAX_WIDTH);
                    if flags.padding == Padding::Nothing {
                        flags.padding = Padding::With(' ');
                    }
                    at += digits - 1;
                }
                b':' => {
                    flags.colons = bytes[at..].iter().take_while(|b| **b == b':').count();
                    return (flags, at + flags.colons);
                }
                _ => break,
            }
            at += 1;
        }
        (flags, at)
    }

    fn number(self, n: i64, width: usize, usual: char) -> String {
        let fill = match self.padding {
            Padding::Nothing => return n.to_string(),
            Padding::Usual => usual,
            Padding::With(fill) => fill,
        };
        let width = width.max(self.width);
        if fill == '0' { format!("{n:0width$}") } else { format!("{n:>width$}") }
    }

    /// Text in the letters that the flags want; `cased` where these say something about it.
    fn text(self, text: &str, cased: bool) -> String {
        let fill = match self.padding {
            Padding::Nothing => None,
            Padding::Usual => Some(' '),
            Padding::With(fill) => Some(fill),
        };
        let missing = self.width.saturating_sub(text.len());
        let mut out: String =
            fill.map(|fill| std::iter::repeat_n(fill, missing).collect()).unwrap_or_default();
        let is_upper = text.as_bytes().get(1).is_some_and(|b| *b < b'a');
        out.push_str(&match (cased && self.swapped, cased && self.upper) {
            (true, _) if is_upper => text.to_ascii_lowercase(),
            (true, _) | (_, true) => text.to_ascii_uppercase(),
            _ => text.to_owned(),
        });
        out
    }

    /// The distance to UTC, such as `+0530`.
    fn offset(self, seconds: i32) -> String {
        let sign = if seconds < 0 { '-' } else { '+' };
        let seconds = seconds.unsigned_abs();
        let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        let colon = if self.colons > 0 { ":" } else { "" };
        let mut digits = match self.padding {
            Padding::Nothing | Padding::With(' ') => hours.to_string(),
            _ => format!("{hours:02}"),
        };
        if self.colons <= 2 || minutes + seconds > 0 {
            digits += &format!("{colon}{minutes:02}");
        }
        if self.colons == 2 || (self.colons == 3 && seconds > 0) {
            digits += &format!(":{seconds:02}");
        }
        match self.padding {
            Padding::Nothing => format!("{sign}{digits}"),
            Padding::With(' ') => {
                let blank = if hours < 10 { 1 } else { 0 };
                let width = self.width.max(digits.len() + 1 + blank);
                format!("{:>width$}", format!("{sign}{digits}"))
            }
            _ => format!("{sign}{digits:0>width$}", width = self.width.saturating_sub(1)),
        }
    }

    fn directive(self, time: &Timestamp, letter: char) -> Option<String> {
        let t = time.yearless();
        let (year, iso_year) = (time.year(), time.iso_year());
        let weekday = i64::from(t.weekday().to_sunday_zero_offset());
        let hour = i64::from(t.hour());
        let hour12 = (hour + 11) % 12 + 1;
        let year_day = i64::from(t.day_of_year());
        let month = MONTHS[t.month() as usize - 1];
        let day = WEEKDAYS[weekday as usize];
        let zero = |n: i64, width: usize| self.number(n, width, '0');
        let blank = |n: i64| self.number(n, 2, ' ');
        let half = if hour < 12 { "AM" } else { "PM" };
        Some(match letter {
            'A' => self.text(day, true),
            'a' => self.text(&day[..3], true),
            'B' => self.text(month, true),
            'b' | 'h' => self.text(&month[..3], true),
            'C' => zero(year / 100, 2),
            'd' => zero(t.day().into(), 2),
            'e' => blank(t.day().into()),
            'f' => zero(i64::from(t.subsec_nanosecond() / 1000), if self.width > 0 { 0 } else { 6 }),
            'G' => zero(iso_year, if self.width > 0 { 0 } else { 4 }),
            'g' => zero(iso_year.abs() % 100, 2),
            'H' => zero(hour, 2),
            'I' => zero(hour12, 2),
            'j' => zero(year_day, 3),
            'k' => blank(hour),
            'l' => blank(hour12),
            'M' => zero(t.minute().into(), 2),
            'm' => zero(t.month().into(), 2),
            'n' => self.text("\n", false),
            'P' => Self { swapped: !(self.upper || self.swapped), ..self }.text(half, true),
            'p' => self.text(half, true),
            'S' => zero(t.second().into(), 2),
            's' => self.number(time.as_second(), 0, ' '),
            't' => self.text("\t", false),
            'U' => zero((year_day + 6 - weekday) / 7, 2),
            'u' => zero(if weekday == 0 { 7 } else { weekday }, 0),
            'V' => zero(t.date().iso_week_date().week().into(), 2),
            'W' => zero((year_day + 6 - (weekday + 6) % 7) / 7, 2),
            'w' => zero(weekday, 0),
            'Y' => zero(year, if self.width > 0 { 0 } else { 4 }),
            'y' => zero(year.abs() % 100, 2),
            'Z' => match zone_abbreviation(time) {
                Some(name) => self.text(&name, true),
                None => self.offset(t.offset().seconds()),
            },
            'z' => self.offset(t.offset().seconds()),
            '%' => self.text("%", false),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_and_widths_shape_what_is_written() {
        let t = Timestamp::from("2027-03-04T05:06:07.089012[UTC]".parse::<jiff::Zoned>().unwrap());
        for (directives, expected) in [
            ("%0e %3d %5Y %10B|%-5d|%05d|%_5m", "04 004 02027      March|    4|00004|    3"),
            ("%:z %::z %:::z %z", "+00:00 +00:00:00 +00 +0000"),
            ("%^a %^B %#p %#Z %#a %P %^P", "THU MARCH am utc THU am AM"),
            ("%E %Q %! %", "%E %Q %! %"),
            ("%:x %::::z %-", "%:x %::::z %-"),
            ("%8z|%_8z|%-z|%_z", "+0000000|    +000|+000| +000"),
            ("%^c", "THU MAR  4 05:06:07 2027"),
            ("é%Y", "é2027"),
        ] {
            assert_eq!(format(&t, directives), expected, "{directives}");
        }
    }
}
