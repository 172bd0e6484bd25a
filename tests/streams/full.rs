//! A full disk is back-pressure: what cannot be written waits, and nothing is lost, doubled or torn.

use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tempfile::TempDir;

use crate::server::Server;

/// Messages go in over HTTP, wait on the disk, and go to a file on the same disk.
const QUEUE: &str = "\
input: {http_server: {path: /post, timeout: 60s}}
buffer: {disk: {path: ./small/queue}}
output: {file: {path: ./small/out.txt, codec: lines}}
";
/// Nothing between input and file.
const DIRECT: &str = "\
input: {http_server: {path: /post, timeout: 60s}}
output: {file: {path: ./small/out.txt, codec: lines}}
";

const EVENTS: usize = 300;

fn event(n: usize) -> String {
    format!("event {n:04} {}", "x".repeat(120))
}

/// A folder with a stream in it, and a folder `small`.
fn prepare(config: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["streams", "small"] {
        std::fs::create_dir(folder.path().join(name)).expect(name);
    }
    std::fs::write(folder.path().join("streams/full.yaml"), config).expect("full.yaml");
    folder
}

/// Posts all events, again where one is refused, makes room once nothing moves any more, and looks at what has arrived.
async fn all_arrive(server: &Server, has_buffer: bool, make_room: impl FnOnce()) {
    let (accepted, refused) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let posting = async {
        for n in 0..EVENTS {
            while server.call("POST", "/full/post", &event(n)).await.0 != 200 {
                refused.fetch_add(1, Ordering::Relaxed);
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            accepted.fetch_add(1, Ordering::Relaxed);
        }
    };
    let filling = async {
        let mut before = usize::MAX;
        while before != accepted.load(Ordering::Relaxed) {
            before = accepted.load(Ordering::Relaxed);
            // Longer than the pause between attempts to store something.
            tokio::time::sleep(Duration::from_millis(1500)).await;
        }
        assert!((1..EVENTS - 10).contains(&before), "{before} events were accepted by a full disk");
        make_room();
    };
    tokio::join!(posting, filling);
    // A buffer lets wait; without one who posts is told.
    assert_eq!(refused.load(Ordering::Relaxed) > 0, !has_buffer, "refusals");
    let path = server.folder.path().join("small/out.txt");
    let text = || std::fs::read_to_string(&path).unwrap_or_default();
    server.until("all events are delivered", async || text().lines().count() >= EVENTS).await;
    let mut lines: Vec<String> = text().lines().map(str::to_owned).collect();
    lines.sort();
    assert_eq!(lines, (0..EVENTS).map(event).collect::<Vec<_>>());
}

/// Files have a largest size, until that is lifted.
#[tokio::test]
async fn a_limit_of_files_loses_nothing() {
    for config in [QUEUE, DIRECT] {
        let server = Server::start_limited(prepare(config), 24).await;
        let id = server.id().to_string();
        all_arrive(&server, config != DIRECT, || {
            let lifted = Command::new("prlimit").args(["--pid", &id, "--fsize=unlimited:"]).status();
            assert!(lifted.is_ok_and(|status| status.success()), "prlimit");
        })
        .await;
    }
}

/// A mounted file system of 256 KiB; unmounted when dropped.
struct Small<'a>(&'a Path);

impl Small<'_> {
    /// None where mounting is not allowed.
    fn mount(at: &Path) -> Option<Small<'_>> {
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=256k", "tmpfs"]).arg(at).stderr(std::process::Stdio::null());
        mount.status().is_ok_and(|status| status.success()).then_some(Small(at))
    }
}

impl Drop for Small<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0).status();
    }
}

/// A file system that is really full, until a file in it is removed.
#[tokio::test]
async fn a_full_file_system_loses_nothing() {
    for (config, filler) in [(QUEUE, 220 << 10), (DIRECT, 230 << 10)] {
        let folder = prepare(config);
        let at = folder.path().join("small");
        let Some(_mounted) = Small::mount(&at) else { return };
        std::fs::write(at.join("filler"), vec![0; filler]).expect("a filler");
        let server = Server::start_in(folder).await;
        all_arrive(&server, config != DIRECT, || {
            std::fs::remove_file(at.join("filler")).expect("the filler")
        })
        .await;
    }
}
