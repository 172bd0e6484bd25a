//! `statsd`: metrics as packets to a StatsD server.

use crate::component::{Built, MetricsSpec};
use crate::config::{ComponentSpec, Conf, Duration, Field, Kind, field};
use crate::telemetry::metrics::{Exporter, Statsd, TagStyle};
use crate::value::Str;

const ADDRESS: Field<Str> = field("address").doc("The host and port of the server.");
const FLUSH_PERIOD: Field<Duration> =
    field("flush_period").default("100ms").doc("How often what is new is sent.");
const TAG_FORMAT: Field<Str> = field("tag_format")
    .default("none")
    .options(&["none", "datadog", "influxdb"])
    .doc("How labels are written; `none` writes them as `influxdb` does.");
const TAGS: Field<Vec<(Str, Str)>> =
    field("tags").default_map(&[]).advanced().doc("Tags that every line carries.");

pub const STATSD: MetricsSpec = MetricsSpec {
    spec: ComponentSpec::new(Kind::Metrics, "statsd")
        .summary("Sends all metrics to a StatsD server over UDP.")
        .description("What configs count themselves is told event by event, what the engine counts as its growth. Timings are in nanoseconds.")
        .fields(&[&ADDRESS, &FLUSH_PERIOD, &TAG_FORMAT, &TAGS]),
    build,
};

fn build(conf: &Conf) -> Built<Exporter> {
    let period = conf.get(&FLUSH_PERIOD)?.get();
    if period.is_zero() {
        return Err(conf.error(&FLUSH_PERIOD, "the period must be longer than zero").into());
    }
    Ok(Exporter::Statsd(Statsd {
        address: conf.get(&ADDRESS)?.into(),
        period,
        tag_style: match conf.get(&TAG_FORMAT)?.to_ascii_lowercase().as_str() {
            "datadog" => TagStyle::Datadog,
            "none" | "influxdb" => TagStyle::Influx,
            other => return Err(conf.error(&TAG_FORMAT, format!("there is no tag format '{other}'")).into()),
        },
        tags: conf.get(&TAGS)?,
    }))
}
