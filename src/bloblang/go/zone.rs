//! Zones of times that were read: by their offset, or by a short name as Go understands it.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};

/// The time that was read with this offset from UTC in seconds: in the local zone, if that has the offset then.
pub fn with_offset(time: DateTime, seconds: i32) -> Option<crate::value::Timestamp> {
    let offset = Offset::from_seconds(seconds).ok()?;
    let local = crate::value::Timestamp::at_offset(time, offset, TimeZone::system())?;
    let is_local = local.yearless().offset() == offset;
    Some(if is_local { local } else { local.with_time_zone(TimeZone::fixed(offset)) })
}

/// The zone that a short name such as `EST` stands for, and the offset that it has at `time`: UTC, the local zone
/// where it knows the name, else one of that name of which nothing is known but the hours in `GMT+3`. As in the reference
/// a time read in such a zone is still one of UTC.
pub fn by_name(name: &str, time: DateTime) -> Option<(TimeZone, Offset)> {
    if name == "UTC" {
        return Some((TimeZone::UTC, Offset::UTC));
    }
    let local = TimeZone::system();
    if let Some(offset) = local_offset(&local, name, time) {
        return Some((local, offset));
    }
    let hours = name.strip_prefix("GMT").and_then(|hours| hours.parse::<i32>().ok()).unwrap_or_default();
    let offset = Offset::from_seconds(hours * 3600).ok()?;
    Some((named(name, offset), Offset::UTC))
}

/// A zone with a name of its own.
pub fn named(name: &str, offset: Offset) -> TimeZone {
    let (sign, seconds) =
        if offset.seconds() > 0 { ("-", offset.seconds()) } else { ("", -offset.seconds()) };
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let rule = format!("<{name}>{sign}{hours}:{minutes:02}:{seconds:02}");
    TimeZone::posix(&rule).unwrap_or_else(|_| TimeZone::fixed(offset))
}

/// The offset that the name has in a zone: the one in effect at that time, else the first that ever had the name.
fn local_offset(zone: &TimeZone, name: &str, time: DateTime) -> Option<Offset> {
    let info = |at: Timestamp| {
        let info = zone.to_offset_info(at);
        (info.abbreviation() == name).then_some(info.offset())
    };
    let transitions: Vec<Offset> = zone
        .preceding(Timestamp::from_second(4_102_444_800).ok()?)
        .filter(|transition| transition.abbreviation() == name)
        .map(|transition| transition.offset())
        .collect();
    let known = transitions.iter().rev().copied().chain(info(Timestamp::UNIX_EPOCH));
    let mut first = None;
    for offset in known {
        first = first.or(Some(offset));
        if offset.to_timestamp(time).ok().and_then(info).is_some() {
            return Some(offset);
        }
    }
    first
}
