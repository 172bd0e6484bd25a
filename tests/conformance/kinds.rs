//! How each kind of case is run, and what of the result is compared.

use std::collections::BTreeSet;
use std::path::{Component, Path};
use std::sync::LazyLock;
use std::time::Duration;

use base64::{Engine, prelude::BASE64_STANDARD};
use regex::Regex;
use serde_json::{Value, json};

use crate::api;
use crate::case::Case;
use crate::mapping;
use crate::program::Program;

const QUIET: [(&str, &str); 2] =
    [("http:", "http: {enabled: false}\n"), ("logger:", "logger: {level: \"OFF\"}\n")];

/// Carries messages with any bytes and metadata through a mapping and out again, one JSON line each.
const CARRIER: &str = r#"
input: {stdin: {}}
pipeline:
  threads: 1
  processors:
    - mapping: |
        meta = this.m
        root = this.c.decode("base64")
    - mapping: 'from "./case.blobl"'
    - mapping: |
        root.content = content().encode("base64")
        root.meta = @
        root.error = errored()
output: {stdout: {}}
"#;

static FINDING: LazyLock<Regex> = LazyLock::new(|| regex(r"([\w./-]+\.ya?ml|[\w./-]+\.json)\((\d+),(\d+)\)"));
static POSITIONS: LazyLock<[Regex; 2]> =
    LazyLock::new(|| [regex(r"line (\d+) char (\d+)"), regex(r"(\d+):(\d+)")]);

fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).unwrap_or_else(|e| panic!("{e}"))
}

/// The comparable result of a case. A fault of the case or of this harness is a result that equals nothing.
pub async fn run(program: &Program, case: &Case, timeout: Duration) -> Value {
    let result = match tempfile::tempdir() {
        Ok(folder) => in_folder(program, case, folder.path(), timeout).await,
        Err(e) => Err(e),
    };
    result.unwrap_or_else(|e| json!({"harness": e.to_string()}))
}

async fn in_folder(
    program: &Program,
    case: &Case,
    folder: &Path,
    timeout: Duration,
) -> std::io::Result<Value> {
    match case.text("kind") {
        Some("mapping") if program.is_ours() && mapping::is_alone(case) => {
            Ok(mapping::run(case, timeout).await)
        }
        Some("mapping") => carried_mapping(program, case, folder, timeout).await,
        Some("config") => config(program, case, folder, timeout).await,
        Some("lint") => lint(program, case, folder, timeout).await,
        Some("unit") => unit(program, case, folder, timeout).await,
        Some("api") => api::run(program, case, folder, timeout).await,
        kind => panic!("{}: unknown kind {kind:?}", case.id),
    }
}

async fn carried_mapping(
    program: &Program,
    case: &Case,
    folder: &Path,
    timeout: Duration,
) -> std::io::Result<Value> {
    let mut stdin = String::new();
    for input in case.list("inputs") {
        let content = match input.as_str().or(input["content"].as_str()) {
            Some(text) => BASE64_STANDARD.encode(text),
            None => input["b64"].as_str().unwrap_or_default().to_owned(),
        };
        let meta = input.get("meta").cloned().unwrap_or(json!({}));
        stdin += &format!("{}\n", json!({"c": content, "m": meta}));
    }
    std::fs::write(folder.join("case.blobl"), case.text("mapping").unwrap_or_default())?;
    std::fs::write(folder.join("config.yaml"), quiet(CARRIER))?;
    let env = case.pairs("env");
    let run = program.run(folder, &words(&["run", "config.yaml"]), &env, stdin.as_bytes(), timeout).await?;
    let Some(exit) = run.exit else { return Ok(json!({"hang": true})) };
    if exit != 0 {
        let again =
            program.run(folder, &words(&["blobl", "-f", "case.blobl"]), &env, b"{}\n", timeout).await?;
        let said = text(&[again.stderr, again.stdout, run.stderr].concat());
        let at =
            POSITIONS.iter().find_map(|p| p.captures(&said)).map(|c| json!([number(&c[1]), number(&c[2])]));
        return Ok(json!({"parse_error": at}));
    }
    let said = text(&run.stdout);
    Ok(said.lines().map(|line| carried(line).unwrap_or_else(|| json!({"garbled": line}))).collect())
}

/// A message as the carrier prints it.
fn carried(line: &str) -> Option<Value> {
    let line: Value = serde_json::from_str(line).ok()?;
    let content = BASE64_STANDARD.decode(line["content"].as_str()?).ok()?;
    Some(json!({"content": text(&content), "meta": line.get("meta")?, "error": line.get("error")?}))
}

