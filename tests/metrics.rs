//! Recorded runs of Benthos v4 with its prometheus exporter: for the same config the names, labels and counters are the
//! same here. Times are not compared, but how many were taken is.
//!
//! `data/metrics.jsonl` holds one run a line: `config`, what it reads (`files`, `stdin`), and its `series`. Those of
//! streams mode have `streams` by their ids, what they share (`root`), and a `mapping` of the series.
//!
//! Two differences are deliberate and in no run: resources that nobody uses have series here, as they are built at once,
//! and messages in an archive count one by one as sent.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::Value;
use server::Server;

#[path = "support/http.rs"]
mod http;
#[path = "support/port.rs"]
mod port;
#[path = "support/server.rs"]
#[expect(dead_code, reason = "other tests use more of it")]
mod server;

struct Run {
    name: String,
    config: String,
    files: Vec<(String, String)>,
    stdin: String,
    /// Configs by id; none outside of streams mode.
    streams: Vec<(String, String)>,
    root: String,
    mapping: String,
    /// Values by name and labels, such as `input_received{label="",path="root.input"}`.
    series: BTreeMap<String, f64>,
}

impl Run {
    fn read(line: &str) -> Self {
        let run: Value = serde_json::from_str(line).expect("a run");
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let texts = |value: &Value| {
            let texts = value.as_object().into_iter().flatten();
            texts.map(|(name, content)| (name.clone(), text(content))).collect()
        };
        let series = run["series"].as_object().into_iter().flatten();
        Self {
            name: text(&run["name"]),
            config: text(&run["config"]),
            files: texts(&run["files"]),
            stdin: text(&run["stdin"]),
            streams: texts(&run["streams"]),
            root: text(&run["root"]),
            mapping: text(&run["mapping"]),
            series: series.map(|(name, value)| (name.clone(), value.as_f64().expect("a number"))).collect(),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn series_are_those_of_the_reference() {
    let mut differences = Vec::new();
    for line in include_str!("data/metrics.jsonl").lines() {
        let run = Run::read(line);
        let text = if run.streams.is_empty() { alone(&run) } else { together(&run).await };
        let got: BTreeMap<_, _> = text.lines().filter_map(counted).collect();
        for name in run.series.keys().chain(got.keys()).collect::<BTreeSet<_>>() {
            let (want, got) = (run.series.get(name), got.get(name));
            if want != got {
                differences.push(format!("{}: {name} is {got:?}, the reference has {want:?}", run.name));
            }
        }
    }
    assert!(differences.is_empty(), "\n{}", differences.join("\n"));
}

/// What streams export that run side by side, once they have ended.
async fn together(run: &Run) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("streams")).expect("a folder of streams");
    for (id, config) in &run.streams {
        std::fs::write(folder.path().join(format!("streams/{id}.yaml")), config).expect("a stream");
    }
    let shared = if run.root.is_empty() { "{}" } else { &run.root };
    std::fs::write(folder.path().join("shared.yaml"), shared).expect("what they share");
    let mapping = format!("metrics.mapping={}", Value::from(run.mapping.as_str()));
    let mut flags = vec!["-r", "shared.yaml"];
    if !run.mapping.is_empty() {
        flags.extend(["--set", "metrics.prometheus.use_histogram_timing=false", "--set", &mapping]);
    }
    let server = Server::start_with(folder, &flags).await;
    let ended = async || {
        let streams = server.json("/streams").await;
        let streams: Vec<_> = streams.as_object().into_iter().flatten().collect();
        streams.len() == run.streams.len() && streams.iter().all(|(_, stream)| stream["active"] == false)
    };
    server.until("the streams end", ended).await;
    server.ok("GET", "/metrics", "").await
}

/// What a run of the program on its own exports.
fn alone(run: &Run) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in &run.files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("its folder");
        std::fs::write(path, text).expect("its file");
    }
    let head = "http: {enabled: false}\nlogger: {level: \"OFF\"}\nmetrics: {prometheus: {file_output_path: out.prom}}\n";
    std::fs::write(folder.path().join("config.yaml"), format!("{head}{}", run.config)).expect("its config");
    let mut child = Command::new(server::program())
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
    std::fs::read_to_string(folder.path().join("out.prom")).expect("its metrics")
}

/// A series that counts, with its labels in order.
fn counted(line: &str) -> Option<(String, f64)> {
    let (series, value) = line.rsplit_once(' ')?;
    let (name, labels) = series.split_once('{').filter(|_| !line.starts_with('#'))?;
    let is_time = name.ends_with("_ns") || name.ends_with("_ns_sum") || name.ends_with("_bucket");
    if is_time {
        return None;
    }
    let mut labels: Vec<&str> = labels.strip_suffix("\"}")?.split("\",").collect();
    labels.sort_unstable();
    Some((format!("{name}{{{}\"}}", labels.join("\",")), value.parse().ok()?))
}
