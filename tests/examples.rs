//! Runs the `console` blocks of the project's README and of every example, and compares what they print.
//!
//! A line after `$ ` is a command, the lines below it are what it prints; `...` in them stands for anything on its line.
//! All blocks of a page run in one shell, in a copy of its folder, with `nekton` on the path and port 4195 replaced by
//! a free one. NEKTON_TEST_BIN=PATH puts another program in its place.

#[path = "support/port.rs"]
mod port;

use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use port::free_port;

const PORT: &str = "4195";
const LIMIT: Duration = Duration::from_secs(60);
/// The command of the README that does not come back, and what runs in its place.
const FOREGROUND: &str = "cargo run --release -- streams config/streams";
const BACKGROUND: &str = "nekton streams -o server.yaml config/streams >server.log 2>&1 &
until curl -sf localhost:4195/ready >/dev/null; do sleep 0.1; done";
/// Stands in the output between one command and the next.
const MARK: &str = "\u{1e}";

#[test]
fn access_log() {
    check("examples/access-log");
}

#[test]
fn cpu_usage() {
    check("examples/cpu-usage");
}

#[test]
fn orders_api() {
    check("examples/orders-api");
}

#[test]
fn every_example_is_run() {
    let here = std::fs::read_to_string(root().join(file!())).expect("this file");
    let folders = std::fs::read_dir(root().join("examples")).expect("examples");
    for folder in folders.filter_map(Result::ok).filter(|f| f.path().is_dir()) {
        let name = format!("examples/{}", folder.file_name().display());
        assert!(here.contains(&format!("check(\"{name}\")")), "{name}: add a test that runs it");
    }
}

/// The README of the project: its server runs in the background here, from an already built program.
#[test]
fn readme() {
    let place = Place::new();
    copy(&root().join("config"), &place.copy.join("config"), &place.port);
    let server = format!("http: {{ address: 127.0.0.1:{} }}", place.port);
    std::fs::write(place.copy.join("server.yaml"), server).expect("server.yaml");
    place.check("README.md");
}

/// A command of a page and what it is said to print.
struct Step {
    command: String,
    prints: Vec<String>,
}

/// Runs the page of an example in a copy of its folder.
fn check(folder: &str) {
    let place = Place::new();
    copy(&root().join(folder), &place.copy, &place.port);
    place.check(&format!("{folder}/README.md"));
}

/// Where one page is run: a folder for its files, one that holds `nekton`, and a port.
struct Place {
    copy: PathBuf,
    bin: PathBuf,
    port: String,
    /// Holds both folders, and removes them in the end.
    above: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let above = tempfile::tempdir().expect("a folder");
        let (copy, bin) = (above.path().join("copy"), above.path().join("bin"));
        std::fs::create_dir(&copy).expect("copy");
        std::fs::create_dir(&bin).expect("bin");
        std::os::unix::fs::symlink(program(), bin.join("nekton")).expect("link");
        Place { copy, bin, port: free_port().to_string(), above }
    }

    /// Runs the commands of a page and compares what each prints.
    fn check(&self, page: &str) {
        let steps = steps(&std::fs::read_to_string(root().join(page)).expect(page));
        assert!(!steps.is_empty(), "{page}: no command");
        let printed = self.run(&steps);
        let mut printed = printed.split(MARK);
        for step in &steps {
            let got: Vec<&str> =
                printed.next().unwrap_or_default().trim_start_matches('\n').lines().collect();
            let same =
                got.len() == step.prints.len() && got.iter().zip(&step.prints).all(|(g, p)| fits(g, p));
            assert!(
                same,
                "{page}: `{}` printed\n{}\nbut the page says\n{}\nAlso said:\n{}",
                step.command,
                got.join("\n"),
                step.prints.join("\n"),
                self.said()
            );
        }
    }

    /// What the commands print, with a mark after each; ends everything they started.
    fn run(&self, steps: &[Step]) -> String {
        let path = format!("{}:{}", self.bin.display(), std::env::var("PATH").unwrap_or_default());
        let script: String = steps
            .iter()
            .map(|s| format!("{}\nprintf '{MARK}\\n'\n", s.command.replace(PORT, &self.port)))
            .collect();
        let (out, err) = (self.above.path().join("out"), self.above.path().join("err"));
        let mut shell = Command::new("bash")
            .args(["-c", &script])
            .current_dir(&self.copy)
            .env("PATH", path)
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(std::fs::File::create(&out).expect("out"))
            .stderr(std::fs::File::create(&err).expect("err"))
            .spawn()
            .expect("bash");
        let start = Instant::now();
        while shell.try_wait().expect("wait").is_none() && start.elapsed() < LIMIT {
            std::thread::sleep(Duration::from_millis(10));
        }
        let late = start.elapsed() >= LIMIT;
        Command::new("bash").args(["-c", &format!("kill -KILL -{}", shell.id())]).output().expect("kill");
        let printed = std::fs::read_to_string(&out).expect("out");
        assert!(!late, "not done after {LIMIT:?}; it printed\n{printed}\nand said\n{}", self.said());
        printed
    }

    /// What went to stderr, and what servers logged.
    fn said(&self) -> String {
        let files = [self.above.path().join("err"), self.copy.join("server.log")];
        files.iter().filter_map(|file| std::fs::read_to_string(file).ok()).collect()
    }
}

/// The commands of all `console` blocks of a page. A command goes on after a line that ends with a backslash.
fn steps(page: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for block in page.split("```console\n").skip(1) {
        for line in block.split("```").next().unwrap_or_default().lines() {
            match (line.strip_prefix("$ "), steps.last_mut()) {
                (_, Some(step)) if step.command.ends_with('\\') => step.command += &format!("\n{line}"),
                (Some(command), _) => {
                    let command = command.replace(FOREGROUND, BACKGROUND);
                    steps.push(Step { command, prints: Vec::new() });
                }
                (None, Some(step)) => step.prints.push(line.into()),
                (None, None) => panic!("a block begins with output: {line}"),
            }
        }
    }
    steps
}

/// Copies a folder; the port is replaced in YAML files, and what a run by hand left in `data` stays behind.
fn copy(from: &Path, to: &Path, port: &str) {
    std::fs::create_dir_all(to).expect("folder");
    for entry in std::fs::read_dir(from).expect("folder").filter_map(Result::ok) {
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            if entry.file_name() != "data" {
                copy(&path, &target, port);
            }
        } else if path.extension().is_some_and(|e| e == "yaml") {
            let text = std::fs::read_to_string(&path).expect("text");
            std::fs::write(target, text.replace(PORT, port)).expect("written");
        } else {
            std::fs::copy(&path, target).expect("copied");
        }
    }
}

fn fits(got: &str, pattern: &str) -> bool {
    let pattern: Vec<String> = pattern.split("...").map(regex::escape).collect();
    regex::Regex::new(&format!("^{}$", pattern.join(".*"))).expect("a pattern").is_match(got)
}

fn program() -> PathBuf {
    let other = std::env::var_os("NEKTON_TEST_BIN").map(PathBuf::from);
    other.unwrap_or_else(|| env!("CARGO_BIN_EXE_nekton").into())
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
