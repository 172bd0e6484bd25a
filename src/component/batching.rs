//! Batching policies: when a batch is complete, and what is done to it then.

use std::sync::Arc;
use std::time::Duration;

use super::chain::Chain;
use super::context::Context;
use super::registry::Built;
use crate::config::{AnyField, Conf, Duration as DurationText, Field, ProcessorConf, field};
use crate::expr::Check;
use crate::message::{Batch, Transaction};
use crate::telemetry::metrics::{Batching as BatchMetrics, Handle};

const COUNT: Field<i64> =
    field("count").default(0).doc("Completes a batch at this many messages; 0 never does.");
const BYTE_SIZE: Field<i64> =
    field("byte_size").default(0).doc("Completes a batch at this many bytes of content; 0 never does.");
const PERIOD: Field<DurationText> =
    field("period").default("").doc("Completes a batch when this much time has passed since the last one.");
const CHECK: Field<Check> = field("check")
    .default("")
    .doc("A query on the newest message of the batch; the batch is complete when it is true.");
const PROCESSORS: Field<Option<Vec<ProcessorConf>>> =
    field("processors").advanced().doc("Processors that run on a complete batch, to pack or reduce it.");

/// Not among [`POLICY_FIELDS`], as only the policies of some components have it.
pub const JITTER: Field<f64> = field("jitter").default(0.0).doc(
    "The end of a period comes later by a random part of it, at most by this factor, so that many streams do not \
     write at the same moment.",
);

/// The fields of a policy.
pub const POLICY_FIELDS: &[&dyn AnyField] = &[&COUNT, &BYTE_SIZE, &PERIOD, &CHECK, &PROCESSORS];

/// The usual field that holds a policy.
pub const BATCHING: Field<Conf> =
    field("batching").fields(POLICY_FIELDS).doc("When messages are joined into a batch.");

/// When a batch is complete, and what is done to it then.
pub struct Policy {
    triggers: Triggers,
    pub processors: Arc<Chain>,
    metrics: Handle<BatchMetrics>,
}

struct Triggers {
    count: usize,
    byte_size: usize,
    period: Option<Duration>,
    jitter: f64,
    check: Option<Check>,
}

// === impl Triggers ===

impl Triggers {
    fn read(conf: &Conf) -> Built<Self> {
        let period = conf.get(&PERIOD)?.get();
        let check = conf.get(&CHECK)?;
        let jitter = conf.get(&JITTER)?;
        if jitter < 0.0 {
            return Err(conf.error(&JITTER, "it cannot be negative").into());
        }
        Ok(Self {
            count: usize::try_from(conf.get(&COUNT)?).unwrap_or(0),
            byte_size: usize::try_from(conf.get(&BYTE_SIZE)?).unwrap_or(0),
            period: (!period.is_zero()).then_some(period),
            jitter,
            check: (!check.is_empty()).then_some(check),
        })
    }

    /// Whether there is a trigger that joins messages at all.
    fn joins(&self) -> bool {
        self.count > 1 || self.byte_size > 0 || self.period.is_some() || self.check.is_some()
    }
}

// === impl Policy ===

impl Policy {
    /// The policy of an object with [`POLICY_FIELDS`]; none if it would never join anything.
    pub fn read(conf: &Conf, cx: &Context) -> Built<Option<Self>> {
        let triggers = Triggers::read(conf)?;
        match triggers.joins() || conf.get(&PROCESSORS)?.is_some_and(|some| !some.is_empty()) {
            true => Self::new(triggers, conf, cx).map(Some),
            false => Ok(None),
        }
    }

    /// As [`Self::read`], for places where a policy without any trigger is a mistake.
    pub fn required(conf: &Conf, cx: &Context) -> Built<Self> {
        let triggers = Triggers::read(conf)?;
        if triggers.joins() || triggers.count > 0 {
            return Self::new(triggers, conf, cx);
        }
        let path = conf.path();
        Err(format!("{path}: a batch policy needs at least one of count, byte_size, period and check").into())
    }

    /// Metrics and processors of a policy stand below its component, whatever the field is called.
    fn new(triggers: Triggers, conf: &Conf, cx: &Context) -> Built<Self> {
        let cx = Self::place(cx);
        let processors = conf.get(&PROCESSORS)?.unwrap_or_default().into_iter().enumerate();
        let processors: Vec<_> = processors
            .map(|(i, processor)| processor.at_path(format!("{}.processors.{i}", cx.path())))
            .collect();
        Ok(Self { triggers, processors: Arc::new(cx.chain(&processors)?), metrics: cx.metrics() })
    }

    /// Where the policy of a component counts.
    pub fn place(cx: &Context) -> Context {
        cx.at(cx.type_name(), cx.label(), &format!("{}.batching", cx.path()))
    }

    /// How long a batch waits for more at most.
    pub fn period(&self) -> Option<Duration> {
        self.triggers.period
    }

    /// Whether the size of batches has to be known.
    pub fn weighs(&self) -> bool {
        self.triggers.byte_size > 0
    }

    /// Whether the batch is complete with its newest message.
    pub fn completes(&self, batch: &Batch, bytes: usize) -> bool {
        let triggers = &self.triggers;
        if triggers.count > 0 && batch.len() >= triggers.count {
            self.metrics.count.add(1);
            return true;
        }
        if triggers.byte_size > 0 && bytes >= triggers.byte_size {
            self.metrics.size.add(1);
            return true;
        }
        let Some(check) = &triggers.check else { return false };
        let complete = check.test(batch, batch.len() - 1).unwrap_or(false);
        if complete {
            self.metrics.check.add(1);
        }
        complete
    }

    /// Runs the processors over a complete batch. What they make of it stays one batch; none: nothing is left of it.
    pub async fn pack(&self, transaction: Transaction) -> Option<Transaction> {
        let Transaction { batch, ack } = transaction;
        let batch: Batch = match self.processors.process(batch).finish().await {
            Ok(mut batches) if batches.len() == 1 => batches.pop().unwrap_or_default(),
            Ok(batches) => batches.into_iter().flatten().collect(),
            Err(rejected) => {
                ack.fail(rejected.0);
                return None;
            }
        };
        if batch.is_empty() {
            ack.ok();
            return None;
        }
        Some(Transaction { batch, ack })
    }

    /// How much later than its period the next batch is complete.
    pub fn delay(&self) -> Duration {
        match self.triggers.period {
            Some(period) if self.triggers.jitter > 0.0 => {
                period.mul_f64(self.triggers.jitter * rand::random::<f64>())
            }
            _ => Duration::ZERO,
        }
    }

    /// Counts a batch that the period completed.
    pub fn count_period(&self) {
        self.metrics.period.add(1);
    }
}
