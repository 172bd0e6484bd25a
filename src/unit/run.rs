//! Runs the cases of many configs, several configs at once.

use std::borrow::Cow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;
use std::time::Instant;

use super::case::Case;
use super::condition::Condition;
use super::coverage::Coverage;
use super::definition::Definition;
use super::environment::Environment;
use super::report::{CaseReport, FileReport};
use super::target::Subject;
use super::text::{Paint, Text};
use crate::bloblang::STACK;
use crate::component::{Registry, panic_text};
use crate::config::{self, Finding, FindingKind, LintOptions, Part, Severity};
use crate::manager::Vars;
use crate::message::{Batch, Message};
use crate::telemetry::Logger;

/// What tests are run with.
pub struct Runner {
    pub registry: Arc<Registry>,
    /// Environment variables, those of the running case ([`super::variable`]) included.
    pub vars: Vars,
    pub log: Logger,
    /// Files with resources that all configs may use.
    pub resources: Vec<PathBuf>,
    /// Whether to note what is run.
    pub coverage: bool,
}

/// How the cases of the config with a number ended, or why they could not be run.
type Done = (usize, Result<FileReport, String>);

// === impl Runner ===

impl Runner {
    /// Runs the cases of all configs on `threads` threads. `done` is told of each config, in their order, and the
    /// first one that cannot be run at all ends it with an error.
    pub fn run(
        &self,
        definitions: &[Definition],
        threads: usize,
        mut done: impl FnMut(FileReport),
    ) -> Result<(), String> {
        let next = AtomicUsize::new(0);
        let (sender, receiver) = sync_channel::<Done>(definitions.len().max(1));
        thread::scope(|scope| {
            for _ in 0..threads.clamp(1, definitions.len().max(1)) {
                let (sender, next) = (sender.clone(), &next);
                // Mappings may nest deeply, which takes a large stack.
                let thread = thread::Builder::new().stack_size(STACK);
                thread
                    .spawn_scoped(scope, move || self.work(definitions, next, &sender))
                    .map_err(|error| format!("failed to start a thread: {error}"))?;
            }
            drop(sender);
            let mut early: Vec<Option<Result<FileReport, String>>> =
                definitions.iter().map(|_| None).collect();
            for (i, definition) in definitions.iter().enumerate() {
                while early[i].is_none() {
                    let Ok((at, result)) = receiver.recv() else { break };
                    early[at] = Some(result);
                }
                let result = early[i].take().unwrap_or_else(|| Err("its thread is gone".to_owned()));
                match result {
                    Ok(report) => done(report),
                    Err(error) => {
                        next.store(definitions.len(), Ordering::Relaxed);
                        let config = definition.config.display();
                        return Err(format!("Failed to execute test target '{config}': {error}"));
                    }
                }
            }
            Ok(())
        })
    }

    /// Takes one config after the other until none is left.
    fn work(&self, definitions: &[Definition], next: &AtomicUsize, sender: &SyncSender<Done>) {
        loop {
            let i = next.fetch_add(1, Ordering::Relaxed);
            let Some(definition) = definitions.get(i) else { return };
            let result = catch_unwind(AssertUnwindSafe(|| self.file(definition)))
                .unwrap_or_else(|panic| Err(format!("a component panicked: {}", panic_text(&*panic))));
            if sender.send((i, result)).is_err() {
                return;
            }
        }
    }

    fn file(&self, definition: &Definition) -> Result<FileReport, String> {
        let mut report = FileReport::new(definition, self.lint(&definition.config)?);
        let mut coverage = Coverage::default();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| format!("failed to start: {error}"))?;
        for (i, case) in definition.cases.iter().enumerate() {
            let done = runtime.block_on(self.case(case, &definition.config, &mut coverage));
            report.cases.push(done.map_err(|error| format!("test case {i} failed: {error}"))?);
        }
        report.coverage = self.coverage.then_some(coverage);
        Ok(report)
    }

    /// What is wrong with the config itself. Each case may set variables of its own, so that none is missed here.
    fn lint(&self, config: &Path) -> Result<Vec<Finding>, String> {
        let text = std::fs::read(config).map_err(|error| error.to_string())?;
        let lookup = |name: &str| (self.vars)(name);
        let options = LintOptions::default();
        let loaded = config::load(&text, Part::Run, Some(&lookup), &*self.registry, &options)
            .map_err(|error| error.to_string())?;
        let counts = |finding: &Finding| {
            finding.severity == Severity::Error && finding.kind != FindingKind::MissingEnvVar
        };
        Ok(loaded.findings.into_iter().filter(counts).collect())
    }

    async fn case(&self, case: &Case, config: &Path, coverage: &mut Coverage) -> Result<CaseReport, String> {
        let began = Instant::now();
        let _environment = Environment::set(&case.environment);
        let subject = Subject::of(case, config, self)?;
        let batches = case.batches(config.parent().unwrap_or(Path::new("")))?;
        let mut failures = Vec::new();
        let results = subject.run(batches).await.unwrap_or_else(|error| {
            failures.push(Text::plain(format!("processors resulted in error: {error}")));
            Vec::new()
        });
        subject.close().await;
        compare(case, &results, &mut failures);
        if let Subject::Processors(built) = &subject
            && self.coverage
            && built.file == config
        {
            coverage.add(built, &self.registry);
        }
        Ok(CaseReport { name: case.shown().into(), line: case.line, failures, took: began.elapsed() })
    }
}

/// Compares what came out with what is expected.
fn compare(case: &Case, results: &[Batch], failures: &mut Vec<Text>) {
    let (expected, got) = (case.expected.len(), results.len());
    if got < expected {
        failures.push(Text::plain(format!("wrong batch count, expected {expected}, got {got}")));
    }
    for (i, batch) in results.iter().enumerate() {
        match case.expected.get(i) {
            Some(expected) => compare_batch(i, batch, expected, failures),
            None => {
                let contents: Vec<_> = batch.iter().map(content).collect();
                failures.push(Text::plain(format!("unexpected batch: [{}]", contents.join(" "))));
            }
        }
    }
}

fn compare_batch(i: usize, batch: &Batch, expected: &[Vec<Condition>], failures: &mut Vec<Text>) {
    let (wanted, got) = (expected.len(), batch.len());
    if wanted != got {
        failures.push(Text::plain(format!(
            "mismatch of output batch {i} message counts, expected {wanted}, got {got}"
        )));
    }
    for (j, message) in batch.iter().enumerate() {
        let Some(conditions) = expected.get(j) else {
            failures.push(Text::plain(format!("unexpected message from batch {i}: {}", content(message))));
            continue;
        };
        let place = || Text::plain(format!("batch {i} message {j}: "));
        let before = failures.len();
        for failure in conditions.iter().filter_map(|condition| condition.failure(message)) {
            let mut text = place();
            text.append(failure);
            failures.push(text);
        }
        if let Some(error) = message.failure().filter(|_| failures.len() > before) {
            failures.push(place().and(Paint::Received, error.text.as_str()));
        }
    }
}

fn content(message: &Message) -> Cow<'_, str> {
    String::from_utf8_lossy(message.bytes())
}
