//! Recorded runs of Benthos v4 with its prometheus exporter: for the same config the names, labels and counters are the
//! same here. Times are not compared, but how many were taken is.
//!
//! `data/metrics.jsonl` holds one run a line: `config`, what it reads (`files`, `stdin`), and its `series`.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::Value;

struct Run {
    name: String,
    config: String,
    files: Vec<(String, String)>,
    stdin: String,
    /// Values by name and labels, such as `input_received{label="",path="root.input"}`.
    series: BTreeMap<String, f64>,
}

impl Run {
    fn read(line: &str) -> Self {
        let run: Value = serde_json::from_str(line).expect("a run");
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let files = run["files"].as_object().into_iter().flatten();
        let series = run["series"].as_object().into_iter().flatten();
        Self {
            name: text(&run["name"]),
            config: text(&run["config"]),
            files: files.map(|(name, content)| (name.clone(), text(content))).collect(),
            stdin: text(&run["stdin"]),
            series: series.map(|(name, value)| (name.clone(), value.as_f64().expect("a number"))).collect(),
        }
    }
}

#[test]
fn series_are_those_of_the_reference() {
    let mut differences = Vec::new();
    for line in include_str!("data/metrics.jsonl").lines() {
        let run = Run::read(line);
        let got = series(&run);
        for name in run.series.keys().chain(got.keys()).collect::<BTreeSet<_>>() {
            let (want, got) = (run.series.get(name), got.get(name));
            if want != got {
                differences.push(format!("{}: {name} is {got:?}, the reference has {want:?}", run.name));
            }
        }
    }
    assert!(differences.is_empty(), "\n{}", differences.join("\n"));
}

/// What a run of the program exports.
fn series(run: &Run) -> BTreeMap<String, f64> {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in &run.files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("its folder");
        std::fs::write(path, text).expect("its file");
    }
    let head = "http: {enabled: false}\nlogger: {level: \"OFF\"}\nmetrics: {prometheus: {file_output_path: out.prom}}\n";
    std::fs::write(folder.path().join("config.yaml"), format!("{head}{}", run.config)).expect("its config");
    let program =
        std::env::var("NEKTON_TEST_BIN").unwrap_or_else(|_| env!("CARGO_BIN_EXE_nekton").to_owned());
    let mut child = Command::new(program)
        .args(["run", "config.yaml"])
        .current_dir(folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .expect("nekton");
    // A config that reads something else closes its input before all is written.
    let _ = child.stdin.take().expect("its input").write_all(run.stdin.as_bytes());
    let status = child.wait().expect("its end");
    assert!(status.success(), "{}: {status}", run.name);
    let text = std::fs::read_to_string(folder.path().join("out.prom")).expect("its metrics");
    text.lines().filter(|line| !line.starts_with('#')).filter_map(counted).collect()
}

/// A series that counts, with its labels in order.
fn counted(line: &str) -> Option<(String, f64)> {
    let (series, value) = line.rsplit_once(' ')?;
    let (name, labels) = series.split_once('{')?;
    let is_time = name.ends_with("_ns") || name.ends_with("_ns_sum") || name.ends_with("_bucket");
    if is_time {
        return None;
    }
    let mut labels: Vec<&str> = labels.strip_suffix("\"}")?.split("\",").collect();
    labels.sort_unstable();
    Some((format!("{name}{{{}\"}}", labels.join("\",")), value.parse().ok()?))
}
