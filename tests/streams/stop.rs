//! Stops end: with a blocked output, with a consumer that never comes, and for the whole process.

use std::time::{Duration, Instant};

use crate::server::Server;

/// Every message waits for a minute in the pipeline.
const STUCK: &str = "input: {generate: {interval: 10ms, mapping: root = 1}}\n\
                     pipeline: {threads: 1, processors: [{sleep: {duration: 60s}}]}\n\
                     output: {drop: {}}\n";
/// Nobody listens there, and the output tries for ever.
const UNREACHABLE: &str = "input: {generate: {interval: 10ms, mapping: root = 1}}\n\
                           output: {http_client: {url: \"http://127.0.0.1:1/\", verb: POST, retries: 1000000}}\n";
/// A message that nobody takes.
const UNCLAIMED: &str = "input: {generate: {interval: 10ms, mapping: root = 1}}\noutput: {inproc: nobody}\n";
const FINE: &str = "input: {http_server: {path: /post}}\noutput: {sync_response: {}}\n";

/// The deadline that the tests set, and what the scheduler of a busy machine may add.
const DEADLINE: Duration = Duration::from_secs(2);
const SLACK: Duration = Duration::from_secs(3);

#[tokio::test]
async fn a_blocked_stream_is_deleted_within_the_deadline() {
    let server = Server::start().await;
    server.ok("POST", "/streams/fine", FINE).await;
    for (id, config) in [("stuck", STUCK), ("unreachable", UNREACHABLE), ("unclaimed", UNCLAIMED)] {
        server.ok("POST", &format!("/streams/{id}"), config).await;
        tokio::time::sleep(Duration::from_millis(100)).await;
        let start = Instant::now();
        server.ok("DELETE", &format!("/streams/{id}?timeout=2s"), "").await;
        assert!(start.elapsed() < DEADLINE + SLACK, "{id}: took {:?}", start.elapsed());
        assert_eq!(server.call("GET", &format!("/streams/{id}"), "").await.0, 404, "{id}");
        assert_eq!(server.ok("POST", "/fine/post", "x").await, "x", "{id}: the other stream");
    }
}

#[tokio::test]
async fn a_blocked_stream_is_replaced_within_the_deadline() {
    let server = Server::start().await;
    server.ok("POST", "/streams/a", STUCK).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    let start = Instant::now();
    server.ok("PUT", "/streams/a?timeout=2s", FINE).await;
    assert!(start.elapsed() < DEADLINE + SLACK, "took {:?}", start.elapsed());
    assert_eq!(server.ok("POST", "/a/post", "x").await, "x");
}

#[tokio::test]
async fn the_process_stops_within_its_deadline() {
    let server = Server::start().await;
    for (id, config) in
        [("stuck", STUCK), ("unreachable", UNREACHABLE), ("unclaimed", UNCLAIMED), ("fine", FINE)]
    {
        server.ok("POST", &format!("/streams/{id}"), config).await;
    }
    tokio::time::sleep(Duration::from_millis(100)).await;
    // `shutdown_timeout` is two seconds here.
    let (took, _folder) = server.stop();
    assert!(took < DEADLINE + SLACK, "took {took:?}");
}

#[tokio::test]
async fn a_second_signal_ends_the_wait_for_the_deadline() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start_with(folder, &["-s", "shutdown_timeout=60s"]).await;
    server.ok("POST", "/streams/stuck", STUCK).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    server.terminate();
    tokio::time::sleep(Duration::from_millis(300)).await;
    // Still waiting; the second one does not.
    let (took, _folder) = server.stop();
    assert!(took < SLACK, "took {took:?}");
}
