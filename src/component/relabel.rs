//! `metrics.mapping`: a mapping renames series, drops them, and changes their labels.

use std::sync::Arc;

use crate::expr::Mapping;
use crate::telemetry::metrics::{Relabel, Renamed};
use crate::value::{Object, Str, Value, json};

/// The function behind a mapping: it sees the name as its document and the labels as metadata.
pub fn relabel(mapping: Mapping) -> Relabel {
    Arc::new(move |name, labels| match mapping.apply(Value::from(name), labels) {
        Ok((Value::Delete, _)) => Renamed::Drop,
        Ok((Value::String(new), labels)) => Renamed::As(new, texts(&labels)),
        Ok((Value::Nothing, labels)) => Renamed::As(name.into(), texts(&labels)),
        Ok(_) => Renamed::Keep,
        Err(_) => Renamed::As(name.into(), Vec::new()),
    })
}

fn texts(labels: &Object) -> Vec<(Str, Str)> {
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => String::from_utf8_lossy(&json::print(other).unwrap_or_default()).into_owned().into(),
    };
    labels.iter().map(|(key, value)| (key.clone(), text(value))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn series_are_renamed_dropped_and_relabelled() {
        let renamed = |mapping: &str| {
            let relabel = relabel(Mapping::compile(mapping).expect("a mapping"));
            relabel("input_received", &[("label", ""), ("path", "root.input")])
        };
        let labels =
            |pairs: &[(&str, &str)]| pairs.iter().map(|(k, v)| (Str::from(*k), Str::from(*v))).collect();
        let all = labels(&[("label", ""), ("path", "root.input")]);
        assert_eq!(renamed("root = \"x_\" + this"), Renamed::As("x_input_received".into(), all));
        assert_eq!(renamed("root = deleted()"), Renamed::Drop);
        assert_eq!(
            renamed("meta path = deleted()\nmeta n = 1"),
            Renamed::As("input_received".into(), labels(&[("label", ""), ("n", "1")]))
        );
        assert_eq!(renamed("root = 5"), Renamed::Keep);
        assert_eq!(renamed("root = throw(\"x\")"), Renamed::As("input_received".into(), Vec::new()));
    }
}
