//! The program in streams mode, in a folder of its own.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use crate::http::{self, Response};
use crate::port::free_port;

/// How long anything may take here before it counts as stuck.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// A running server; dropping it kills it.
pub struct Server {
    pub port: u16,
    pub folder: TempDir,
    child: Child,
}

// === impl Server ===

impl Server {
    /// Starts the server without a stream and waits until it answers.
    pub async fn start() -> Self {
        Self::start_in(tempfile::tempdir().expect("a folder")).await
    }

    /// Starts the server in a folder; the streams in its `streams` folder, if it has one, are run.
    pub async fn start_in(folder: TempDir) -> Self {
        Self::start_with(folder, &[]).await
    }

    /// As [`Self::start_in`], with more flags.
    pub async fn start_with(folder: TempDir, flags: &[&str]) -> Self {
        Self::launch(folder, Command::new(program()), flags).await
    }

    /// As [`Self::start_in`]; a file can hold so many blocks of 512 bytes, until somebody lifts that.
    pub async fn start_limited(folder: TempDir, blocks: usize) -> Self {
        let mut command = Command::new("sh");
        let script = format!("trap '' XFSZ; ulimit -S -f {blocks}; exec \"$@\"");
        command.args(["-c", &script, "sh"]).arg(program());
        Self::launch(folder, command, &[]).await
    }

    async fn launch(folder: TempDir, mut command: Command, flags: &[&str]) -> Self {
        let port = free_port();
        let root = format!(
            "http: {{address: \"127.0.0.1:{port}\"}}\nlogger: {{level: \"OFF\"}}\nshutdown_timeout: 2s\n"
        );
        std::fs::write(folder.path().join("root.yaml"), root).expect("root.yaml");
        command.args(["streams", "-o", "root.yaml"]).args(flags).current_dir(folder.path());
        if folder.path().join("streams").exists() {
            command.arg("streams");
        }
        let child =
            command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("nekton");
        let server = Server { port, folder, child };
        server.until("the server answers", async || server.try_call("GET", "/ping", "").await.is_ok()).await;
        server
    }

    /// Sends a request; the status, and the body as text.
    pub async fn call(&self, method: &str, path: &str, body: &str) -> (u16, String) {
        let answer = self.try_call(method, path, body).await;
        let answer = answer.unwrap_or_else(|error| panic!("{method} {path}: {error}"));
        (answer.status, String::from_utf8_lossy(&answer.body).into_owned())
    }

    /// As [`Self::call`], where the answer is to be 200.
    pub async fn ok(&self, method: &str, path: &str, body: &str) -> String {
        let (status, text) = self.call(method, path, body).await;
        assert_eq!(status, 200, "{method} {path}: {text}");
        text
    }

    /// What a path answers, as JSON.
    pub async fn json(&self, path: &str) -> Value {
        let text = self.ok("GET", path, "").await;
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("GET {path}: {error}: {text}"))
    }

    pub async fn try_call(&self, method: &str, path: &str, body: &str) -> std::io::Result<Response> {
        let body = (!body.is_empty()).then_some(body.as_bytes());
        http::request(self.port, method, path, &[], body, PATIENCE).await
    }

    /// Waits until something holds.
    pub async fn until(&self, what: &str, mut holds: impl AsyncFnMut() -> bool) {
        let start = Instant::now();
        while !holds().await {
            assert!(start.elapsed() < PATIENCE, "not after {PATIENCE:?}: {what}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// The process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Ends the process at once, as the kernel does when memory is short, and gives back its folder.
    pub fn kill(mut self) -> TempDir {
        self.end();
        std::mem::replace(&mut self.folder, tempfile::tempdir().expect("a folder"))
    }

    /// Sends the process SIGTERM.
    pub fn terminate(&self) {
        let asked = Command::new("sh").args(["-c", &format!("kill -TERM {}", self.id())]).status();
        assert!(asked.is_ok_and(|status| status.success()), "kill");
    }

    /// Asks the process to stop; how long that took, and its folder.
    pub fn stop(mut self) -> (Duration, TempDir) {
        let start = Instant::now();
        self.terminate();
        while self.child.try_wait().expect("wait").is_none() {
            assert!(start.elapsed() < PATIENCE, "still running {PATIENCE:?} after SIGTERM");
            std::thread::sleep(Duration::from_millis(10));
        }
        (start.elapsed(), self.kill())
    }

    fn end(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.end();
    }
}

/// What is tested: this build, or what NEKTON_TEST_BIN names.
pub fn program() -> PathBuf {
    let other = std::env::var_os("NEKTON_TEST_BIN").map(PathBuf::from);
    other.unwrap_or_else(|| env!("CARGO_BIN_EXE_nekton").into())
}
