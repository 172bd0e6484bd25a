//! Metrics in the line protocol of InfluxDB.

use std::fmt::Write;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::{Metrics, Reading, Timing, timing};
use crate::value::Str;

/// An InfluxDB server and what is written to it.
#[derive(Clone, Debug)]
pub struct Influx {
    /// Where it is, without a path.
    pub url: String,
    /// Parameters of every write: database, precision and so on.
    pub parameters: Vec<(&'static str, String)>,
    pub precision: Precision,
    /// Name and password.
    pub auth: Option<(String, String)>,
    /// Between two writes.
    pub interval: Duration,
    /// Between two checks that the server is there.
    pub ping_interval: Duration,
    pub timeout: Duration,
    /// Tags of every point.
    pub tags: Vec<(Str, Str)>,
    pub tls: Option<std::sync::Arc<rustls::ClientConfig>>,
}

/// The unit of times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precision {
    Nanoseconds,
    Microseconds,
    Milliseconds,
    Seconds,
    Minutes,
    Hours,
}

// === impl Precision ===

impl Precision {
    /// The unit that a config names.
    pub fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "ns" | "n" => Self::Nanoseconds,
            "us" | "u" | "µs" => Self::Microseconds,
            "ms" => Self::Milliseconds,
            "s" => Self::Seconds,
            "m" => Self::Minutes,
            "h" => Self::Hours,
            _ => return None,
        })
    }

    /// How the server calls it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Nanoseconds => "ns",
            Self::Microseconds => "u",
            Self::Milliseconds => "ms",
            Self::Seconds => "s",
            Self::Minutes => "m",
            Self::Hours => "h",
        }
    }

    fn count(self, time: Duration) -> u128 {
        match self {
            Self::Nanoseconds => time.as_nanos(),
            Self::Microseconds => time.as_micros(),
            Self::Milliseconds => time.as_millis(),
            Self::Seconds => time.as_secs().into(),
            Self::Minutes => (time.as_secs() / 60).into(),
            Self::Hours => (time.as_secs() / 3600).into(),
        }
    }
}

// === impl Influx ===

impl Influx {
    /// Every series as a point of this moment.
    pub fn points(&self, metrics: &Metrics, now: SystemTime) -> String {
        let now = self.precision.count(now.duration_since(UNIX_EPOCH).unwrap_or_default());
        let mut out = String::new();
        metrics.visit(&mut |series| {
            let fields = fields(series.reading);
            escaped(&mut out, series.name, &[',', ' ']);
            let always = self.tags.iter().map(|(key, value)| (key.as_str(), value.as_str()));
            let is_own = |key: &str| !self.tags.iter().any(|(always, _)| always == key);
            let own = series.labels.iter().copied().filter(|(key, _)| is_own(key));
            // A tag without a value cannot be written.
            for (key, value) in always.chain(own).filter(|(_, value)| !value.is_empty()) {
                out.push(',');
                escaped(&mut out, key, &[',', '=', ' ']);
                out.push('=');
                escaped(&mut out, value, &[',', '=', ' ']);
            }
            // Writing to a string cannot fail.
            let _ = writeln!(out, " {fields} {now}");
        });
        out
    }
}

/// The fields of a point. Values are whole numbers, as the type of a field can never change.
fn fields(reading: Reading<'_>) -> String {
    match reading {
        Reading::Counter(n) => format!("count={n}i"),
        Reading::Gauge(x) => format!("value={}i", x as i64),
        Reading::Timing(timing) => distribution(timing),
    }
}

fn distribution(timing: &Timing) -> String {
    let count = timing.count();
    let mean = if count == 0 { 0.0 } else { timing.sum() as f64 / count as f64 };
    let deviations = timing
        .bucket_counts()
        .iter()
        .enumerate()
        .map(|(bucket, n)| {
            let distance = timing::middle(bucket) as f64 - mean;
            distance * distance * *n as f64
        })
        .sum::<f64>();
    let stddev = if count == 0 { 0.0 } else { (deviations / count as f64).sqrt() };
    let [min, p50, p75, p95, p99, p999, max] =
        timing.quantiles([0.0, 0.5, 0.75, 0.95, 0.99, 0.999, 1.0]).map(|n| n as f64);
    format!(
        "count={count}i,max={max}i,mean={mean},min={min}i,p50={p50},p75={p75},p95={p95},p99={p99},p999={p999},stddev={stddev}"
    )
}

fn escaped(out: &mut String, text: &str, special: &[char]) {
    for c in text.chars() {
        if special.contains(&c) {
            out.push('\\');
        }
        // A line break would end the point.
        out.push(if c == '\n' { ' ' } else { c });
    }
}

#[cfg(test)]
mod tests {
    use super::super::{CustomKind, Input};
    use super::*;

    #[test]
    fn series_are_points() {
        let influx = Influx {
            url: String::new(),
            parameters: Vec::new(),
            precision: Precision::Seconds,
            auth: None,
            interval: Duration::from_secs(1),
            ping_interval: Duration::from_secs(1),
            timeout: Duration::from_secs(1),
            tags: vec![("host".into(), "a b".into())],
            tls: None,
        };
        let metrics = Metrics::default();
        let scope = metrics.scope(None);
        scope.register::<Input>("", "root.input").received.add(2);
        scope.custom(("", "p"), CustomKind::Gauge, "le,vel", &[("k".into(), "x=y".into())]).observe(1.5);
        let text = influx.points(&metrics, UNIX_EPOCH + Duration::from_millis(7_900));
        let has = |line: &str| assert!(text.lines().any(|it| it == line), "{line}\n{text}");
        has("input_received,host=a\\ b,path=root.input count=2i 7");
        has("le\\,vel,host=a\\ b,k=x\\=y,path=p value=1i 7");
        has(
            "input_latency_ns,host=a\\ b,path=root.input count=0i,max=0i,mean=0,min=0i,p50=0,p75=0,p95=0,p99=0,p999=0,stddev=0 7",
        );
    }
}
