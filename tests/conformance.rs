//! Runs the recorded cases of `conformance/cases` against this build and holds the result against `known-failures.txt`.
//!
//! `cargo test --test conformance -- [ID-GLOB ...] [-v]`; `-v` shows wanted and got of known failures too.
//! NEKTON_CONFORMANCE_UPDATE=1 runs everything and rewrites the list; NEKTON_CONFORMANCE_FULL=1 also runs what a glob
//! of the list covers; NEKTON_TEST_BIN=PATH checks another program instead, and takes no list into account.

#[path = "conformance/api.rs"]
mod api;
#[path = "conformance/case.rs"]
mod case;
#[path = "support/http.rs"]
mod http;
#[path = "conformance/kinds.rs"]
mod kinds;
#[path = "conformance/mapping.rs"]
mod mapping;
#[path = "support/port.rs"]
mod port;
#[path = "conformance/program.rs"]
mod program;
#[path = "conformance/ratchet.rs"]
mod ratchet;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use case::Case;
use futures_util::StreamExt;
use program::Program;
use ratchet::{KnownFailures, Verdict};
use serde_json::Value;

/// How long a case may take. The cases were recorded with the same limit.
const TIMEOUT: Duration = Duration::from_secs(20);
/// How long a case may take that is known to fail: some of these would wait for ever.
const TIMEOUT_KNOWN: Duration = Duration::from_secs(5);

/// A case that was run.
struct Outcome {
    case: Case,
    got: Value,
    verdict: Verdict,
}

#[tokio::main]
async fn main() -> ExitCode {
    let flag = |name| std::env::var_os(name).is_some_and(|v| !v.is_empty() && v != "0");
    let (verbose, globs) = arguments();
    let other = std::env::var_os("NEKTON_TEST_BIN").map(PathBuf::from);
    let update = flag("NEKTON_CONFORMANCE_UPDATE");
    let everything = update || flag("NEKTON_CONFORMANCE_FULL") || other.is_some();
    let known = if other.is_some() { KnownFailures::default() } else { KnownFailures::load() };
    let cases: Vec<Case> = case::load(other.is_none()).into_iter().filter(|c| c.matches(&globs)).collect();

    let start = Instant::now();
    let (skipped, chosen): (Vec<_>, Vec<_>) =
        cases.into_iter().partition(|c| !everything && known.by_glob(&c.id));
    let program = Program::new(other);
    let outcomes = run_all(&program, &known, chosen).await;

    if update {
        known.updated(outcomes.iter().map(|o| (o.case.id.as_str(), o.verdict))).save();
        println!("rewrote {}", ratchet::PATH);
    }
    report(&outcomes, skipped.len(), verbose, start.elapsed())
}

/// Our own options among those that `cargo test` hands on: whether to be verbose, and globs of ids.
fn arguments() -> (bool, Vec<String>) {
    let all: Vec<String> = std::env::args().skip(1).collect();
    let verbose = all.iter().any(|a| a == "-v");
    (verbose, all.into_iter().filter(|a| !a.starts_with('-')).collect())
}

async fn run_all(program: &Program, known: &KnownFailures, cases: Vec<Case>) -> Vec<Outcome> {
    let jobs = std::thread::available_parallelism().map_or(2, usize::from) + 2;
    let mut outcomes: Vec<(usize, Outcome)> = futures_util::stream::iter(cases.into_iter().enumerate())
        .map(|(n, case)| async move { (n, run(program, known, case).await) })
        .buffer_unordered(jobs)
        .collect()
        .await;
    outcomes.sort_by_key(|(n, _)| *n);
    // Some cases measure time: what failed in the crowd gets one more chance alone.
    let mut settled = Vec::with_capacity(outcomes.len());
    for (_, outcome) in outcomes {
        settled.push(match outcome.verdict {
            Verdict::New => run(program, known, outcome.case).await,
            _ => outcome,
        });
    }
    settled
}

async fn run(program: &Program, known: &KnownFailures, case: Case) -> Outcome {
    let listed = known.covers(&case.id);
    let timeout = if listed { TIMEOUT_KNOWN } else { TIMEOUT };
    let got = kinds::run(program, &case, timeout).await;
    let verdict = Verdict::of(case::same(&got, case.expect()), listed);
    Outcome { case, got, verdict }
}

fn report(outcomes: &[Outcome], skipped: usize, verbose: bool, took: Duration) -> ExitCode {
    let mut files: BTreeMap<&str, [usize; 2]> = BTreeMap::new();
    let mut count = BTreeMap::<Verdict, usize>::new();
    for outcome in outcomes {
        let file = files.entry(&outcome.case.file).or_default();
        file[0] += usize::from(matches!(outcome.verdict, Verdict::Pass | Verdict::Mended));
        file[1] += 1;
        *count.entry(outcome.verdict).or_default() += 1;
        let show = match outcome.verdict {
            Verdict::New => true,
            Verdict::Known => verbose,
            Verdict::Pass => false,
            Verdict::Mended => {
                println!("MENDED {}: passes now, delete its line in {}", outcome.case.id, ratchet::PATH);
                false
            }
        };
        if show {
            println!(
                "{} {}",
                if outcome.verdict == Verdict::New { "FAIL" } else { "known" },
                outcome.case.id
            );
            println!("   want {}\n   got  {}", short(outcome.case.expect()), short(&outcome.got));
        }
    }
    for (file, [passed, all]) in &files {
        println!("{file}: {passed}/{all}");
    }
    let of = |verdict| count.get(&verdict).copied().unwrap_or(0);
    let failed = of(Verdict::New) + of(Verdict::Mended);
    println!(
        "conformance: {} passed, {failed} failed, {} known failures, {skipped} not run, {:.1} s",
        of(Verdict::Pass),
        of(Verdict::Known),
        took.as_secs_f64()
    );
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn short(value: &Value) -> String {
    let text = value.to_string();
    text.char_indices().nth(600).map_or(text.clone(), |(at, _)| format!("{}...", &text[..at]))
}
