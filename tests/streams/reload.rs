//! Files that change while the server runs (`-w`): what is right is taken over, what is broken keeps the old version.

use crate::server::Server;

const STREAM: &str = "input: {http_server: {path: /post}}
pipeline: {processors: [{resource: mark}, {mapping: 'root = content() + \"${WORD}\"'}]}
output: {sync_response: {}}
";
const RESOURCES: &str = "processor_resources: [{label: mark, mapping: 'root = content() + \"-${WORD}-\"'}]
cache_resources: [{label: spare, memory: {}}]
";
const SPARE_USED: &str = "input: {http_server: {path: /x}}
pipeline: {processors: [{cached: {cache: spare, key: x, processors: [noop: {}]}}]}
output: {sync_response: {}}
";

#[tokio::test]
async fn files_that_change_are_taken_over() {
    let server = start().await;
    let says = async |text: &str| server.call("POST", "/a/post", "x").await == (200, text.to_owned());
    let write =
        |file: &str, text: &str| std::fs::write(server.folder.path().join(file), text).expect("a file");
    server.until("the first version answers", async || says("x-one-one").await).await;

    write("vars.env", "WORD=two");
    server.until("a variable is read again", async || says("x-two-two").await).await;

    write("more.yaml", &RESOURCES.replace("-$", "+$"));
    server.until("a resource is replaced", async || says("x+two-two").await).await;

    write("streams/a.yaml", "pipeline: [");
    write("streams/b.yaml", STREAM);
    server.until("a new stream runs", async || server.call("POST", "/b/post", "x").await.0 == 200).await;
    assert!(says("x+two-two").await, "a broken file keeps the old version running");

    std::fs::remove_file(server.folder.path().join("streams/b.yaml")).expect("removed");
    server
        .until("a stream goes with its file", async || server.call("POST", "/b/post", "x").await.0 == 404)
        .await;
}

#[tokio::test]
async fn resources_go_with_their_file_once_nobody_uses_them() {
    let server = start().await;
    let spare_exists = async || {
        let (status, _) = server.call("POST", "/streams/probe", SPARE_USED).await;
        server.call("DELETE", "/streams/probe", "").await;
        status == 200
    };
    assert!(spare_exists().await);
    std::fs::remove_file(server.folder.path().join("more.yaml")).expect("removed");
    server.until("what nobody uses is gone", async || !spare_exists().await).await;
    let used = server.call("POST", "/a/post", "x").await;
    assert_eq!(used, (200, "x-one-one".to_owned()), "what is used stays");
}

async fn start() -> Server {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("streams")).expect("a folder");
    for (file, text) in [("vars.env", "WORD=one"), ("more.yaml", RESOURCES), ("streams/a.yaml", STREAM)] {
        std::fs::write(folder.path().join(file), text).expect("a file");
    }
    Server::start_with(folder, &["-w", "-e", "vars.env", "-r", "more.yaml"]).await
}
