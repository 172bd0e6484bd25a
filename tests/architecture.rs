//! The shape of the code, checked by a program: which way imports point, who may touch the process, how long things may get.
//! Every finding says where it is and what to do about it. `architecture/source.rs` reads the sources.

#[path = "architecture/ceilings.rs"]
mod ceilings;
#[path = "architecture/source.rs"]
mod source;

use source::{Source, sources};

/// What each folder of `src/` may name of the others. A folder that is missing here is a finding: add its line.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("value", &[]),
    ("telemetry", &["value"]),
    ("store", &["value"]),
    ("bloblang", &["value"]),
    ("message", &["value"]),
    ("expr", &["bloblang", "message", "value"]),
    ("client", &["config", "telemetry", "expr", "bloblang", "message", "value"]),
    ("config", &["telemetry", "expr", "bloblang", "message", "value"]),
    ("component", &["config", "client", "telemetry", "expr", "bloblang", "message", "value"]),
    ("components", &["component", "config", "client", "telemetry", "expr", "bloblang", "message", "value"]),
    ("stream", &["component", "config", "client", "telemetry", "expr", "bloblang", "message", "value"]),
    (
        "manager",
        &["stream", "store", "component", "config", "telemetry", "expr", "bloblang", "message", "value"],
    ),
    ("docs", &["component", "config", "bloblang", "value"]),
    ("lsp", &["docs", "config", "expr", "bloblang", "value"]),
    ("unit", &["manager", "component", "config", "telemetry", "expr", "bloblang", "message", "value"]),
    (
        "api",
        &[
            "manager",
            "stream",
            "component",
            "config",
            "client",
            "telemetry",
            "expr",
            "bloblang",
            "message",
            "value",
        ],
    ),
    (
        "coordinator",
        &["manager", "stream", "component", "config", "telemetry", "expr", "bloblang", "message", "value"],
    ),
    ("console", &["manager", "telemetry", "value"]),
    ("cli", &["*"]),
    ("main", &["cli"]),
];

/// Folders inside `components/` that are no technology but code which several of them share.
const SHARED_COMPONENT_FOLDERS: &[&str] = &["rules", "scan"];

/// What only `cli` (and `main.rs`) may write: (text, what it does).
const PROCESS: &[(&str, &str)] = &[
    ("print!(", "prints"),
    ("println!(", "prints"),
    ("eprint!(", "prints"),
    ("eprintln!(", "prints"),
    ("process::exit(", "exits"),
    ("process::abort(", "exits"),
    ("env::var(", "reads the environment"),
    ("env::var_os(", "reads the environment"),
    ("env::vars(", "reads the environment"),
    ("env::vars_os(", "reads the environment"),
    ("env::args(", "reads the command line"),
    ("env::args_os(", "reads the command line"),
    ("env::set_var(", "changes the environment"),
    ("env::remove_var(", "changes the environment"),
    ("env::temp_dir(", "reads the environment"),
    ("env::home_dir(", "reads the environment"),
];

/// What nobody may write: (text, why).
const FORBIDDEN: &[(&str, &str)] = &[
    ("unbounded_channel", "a queue without a limit turns back-pressure into memory; use a bounded channel"),
    ("mpsc::unbounded", "a queue without a limit turns back-pressure into memory; use a bounded channel"),
    ("UnboundedSender", "a queue without a limit turns back-pressure into memory; use a bounded channel"),
    ("mpsc::channel()", "a queue without a limit turns back-pressure into memory; use a bounded channel"),
    ("sync::mpsc::Sender", "the sender of std has no limit; use SyncSender or tokio's bounded channel"),
    ("todo!(", "finish it or leave it out"),
    ("unimplemented!(", "finish it or leave it out"),
    ("dbg!(", "a debugging aid that was left behind"),
    ("#[allow(", "mend what the lint says, or make the exception in Cargo.toml with its reason"),
    ("#![allow(", "mend what the lint says, or make the exception in Cargo.toml with its reason"),
];

