//! The statistics of one stream as a tree: `input`, `buffer`, `pipeline.processors.<label or index>`, `output`.

use super::block::Series;
use super::json::{integer, quantiles, reading};
use super::{Reading, Scope};
use crate::value::{Object, Value};

/// The sections of a stream, by the path of their component.
const SECTIONS: [&str; 3] = ["input", "buffer", "output"];
const PROCESSORS: &str = "root.pipeline.processors.";

/// The series of `scope` as a tree. Components inside the input, the output or a processor (children of a broker,
/// processors of a branch) stand under `components` of their section, keyed by label or by relative path; a section
/// whose component counts nothing itself shows the sums of its children.
pub fn hierarchy(scope: &Scope) -> Object {
    let mut root = Object::new();
    for section in SECTIONS {
        root.insert(section.into(), Value::Object(Object::new()));
    }
    object_at(root.entry("pipeline")).insert("processors".into(), Value::Object(Object::new()));
    let mut own = Vec::new();
    scope.visit(&mut |series| {
        let path = series.path.strip_prefix("root.").unwrap_or(series.path);
        let (section, inner) = section_of(&mut root, &mut own, path, &series);
        match inner {
            "" => put(section, &series),
            inner => {
                let name = if series.label.is_empty() { inner } else { series.label };
                put(object_at(object_at(section.entry("components")).entry(name)), &series);
            }
        }
    });
    for section in SECTIONS {
        sum_children(object_at(root.entry(section)));
    }
    root
}

/// The section that `series` belongs to, and where inside of it. `labelled` remembers the processors of the
/// pipeline that go by their label, which come before their children because blocks are sorted by path.
fn section_of<'r, 'p>(
    root: &'r mut Object,
    labelled: &mut Vec<(String, String)>,
    path: &'p str,
    series: &Series<'_>,
) -> (&'r mut Object, &'p str) {
    let Some(processor) = series.path.strip_prefix(PROCESSORS) else {
        let (section, inner) = path.split_once('.').unwrap_or((path, ""));
        return (object_at(root.entry(section)), inner);
    };
    let inner_start = path.len() - processor.len();
    let (index, inner) = path[inner_start..].split_once('.').unwrap_or((&path[inner_start..], ""));
    if inner.is_empty() && !series.label.is_empty() && labelled.last().is_none_or(|(last, _)| last != index) {
        labelled.push((index.to_owned(), series.label.to_owned()));
    }
    let name = labelled.iter().find(|(known, _)| known == index).map_or(index, |(_, label)| label);
    let processors = object_at(object_at(root.entry("pipeline")).entry("processors"));
    (object_at(processors.entry(name)), inner)
}

fn put(component: &mut Object, series: &Series<'_>) {
    let operation =
        series.labels.iter().find(|(key, _)| *key == "operation").map(|(_, operation)| *operation);
    let target = match operation {
        Some(operation) => object_at(component.entry(operation)),
        None => component,
    };
    let value = match series.reading {
        Reading::Timing(timing) => {
            let mut value = quantiles(timing);
            value.insert("count".into(), integer(timing.count()));
            value.insert("sum".into(), integer(timing.sum()));
            Value::Object(value)
        }
        other => reading(other),
    };
    target.insert(series.key.into(), value);
}

/// Adds up the counters of the children where the component has none itself.
fn sum_children(section: &mut Object) {
    let Some(Value::Object(children)) = section.get("components").cloned() else { return };
    if section.len() > 1 {
        return;
    }
    for child in children.values() {
        let Value::Object(child) = child else { continue };
        for (key, value) in child {
            if let Value::Int(n) = value {
                let sum = match section.get(key) {
                    Some(Value::Int(sum)) => sum.saturating_add(*n),
                    _ => *n,
                };
                section.insert(key.clone(), Value::Int(sum));
            }
        }
    }
}

/// `value` as an object, made one if it is none.
fn object_at(value: &mut Value) -> &mut Object {
    if !matches!(value, Value::Object(_)) {
        *value = Value::Object(Object::new());
    }
    match value {
        Value::Object(object) => object,
        _ => unreachable!("was made an object above"),
    }
}
