//! Bad input: every mistake is a 4xx whose JSON says what is wrong and where, and changes nothing.

use serde_json::Value;

use crate::server::Server;

const GOOD: &str = "input: {generate: {interval: 1s, mapping: root = 1}}\noutput: {drop: {}}\n";

/// A request that is wrong, and what its answer has to name.
struct Mistake {
    method: &'static str,
    path: &'static str,
    body: &'static str,
    status: u16,
    names: &'static [&'static str],
}

const fn mistake(
    method: &'static str,
    path: &'static str,
    body: &'static str,
    status: u16,
    names: &'static [&'static str],
) -> Mistake {
    Mistake { method, path, body, status, names }
}

const MISTAKES: &[Mistake] = &[
    // Text that is no config.
    mistake("POST", "/streams/new", "input: [\n", 400, &["line"]),
    mistake("POST", "/streams/new", "input: {generate: {}}\n\tindented: by a tab\n", 400, &["2"]),
    mistake("POST", "/streams/new", r#"{"input": {"generate": {}"#, 400, &["line"]),
    mistake("POST", "/streams/new", "just words", 400, &[]),
    mistake("POST", "/streams/new", "[1, 2]", 400, &[]),
    mistake("PUT", "/streams/kept", "input: [\n", 400, &["line"]),
    mistake("POST", "/streams", "a: [\n", 400, &["line"]),
    // Wrong types.
    mistake(
        "POST",
        "/streams/new",
        "input: {generate: {mapping: root = 1, count: many}}",
        400,
        &["line 1", "many"],
    ),
    mistake("POST", "/streams/new", "input:\n  generate: {mapping: [1]}", 400, &["(2,"]),
    mistake(
        "POST",
        "/streams/new",
        "input: {stdin: {}}\npipeline: {processors: {mapping: x}}",
        400,
        &["line 2"],
    ),
    // Names that do not exist, with what was probably meant.
    mistake("POST", "/streams/new", "input: {generat: {mapping: root = 1}}", 400, &["generat", "generate"]),
    mistake(
        "POST",
        "/streams/new",
        "input: {stdin: {}}\npipeline: {processors: [{maping: root = 1}]}",
        400,
        &["(2,", "maping", "mapping"],
    ),
    mistake(
        "POST",
        "/streams/new",
        "input: {generate: {mapping: root = 1, cuont: 1}}",
        400,
        &["cuont", "count"],
    ),
    mistake("POST", "/streams/new", "inptu: {stdin: {}}", 400, &["inptu"]),
    mistake("POST", "/streams/new", "input: {stdin: {}}\nhttp: {address: x}", 400, &["http", "(2,"]),
    mistake("POST", "/streams", "a: {input: {generat: {mapping: root = 1}}}", 400, &["generat", "'a'"]),
    // Mappings that do not compile.
    mistake(
        "POST",
        "/streams/new",
        "input: {stdin: {}}\npipeline: {processors: [{mapping: root = (}]}",
        400,
        &["(2,"],
    ),
    mistake("POST", "/resources/processor/p", "mapping: root = (", 400, &["(1,"]),
    // Ids, resources and types.
    mistake("POST", "/streams/kept", GOOD, 400, &["kept"]),
    mistake("POST", "/streams/a%2Fb", GOOD, 404, &[]),
    mistake("PUT", "/streams/missing", GOOD, 404, &["missing"]),
    mistake("PATCH", "/streams/missing", "{}", 404, &["missing"]),
    mistake("DELETE", "/streams/missing", "", 404, &["missing"]),
    mistake("GET", "/streams/missing", "", 404, &["missing"]),
    mistake("GET", "/streams/missing/stats", "", 404, &["missing"]),
    mistake("POST", "/resources/tracer/t", "none: {}", 400, &["tracer"]),
    mistake("POST", "/resources/cache/c", "memoy: {}", 400, &["memoy", "memory"]),
    // Verbs and paths.
    mistake("BREW", "/streams", "", 400, &["BREW"]),
    mistake("BREW", "/streams/kept", "", 400, &["BREW"]),
    mistake("DELETE", "/resources/cache/c", "", 400, &["DELETE"]),
    mistake("GET", "/streams/", "", 404, &["/streams/"]),
    mistake("GET", "/streams/kept/nope/nope", "", 404, &["/streams/kept/nope/nope"]),
    mistake("GET", "/nowhere", "", 404, &["/nowhere"]),
    mistake("POST", "/kept/nowhere", "x", 404, &["/kept/nowhere"]),
];

#[tokio::test]
async fn every_mistake_is_named_and_changes_nothing() {
    let server = Server::start().await;
    server.ok("POST", "/streams/kept", GOOD).await;
    let before = server.json("/streams/kept").await["config"].clone();
    let mut findings = Vec::new();
    for mistake in MISTAKES {
        let (status, text) = server.call(mistake.method, mistake.path, mistake.body).await;
        findings.extend(judge(mistake, status, &text).map(|finding| {
            format!("{} {} {:?}: {finding}\n    {status} {text}", mistake.method, mistake.path, mistake.body)
        }));
    }
    assert!(findings.is_empty(), "{} of {}:\n  {}", findings.len(), MISTAKES.len(), findings.join("\n  "));

    let streams = server.json("/streams").await;
    let ids: Vec<&String> = streams.as_object().expect("an object").keys().collect();
    assert_eq!(ids, ["kept"], "the set of streams changed");
    assert_eq!(server.json("/streams/kept").await["config"], before);
}

/// What is wrong with an answer.
fn judge(mistake: &Mistake, status: u16, text: &str) -> Option<String> {
    if status != mistake.status {
        return Some(format!("expected {}", mistake.status));
    }
    let Ok(body) = serde_json::from_str::<Value>(text) else { return Some("not JSON".into()) };
    let lints = body["lint_errors"].as_array();
    if body["error"].as_str().is_none_or(str::is_empty) && lints.is_none_or(Vec::is_empty) {
        return Some("says nothing in `error` or `lint_errors`".into());
    }
    if lints.is_some() && body["lint_errors"] != body["linting_errors"] {
        return Some("`lint_errors` and `linting_errors` differ".into());
    }
    mistake.names.iter().find(|name| !text.contains(**name)).map(|name| format!("does not name {name:?}"))
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_unread() {
    let server = Server::start().await;
    let body = format!("# {}\n{GOOD}", "x".repeat(80 << 20));
    let (status, text) = server.call("POST", "/streams/big", &body).await;
    assert_eq!(status, 413, "{text}");
    let body: Value = serde_json::from_str(&text).expect("JSON");
    assert!(body["error"].as_str().is_some_and(|error| !error.is_empty()), "{text}");
    assert_eq!(server.json("/streams").await, serde_json::json!({}));
}

#[tokio::test]
async fn lints_can_be_overruled() {
    let server = Server::start().await;
    let body = "input: {generate: {mapping: root = 1, interval: 1s, cuont: 1}}\noutput: {drop: {}}\n";
    assert_eq!(server.call("POST", "/streams/a", body).await.0, 400);
    server.ok("POST", "/streams/a?chilled=true", body).await;
}

#[tokio::test]
async fn a_set_with_one_bad_config_changes_nothing() {
    let server = Server::start().await;
    server.ok("POST", "/streams/kept", GOOD).await;
    let good =
        r#"{"input": {"generate": {"interval": "1s", "mapping": "root = 1"}}, "output": {"drop": {}}}"#;
    let set = format!(r#"{{"a": {good}, "b": {{"input": {{"generate": {{"cuont": 1}}}}}}}}"#);
    assert_eq!(server.call("POST", "/streams", &set).await.0, 400);
    assert_eq!(server.json("/streams").await.as_object().expect("an object").len(), 1);

    server.ok("POST", "/streams", &format!(r#"{{"a": {good}, "b": {good}}}"#)).await;
    let streams = server.json("/streams").await;
    assert_eq!(streams.as_object().expect("an object").keys().collect::<Vec<_>>(), ["a", "b"]);
}
