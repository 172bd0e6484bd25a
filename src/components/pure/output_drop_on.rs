//! `drop_on`: drops messages where its child refuses them or takes too long.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use regex::Regex;
use tokio::sync::{Semaphore, oneshot};
use tokio_util::sync::CancellationToken;

use crate::component::{Built, Context, Output, OutputBuild, OutputSpec};
use crate::config::{
    ComponentSpec, Conf, Duration as DurationText, Example, Field, Finding, Kind, OutputConf, field, regex,
};
use crate::message::{Batch, Group, Nack, Outcome, Transaction};

const ERROR: Field<bool> =
    field("error").default(false).doc("Whether messages are dropped that the output refuses.");
const ERROR_PATTERNS: Field<Option<Vec<String>>> = field("error_patterns").version("4.27.0").usable(regex).doc(
    "Regular expressions; messages are dropped whose refusal one of them matches. Not together with `error`.",
);
const BACK_PRESSURE: Field<Option<DurationText>> =
    field("back_pressure").doc("How long the output may take for a message before it is given up.");
const OUTPUT: Field<OutputConf> = field("output").doc("Where messages go.");

pub const DROP_ON: OutputSpec = OutputSpec {
    spec: ComponentSpec::new(Kind::Output, "drop_on")
        .categories(&["Utility"])
        .summary("Drops messages that its child refuses or does not take in time.")
        .description("Without `error: true` a message that was given up for back pressure goes back to the input, which may send it again. A message that was given up may have been delivered all the same.")
        .fields(&[&ERROR, &ERROR_PATTERNS, &BACK_PRESSURE, &OUTPUT])
        .examples(&[Example { title: "Never mind", config: "drop_on:\n  error: true\n  output:\n    reject: 'no'\n" }])
        .rule(drops_something),
    build: OutputBuild::Output(|conf, cx| Ok(Arc::new(DropOn::new(conf, cx)?))),
};

/// Back pressure alone drops nothing.
fn drops_something(conf: &Conf, found: &mut Vec<Finding>) {
    let drops = conf.get(&ERROR).unwrap_or(true) || conf.has(&ERROR_PATTERNS);
    if conf.has(&BACK_PRESSURE) && !drops {
        let text = "without `error: true` a message that is given up for back pressure is not dropped: it goes back to the input";
        let line = conf.node().get(BACK_PRESSURE.name()).map_or(conf.node().line, |node| node.line);
        found.push(Finding::warning(line, text));
    }
}

struct DropOn {
    output: Arc<dyn Output>,
    error: bool,
    patterns: Vec<Regex>,
    back_pressure: Option<Duration>,
    /// Whether the last message was given up: then the next ones are not waited for.
    pressed: AtomicBool,
    /// One permit: taken while the output takes over a batch.
    free: Arc<Semaphore>,
    /// Cancelled at the end, for a write that does not come to one.
    closing: CancellationToken,
    cx: Context,
}

// === impl DropOn ===

impl DropOn {
    fn new(conf: &Conf, cx: &Context) -> Built<Self> {
        let error = conf.get(&ERROR)?;
        let patterns = conf.get(&ERROR_PATTERNS)?.unwrap_or_default();
        if error && !patterns.is_empty() {
            return Err(conf.error(&ERROR_PATTERNS, "error and error_patterns exclude each other").into());
        }
        let compile = |pattern: &String| {
            Regex::new(pattern).map_err(|e| conf.error(&ERROR_PATTERNS, format!("'{pattern}': {e}")).into())
        };
        Ok(Self {
            output: cx.output(&conf.get(&OUTPUT)?)?,
            error,
            patterns: patterns.iter().map(compile).collect::<Built<_>>()?,
            back_pressure: conf.get(&BACK_PRESSURE)?.map(DurationText::get).filter(|d| !d.is_zero()),
            pressed: AtomicBool::new(false),
            free: Arc::new(Semaphore::new(1)),
            closing: CancellationToken::new(),
            cx: cx.clone(),
        })
    }