#[test]
fn imports_point_downward() {
    let mut findings = Vec::new();
    for source in sources("src").iter().filter(|s| s.folder() != "lib") {
        let own = source.folder();
        let Some((_, allowed)) = MAY_IMPORT.iter().find(|(name, _)| *name == own) else {
            findings.push(format!(
                "{}: the folder `{own}` has no line in MAY_IMPORT (tests/architecture.rs)",
                source.path
            ));
            continue;
        };
        for (line, name) in source.crate_paths() {
            if name != own && !allowed.contains(&name.as_str()) && !allowed.contains(&"*") {
                findings.push(format!(
                    "{}:{line}: `{own}` names `crate::{name}`; it may name only {allowed:?}. \
                     Take what you need as an argument or a trait, or move it down",
                    source.path
                ));
            }
        }
    }
    report("imports that point upward", &findings);
}

#[test]
fn only_cli_and_tests_name_the_component_table() {
    let findings: Vec<_> = sources("src")
        .iter()
        .filter(|s| !["cli", "components", "lib"].contains(&s.folder()))
        .flat_map(|s| s.crate_paths().into_iter().map(move |(line, name)| (s.path.clone(), line, name)))
        .filter(|(_, _, name)| name == "components")
        .map(|(path, line, _)| format!("{path}:{line}: names `components`; take a Registry instead"))
        .collect();
    report("uses of the component table outside cli", &findings);
}

#[test]
fn component_folders_never_import_each_other() {
    let mut findings = Vec::new();
    let all = sources("src/components");
    for source in all.iter().filter(|s| s.modules().len() > 1) {
        let own = source.modules()[1].clone();
        for (line, path) in source.paths_below("components") {
            let known = all.iter().any(|s| s.modules().get(1) == Some(&path));
            if path != own && known && !SHARED_COMPONENT_FOLDERS.contains(&path.as_str()) {
                findings.push(format!(
                    "{}:{line}: the component folder `{own}` names `{path}`; children come through Context, \
                     shared wire code lives in client/",
                    source.path
                ));
            }
        }
    }
    report("component folders that import each other", &findings);
}

#[test]
fn only_cli_prints_exits_or_reads_the_environment() {
    let mut findings = Vec::new();
    for source in sources("src").iter().filter(|s| !["cli", "main"].contains(&s.folder())) {
        for (text, what) in PROCESS {
            for line in source.lines_with(text) {
                findings
                    .push(format!("{}:{line}: `{text}..)` {what}; only cli may, pass it in", source.path));
            }
        }
    }
    report("uses of the process outside cli", &findings);
}

#[test]
fn nothing_forbidden_is_used() {
    let mut findings = Vec::new();
    for source in sources("src") {
        for (text, why) in FORBIDDEN {
            for line in source.lines_with(text) {
                findings.push(format!("{}:{line}: `{text}`: {why}", source.path));
            }
        }
        for line in source.discarded_spawns() {
            findings.push(format!(
                "{}:{line}: a task is spawned and its handle dropped; keep it in a JoinSet, a TaskTracker or a field",
                source.path
            ));
        }
    }
    report("things nobody may use", &findings);
}

#[test]
fn every_file_says_what_it_is() {
    let findings: Vec<_> = ["src", "tests", "benches", "examples"]
        .iter()
        .flat_map(|folder| sources(folder))
        .filter(|s| !s.text.starts_with("//!"))
        .map(|s| format!("{}:1: begin the file with a `//!` line that says what it holds", s.path))
        .collect();
    report("files without a word about themselves", &findings);
}

#[test]
fn files_and_functions_stay_short() {
    let all: Vec<Source> = ["src", "tests", "benches", "examples"].iter().flat_map(|f| sources(f)).collect();
    report("ceilings", &ceilings::findings(&all));
}

#[test]
fn no_path_of_a_machine_is_in_a_file() {
    // Assembled here so that this file does not find itself.
    let places: Vec<String> =
        ["work", "root", "farm", "tmp/nk", "tmp/ref"].iter().map(|dir| format!("/{dir}/")).collect();
    let mut findings = Vec::new();
    for (path, text) in source::project_files() {
        for (number, line) in text.lines().enumerate() {
            for place in &places {
                let ours = line.match_indices(place.as_str()).any(|(at, _)| {
                    !line[..at]
                        .ends_with(|c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '*' | '}'))
                });
                if ours {
                    findings.push(format!("{path}:{}: names `{place}`; use a relative path", number + 1));
                }
            }
        }
    }
    report("paths of one machine", &findings);
}

fn report(what: &str, findings: &[String]) {
    assert!(findings.is_empty(), "{} {what}:\n  {}", findings.len(), findings.join("\n  "));
}
