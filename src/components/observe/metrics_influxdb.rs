//! `influxdb`: metrics as points of an InfluxDB 1.x database.

use crate::client::TLS;
use crate::component::{Built, MetricsSpec};
use crate::config::{
    AnyField, ComponentSpec, Conf, ConfError, Duration, Field, FromConf, Kind, Status, field, without_effect,
};
use crate::telemetry::metrics::{Exporter, Influx, Precision};
use crate::value::Str;

const URL: Field<Str> = field("url").url().doc("Where the server is, such as `http://localhost:8086`.");
const DB: Field<Str> = field("db").doc("The database that is written to.");
const USERNAME: Field<Str> = field("username").default("").advanced().doc("The name to log in with.");
const PASSWORD: Field<Str> = field("password").default("").advanced().secret().doc("The password.");
const INCLUDE: Field<Include> = field("include").advanced().doc("Figures of a Go runtime in other engines.");
const INTERVAL: Field<Duration> =
    field("interval").default("1m").advanced().doc("How often all metrics are written.");
const PING_INTERVAL: Field<Duration> = field("ping_interval")
    .default("20s")
    .advanced()
    .doc("How often the server is asked whether it is there.");
const PRECISION: Field<Str> =
    field("precision").default("s").advanced().doc("The unit of times: `ns`, `us`, `ms`, `s`, `m` or `h`.");
const TIMEOUT: Field<Duration> =
    field("timeout").default("5s").advanced().doc("How long one request may take.");
const TAGS: Field<Vec<(Str, Str)>> =
    field("tags").default_map(&[]).advanced().doc("Tags that every point carries.");
const RETENTION_POLICY: Field<Option<Str>> =
    field("retention_policy").advanced().doc("The retention policy of the points.");
const WRITE_CONSISTENCY: Field<Option<Str>> = field("write_consistency")
    .advanced()
    .doc("How many nodes of a cluster must have the points: `any`, `one`, `quorum` or `all`.");

const RUNTIME: Field<Str> = field("runtime")
    .default("")
    .advanced()
    .rule(without_effect)
    .doc("Accepted for old configs; there is no Go runtime to measure.");
const DEBUG_GC: Field<Str> = field("debug_gc")
    .default("")
    .advanced()
    .rule(without_effect)
    .doc("Accepted for old configs; there is no garbage collector to measure.");

pub const INFLUXDB: MetricsSpec = MetricsSpec {
    spec: ComponentSpec::new(Kind::Metrics, "influxdb")
        .status(Status::Beta)
        .summary("Writes all metrics to an InfluxDB 1.x database.")
        .description("Counters have a field `count`, gauges a field `value`, timings `count`, `min`, `max`, `mean`, `stddev` and quantiles in nanoseconds.")
        .fields(&[
            &URL,
            &DB,
            &TLS,
            &USERNAME,
            &PASSWORD,
            &INCLUDE,
            &INTERVAL,
            &PING_INTERVAL,
            &PRECISION,
            &TIMEOUT,
            &TAGS,
            &RETENTION_POLICY,
            &WRITE_CONSISTENCY,
        ]),
    build,
};

fn build(conf: &Conf) -> Built<Exporter> {
    let precision = Precision::parse(&conf.get(&PRECISION)?)
        .ok_or_else(|| conf.error(&PRECISION, "a unit is one of ns, us, ms, s, m, h"))?;
    let mut parameters = vec![("db", conf.get(&DB)?.into()), ("precision", precision.name().to_owned())];
    parameters.extend(conf.get(&RETENTION_POLICY)?.map(|policy| ("rp", policy.into())));
    parameters.extend(conf.get(&WRITE_CONSISTENCY)?.map(|level| ("consistency", level.into())));
    let positive = |field: &Field<Duration>| -> Built<std::time::Duration> {
        let period = conf.get(field)?.get();
        match period.is_zero() {
            true => Err(conf.error(field, "the time must be longer than zero").into()),
            false => Ok(period),
        }
    };
    conf.get(&INCLUDE)?;
    let username = conf.get(&USERNAME)?;
    let tls = conf.get(&TLS)?;
    let url = conf.get(&URL)?;
    if !url.starts_with("http://") && !url.starts_with("https://") {
        return Err(conf.error(&URL, "the address must begin with http:// or https://").into());
    }
    Ok(Exporter::Influx(Influx {
        url: url.trim_end_matches('/').to_owned(),
        parameters,
        precision,
        auth: match username.is_empty() {
            true => None,
            false => Some((username.into(), conf.get(&PASSWORD)?.into())),
        },
        interval: positive(&INTERVAL)?,
        ping_interval: positive(&PING_INTERVAL)?,
        timeout: positive(&TIMEOUT)?,
        tags: conf.get(&TAGS)?,
        tls: match tls.is_enabled() {
            true => Some(tls.config().map_err(|error| conf.error(&TLS, error))?),
            false => None,
        },
    }))
}

/// Read for its types alone.
struct Include;

impl FromConf for Include {
    const FIELDS: &'static [&'static dyn AnyField] = &[&RUNTIME, &DEBUG_GC];

    fn from_conf(conf: &Conf) -> Result<Self, ConfError> {
        conf.get(&RUNTIME)?;
        conf.get(&DEBUG_GC)?;
        Ok(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::parse;

    fn built(text: &str) -> Built<Exporter> {
        build(&Conf::new(parse(text.as_bytes()).expect("YAML"), "root.metrics.influxdb"))
    }

    #[test]
    fn every_field_arrives() {
        let text = "{url: 'http://i/', db: d, username: u, password: p, interval: 2s, ping_interval: 1s,\n\
                    precision: ms, timeout: 3s, tags: {a: b}, retention_policy: r, write_consistency: all,\n\
                    include: {runtime: 1s}}";
        let Ok(Exporter::Influx(influx)) = built(text) else { panic!("not built") };
        assert_eq!((influx.url.as_str(), influx.auth), ("http://i", Some(("u".into(), "p".into()))));
        let parameters: Vec<_> =
            influx.parameters.iter().map(|(key, value)| format!("{key}={value}")).collect();
        assert_eq!(parameters, ["db=d", "precision=ms", "rp=r", "consistency=all"]);
        assert_eq!(
            (influx.interval.as_secs(), influx.ping_interval.as_secs(), influx.timeout.as_secs()),
            (2, 1, 3)
        );
        assert!(built("{url: 'http://x', db: d, precision: fortnights}").is_err());
        assert!(built("{url: 'http://x', db: d, interval: 0s}").is_err());
        assert!(built("{url: 'udp://x', db: d}").is_err());
    }
}
