//! The program under test: starting it in a folder of its own, and never waiting for it for ever.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::process::{Child, Command};

/// The only variables that a program inherits.
const INHERITED: &[&str] = &["PATH", "HOME", "TMPDIR", "LANG", "TZ"];

pub struct Program {
    path: PathBuf,
    ours: bool,
}

/// How a run ended; `exit` is none where it had to be killed.
pub struct Finished {
    pub exit: Option<i32>,
    pub stdout: Vec<u8>,
    pub stderr: Vec<u8>,
}

impl Program {
    /// This build, or another program in its place.
    pub fn new(other: Option<PathBuf>) -> Self {
        let ours = other.is_none();
        let path = other.unwrap_or_else(|| env!("CARGO_BIN_EXE_nekton").into());
        let path = path.canonicalize().unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        Program { path, ours }
    }

    /// Whether the library that this test is linked with does the same as the program.
    pub fn is_ours(&self) -> bool {
        self.ours
    }

    /// A command in a folder, with the few variables that are inherited and those given, in a process group of its own.
    pub fn command(&self, folder: &Path, args: &[String], env: &[(String, String)]) -> Command {
        let mut command = Command::new(&self.path);
        command.args(args).current_dir(folder).env_clear().process_group(0).kill_on_drop(true);
        command.envs(INHERITED.iter().filter_map(|name| Some((name, std::env::var_os(name)?))));
        command.envs(env.iter().map(|(k, v)| (k, v)));
        command
    }

    /// Runs to the end, or kills at the timeout.
    pub async fn run(
        &self,
        folder: &Path,
        args: &[String],
        env: &[(String, String)],
        stdin: &[u8],
        timeout: Duration,
    ) -> std::io::Result<Finished> {
        let mut command = self.command(folder, args, env);
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        let group = Group::of(&child);
        let mut pipe = child.stdin.take();
        let feed = async {
            if let Some(pipe) = &mut pipe {
                // A program that ends early does not read all of it.
                let _ = pipe.write_all(stdin).await;
            }
            pipe = None;
        };
        let run = async { tokio::join!(child.wait_with_output(), feed).0 };
        match tokio::time::timeout(timeout, run).await {
            Ok(output) => {
                let output = output?;
                Ok(Finished { exit: Some(code(output.status)), stdout: output.stdout, stderr: output.stderr })
            }
            Err(_) => {
                group.signal("KILL").await;
                Ok(Finished { exit: None, stdout: Vec::new(), stderr: Vec::new() })
            }
        }
    }
}

/// The exit code, or the negative number of the signal that ended it.
pub fn code(status: std::process::ExitStatus) -> i32 {
    use std::os::unix::process::ExitStatusExt;
    status.code().unwrap_or_else(|| -status.signal().unwrap_or(0))
}

/// The process group of a child: what it started ends with it.
pub struct Group(Option<u32>);

impl Group {
    pub fn of(child: &Child) -> Self {
        Group(child.id())
    }

    pub async fn signal(&self, name: &str) {
        if let Some(id) = self.0 {
            // The shell's own `kill`: a small system may have no other.
            let _ = Command::new("sh").arg("-c").arg(format!("kill -{name} -{id}")).output().await;
        }
    }
}
