//! Cron expressions: `minute hour day month weekday`, with seconds before them or without, and a few short names.

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, ToSpan, Zoned};

use crate::config::Duration;

/// The times that an expression means.
#[derive(Debug)]
pub struct Schedule {
    zone: TimeZone,
    times: Times,
}

#[derive(Debug)]
enum Times {
    Every(SignedDuration),
    Fields(Fields),
}

/// For each field the values that fit, as bits.
#[derive(Debug)]
struct Fields {
    seconds: u64,
    minutes: u64,
    hours: u64,
    days: u64,
    months: u64,
    /// Sunday is 0.
    weekdays: u64,
    /// Whether both kinds of days are restricted: then either is enough.
    either_day: bool,
}

/// What a field may hold: the range of its values, and names for them from the first one on.
struct Domain {
    min: u8,
    max: u8,
    names: &'static [&'static str],
}

const SECOND: Domain = Domain { min: 0, max: 59, names: &[] };
const MINUTE: Domain = Domain { min: 0, max: 59, names: &[] };
const HOUR: Domain = Domain { min: 0, max: 23, names: &[] };
const DAY: Domain = Domain { min: 1, max: 31, names: &[] };
const MONTH: Domain = Domain {
    min: 1,
    max: 12,
    names: &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"],
};
const WEEKDAY: Domain = Domain { min: 0, max: 6, names: &["sun", "mon", "tue", "wed", "thu", "fri", "sat"] };

const SHORT: [(&str, &str); 7] = [
    ("@yearly", "0 0 1 1 *"),
    ("@annually", "0 0 1 1 *"),
    ("@monthly", "0 0 1 * *"),
    ("@weekly", "0 0 * * 0"),
    ("@daily", "0 0 * * *"),
    ("@midnight", "0 0 * * *"),
    ("@hourly", "0 * * * *"),
];

/// A date that no expression names within this many days, such as February 30, does not exist.
const HORIZON_DAYS: usize = 366 * 9;

// === impl Schedule ===

impl Schedule {
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let (zone, text) = match text.strip_prefix("TZ=").or_else(|| text.strip_prefix("CRON_TZ=")) {
            Some(rest) => rest.split_once(' ').ok_or("nothing follows the time zone")?,
            None => ("UTC", text),
        };
        let zone = TimeZone::get(zone).map_err(|error| error.to_string())?;
        let text = text.trim();
        if let Some(period) = text.strip_prefix("@every ") {
            let period = period.trim().parse::<Duration>().map_err(|error| error.to_string())?;
            // Shorter ones would never end.
            let period = SignedDuration::from_nanos(period.nanos()).max(SignedDuration::from_secs(1));
            return Ok(Self { zone, times: Times::Every(period) });
        }
        let fields = match SHORT.iter().find(|(short, _)| *short == text) {
            Some((_, long)) => long,
            None => text,
        };
        Ok(Self { zone, times: Times::Fields(Fields::parse(fields)?) })
    }

    /// The first time after `now`, in whole seconds.
    pub fn next_after(&self, now: &Zoned) -> Option<Zoned> {
        let now = now.with_time_zone(self.zone.clone());
        match &self.times {
            Times::Every(period) => {
                let whole = now.timestamp().as_second();
                let next = jiff::Timestamp::from_second(whole).ok()?.checked_add(*period).ok()?;
                Some(next.to_zoned(self.zone.clone()))
            }
            Times::Fields(fields) => fields.next_after(&now),
        }
    }
}

// === impl Fields ===

impl Fields {
    fn parse(text: &str) -> Result<Self, String> {
        let parts: Vec<&str> = text.split_whitespace().collect();
        let (seconds, parts) = match parts.len() {
            5 => ("0", &parts[..]),
            6 => (parts[0], &parts[1..]),
            n => return Err(format!("there are {n} fields, not 5 or 6")),
        };
        let restricted = |part: &str| !part.starts_with(['*', '?']);
        Ok(Self {
            seconds: SECOND.bits(seconds)?,
            minutes: MINUTE.bits(parts[0])?,
            hours: HOUR.bits(parts[1])?,
            days: DAY.bits(parts[2])?,
            months: MONTH.bits(parts[3])?,
            weekdays: WEEKDAY.bits(parts[4])?,
            either_day: restricted(parts[2]) && restricted(parts[4]),
        })
    }

    fn next_after(&self, now: &Zoned) -> Option<Zoned> {
        let mut date = now.date();
        for _ in 0..HORIZON_DAYS {
            if self.has_day(date) {
                let times = self.times().filter_map(|time| exists(date, time, now.time_zone()));
                if let Some(next) = times.into_iter().find(|next| next > now) {
                    return Some(next);
                }
            }
            date = date.checked_add(1.day()).ok()?;
        }
        None
    }

