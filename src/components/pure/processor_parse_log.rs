//! `parse_log`: makes documents of log lines.

use jiff::tz::TimeZone;

use super::syslog::{Old, Parsed, Year, rfc3164, rfc5424};
use crate::component::{Built, Processor, ProcessorSpec, Step};
use crate::config::{ComponentSpec, Conf, Example, Field, Finding, Kind, Node, field};
use crate::message::Batch;
use crate::value::{Str, Value, json};
use jiff::Zoned;

const FORMAT: Field<Str> =
    field("format").options(&["syslog_rfc5424", "syslog_rfc3164"]).doc("The form of the lines.");
const BEST_EFFORT: Field<bool> = field("best_effort")
    .default(true)
    .advanced()
    .doc("Has no effect: a line of which only the beginning can be read is flagged, as in other engines.");
const ALLOW_RFC3339: Field<bool> = field("allow_rfc3339")
    .default(true)
    .advanced()
    .doc("Whether lines of `syslog_rfc3164` may have times as in RFC 3339.");
const DEFAULT_YEAR: Field<Str> = field("default_year")
    .default("current")
    .advanced()
    .doc("The year of times of `syslog_rfc3164`: a number, `current`, or empty for none.");
const DEFAULT_TIMEZONE: Field<Str> =
    field("default_timezone").default("UTC").advanced().doc("The time zone of times of `syslog_rfc3164`.");
const CODEC: Field<Option<Str>> =
    field("codec").deprecated().rule(only_documents).doc("What results are: documents.");

pub const PARSE_LOG: ProcessorSpec = ProcessorSpec {
    spec: ComponentSpec::new(Kind::Processor, "parse_log")
        .categories(&["Parsing"])
        .summary("Makes a document of each log line.")
        .description("As far as the line has them it has the fields `message`, `timestamp`, `facility`, `severity`, `priority`, `hostname`, `procid`, `appname`, `msgid`, and with RFC 5424 `version` and `structureddata`. A line that cannot be read is flagged and stays.")
        .fields(&[&FORMAT, &BEST_EFFORT, &ALLOW_RFC3339, &DEFAULT_YEAR, &DEFAULT_TIMEZONE, &CODEC])
        .examples(&[Example { title: "Syslog", config: "parse_log:\n  format: syslog_rfc5424\n" }]),
    build: |conf, _| Ok(Box::new(ParseLog::new(conf)?)),
    silent: false,
};

/// Finds a form of results other than the only one there is.
fn only_documents(node: &Node, found: &mut Vec<Finding>) {
    if !matches!(node.as_text(), None | Some("" | "json")) {
        found.push(Finding::warning(
            node.line,
            "this has no effect here: results are documents, as with 'json'",
        ));
    }
}

struct ParseLog {
    /// None: the lines have the newer form.
    old: Option<Old>,
}

// === impl ParseLog ===

impl ParseLog {
    fn new(conf: &Conf) -> Built<Self> {
        let old = match conf.get(&FORMAT)?.as_str() {
            "syslog_rfc5424" => None,
            "syslog_rfc3164" => Some(old(conf)?),
            other => return Err(conf.error(&FORMAT, format!("there is no format '{other}'")).into()),
        };
        Ok(Self { old })
    }

    fn parse(&self, line: &str) -> Result<Value, String> {
        let Parsed { found, fault } = match &self.old {
            Some(old) => rfc3164(line, old, &Zoned::now()),
            None => rfc5424(line),
        };
        fault.map_or_else(|| Ok(found.into()), Err)
    }
}

fn old(conf: &Conf) -> Built<Old> {
    let year = match conf.get(&DEFAULT_YEAR)?.as_str() {
        "" => Year::None,
        "current" => Year::Current,
        year => match year.parse() {
            Ok(year) => Year::Fixed(year),
            Err(_) => return Err(conf.error(&DEFAULT_YEAR, format!("'{year}' is no year")).into()),
        },
    };
    let name = conf.get(&DEFAULT_TIMEZONE)?;
    let zone = if name.is_empty() { Ok(TimeZone::UTC) } else { TimeZone::get(&name) };
    let zone = zone.map_err(|error| conf.error(&DEFAULT_TIMEZONE, error.to_string()))?;
    Ok(Old { allow_rfc3339: conf.get(&ALLOW_RFC3339)?, year, zone })
}

impl Processor for ParseLog {
    fn process(&self, mut batch: Batch) -> Step<'_> {
        for message in &mut batch {
            match self.parse(&json::go_lossy(message.bytes())) {
                Ok(document) => message.set_value(document),
                Err(error) => message.fail(error),
            }
        }
        Step::one(batch)
    }
}
