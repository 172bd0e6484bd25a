//! `prometheus`: metrics in the Prometheus text format, to be fetched, pushed or written to a file.

use std::path::PathBuf;

use crate::component::{Built, MetricsSpec};
use crate::config::{
    AnyField, ComponentSpec, Conf, ConfError, Duration, Field, FromConf, Kind, field, without_effect,
};
use crate::telemetry::metrics::{Exporter, Prometheus, Push, Timings};
use crate::value::Str;

const USE_HISTOGRAM_TIMING: Field<bool> = field("use_histogram_timing")
    .default(false)
    .advanced()
    .doc("Whether timings are histograms in seconds instead of summaries in nanoseconds.");
const HISTOGRAM_BUCKETS: Field<Vec<f64>> = field("histogram_buckets")
    .default_list(&[])
    .advanced()
    .doc("The upper bounds of histograms in seconds; empty for 5 ms to 10 s.");
const QUANTILES: Field<Vec<Quantile>> = field("summary_quantiles_objectives")
    .default_list(&[])
    .advanced()
    .doc("The quantiles of summaries; empty for 0.5, 0.9 and 0.99.");
const ADD_PROCESS_METRICS: Field<bool> = field("add_process_metrics")
    .default(false)
    .advanced()
    .doc("Whether CPU time, memory and open files of the process are added.");
const ADD_GO_METRICS: Field<bool> = field("add_go_metrics")
    .default(false)
    .advanced()
    .rule(without_effect)
    .doc("Accepted for old configs; there is no Go runtime to measure.");
const USE_DEFAULT_REGISTRY: Field<bool> = field("use_default_registry")
    .default(false)
    .advanced()
    .rule(without_effect)
    .doc("Accepted for old configs; there is one registry.");
const PUSH_URL: Field<Str> = field("push_url")
    .default("")
    .advanced()
    .url()
    .doc("A push gateway that gets all metrics; empty for none.");
const PUSH_INTERVAL: Field<Option<Duration>> = field("push_interval")
    .advanced()
    .doc("How often metrics are pushed; if missing, once when the process ends.");
const PUSH_JOB_NAME: Field<Str> =
    field("push_job_name").default("benthos_push").advanced().doc("The job that pushed metrics belong to.");
const PUSH_BASIC_AUTH: Field<BasicAuth> =
    field("push_basic_auth").advanced().doc("The name and password for the push gateway.");
const FILE_OUTPUT_PATH: Field<Str> = field("file_output_path")
    .default("")
    .advanced()
    .doc("A file that all metrics are written to when the process ends; empty for none.");

pub const PROMETHEUS: MetricsSpec = MetricsSpec {
    spec: ComponentSpec::new(Kind::Metrics, "prometheus")
        .summary("Serves all metrics in the Prometheus text format at `/metrics` and `/stats`.")
        .fields(&[
            &USE_HISTOGRAM_TIMING,
            &HISTOGRAM_BUCKETS,
            &QUANTILES,
            &ADD_PROCESS_METRICS,
            &ADD_GO_METRICS,
            &PUSH_URL,
            &PUSH_INTERVAL,
            &PUSH_JOB_NAME,
            &PUSH_BASIC_AUTH,
            &FILE_OUTPUT_PATH,
            &USE_DEFAULT_REGISTRY,
        ]),
    build,
};

/// The bounds of histograms in seconds, where the config names none.
const BUCKETS: [f64; 11] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

fn build(conf: &Conf) -> Built<Exporter> {
    let file = conf.get(&FILE_OUTPUT_PATH)?;
    Ok(Exporter::Prometheus(Prometheus {
        timings: timings(conf)?,
        process: conf.get(&ADD_PROCESS_METRICS)?,
        file: (!file.is_empty()).then(|| PathBuf::from(file.as_str())),
        push: push(conf)?,
    }))
}