    /// The outcome that the input is told.
    fn judged(&self, outcome: Outcome) -> Outcome {
        let Err(nack) = outcome else { return Ok(()) };
        if self.error || self.patterns.iter().any(|pattern| pattern.is_match(&nack.reason)) {
            self.cx.log().warn(format_args!("Message dropped: {}", nack.reason));
            return Ok(());
        }
        Err(nack)
    }

    /// Sends one transaction and waits for its answer, but not for longer than it may take.
    async fn send_within(&self, transaction: Transaction, limit: Duration) {
        let Transaction { batch, ack } = transaction;
        let outcome = match tokio::time::timeout(limit, self.send_and_wait(batch, limit)).await {
            Ok(Some(outcome)) => {
                self.pressed.store(false, Ordering::Relaxed);
                outcome
            }
            _ => {
                self.pressed.store(true, Ordering::Relaxed);
                Err(Nack::whole(format!("experienced back pressure beyond: {}", DurationText::from(limit))))
            }
        };
        ack.resolve(self.judged(outcome));
    }

    /// Hands a batch over and waits for its answer; none if the output cannot take it now although it was pressed
    /// before. A write that has begun goes on by itself, as half of it may be out when the time is over.
    async fn send_and_wait(&self, batch: Batch, limit: Duration) -> Option<Outcome> {
        let patience = if self.pressed.load(Ordering::Relaxed) { Duration::ZERO } else { limit };
        let free = tokio::time::timeout(patience, self.free.clone().acquire_owned());
        // The semaphore is never closed.
        let permit = free.await.ok()?.ok()?;
        let (answer, answered) = oneshot::channel();
        // Nobody waits any more for the answer of a batch that was given up.
        let ack = crate::message::sink(move |outcome| drop(answer.send(outcome)));
        let (output, closing) = (self.output.clone(), self.closing.clone());
        self.cx.run(Box::pin(async move {
            tokio::select! {
                biased;
                () = async {
                    output.send(vec![Transaction::new(batch, ack)]).await;
                    output.flush().await;
                } => {}
                () = closing.cancelled() => {}
            }
            drop(permit);
        }));
        Some(answered.await.unwrap_or_else(|_| Err(Nack::whole("the output was closed"))))
    }
}

#[async_trait]
impl Output for DropOn {
    async fn send(&self, group: Group) {
        for transaction in group {
            match self.back_pressure {
                Some(limit) => self.send_within(transaction, limit).await,
                None => {
                    let Transaction { batch, ack } = transaction;
                    let (answer, answered) = oneshot::channel();
                    // The receiver waits right below, unless the stream is killed.
                    let watched = crate::message::sink(move |outcome| drop(answer.send(outcome)));
                    self.output.send(vec![Transaction::new(batch, watched)]).await;
                    self.output.flush().await;
                    let outcome =
                        answered.await.unwrap_or_else(|_| Err(Nack::whole("the output was closed")));
                    ack.resolve(self.judged(outcome));
                }
            }
        }
    }

    async fn flush(&self) {
        self.output.flush().await;
    }

    async fn close(&self) {
        // A write that was given up may still be under way; it gets as long again.
        let limit = self.back_pressure.unwrap_or(Duration::MAX);
        if tokio::time::timeout(limit, self.free.acquire()).await.is_err() {
            self.closing.cancel();
        }
        self.output.close().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn back_pressure_that_drops_nothing_is_told() {
        for (yaml, expected) in [
            ("{ back_pressure: 1s, output: { drop: {} } }", 1),
            ("{ back_pressure: 1s, error: true, output: { drop: {} } }", 0),
            ("{ back_pressure: 1s, error_patterns: [ a ], output: { drop: {} } }", 0),
        ] {
            let node = crate::config::parse(yaml.as_bytes()).expect("YAML");
            let mut found = Vec::new();
            drops_something(&Conf::new(node, "root.output.drop_on"), &mut found);
            assert_eq!(found.len(), expected, "{yaml}");
        }
    }
}
