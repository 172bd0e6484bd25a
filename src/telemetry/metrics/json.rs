//! Metrics as a flat object: `name{label="",path="root.input"}` to a number, or to quantiles for timings.

use super::block::Series;
use super::{Metrics, Reading, Scope, Timing};
use crate::value::{Object, Str, Value};

/// Everything exported, as the `json_api` exporter serves it.
pub fn flat(metrics: &Metrics) -> Value {
    Value::Object(collect(|each| metrics.visit(each)))
}

/// The series of one stream; the caller adds `uptime_ns`.
pub fn flat_stream(scope: &Scope) -> Object {
    collect(|each| scope.visit(each))
}

fn collect(visit: impl FnOnce(&mut dyn FnMut(Series<'_>))) -> Object {
    let mut entries = Vec::new();
    visit(&mut |series| entries.push((key(&series), reading(series.reading))));
    entries.into_iter().collect()
}

/// A counter or a gauge as an integer, a timing as `p50`, `p90` and `p99` in nanoseconds.
pub(super) fn reading(reading: Reading<'_>) -> Value {
    match reading {
        Reading::Counter(n) => integer(n),
        Reading::Gauge(x) => Value::Int(x as i64),
        Reading::Timing(timing) => Value::Object(quantiles(timing)),
    }
}

pub(super) fn quantiles(timing: &Timing) -> Object {
    let [p50, p90, p99] = timing.quantiles([0.5, 0.9, 0.99]);
    [("p50", p50), ("p90", p90), ("p99", p99)].into_iter().map(|(key, n)| (key.into(), integer(n))).collect()
}

pub(super) fn integer(n: u64) -> Value {
    Value::Int(i64::try_from(n).unwrap_or(i64::MAX))
}

fn key(series: &Series<'_>) -> Str {
    let mut key = Str::from(series.name);
    for (i, (name, value)) in series.labels.iter().enumerate() {
        key.push(if i == 0 { '{' } else { ',' });
        key.push_str(name);
        key.push_str("=\"");
        for c in value.chars() {
            if matches!(c, '"' | '\\') {
                key.push('\\');
            }
            key.push(c);
        }
        key.push('"');
    }
    if !series.labels.is_empty() {
        key.push('}');
    }
    key
}
