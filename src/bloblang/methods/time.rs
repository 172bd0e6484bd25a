//! Methods on points in time.

use std::borrow::Cow;
use std::sync::Arc;

use jiff::Zoned;
use jiff::tz::TimeZone;

use crate::bloblang::args::{Args, Constant, Param, ParamType, Params};
use crate::bloblang::error::Error;
use crate::bloblang::go::duration::{self, Period};
use crate::bloblang::go::{layout, layout_parse, strftime, strptime};
use crate::bloblang::spec::{Example, MethodRun, MethodSpec, PreparedMethod, Result, Status};
use crate::bloblang::time::{beyond, timestamp};
use crate::value::{Timestamp, Value, text};

use super::coercion::or_default;

pub const METHODS: &[&MethodSpec] = &[
    &FORMAT_TIMESTAMP,
    &FORMAT_TIMESTAMP_STRFTIME,
    &FORMAT_TIMESTAMP_UNIX,
    &FORMAT_TIMESTAMP_UNIX_MICRO,
    &FORMAT_TIMESTAMP_UNIX_MILLI,
    &FORMAT_TIMESTAMP_UNIX_NANO,
    &PARSE_DURATION,
    &PARSE_DURATION_ISO8601,
    &PARSE_TIMESTAMP,
    &PARSE_TIMESTAMP_STRPTIME,
    &TIMESTAMP,
    &TS_ADD_ISO8601,
    &TS_FORMAT,
    &TS_PARSE,
    &TS_ROUND,
    &TS_STRFTIME,
    &TS_STRPTIME,
    &TS_SUB,
    &TS_SUB_ISO8601,
    &TS_TZ,
    &TS_UNIX,
    &TS_UNIX_MICRO,
    &TS_UNIX_MILLI,
    &TS_UNIX_NANO,
];

const CATEGORY: &str = "Timestamp Manipulation";
const OLD: &str = "Deprecated";

const LAYOUT: Param =
    Param::string("format", "How Go writes its reference time, the 2nd of January 2006, 15:04:05.")
        .default(Constant::String(layout::RFC3339_NANO));
const ZONE: Param =
    Param::string("tz", "The zone to show the time in, such as Europe/Paris, UTC or Local.").optional();
const DIRECTIVES: Param =
    Param::string("format", "Directives as strftime knows them, with %f for microseconds.");

const UNIX_EXAMPLES: &[Example] = &[
    Example { mapping: "root = \"2009-11-10T23:00:00Z\".ts_unix()", cases: &[("{}", "1257894000")] },
    Example { mapping: "root = \"2009-11-10T23:00:00Z\".ts_unix_milli()", cases: &[("{}", "1257894000000")] },
];

fn string<'v>(target: &'v Value) -> Result<Cow<'v, str>> {
    match target {
        Value::String(s) => Ok(Cow::Borrowed(s.as_str())),
        Value::Bytes(bytes) => Ok(String::from_utf8_lossy(bytes)),
        other => Err(Error::expected("string", other)),
    }
}

/// A zone by its name, as Go looks it up.
fn zone(name: &str) -> Result<TimeZone> {
    match name {
        "" | "UTC" => Ok(TimeZone::UTC),
        "Local" => Ok(TimeZone::system()),
        name => TimeZone::get(name).map_err(|_| {
            Error::new(format!("failed to parse timezone location name: unknown time zone {name}"))
        }),
    }
}