fn timings(conf: &Conf) -> Built<Timings> {
    if conf.get(&USE_HISTOGRAM_TIMING)? {
        let mut bounds = conf.get(&HISTOGRAM_BUCKETS)?;
        bounds.sort_by(f64::total_cmp);
        return Ok(Timings::Histograms(if bounds.is_empty() { BUCKETS.to_vec() } else { bounds }));
    }
    let shares: Vec<f64> = conf.get(&QUANTILES)?.iter().map(|quantile| quantile.share).collect();
    if let Some(share) = shares.iter().find(|share| !(0.0..=1.0).contains(*share)) {
        return Err(conf.error(&QUANTILES, format!("the quantile {share} is not between 0 and 1")).into());
    }
    Ok(if shares.is_empty() { Timings::default() } else { Timings::Summaries(shares) })
}

fn push(conf: &Conf) -> Built<Option<Push>> {
    let url = conf.get(&PUSH_URL)?;
    if url.is_empty() {
        return Ok(None);
    }
    let BasicAuth { username, password } = conf.get(&PUSH_BASIC_AUTH)?;
    Ok(Some(Push {
        url: url.into(),
        interval: conf.get(&PUSH_INTERVAL)?.map(Duration::get).filter(|interval| !interval.is_zero()),
        job: conf.get(&PUSH_JOB_NAME)?.into(),
        auth: (!username.is_empty()).then(|| (username.into(), password.into())),
    }))
}

struct Quantile {
    share: f64,
}

const QUANTILE: Field<f64> = field("quantile").default(0.0).doc("The share of measurements, from 0 to 1.");
const ERROR: Field<f64> =
    field("error").default(0.0).doc("Accepted for old configs; quantiles are at most 1/16 off.");

impl FromConf for Quantile {
    const FIELDS: &'static [&'static dyn AnyField] = &[&QUANTILE, &ERROR];

    fn from_conf(conf: &Conf) -> Result<Self, ConfError> {
        Ok(Self { share: conf.get(&QUANTILE)? })
    }
}

struct BasicAuth {
    username: Str,
    password: Str,
}

const USERNAME: Field<Str> = field("username").default("").doc("The name to log in with; empty for none.");
const PASSWORD: Field<Str> = field("password").default("").secret().doc("The password.");

impl FromConf for BasicAuth {
    const FIELDS: &'static [&'static dyn AnyField] = &[&USERNAME, &PASSWORD];

    fn from_conf(conf: &Conf) -> Result<Self, ConfError> {
        Ok(Self { username: conf.get(&USERNAME)?, password: conf.get(&PASSWORD)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::parse;

    fn built(text: &str) -> Built<Exporter> {
        build(&Conf::new(parse(text.as_bytes()).expect("YAML"), "root.metrics.prometheus"))
    }

    #[test]
    fn every_field_arrives() {
        let text = "{use_histogram_timing: true, histogram_buckets: [2, 1], add_process_metrics: true,\n\
                    push_url: 'http://p', push_interval: 5s, push_job_name: j, file_output_path: f,\n\
                    push_basic_auth: {username: u, password: p}}";
        let Ok(Exporter::Prometheus(prometheus)) = built(text) else { panic!("not built") };
        assert_eq!(prometheus.timings, Timings::Histograms(vec![1.0, 2.0]));
        assert!(prometheus.process && prometheus.file.is_some());
        let push = prometheus.push.expect("a gateway");
        assert_eq!((push.url.as_str(), push.job.as_str()), ("http://p", "j"));
        assert_eq!(push.auth, Some(("u".to_owned(), "p".to_owned())));
        assert_eq!(push.interval, Some(std::time::Duration::from_secs(5)));
    }

    #[test]
    fn impossible_quantiles_are_refused() {
        let quantiles =
            |share| format!("{{summary_quantiles_objectives: [{{quantile: {share}, error: 0.1}}]}}");
        assert!(built(&quantiles(2.0)).is_err());
        assert!(built(&quantiles(0.75)).is_ok());
    }
}