    fn has_day(&self, date: Date) -> bool {
        let day = has(self.days, date.day());
        let weekday = has(self.weekdays, date.weekday().to_sunday_zero_offset());
        has(self.months, date.month()) && if self.either_day { day || weekday } else { day && weekday }
    }

    /// The times of a day, in order.
    fn times(&self) -> impl Iterator<Item = Time> {
        let values = |bits: u64| (0..60).filter(move |value| has(bits, *value));
        values(self.hours).flat_map(move |hour| {
            values(self.minutes).flat_map(move |minute| {
                values(self.seconds).filter_map(move |second| Time::new(hour, minute, second, 0).ok())
            })
        })
    }
}

fn has(bits: u64, value: i8) -> bool {
    bits >> value & 1 == 1
}

/// A local time as a point in time; none if clocks leave it out that day.
fn exists(date: Date, time: Time, zone: &TimeZone) -> Option<Zoned> {
    let zoned = date.to_datetime(time).to_zoned(zone.clone()).ok()?;
    (zoned.time() == time).then_some(zoned)
}

// === impl Domain ===

impl Domain {
    /// The values that a list such as `1,4-6,*/10` means.
    fn bits(&self, list: &str) -> Result<u64, String> {
        list.split(',').try_fold(0, |bits, part| Ok(bits | self.range(part)?))
    }

    fn range(&self, part: &str) -> Result<u64, String> {
        let wrong = || format!("'{part}' is not between {} and {}", self.min, self.max);
        let (range, step) = match part.split_once('/') {
            Some((range, step)) => (range, step.parse().ok().filter(|step| *step > 0).ok_or_else(wrong)?),
            None => (part, 1),
        };
        let (first, last) = match range.split_once('-') {
            _ if matches!(range, "*" | "?") => (self.min, self.max),
            Some((first, last)) => {
                (self.value(first).ok_or_else(wrong)?, self.value(last).ok_or_else(wrong)?)
            }
            None => {
                let first = self.value(range).ok_or_else(wrong)?;
                (first, if part.contains('/') { self.max } else { first })
            }
        };
        if first > last {
            return Err(format!("'{part}' ends before it begins"));
        }
        Ok((first..=last).step_by(step).fold(0, |bits, value| bits | 1 << value))
    }

    fn value(&self, text: &str) -> Option<u8> {
        let named = self.names.iter().position(|name| text.eq_ignore_ascii_case(name));
        let value = match named {
            Some(index) => u8::try_from(index).ok()? + self.min,
            None => text.parse().ok()?,
        };
        (self.min..=self.max).contains(&value).then_some(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_time_fits_every_field() {
        for (text, now, want) in [
            ("* * * * *", "2024-01-31T23:59:30Z", "2024-02-01T00:00:00Z"),
            ("*/15 * * * * *", "2024-01-01T00:00:15Z", "2024-01-01T00:00:30Z"),
            ("30 4 1,15 * 5", "2024-01-02T00:00:00Z", "2024-01-05T04:30:00Z"),
            ("0 0 29 feb ?", "2024-03-01T00:00:00Z", "2028-02-29T00:00:00Z"),
            ("0 9 * * MON-FRI", "2024-06-07T10:00:00Z", "2024-06-10T09:00:00Z"),
            ("5/20 3-4 * * *", "2024-01-01T03:25:00Z", "2024-01-01T03:45:00Z"),
            ("TZ=America/New_York 0 9 * * *", "2024-07-01T12:59:59Z", "2024-07-01T13:00:00Z"),
            // Clocks go from 2 to 3 that night.
            ("TZ=Europe/Berlin 30 2 * * *", "2024-03-30T12:00:00Z", "2024-04-01T00:30:00Z"),
            ("@daily", "2024-01-01T00:00:00Z", "2024-01-02T00:00:00Z"),
            ("@every 1h30m", "2024-01-01T00:00:00.7Z", "2024-01-01T01:30:00Z"),
        ] {
            let schedule = Schedule::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            let now: jiff::Timestamp = now.parse().expect("a time");
            let next =
                schedule.next_after(&now.to_zoned(TimeZone::UTC)).map(|next| next.timestamp().to_string());
            assert_eq!(next.as_deref(), Some(want), "{text}");
        }
        let never = Schedule::parse("0 0 30 2 *").expect("parsed");
        assert!(never.next_after(&Zoned::now()).is_none());
    }

    #[test]
    fn other_texts_are_refused() {
        for text in [
            "",
            "* * * *",
            "60 * * * *",
            "* * 0 * *",
            "* * * 13 *",
            "5-1 * * * *",
            "*/0 * * * *",
            "a * * * *",
            "@never",
            "@every x",
            "TZ=Nowhere/Land * * * * *",
            "TZ=UTC",
        ] {
            assert!(Schedule::parse(text).is_err(), "{text}");
        }
    }
}