const TIMESTAMP: MethodSpec = MethodSpec::new("timestamp", "Type Coercion", MethodRun::Fallible(|target, args, _| {
    or_default(target.and_then(|target| timestamp(&target).map(Value::from)), args)
}))
.doc("A timestamp out of RFC 3339 text or a number of seconds since 1970; the default where that is not possible.")
.params(Params::Named(&[Param::new("default", ParamType::Timestamp, "What stands in.").optional()]))
.examples(&[
    Example { mapping: "root = this.t.timestamp().type()", cases: &[(r#"{"t":"2020-01-01T00:00:00Z"}"#, "timestamp")] },
    Example { mapping: "root = this.t.timestamp().catch(\"no time\")", cases: &[(r#"{"t":"x"}"#, "no time")] },
]);

fn unix(target: &Value, nanos_per_unit: i128) -> Result<Value> {
    // As in the reference, what does not fit wraps.
    Ok(Value::Int(timestamp(target)?.as_nanosecond().div_euclid(nanos_per_unit) as i64))
}

const TS_UNIX: MethodSpec =
    MethodSpec::new("ts_unix", CATEGORY, MethodRun::Pure(|target, _| unix(&target, 1_000_000_000)))
        .status(Status::Beta)
        .folds()
        .doc("The seconds since 1970.")
        .examples(UNIX_EXAMPLES);
const TS_UNIX_MILLI: MethodSpec =
    MethodSpec::new("ts_unix_milli", CATEGORY, MethodRun::Pure(|target, _| unix(&target, 1_000_000)))
        .status(Status::Beta)
        .folds()
        .doc("The milliseconds since 1970.")
        .examples(UNIX_EXAMPLES);
const TS_UNIX_MICRO: MethodSpec =
    MethodSpec::new("ts_unix_micro", CATEGORY, MethodRun::Pure(|target, _| unix(&target, 1_000)))
        .status(Status::Beta)
        .folds()
        .doc("The microseconds since 1970.")
        .examples(UNIX_EXAMPLES);
const TS_UNIX_NANO: MethodSpec =
    MethodSpec::new("ts_unix_nano", CATEGORY, MethodRun::Pure(|target, _| unix(&target, 1)))
        .status(Status::Beta)
        .folds()
        .doc("The nanoseconds since 1970.")
        .examples(UNIX_EXAMPLES);
const FORMAT_TIMESTAMP_UNIX: MethodSpec =
    MethodSpec { name: "format_timestamp_unix", category: OLD, status: Status::Deprecated, ..TS_UNIX };
const FORMAT_TIMESTAMP_UNIX_MILLI: MethodSpec = MethodSpec {
    name: "format_timestamp_unix_milli",
    category: OLD,
    status: Status::Deprecated,
    ..TS_UNIX_MILLI
};
const FORMAT_TIMESTAMP_UNIX_MICRO: MethodSpec = MethodSpec {
    name: "format_timestamp_unix_micro",
    category: OLD,
    status: Status::Deprecated,
    ..TS_UNIX_MICRO
};
const FORMAT_TIMESTAMP_UNIX_NANO: MethodSpec = MethodSpec {
    name: "format_timestamp_unix_nano",
    category: OLD,
    status: Status::Deprecated,
    ..TS_UNIX_NANO
};

type Format = fn(&Timestamp, &str) -> String;

fn formatted(args: &Args<'_>, format: Format) -> Result<PreparedMethod> {
    let pattern = args.str(0).to_owned();
    let zone = args.opt_str(1).map(zone).transpose()?;
    Ok(Arc::new(move |target, _| {
        let time = timestamp(&target)?;
        let time = zone.as_ref().map_or_else(|| time.clone(), |zone| time.with_time_zone(zone.clone()));
        Ok(Value::from(format(&time, &pattern)))
    }))
}

const TS_FORMAT: MethodSpec =
    MethodSpec::new("ts_format", CATEGORY, MethodRun::Prepared(|args, _| formatted(args, layout::format)))
        .status(Status::Beta)
        .folds()
        .doc("The time as text, laid out as Go shows its reference time.")
        .params(Params::Named(&[LAYOUT, ZONE]))
        .examples(&[
            Example {
                mapping: "root = this.t.ts_format(\"2006-Jan-02\")",
                cases: &[(r#"{"t":"2020-08-14T05:54:23Z"}"#, "2020-Aug-14")],
            },
            Example {
                mapping: "root = this.t.ts_format(\"15:04\", \"UTC\")",
                cases: &[(r#"{"t":1597384463}"#, "05:54")],
            },
        ]);
const FORMAT_TIMESTAMP: MethodSpec =
    MethodSpec { name: "format_timestamp", category: OLD, status: Status::Deprecated, ..TS_FORMAT };

const TS_STRFTIME: MethodSpec = MethodSpec::new(
    "ts_strftime",
    CATEGORY,
    MethodRun::Prepared(|args, _| formatted(args, strftime::format)),
)
.status(Status::Beta)
.folds()
.doc("The time as text, laid out by directives as strftime knows them; those it does not know stay.")
.params(Params::Named(&[DIRECTIVES, ZONE]))
.examples(&[
    Example {
        mapping: "root = this.t.ts_strftime(\"%Y-%b-%d\")",
        cases: &[(r#"{"t":"2020-08-14T05:54:23Z"}"#, "2020-Aug-14")],
    },
    Example {
        mapping: "root = this.t.ts_strftime(\"%H:%M\", \"UTC\")",
        cases: &[(r#"{"t":1597384463}"#, "05:54")],
    },
]);
const FORMAT_TIMESTAMP_STRFTIME: MethodSpec = MethodSpec {
    name: "format_timestamp_strftime",
    category: OLD,
    status: Status::Deprecated,
    ..TS_STRFTIME
};

/// Reads a time by a layout in the zone it names.
fn parsed(target: &Value, layout: &str) -> Result<Timestamp> {
    layout_parse::parse(layout, &string(target)?).map_err(Error::new)
}

const TS_PARSE: MethodSpec = MethodSpec::new(
    "ts_parse",
    CATEGORY,
    MethodRun::Pure(|target, args| parsed(&target, args.str(0)).map(Value::from)),
)
.status(Status::Beta)
.folds()
.doc("The time that a text shows, laid out as Go shows its reference time; UTC where it names no zone.")
.params(Params::Named(&[Param::string("format", "The layout.")]))
.examples(&[
    Example {
        mapping: "root = this.d.ts_parse(\"2006-Jan-02\").ts_unix()",
        cases: &[(r#"{"d":"2020-Aug-14"}"#, "1597363200")],
    },
    Example {
        mapping: "root = this.d.ts_parse(\"2006-Jan-02\").catch(\"bad\")",
        cases: &[(r#"{"d":"14.8.2020"}"#, "bad")],
    },
]);

const PARSE_TIMESTAMP: MethodSpec = MethodSpec::new(
    "parse_timestamp",
    OLD,
    MethodRun::Pure(|target, args| Ok(Value::from(text::rfc3339(&parsed(&target, args.str(0))?)))),
)
.status(Status::Deprecated)
.folds()
.doc("As `ts_parse`, but yields RFC 3339 text.")
.params(Params::Named(&[Param::string("format", "The layout.")]))
.examples(&[
    Example {
        mapping: "root = this.d.parse_timestamp(\"2006-Jan-02\")",
        cases: &[(r#"{"d":"2020-Aug-14"}"#, "2020-08-14T00:00:00Z")],
    },
    Example {
        mapping: "root = this.d.parse_timestamp(\"2006\").catch(\"bad\")",
        cases: &[(r#"{"d":"x"}"#, "bad")],
    },
]);

const TS_STRPTIME: MethodSpec = MethodSpec::new(
    "ts_strptime",
    CATEGORY,
    MethodRun::Pure(|target, args| {
        strptime::parse(&string(&target)?, args.str(0)).map(Value::from).map_err(Error::new)
    }),
)
.status(Status::Beta)
.folds()
.doc("The time that a text shows, laid out by directives as strptime knows them; UTC where it names no zone.")
.params(Params::Named(&[DIRECTIVES]))
.examples(&[
    Example {
        mapping: "root = this.d.ts_strptime(\"%Y-%b-%d\").ts_unix()",
        cases: &[(r#"{"d":"2020-Aug-14"}"#, "1597363200")],
    },
    Example {
        mapping: "root = this.d.ts_strptime(\"%Y\").catch(\"bad\")",
        cases: &[(r#"{"d":"x"}"#, "bad")],
    },
]);

const PARSE_TIMESTAMP_STRPTIME: MethodSpec = MethodSpec::new(
    "parse_timestamp_strptime",
    OLD,
    MethodRun::Pure(|target, args| {
        let time = strptime::parse(&string(&target)?, args.str(0)).map_err(Error::new)?;
        Ok(Value::from(text::rfc3339(&time)))
    }),
)
.status(Status::Deprecated)
.folds()
.doc("As `ts_strptime`, but yields RFC 3339 text.")
.params(Params::Named(&[DIRECTIVES]))
.examples(&[
    Example {
        mapping: "root = this.d.parse_timestamp_strptime(\"%Y-%b-%d\")",
        cases: &[(r#"{"d":"2020-Aug-14"}"#, "2020-08-14T00:00:00Z")],
    },
    Example {
        mapping: "root = this.d.parse_timestamp_strptime(\"%Y\").catch(\"bad\")",
        cases: &[(r#"{"d":"x"}"#, "bad")],
    },
]);

const TS_TZ: MethodSpec = MethodSpec::new(
    "ts_tz",
    CATEGORY,
    MethodRun::Prepared(|args, _| {
        let zone = zone(args.str(0))?;
        Ok(Arc::new(move |target, _| Ok(Value::from(timestamp(&target)?.with_time_zone(zone.clone())))))
    }),
)
.status(Status::Beta)
.folds()
.doc("The same time in another zone. A zone that does not exist is an error.")
.params(Params::Named(&[Param::string("tz", "A zone such as Europe/Paris, UTC or Local.")]))
.examples(&[
    Example {
        mapping: "root.t = this.t.ts_tz(\"UTC\")",
        cases: &[(r#"{"t":"2021-02-03T17:05:06+01:00"}"#, r#"{"t":"2021-02-03T16:05:06Z"}"#)],
    },
    Example {
        mapping: "root.t = this.t.ts_tz(\"Europe/Paris\")",
        cases: &[(r#"{"t":"2021-07-03T16:05:06Z"}"#, r#"{"t":"2021-07-03T18:05:06+02:00"}"#)],
    },
]);

const TS_ROUND: MethodSpec = MethodSpec::new("ts_round", CATEGORY, MethodRun::Pure(ts_round))
    .status(Status::Beta)
    .folds()
    .doc("The time rounded to a multiple of nanoseconds, half of it up; 0 and less leave it.")
    .params(Params::Named(&[Param::integer("duration", "Nanoseconds.")]))
    .examples(&[
        Example {
            mapping: "root.t = this.t.ts_round(\"1h\".parse_duration())",
            cases: &[(r#"{"t":"2020-08-14T05:54:23Z"}"#, r#"{"t":"2020-08-14T06:00:00Z"}"#)],
        },
        Example {
            mapping: "root.t = this.t.ts_round(0)",
            cases: &[(r#"{"t":"2020-08-14T05:54:23Z"}"#, r#"{"t":"2020-08-14T05:54:23Z"}"#)],
        },
    ]);

/// Nanoseconds from year 1, where Go begins to count when it rounds, to 1970.
const YEAR_ONE: i128 = 62_135_596_800 * 1_000_000_000;

fn ts_round(target: Cow<'_, Value>, args: &Args<'_>) -> Result<Value> {
    let time = timestamp(&target)?;
    let step = i128::from(args.int(0));
    if step <= 0 {
        return Ok(Value::from(time));
    }
    let nanos = time.as_nanosecond() + YEAR_ONE;
    let over = nanos.rem_euclid(step);
    let rounded = if over * 2 < step { nanos - over } else { nanos + step - over };
    let zone = time.yearless().time_zone().clone();
    Timestamp::from_nanosecond(rounded - YEAR_ONE, zone).map(Value::from).ok_or_else(beyond)
}

const TS_SUB: MethodSpec = MethodSpec::new(
    "ts_sub",
    CATEGORY,
    MethodRun::Pure(|target, args| {
        let other = args.timestamp(0).ok_or_else(|| Error::expected("timestamp", args.value(0)))?;
        let nanos = timestamp(&target)?.as_nanosecond() - other.as_nanosecond();
        Ok(Value::Int(i64::try_from(nanos).unwrap_or(if nanos < 0 { i64::MIN } else { i64::MAX })))
    }),
)
.status(Status::Beta)
.folds()
.doc("The nanoseconds from another time to this one.")
.params(Params::Named(&[Param::new("t2", ParamType::Timestamp, "The other time.")]))
.examples(&[
    Example {
        mapping: "root = this.b.ts_sub(this.a)",
        cases: &[(r#"{"a":"2020-01-01T00:00:00Z","b":"2020-01-01T00:00:02Z"}"#, "2000000000")],
    },
    Example {
        mapping: "root = this.a.ts_sub(this.b).abs()",
        cases: &[(r#"{"a":"2020-01-01T00:00:00Z","b":"2020-01-01T00:00:02Z"}"#, "2000000000")],
    },
]);

fn shifted(args: &Args<'_>, sign: f64) -> Result<PreparedMethod> {
    let text = args.str(0);
    let period = duration::parse_iso8601(text)
        .ok_or_else(|| Error::new(format!("'{text}' is not a period as ISO 8601 writes it")))?;
    let by =
        if period.is_whole() { Shift::in_calendar(&period, sign) } else { Shift::in_time(&period, sign) };
    Ok(Arc::new(move |target, _| by.apply(&timestamp(&target)?).map(Value::from).ok_or_else(beyond)))
}

/// How far a time is moved: months and days in the calendar, where they overflow into the next, and then time.
#[derive(Default)]
struct Shift {
    months: i64,
    days: i64,
    nanos: i64,
}

impl Shift {
    fn in_calendar(period: &Period, sign: f64) -> Self {
        let sign = if period.negative { -sign } else { sign };
        Self {
            months: (sign * (period.years * 12.0 + period.months)) as i64,
            days: (sign * (period.weeks * 7.0 + period.days)) as i64,
            nanos: (sign * period.nanos) as i64,
        }
    }

    /// A period with fractions of months or days is taken as a whole, with months and years of mean length.
    fn in_time(period: &Period, sign: f64) -> Self {
        Self { nanos: (sign * period.total_nanos()) as i64, ..Self::default() }
    }

    fn apply(&self, time: &Timestamp) -> Option<Timestamp> {
        let cycles = self.months / MONTHS_PER_CYCLE + self.days / DAYS_PER_CYCLE;
        time.computed(cycles, |time| {
            let time = add_months(&time, self.months % MONTHS_PER_CYCLE)?;
            let time = time.checked_add(jiff::Span::new().days(self.days % DAYS_PER_CYCLE)).ok()?;
            time.checked_add(jiff::SignedDuration::from_nanos(self.nanos)).ok()
        })
    }
}

/// After so many months or days the calendar repeats.
const MONTHS_PER_CYCLE: i64 = 4800;
const DAYS_PER_CYCLE: i64 = 146_097;

/// Adds months as Go does: the 31st of January and one month is the 2nd or 3rd of March.
fn add_months(time: &Zoned, months: i64) -> Option<Zoned> {
    if months == 0 {
        return Some(time.clone());
    }
    let total = i64::from(time.year()) * 12 + i64::from(time.month()) - 1 + months;
    let year = i16::try_from(total.div_euclid(12)).ok()?;
    let month = i8::try_from(total.rem_euclid(12) + 1).ok()?;
    let first = jiff::civil::Date::new(year, month, 1).ok()?;
    let date = first.checked_add(jiff::Span::new().try_days(i64::from(time.day()) - 1).ok()?).ok()?;
    date.to_datetime(time.time()).to_zoned(time.time_zone().clone()).ok()
}

const PERIOD: Params = Params::Named(&[Param::string("duration", "A period such as P1M2DT3H.")]);

const TS_ADD_ISO8601: MethodSpec =
    MethodSpec::new("ts_add_iso8601", CATEGORY, MethodRun::Prepared(|args, _| shifted(args, 1.0)))
        .status(Status::Beta)
        .folds()
        .doc("A time later by an ISO 8601 period, counted in the calendar.")
        .params(PERIOD)
        .examples(&[
            Example {
                mapping: "root.t = this.t.ts_add_iso8601(\"P1DT1H\")",
                cases: &[(r#"{"t":"2020-08-14T05:54:23Z"}"#, r#"{"t":"2020-08-15T06:54:23Z"}"#)],
            },
            Example {
                mapping: "root.t = this.t.ts_add_iso8601(\"P1M\")",
                cases: &[(r#"{"t":"2020-01-31T00:00:00Z"}"#, r#"{"t":"2020-03-02T00:00:00Z"}"#)],
            },
        ]);

const TS_SUB_ISO8601: MethodSpec =
    MethodSpec::new("ts_sub_iso8601", CATEGORY, MethodRun::Prepared(|args, _| shifted(args, -1.0)))
        .status(Status::Beta)
        .folds()
        .doc("A time earlier by an ISO 8601 period, counted in the calendar.")
        .params(PERIOD)
        .examples(&[
            Example {
                mapping: "root.t = this.t.ts_sub_iso8601(\"P1DT1H\")",
                cases: &[(r#"{"t":"2020-08-14T05:54:23Z"}"#, r#"{"t":"2020-08-13T04:54:23Z"}"#)],
            },
            Example {
                mapping: "root = this.t.ts_sub_iso8601(this.d)",
                cases: &[(r#"{"t":"2020-08-14T05:54:23Z","d":"1 day"}"#, "Error")],
            },
        ]);

const PARSE_DURATION: MethodSpec = MethodSpec::new(
    "parse_duration",
    CATEGORY,
    MethodRun::Pure(|target, _| {
        let text = string(&target)?;
        let nanos = duration::parse(&text);
        nanos.map(Value::Int).ok_or_else(|| Error::new(format!("time: invalid duration \"{text}\"")))
    }),
)
.folds()
.doc("The nanoseconds of a duration as Go writes it, such as 1h30m or 250ms.")
.examples(&[
    Example { mapping: "root = this.d.parse_duration()", cases: &[(r#"{"d":"1m30s"}"#, "90000000000")] },
    Example { mapping: "root = this.d.parse_duration() / 1000000", cases: &[(r#"{"d":"1.5s"}"#, "1500")] },
]);

const PARSE_DURATION_ISO8601: MethodSpec = MethodSpec::new(
    "parse_duration_iso8601",
    CATEGORY,
    MethodRun::Pure(|target, _| {
        let text = string(&target)?;
        let period = duration::parse_iso8601(&text);
        period
            .map(|p| Value::Int(p.total_nanos() as i64))
            .ok_or_else(|| Error::new(format!("'{text}' is not a period as ISO 8601 writes it")))
    }),
)
.status(Status::Beta)
.folds()
.doc("The nanoseconds of an ISO 8601 period; a year counts as 31556952 seconds, a month as a twelfth of it.")
.examples(&[
    Example {
        mapping: "root = this.d.parse_duration_iso8601()",
        cases: &[(r#"{"d":"PT1M30S"}"#, "90000000000")],
    },
    Example { mapping: "root = this.d.parse_duration_iso8601()", cases: &[(r#"{"d":"1 day"}"#, "Error")] },
]);
