//! A list of processors, run one after another over each batch that the last one yields.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use smallvec::SmallVec;

use super::context::Context;
use super::spans::Spans;
use super::{Processed, Processor, Step};
use crate::message::{Batch, Batches, Failure, Group, Join, Transaction};
use crate::telemetry::metrics::{Handle, Processor as ProcessorMetrics, Timer};

/// Processors in order. Without any it passes batches on.
pub struct Chain {
    processors: Vec<Instrumented>,
    mode: Mode,
}

/// What a failed message does to the rest of the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// Nothing: it goes on.
    #[default]
    Lenient,
    /// A batch whose first message is flagged skips the rest.
    StopAtFailure,
}

/// A processor with its metrics and logs.
pub struct Instrumented {
    inner: Box<dyn Processor>,
    cx: Context,
    metrics: Option<Handle<ProcessorMetrics>>,
    calls: AtomicU32,
}

/// After this many calls the duration of only every so many is measured, as a clock costs more than a step.
const SAMPLE: u32 = 16;

// === impl Chain ===

impl Chain {
    pub fn new(processors: Vec<Instrumented>, mode: Mode) -> Self {
        Self { processors, mode }
    }

    pub fn is_empty(&self) -> bool {
        self.processors.is_empty()
    }

    pub fn len(&self) -> usize {
        self.processors.len()
    }

    /// The processor of type `T` that this chain consists of, if it is one that shows itself.
    pub fn only<T: 'static>(&self) -> Option<&T> {
        let [only] = self.processors.as_slice() else { return None };
        only.inner.as_any()?.downcast_ref()
    }

    /// Runs a batch through all processors; done at once if none of them takes time.
    pub fn process(&self, batch: Batch) -> Step<'_> {
        self.from(0, batch)
    }

    /// Runs every transaction through the chain; the acks of what was filtered are answered.
    pub async fn process_group(&self, group: Group) -> Group {
        if self.is_empty() {
            return group;
        }
        let mut done = Group::with_capacity(group.len());
        for Transaction { batch, ack } in group {
            match self.process(batch).finish().await {
                Ok(batches) => done.extend(Join::split(batches, ack)),
                Err(rejected) => ack.fail(rejected.0),
            }
        }
        done
    }

    pub async fn close(&self) {
        for processor in &self.processors {
            processor.inner.close().await;
        }
    }

    /// Runs a batch through the processors from `index` on.
    fn from(&self, mut index: usize, mut batch: Batch) -> Step<'_> {
        loop {
            let stopped = self.mode == Mode::StopAtFailure && batch.first().is_some_and(|m| m.is_failed());
            let Some(processor) = self.processors.get(index).filter(|_| !stopped) else {
                return Step::one(batch);
            };
            index += 1;
            match processor.process(batch) {
                Step::Later(future) => {
                    return Step::later(async move { self.all_from(index, future.await?).finish().await });
                }
                Step::Done(Err(rejected)) => return Step::Done(Err(rejected)),
                Step::Done(Ok(mut batches)) => match (batches.len(), batches.pop()) {
                    (1, Some(only)) => batch = only,
                    (0, _) | (_, None) => return Step::none(),
                    (_, Some(last)) => {
                        batches.push(last);
                        return self.all_from(index, batches);
                    }
                },
            }
        }
    }

    /// Runs several batches, in order, through the processors from `index` on.
    fn all_from(&self, index: usize, batches: Batches) -> Step<'_> {
        let mut done = Batches::new();
        let mut batches = batches.into_iter();
        while let Some(batch) = batches.next() {
            match self.from(index, batch) {
                Step::Done(Ok(mut some)) => done.append(&mut some),
                Step::Done(Err(rejected)) => return Step::Done(Err(rejected)),
                Step::Later(first) => {
                    return Step::later(async move {
                        done.append(&mut first.await?);
                        for batch in batches {
                            done.append(&mut self.from(index, batch).finish().await?);
                        }
                        Ok(done)
                    });
                }
            }
        }
        Step::Done(Ok(done))
    }
}

// === impl Instrumented ===

impl Instrumented {
    /// `silent`: the few processors that have no metrics of their own.
    pub fn new(inner: Box<dyn Processor>, cx: Context, silent: bool) -> Self {
        let metrics = (!silent).then(|| cx.metrics());
        Self { inner, cx, metrics, calls: AtomicU32::new(0) }
    }

    fn process(&self, mut batch: Batch) -> Step<'_> {
        let Some(metrics) = &self.metrics else { return self.inner.process(batch) };
        let spans = self.cx.tracer().map(|tracer| Spans::enter(tracer, self.cx.type_name(), &mut batch));
        let before = unnoted(&batch);
        if self.inner.counts_itself() {
            return match self.inner.process(batch) {
                Step::Done(done) => Step::Done(self.noted(None, &before, spans, done)),
                Step::Later(future) => {
                    Step::later(async move { self.noted(None, &before, spans, future.await) })
                }
            };
        }
        metrics.received.add(batch.len() as u64);
        metrics.batch_received.add(1);
        let calls = self.calls.fetch_add(1, Ordering::Relaxed);
        let weight = if calls < SAMPLE { 1 } else { SAMPLE };
        let began = calls.is_multiple_of(weight).then(Timer::start);
        match self.inner.process(batch) {
            Step::Done(done) => {
                if let Some(began) = began {
                    metrics.latency.record(began.elapsed(), u64::from(weight));
                }
                Step::Done(self.noted(Some(metrics), &before, spans, done))
            }
            Step::Later(future) => {
                let began = Timer::start();
                Step::later(async move {
                    let done = future.await;
                    metrics.latency.record(began.elapsed(), 1);
                    self.noted(Some(metrics), &before, spans, done)
                })
            }
        }
    }

    /// Ends the spans, counts what came out where this is to, and notes the failures that are this processor's own:
    /// those of its children were noted by them, and `before` came in with the batch.
    fn noted(
        &self,
        metrics: Option<&ProcessorMetrics>,
        before: &Failures,
        mut spans: Option<Spans>,
        done: Processed,
    ) -> Processed {
        let mut batches = done?;
        if let Some(metrics) = metrics {
            metrics.sent.add(batches.iter().map(|batch| batch.len() as u64).sum());
            metrics.batch_sent.add(batches.len() as u64);
        }
        for (i, message) in batches.iter_mut().flatten().enumerate() {
            let failure = message.failure().filter(|f| !f.noted && !before.contains(&identity(f)));
            let Some(text) = failure.map(|failure| failure.text.clone()) else { continue };
            if let Some(metrics) = metrics {
                metrics.error.add(1);
                if let Some(spans) = &mut spans {
                    spans.fail(i, &text);
                }
            }
            self.log_failure(&text);
            let origin = self.inner.names_failures().then(|| Arc::new(self.cx.origin()));
            message.set_failure(Some(Arc::new(Failure { text, origin, noted: true })));
        }
        if let Some(spans) = spans {
            spans.leave(&mut batches);
        }
        Ok(batches)
    }

    fn log_failure(&self, text: &str) {
        if self.inner.logs_failures() {
            self.cx.log().error(format_args!("{text}"));
        } else {
            self.cx.log().debug(format_args!("Processor failed: {text}"));
        }
    }
}

/// The identities of failures that nobody has noted.
type Failures = SmallVec<[usize; 2]>;

fn unnoted(batch: &Batch) -> Failures {
    batch.iter().filter_map(|m| m.failure()).filter(|f| !f.noted).map(identity).collect()
}

fn identity(failure: &Arc<Failure>) -> usize {
    Arc::as_ptr(failure) as usize
}
