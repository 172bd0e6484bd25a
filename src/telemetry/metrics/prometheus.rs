//! The Prometheus text exposition, written by hand: ten thousand streams have a quarter of a million lines.

use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;

use super::block::Series;
use super::groups::{Group, Groups};
use super::{Metrics, Reading, Timing, process};

/// The `Content-Type` of [`Prometheus::render`].
pub const TEXT_FORMAT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// What is exported and where to.
#[derive(Clone, Debug, Default)]
pub struct Prometheus {
    pub timings: Timings,
    /// Whether figures of the process (CPU, memory, open files) are added.
    pub process: bool,
    /// A file that gets everything when the process ends.
    pub file: Option<PathBuf>,
    pub push: Option<Push>,
}

/// A push gateway.
#[derive(Clone, Debug)]
pub struct Push {
    pub url: String,
    /// Between two pushes; none for a single one at the end.
    pub interval: Option<Duration>,
    pub job: String,
    /// Name and password.
    pub auth: Option<(String, String)>,
}

/// How timings are shown.
#[derive(Clone, Debug, PartialEq)]
pub enum Timings {
    /// Summaries in nanoseconds with these quantiles (0 to 1).
    Summaries(Vec<f64>),
    /// Histograms with these ascending upper bounds in seconds.
    Histograms(Vec<f64>),
}

// === impl Prometheus ===

impl Default for Timings {
    fn default() -> Self {
        Self::Summaries(vec![0.5, 0.9, 0.99])
    }
}

impl Prometheus {
    /// Everything exported, in pieces to be sent one after the other.
    pub fn render(&self, metrics: &Metrics) -> Vec<Bytes> {
        let mut groups = Groups::default();
        metrics.visit(&mut |series| {
            let Group { shown, text, .. } = groups.of(series.name, || self.begin(&series));
            self.write(text, shown, &series);
        });
        let mut pieces = groups.into_pieces();
        pieces.extend(self.process.then(process::figures));
        pieces
    }

    /// The name of a metric, and what comes before its lines.
    fn begin(&self, series: &Series<'_>) -> (Vec<u8>, Vec<u8>) {
        let kind = match (series.reading, &self.timings) {
            (Reading::Counter(_), _) => "counter",
            (Reading::Gauge(_), _) => "gauge",
            (Reading::Timing(_), Timings::Summaries(_)) => "summary",
            (Reading::Timing(_), Timings::Histograms(_)) => "histogram",
        };
        let mut shown = Vec::new();
        push_name(&mut shown, series.name, true);
        let head = [b"# TYPE ", &shown[..], b" ", kind.as_bytes(), b"\n"].concat();
        (shown, head)
    }

    fn write(&self, out: &mut Vec<u8>, name: &[u8], series: &Series<'_>) {
        let labels = series.labels;
        match series.reading {
            Reading::Counter(n) => line(out, name, "", labels, None, |out| integer(out, n)),
            Reading::Gauge(x) => line(out, name, "", labels, None, |out| float(out, x)),
            Reading::Timing(timing) => match &self.timings {
                Timings::Summaries(quantiles) => summary(out, name, labels, timing, quantiles),
                Timings::Histograms(bounds) => histogram(out, name, labels, timing, bounds),
            },
        }
    }
}

type Labels<'a> = &'a [(&'a str, &'a str)];

/// Quantiles of nothing are left out: an idle stream has two lines, not five.
fn summary(out: &mut Vec<u8>, name: &[u8], labels: Labels<'_>, timing: &Timing, quantiles: &[f64]) {
    let count = timing.count();
    if count > 0 {
        for share in quantiles {
            let [value] = timing.quantiles([*share]);
            line(out, name, "", labels, Some(("quantile", *share)), |out| integer(out, value));
        }
    }
    line(out, name, "_sum", labels, None, |out| integer(out, timing.sum()));
    line(out, name, "_count", labels, None, |out| integer(out, count));
}

fn histogram(out: &mut Vec<u8>, name: &[u8], labels: Labels<'_>, timing: &Timing, bounds: &[f64]) {
    let nanoseconds: Vec<f64> = bounds.iter().map(|seconds| seconds * 1e9).collect();
    let count = timing.count();
    for (bound, n) in bounds.iter().zip(timing.cumulative(&nanoseconds)) {
        line(out, name, "_bucket", labels, Some(("le", *bound)), |out| integer(out, n.min(count)));
    }
    line(out, name, "_bucket", labels, Some(("le", f64::INFINITY)), |out| integer(out, count));
    line(out, name, "_sum", labels, None, |out| float(out, timing.sum() as f64 / 1e9));
    line(out, name, "_count", labels, None, |out| integer(out, count));
}

fn line(
    out: &mut Vec<u8>,
    name: &[u8],
    suffix: &str,
    labels: Labels<'_>,
    further: Option<(&str, f64)>,
    value: impl FnOnce(&mut Vec<u8>),
) {
    out.extend_from_slice(name);
    out.extend_from_slice(suffix.as_bytes());
    let mut separator = b'{';
    for (key, value) in labels {
        out.push(separator);
        separator = b',';
        push_name(out, key, false);
        out.extend_from_slice(b"=\"");
        escaped(out, value);
        out.push(b'"');
    }
    if let Some((key, number)) = further {
        out.push(separator);
        separator = b',';
        out.extend_from_slice(key.as_bytes());
        out.extend_from_slice(b"=\"");
        float(out, number);
        out.push(b'"');
    }
    if separator == b',' {
        out.push(b'}');
    }
    out.push(b' ');
    value(out);
    out.push(b'\n');
}

fn escaped(out: &mut Vec<u8>, value: &str) {
    let mut rest = value.as_bytes();
    while let Some(at) = memchr::memchr3(b'"', b'\\', b'\n', rest) {
        out.extend_from_slice(&rest[..at]);
        out.extend_from_slice(match rest[at] {
            b'\n' => b"\\n",
            b'"' => b"\\\"",
            _ => b"\\\\",
        });
        rest = &rest[at + 1..];
    }
    out.extend_from_slice(rest);
}

fn integer(out: &mut Vec<u8>, n: u64) {
    out.extend_from_slice(itoa::Buffer::new().format(n).as_bytes());
}

fn float(out: &mut Vec<u8>, x: f64) {
    let text = if x == f64::INFINITY { "+Inf".to_owned() } else { x.to_string().replace("inf", "Inf") };
    out.extend_from_slice(text.as_bytes());
}

/// A name with every character that the format refuses replaced by `_`.
fn push_name(out: &mut Vec<u8>, name: &str, colon: bool) {
    let valid = |i: usize, c: char| {
        c.is_ascii_alphabetic() || c == '_' || (c == ':' && colon) || (i > 0 && c.is_ascii_digit())
    };
    if name.char_indices().all(|(i, c)| valid(i, c)) {
        out.extend_from_slice(name.as_bytes());
    } else {
        out.extend(name.char_indices().map(|(i, c)| if valid(i, c) { c as u8 } else { b'_' }));
    }
}
