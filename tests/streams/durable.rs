//! What the disk buffer promises: a process that is killed at any moment loses nothing that it had answered.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::server::Server;

/// Messages go in over HTTP, wait on disk, and come out slowly.
const QUEUE: &str = "\
input: {http_server: {path: /post}}
buffer: {disk: {path: ./queue, max_bytes: 40000, segment_bytes: 2000}}
pipeline: {threads: 1, processors: [{sleep: {duration: 2ms}}]}
output: {file: {path: ./out.txt, codec: lines}}
";

#[tokio::test]
async fn what_waits_when_the_process_is_asked_to_stop_is_delivered_once() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("streams")).expect("streams");
    std::fs::write(folder.path().join("streams/queue.yaml"), QUEUE).expect("queue.yaml");
    let server = Server::start_in(folder).await;
    let events: Vec<String> = (0..300).map(|n| format!("event {n}")).collect();
    for event in &events {
        server.ok("POST", "/queue/post", event).await;
    }
    let (_, folder) = server.stop();
    let delivered = |server: &Server| {
        let text = std::fs::read_to_string(server.folder.path().join("out.txt")).unwrap_or_default();
        text.lines().map(str::to_owned).collect::<Vec<_>>()
    };
    let server = Server::start_in(folder).await;
    server.until("all is delivered", async || delivered(&server).len() >= events.len()).await;
    assert_eq!(delivered(&server), events);
}

#[tokio::test]
async fn a_killed_process_loses_nothing_that_waits_on_disk() {
    let mut folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("streams")).expect("streams");
    std::fs::write(folder.path().join("streams/queue.yaml"), QUEUE).expect("queue.yaml");
    let mut answered = BTreeSet::new();
    for round in 0_u64..5 {
        let server = Server::start_in(folder).await;
        let posting = async {
            for n in 0.. {
                let event = format!("event {round}.{n}");
                // The answer to the last one may be lost with the process.
                match server.try_call("POST", "/queue/post", &event).await {
                    Ok(answer) if answer.status == 200 => answered.insert(event),
                    _ => return,
                };
            }
        };
        // Another moment each time.
        let moment = Duration::from_millis(150 + 37 * round);
        tokio::select! {
            () = posting => panic!("the server is gone"),
            () = tokio::time::sleep(moment) => {}
        }
        folder = server.kill();
    }
    assert!(answered.len() > 50, "{} messages were answered", answered.len());

    // What a torn write would leave is cut off, too.
    let last = std::fs::read_dir(folder.path().join("queue")).expect("the queue").filter_map(Result::ok);
    let last =
        last.map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|e| e == "log")).max();
    if let Some(last) = last {
        let mut bytes = std::fs::read(&last).expect("a segment");
        bytes.extend_from_slice(b"\x20\x00\x00\x00half a record");
        std::fs::write(&last, bytes).expect("a segment");
    }
    let server = Server::start_in(folder).await;
    let path = server.folder.path().join("out.txt");
    server
        .until("all that was answered is delivered", async || {
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            let delivered: BTreeSet<String> = text.lines().map(str::to_owned).collect();
            answered.is_subset(&delivered)
        })
        .await;
}