async fn config(program: &Program, case: &Case, folder: &Path, timeout: Duration) -> std::io::Result<Value> {
    write_files(folder, &case.pairs("files"))?;
    if let Some(config) = case.text("config") {
        std::fs::write(folder.join("config.yaml"), quiet(config))?;
    }
    let args = match case.get("args") {
        Value::Array(args) if !args.is_empty() => strings(args),
        _ => words(&["run", "config.yaml"]),
    };
    let stdin = case.text("stdin").unwrap_or_default().as_bytes();
    let run = program.run(folder, &args, &case.pairs("env"), stdin, timeout).await?;
    let Some(exit) = run.exit else { return Ok(json!({"hang": true})) };
    let mut files = serde_json::Map::new();
    for name in strings(case.list("outputs")) {
        let content = std::fs::read(folder.join(&name)).ok().map(|bytes| text(&bytes));
        files.insert(name, content.into());
    }
    let mut stdout = text(&run.stdout);
    if case.get("unordered") == true {
        let mut lines: Vec<&str> = split_lines(&stdout);
        lines.sort_unstable();
        stdout = lines.join("\n");
    }
    Ok(json!({"exit": exit, "stdout": stdout, "files": files}))
}

async fn lint(program: &Program, case: &Case, folder: &Path, timeout: Duration) -> std::io::Result<Value> {
    write_files(folder, &case.pairs("files"))?;
    let run = program.run(folder, &strings(case.list("args")), &case.pairs("env"), b"", timeout).await?;
    let Some(exit) = run.exit else { return Ok(json!({"hang": true})) };
    let said = text(&[run.stdout, b"\n".to_vec(), run.stderr].concat());
    let at: BTreeSet<String> =
        FINDING.captures_iter(&said).map(|c| format!("{}:{}", normal_path(&c[1]), &c[2])).collect();
    Ok(json!({"exit": exit, "at": at}))
}

async fn unit(program: &Program, case: &Case, folder: &Path, timeout: Duration) -> std::io::Result<Value> {
    write_files(folder, &case.pairs("files"))?;
    let run = program.run(folder, &strings(case.list("args")), &case.pairs("env"), b"", timeout).await?;
    let Some(exit) = run.exit else { return Ok(json!({"hang": true})) };
    let said = text(&[run.stdout, b"\n".to_vec(), run.stderr].concat());
    let mut failed: Vec<String> =
        strings(case.list("names")).into_iter().filter(|name| said.contains(name.as_str())).collect();
    failed.sort_unstable();
    Ok(json!({"exit": exit, "failed": failed}))
}

/// Adds the quiet `http` and `logger` sections where a config has none of its own.
fn quiet(config: &str) -> String {
    let missing = QUIET.iter().rev().filter(|(key, _)| !config.lines().any(|line| line.starts_with(key)));
    missing.map(|(_, line)| *line).chain([config]).collect()
}

pub fn write_files(folder: &Path, files: &[(String, String)]) -> std::io::Result<()> {
    for (name, body) in files {
        let path = folder.join(name);
        path.parent().map_or(Ok(()), std::fs::create_dir_all)?;
        std::fs::write(path, body)?;
    }
    Ok(())
}

/// Bytes as text; a byte that is no UTF-8 becomes `\udcXX`.
pub fn text(bytes: &[u8]) -> String {
    let mut out = String::new();
    for chunk in bytes.utf8_chunks() {
        out += chunk.valid();
        out.extend(chunk.invalid().iter().map(|byte| format!("\\udc{byte:02x}")));
    }
    out
}

/// The strings of a JSON array.
pub fn strings(list: &[Value]) -> Vec<String> {
    list.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|w| (*w).to_owned()).collect()
}

fn number(digits: &str) -> u64 {
    digits.parse().unwrap_or(0)
}

/// Lines as the recording split them: at every line boundary that Unicode knows.
fn split_lines(text: &str) -> Vec<&str> {
    const ENDS: &[char] =
        &['\n', '\r', '\u{b}', '\u{c}', '\u{1c}', '\u{1d}', '\u{1e}', '\u{85}', '\u{2028}', '\u{2029}'];
    let mut lines = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(ENDS) {
        lines.push(&rest[..at]);
        let end = rest[at..].chars().next().map_or(1, char::len_utf8);
        rest = &rest[at + if rest[at..].starts_with("\r\n") { 2 } else { end }..];
    }
    if !rest.is_empty() {
        lines.push(rest);
    }
    lines
}

/// A relative path without `.`, `..` and doubled slashes.
fn normal_path(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in Path::new(path).components() {
        match part {
            Component::Normal(name) => parts.push(name.to_str().unwrap_or_default()),
            Component::ParentDir if parts.last().is_some_and(|p| *p != "..") => {
                parts.pop();
            }
            Component::ParentDir => parts.push(".."),
            Component::CurDir | Component::RootDir | Component::Prefix(_) => {}
        }
    }
    let root = if path.starts_with('/') { "/" } else { "" };
    format!("{root}{}", parts.join("/"))
}
