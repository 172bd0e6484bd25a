//! Points in time of any year.

use jiff::civil::{DateTime, Weekday};
use jiff::tz::{Offset, TimeZone};
use jiff::{Span, Zoned};

/// The calendar repeats after so many years.
const CYCLE_YEARS: i64 = 400;

/// The nanoseconds of these years.
const CYCLE: i128 = 146_097 * 86_400 * 1_000_000_000;

/// Times whose year is further from 0 are moved by a cycle before they are computed with.
const ROOM: i16 = 9000;

/// A point in time with the zone it is shown in.
///
/// The calendar library ends a day before the year 10,000. As the calendar repeats every 400 years, a time beyond
/// that is kept as one within it and the number of cycles between the two.
#[derive(Clone, Debug)]
pub struct Timestamp {
    near: Zoned,
    cycles: i64,
}

impl Timestamp {
    pub fn now() -> Self {
        Zoned::now().into()
    }

    /// The time so many nanoseconds after 1970. None beyond the years that 64 bits of seconds reach.
    pub fn from_nanosecond(nanos: i128, zone: TimeZone) -> Option<Self> {
        if let Ok(instant) = jiff::Timestamp::from_nanosecond(nanos) {
            return Some(instant.to_zoned(zone).into());
        }
        i64::try_from(nanos.div_euclid(1_000_000_000)).ok()?;
        // Within the last cycle that is there as a whole, or the first one.
        let edge = if nanos < 0 { jiff::Timestamp::MIN } else { jiff::Timestamp::MAX };
        let cycles = (nanos - edge.as_nanosecond()) / CYCLE + if nanos < 0 { -1 } else { 1 };
        let near = jiff::Timestamp::from_nanosecond(nanos - cycles * CYCLE).ok()?;
        Some(Self { near: near.to_zoned(zone), cycles: i64::try_from(cycles).ok()? })
    }

    /// The time that a calendar and a clock show at an offset from UTC.
    pub fn at_offset(civil: DateTime, offset: Offset, zone: TimeZone) -> Option<Self> {
        let (civil, cycles) = roomy(civil);
        let instant = offset.to_timestamp(civil).ok()?;
        Self::moved(instant.to_zoned(zone), cycles)
    }

    /// The time that a calendar and a clock show in a zone.
    pub fn in_zone(civil: DateTime, zone: TimeZone) -> Option<Self> {
        let (civil, cycles) = roomy(civil);
        Self::moved(civil.to_zoned(zone).ok()?, cycles)
    }

    /// `near` so many cycles later.
    fn moved(near: Zoned, cycles: i64) -> Option<Self> {
        let nanos = near.timestamp().as_nanosecond() + i128::from(cycles) * CYCLE;
        Self::from_nanosecond(nanos, near.time_zone().clone())
    }

    /// The result of a computation in the calendar; none where it has none. `cycles` are added to it.
    pub fn computed(&self, cycles: i64, compute: impl FnOnce(Zoned) -> Option<Zoned>) -> Option<Self> {
        let (civil, moved) = roomy(self.near.datetime());
        let start = match moved {
            0 => self.near.clone(),
            _ => civil.to_zoned(self.near.time_zone().clone()).ok()?,
        };
        Self::moved(compute(start)?, self.cycles.checked_add(moved)?.checked_add(cycles)?)
    }

    /// The same time in another zone.
    pub fn with_time_zone(&self, zone: TimeZone) -> Self {
        Self { near: self.near.with_time_zone(zone), cycles: self.cycles }
    }

    pub fn as_nanosecond(&self) -> i128 {
        self.near.timestamp().as_nanosecond() + i128::from(self.cycles) * CYCLE
    }

    /// The whole seconds since 1970, towards the past.
    pub fn as_second(&self) -> i64 {
        self.as_nanosecond().div_euclid(1_000_000_000) as i64
    }

    /// The whole milliseconds since 1970, towards the past.
    pub fn as_millisecond(&self) -> i64 {
        self.as_nanosecond().div_euclid(1_000_000) as i64
    }

    pub fn year(&self) -> i64 {
        i64::from(self.near.year()) + self.cycles * CYCLE_YEARS
    }

    /// The year that the week belongs to, as ISO 8601 counts them.
    pub fn iso_year(&self) -> i64 {
        i64::from(self.near.date().iso_week_date().year()) + self.cycles * CYCLE_YEARS
    }

    pub fn weekday(&self) -> Weekday {
        self.near.weekday()
    }

    /// A time that has all of this one but the year: its month, day, weekday, clock and zone.
    pub fn yearless(&self) -> &Zoned {
        &self.near
    }

    /// As a time of the calendar library; what is beyond it is its first or last time.
    pub fn to_zoned(&self) -> Zoned {
        let edge = match self.cycles {
            0 => return self.near.clone(),
            cycles if cycles < 0 => jiff::Timestamp::MIN,
            _ => jiff::Timestamp::MAX,
        };
        edge.to_zoned(self.near.time_zone().clone())
    }
}

/// A date that is far from both ends of the calendar library, and how many cycles it was moved back for that.
fn roomy(civil: DateTime) -> (DateTime, i64) {
    let cycles = match civil.year() {
        year if year > ROOM => 1,
        year if year < -ROOM => -1,
        _ => return (civil, 0),
    };
    match civil.checked_sub(Span::new().years(cycles * CYCLE_YEARS)) {
        Ok(moved) => (moved, cycles),
        Err(_) => (civil, 0),
    }
}

impl From<Zoned> for Timestamp {
    fn from(near: Zoned) -> Self {
        Self { near, cycles: 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::super::text::rfc3339;
    use super::*;

    #[test]
    fn years_have_no_end() {
        let last = DateTime::constant(9999, 12, 31, 23, 59, 59, 999_999_999);
        for (time, shown) in [
            (Timestamp::in_zone(last, TimeZone::UTC), "9999-12-31T23:59:59.999999999Z"),
            (
                Timestamp::at_offset(last, Offset::constant(-5), TimeZone::fixed(Offset::constant(-5))),
                "9999-12-31T23:59:59.999999999-05:00",
            ),
            (
                Timestamp::from_nanosecond(1_597_405_526_000 * 1_000_000_000, TimeZone::UTC),
                "52589-10-06T21:13:20Z",
            ),
            (
                Timestamp::from_nanosecond(-400_000_000_000 * 1_000_000_000, TimeZone::UTC),
                "-10706-07-03T08:53:20Z",
            ),
        ] {
            assert_eq!(time.map(|time| rfc3339(&time)).as_deref(), Some(shown));
        }
    }

    #[test]
    fn instants_survive() {
        for nanos in [
            0,
            i128::from(i64::MAX) * 1_000_000_000,
            i128::from(i64::MIN) * 1_000_000_000,
            CYCLE * 21,
            CYCLE * -31,
        ] {
            let time = Timestamp::from_nanosecond(nanos, TimeZone::UTC);
            assert_eq!(time.map(|time| time.as_nanosecond()), Some(nanos));
        }
        assert!(Timestamp::from_nanosecond(i128::MAX, TimeZone::UTC).is_none());
    }

    #[test]
    fn the_calendar_goes_on() {
        let new_year = DateTime::constant(9999, 12, 31, 12, 0, 0, 0);
        let time = Timestamp::in_zone(new_year, TimeZone::UTC).unwrap();
        let next = time.computed(0, |time| time.checked_add(Span::new().days(1)).ok()).unwrap();
        assert_eq!((next.year(), next.yearless().month(), next.weekday()), (10_000, 1, Weekday::Saturday));
    }
}
