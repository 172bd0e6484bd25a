//! Times, in UTC.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, Zoned};

use super::{Line, int, string};
use crate::bloblang::go::{duration, layout, layout_parse};
use crate::value::Value;

pub const FUNCTIONS: &[Line] = &[
    ("now", 0, 0, |_| Ok(Value::from(Timestamp::now().to_zoned(TimeZone::UTC)))),
    ("date", 2, 2, |args| Ok(layout::format(&time(&args[1]).into(), &string(&args[0])).into())),
    ("dateInZone", 3, 3, |args| {
        Ok(layout::format(&in_zone(&time(&args[1]), &string(&args[2])).into(), &string(&args[0])).into())
    }),
    ("date_in_zone", 3, 3, |args| {
        Ok(layout::format(&in_zone(&time(&args[1]), &string(&args[2])).into(), &string(&args[0])).into())
    }),
    ("htmlDate", 1, 1, |args| Ok(layout::format(&time(&args[0]).into(), "2006-01-02").into())),
    ("dateModify", 2, 2, |args| {
        let time = time(&args[1]);
        let moved = duration::parse(&string(&args[0]))
            .and_then(|nanos| time.checked_add(SignedDuration::from_nanos(nanos)).ok());
        Ok(Value::from(moved.unwrap_or(time)))
    }),
    ("toDate", 2, 2, |args| {
        Ok(layout_parse::parse(&string(&args[0]), &string(&args[1])).map_or(Value::Nothing, Value::from))
    }),
    ("unixEpoch", 1, 1, |args| Ok(time(&args[0]).timestamp().as_second().to_string().into())),
    ("duration", 1, 1, |args| {
        let seconds = int(&args[0]);
        let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
        Ok(match (hours, minutes) {
            (0, 0) => format!("{seconds}s"),
            (0, _) => format!("{minutes}m{}s", seconds % 60),
            _ => format!("{hours}h{minutes}m{}s", seconds % 60),
        }
        .into())
    }),
];

/// A time, or seconds since 1970; now for anything else.
fn time(value: &Value) -> Zoned {
    match value {
        Value::Timestamp(time) => time.to_zoned(),
        Value::Int(seconds) => Timestamp::from_second(*seconds).unwrap_or_default().to_zoned(TimeZone::UTC),
        _ => Timestamp::now().to_zoned(TimeZone::UTC),
    }
}

fn in_zone(time: &Zoned, zone: &str) -> Zoned {
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    time.with_time_zone(zone)
}
