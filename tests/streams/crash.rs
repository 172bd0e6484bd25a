//! What a crash may cost: a panic its own stream, a killed process nothing that was answered.

use std::collections::BTreeSet;

use crate::server::Server;

const ECHO: &str = "input: {http_server: {path: /post}}\noutput: {sync_response: {}}\n";
const JOURNAL: &str =
    "input: {http_server: {path: /post}}\noutput: {file: {path: ./journal.txt, codec: lines}}\n";

#[tokio::test]
async fn a_killed_process_loses_nothing_that_it_had_answered() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("streams")).expect("streams");
    std::fs::write(folder.path().join("streams/journal.yaml"), JOURNAL).expect("journal.yaml");
    let server = Server::start_in(folder).await;
    let mut answered = BTreeSet::new();
    for n in 0..200 {
        server.ok("POST", "/journal/post", &format!("event {n}")).await;
        answered.insert(format!("event {n}"));
    }
    let folder = server.kill();

    // The same folder again: the streams of the files are back, and what was answered is there.
    let server = Server::start_in(folder).await;
    server.ok("POST", "/journal/post", "event 200").await;
    answered.insert("event 200".into());
    let text = std::fs::read_to_string(server.folder.path().join("journal.txt")).expect("journal.txt");
    let written: BTreeSet<String> = text.lines().map(str::to_owned).collect();
    assert_eq!(written, answered);
}

#[tokio::test]
async fn a_stream_that_fails_leaves_the_others_alone() {
    let server = Server::start().await;
    server.ok("POST", "/streams/fine", ECHO).await;
    // The most that a config alone can do to a process: recursion without an end, and numbers without a limit.
    let hostile = [
        "map deep { root = this.apply(\"deep\") }\nroot = this.apply(\"deep\")",
        "root = range(0, 100000000000)",
        "root = \"x\".repeat(100000000000)",
        "root = content().bytes().slice(0, -100)",
        "root = [].index(9223372036854775807)",
    ];
    for (n, mapping) in hostile.iter().enumerate() {
        let config = serde_json::json!({
            "input": {"http_server": {"path": "/post", "timeout": "3s"}},
            "pipeline": {"processors": [{"mapping": mapping}]},
            "output": {"sync_response": {}}
        });
        let id = format!("hostile{n}");
        // It may be refused when it is created or fail when it is used, but only itself.
        if server.call("POST", &format!("/streams/{id}"), &config.to_string()).await.0 == 200 {
            let _ = server.try_call("POST", &format!("/{id}/post"), "{}").await;
        }
        assert_eq!(server.ok("POST", "/fine/post", "x").await, "x", "after {mapping}");
    }
}
