//! Cases of kind `api`: the program in streams mode, driven over HTTP one step after the other.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::process::Child;
use tokio::time::{Instant, sleep, timeout};

use crate::case::{Case, pairs};
use crate::http::{Response, request};
use crate::kinds::{strings, text, write_files};
use crate::port::free_port;
use crate::program::{Group, Program, code};

const PAUSE: Duration = Duration::from_millis(50);

/// Values that differ from run to run.
const VOLATILE: [(&str, &str); 3] = [("uptime", "<num>"), ("uptime_str", "<str>"), ("uptime_ns", "<num>")];

/// What stands for the ports and the folder of this run.
struct Places([(&'static str, String); 3]);

impl Places {
    fn fill(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, (name, value)| text.replace(name, value))
    }
}

pub async fn run(program: &Program, case: &Case, folder: &Path, limit: Duration) -> std::io::Result<Value> {
    let port = free_port();
    let places = Places([
        ("@PORT@", port.to_string()),
        ("@PORT2@", free_port().to_string()),
        ("@DIR@", folder.display().to_string()),
    ]);
    let files: Vec<_> =
        case.pairs("files").into_iter().map(|(name, body)| (name, places.fill(&body))).collect();
    write_files(folder, &files)?;
    let root = places.fill(case.text("root").unwrap_or("logger: {level: \"OFF\"}\n"));
    let root = format!("http: {{enabled: true, address: \"127.0.0.1:{port}\"}}\n{root}");
    std::fs::write(folder.join("root.yaml"), root)?;
    let mut args = vec!["streams".to_owned(), "-o".to_owned(), "root.yaml".to_owned()];
    args.extend(strings(case.list("flags")).iter().map(|flag| places.fill(flag)));
    let mut command = program.command(folder, &args, &case.pairs("env"));
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    let group = Group::of(&child);
    let result = drive(case, port, &places, &mut child, limit).await;
    group.signal("TERM").await;
    if timeout(Duration::from_secs(5), child.wait()).await.is_err() {
        group.signal("KILL").await;
        child.wait().await?;
    }
    Ok(result)
}

async fn drive(case: &Case, port: u16, places: &Places, child: &mut Child, limit: Duration) -> Value {
    let ping = json!({"method": "GET", "path": "/ping"});
    for _ in 0..200 {
        if call(&ping, port, places, limit).await.is_ok() {
            break;
        }
        if let Ok(Some(status)) = child.try_wait() {
            return json!({"died": code(status)});
        }
        sleep(PAUSE).await;
    }
    let mut rows = Vec::new();
    for step in case.list("steps") {
        if let Some(seconds) = step["sleep"].as_f64() {
            sleep(Duration::from_secs_f64(seconds)).await;
        }
        rows.push(match step.get("method") {
            Some(_) => row(step, port, places, limit).await,
            None => json!({}),
        });
    }
    rows.into()
}

/// One step, repeated while it waits for a status, and what of its answer is compared.
async fn row(step: &Value, port: u16, places: &Places, limit: Duration) -> Value {
    let end = Instant::now() + limit / 2;
    let answer = loop {
        let answer = call(step, port, places, limit).await;
        let status = answer.as_ref().map_or(0, |r| r.status);
        if step.get("until").is_none_or(|until| *until == status) || Instant::now() > end {
            break answer;
        }
        sleep(PAUSE).await;
    };
    let (status, body) = match answer {
        Ok(Response { status, body }) => (status, body),
        Err(e) => (0, e.to_string().into_bytes()),
    };
    match step["cmp"].as_str() {
        Some("text") => json!({"status": status, "text": text(&body)}),
        Some(how @ ("json" | "keys")) => {
            let parsed = serde_json::from_slice(&body);
            let seen = match (how, parsed) {
                ("json", Ok(value)) => normal(value),
                ("keys", Ok(Value::Object(object))) => object.keys().cloned().collect(),
                ("keys", Ok(Value::Array(mut list))) => {
                    list.sort_by_key(Value::to_string);
                    list.into()
                }
                _ => format!("<not JSON> {}", text(&body).chars().take(200).collect::<String>()).into(),
            };
            json!({"status": status, how: seen})
        }
        _ => json!({"status": status}),
    }
}

async fn call(step: &Value, port: u16, places: &Places, limit: Duration) -> std::io::Result<Response> {
    let port = match &step["port"] {
        Value::String(other) => places.fill(other).parse().unwrap_or(port),
        _ => port,
    };
    let path = places.fill(step["path"].as_str().unwrap_or("/"));
    let body = step["body"].as_str().map(|body| places.fill(body));
    let method = step["method"].as_str().unwrap_or("GET");
    request(port, method, &path, &pairs(&step["headers"]), body.as_deref().map(str::as_bytes), limit).await
}

/// Replaces what differs from run to run.
fn normal(value: Value) -> Value {
    match value {
        Value::Object(object) => object
            .into_iter()
            .map(|(key, value)| match VOLATILE.iter().find(|(name, _)| *name == key) {
                Some((_, stand_in)) => (key, (*stand_in).into()),
                None => (key, normal(value)),
            })
            .collect(),
        Value::Array(list) => list.into_iter().map(normal).collect(),
        other => other,
    }
}
