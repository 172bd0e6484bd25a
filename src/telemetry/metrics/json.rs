//! Metrics as a flat object: `name{label="",path="root.input"}` to a number, or to quantiles for timings.

use bytes::Bytes;

use super::block::Series;
use super::groups::{Group, Groups};
use super::{Metrics, Reading, Scope, Timing};
use crate::value::json::print;
use crate::value::{Object, Str, Value};

/// The quantiles of a timing and their keys.
const QUANTILES: [(&str, f64); 3] = [("p50", 0.5), ("p90", 0.9), ("p99", 0.99)];

/// The text of one object with everything exported, as the `json_api` exporter serves it, in pieces to be sent one
/// after the other. It is written without a document in between: ten thousand streams have 200,000 series.
pub fn flat(metrics: &Metrics) -> Vec<Bytes> {
    let mut groups = Groups::default();
    let mut labels = Vec::new();
    let mut renamed = Vec::new();
    metrics.visit(&mut |series| {
        if series.renamed {
            // A mapping can give two series one key: the last one counts.
            return renamed.push((key(&series), reading(series.reading)));
        }
        if !series.same_labels {
            labels.clear();
            write_labels(&mut labels, &series);
        }
        member(groups.of(series.name, || (quoted(series.name), Vec::new())), &labels, series.reading);
    });
    let renamed = print(&Value::Object(renamed.into_iter().collect())).unwrap_or_default();
    let renamed = Bytes::from(renamed).slice(1..);
    let mut pieces = vec![Bytes::from_static(b"{")];
    pieces.extend(groups.into_pieces());
    if let (Some(last), b"}") = (pieces.last_mut(), &renamed[..]) {
        last.truncate(last.len() - usize::from(last.ends_with(b",")));
    }
    pieces.extend([renamed, Bytes::from_static(b"\n")]);
    pieces
}

/// The series of one stream; the caller adds `uptime_ns`.
pub fn flat_stream(scope: &Scope) -> Object {
    let mut entries = Vec::new();
    scope.visit(&mut |series| entries.push((key(&series), reading(series.reading))));
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
    let values = timing.quantiles(QUANTILES.map(|(_, share)| share));
    QUANTILES.iter().zip(values).map(|((key, _), n)| ((*key).into(), integer(n))).collect()
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
        escape(&mut key, value);
        key.push('"');
    }
    if !series.labels.is_empty() {
        key.push('}');
    }
    key
}

fn escape(key: &mut Str, value: &str) {
    for c in value.chars() {
        if matches!(c, '"' | '\\') {
            key.push('\\');
        }
        key.push(c);
    }
}

/// The labels of a series as they stand in its key, and the end of that.
fn write_labels(out: &mut Vec<u8>, series: &Series<'_>) {
    for (i, (name, value)) in series.labels.iter().enumerate() {
        out.push(if i == 0 { b'{' } else { b',' });
        text(out, name);
        out.extend_from_slice(b"=\\\"");
        label(out, value);
        out.extend_from_slice(b"\\\"");
    }
    out.extend_from_slice(if series.labels.is_empty() { b"\":" } else { b"}\":" });
}

/// A name as a key begins with it.
fn quoted(name: &str) -> Vec<u8> {
    let mut out = vec![b'"'];
    text(&mut out, name);
    out
}

/// Key and value of a series, and a comma.
fn member(Group { shown, text: out, .. }: &mut Group, labels: &[u8], reading: Reading<'_>) {
    out.extend_from_slice(shown);
    out.extend_from_slice(labels);
    match reading {
        Reading::Counter(n) => number(out, n),
        Reading::Gauge(x) => out.extend_from_slice(itoa::Buffer::new().format(x as i64).as_bytes()),
        Reading::Timing(timing) => {
            let values = timing.quantiles(QUANTILES.map(|(_, share)| share));
            for (i, ((key, _), n)) in QUANTILES.iter().zip(values).enumerate() {
                out.extend_from_slice(if i == 0 { b"{\"" } else { b",\"" });
                out.extend_from_slice(key.as_bytes());
                out.extend_from_slice(b"\":");
                number(out, n);
            }
            out.push(b'}');
        }
    }
    out.push(b',');
}

fn number(out: &mut Vec<u8>, n: u64) {
    out.extend_from_slice(itoa::Buffer::new().format(n).as_bytes());
}

/// The text of a label in a key: escaped as such, and again as a part of JSON.
fn label(out: &mut Vec<u8>, value: &str) {
    if is_plain(value) {
        return out.extend_from_slice(value.as_bytes());
    }
    let mut escaped = Str::new();
    escape(&mut escaped, value);
    text(out, &escaped);
}

/// A part of a JSON string.
fn text(out: &mut Vec<u8>, text: &str) {
    if is_plain(text) {
        return out.extend_from_slice(text.as_bytes());
    }
    let quoted = print(&Value::from(text)).unwrap_or_default();
    out.extend_from_slice(quoted.get(1..quoted.len() - 1).unwrap_or_default());
}

/// Whether nothing in `text` is ever escaped.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\'))
}
