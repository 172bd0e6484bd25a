//! Collects transactions into larger batches until a policy says that one is complete.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::batching::Policy;
use crate::message::{Ack, AckSink, Batch, Nack, Outcome, Partial, Transaction};

/// A batch in the making.
pub struct Batcher {
    policy: Arc<Policy>,
    batch: Batch,
    bytes: usize,
    /// The transactions in the batch, and which of them each message came from, with its source there.
    acks: Vec<Ack>,
    owners: Vec<(u32, u32)>,
    /// When the period began that is running.
    since: Instant,
    /// How much later than that period the batch is complete.
    delay: Duration,
}

/// Answers the transactions that were joined into one batch.
struct Joined {
    acks: std::sync::Mutex<Vec<Ack>>,
    owners: Vec<(u32, u32)>,
}

// === impl Batcher ===

impl Batcher {
    pub fn new(policy: Arc<Policy>) -> Self {
        Self {
            delay: policy.delay(),
            policy,
            batch: Batch::new(),
            bytes: 0,
            acks: Vec::new(),
            owners: Vec::new(),
            since: Instant::now(),
        }
    }

    /// Adds a whole transaction. Returns whether the batch is complete by count, size or check.
    pub fn add(&mut self, transaction: Transaction) -> bool {
        if self.is_empty() {
            self.wind();
        }
        let owner = self.acks.len() as u32;
        self.acks.push(transaction.ack);
        let mut complete = false;
        for mut message in transaction.batch {
            self.owners.push((owner, message.source()));
            message.set_source(self.batch.len() as u32);
            self.bytes += if self.policy.weighs() { message.size() } else { 0 };
            self.batch.push(message);
            complete = complete || self.policy.completes(&self.batch, self.bytes);
        }
        complete
    }

    pub fn is_empty(&self) -> bool {
        self.acks.is_empty()
    }

    /// When the running period ends, if something is held that waits for it.
    pub fn deadline(&self) -> Option<Instant> {
        let period = self.policy.period().filter(|_| !self.is_empty())?;
        Some(self.since + period + self.delay)
    }

    /// Whether the policy has a period and it is over.
    pub fn is_due(&self) -> bool {
        self.deadline().is_some_and(|deadline| deadline <= Instant::now())
    }

    /// Takes what is held as one transaction, and begins a new period.
    pub fn take(&mut self) -> Option<Transaction> {
        self.since = Instant::now();
        self.delay = self.policy.delay();
        self.bytes = 0;
        let batch = std::mem::take(&mut self.batch);
        let mut acks = std::mem::take(&mut self.acks);
        let owners = std::mem::take(&mut self.owners);
        if batch.is_empty() {
            acks.into_iter().for_each(Ack::ok);
            return None;
        }
        let unchanged = acks.len() == 1 && owners.iter().enumerate().all(|(i, (_, s))| i as u32 == *s);
        let ack = match acks.pop() {
            Some(only) if unchanged => only,
            last => {
                acks.extend(last);
                Ack::new(Arc::new(Joined { acks: acks.into(), owners }), 0)
            }
        };
        Some(Transaction { batch, ack })
    }

    /// Moves the beginning of the period on by whole periods: it runs on while nothing comes.
    fn wind(&mut self) {
        let Some(period) = self.policy.period() else { return };
        let elapsed = self.since.elapsed();
        if elapsed > period {
            let periods = elapsed.as_nanos() / period.as_nanos();
            self.since += period.saturating_mul(u32::try_from(periods).unwrap_or(u32::MAX));
        }
    }
}

// === impl Joined ===

impl AckSink for Joined {
    fn resolve(&self, _: u32, outcome: Outcome) {
        let mut acks = self.acks.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let acks = std::mem::take(&mut *acks);
        let nack = match outcome {
            Ok(()) => return acks.into_iter().for_each(Ack::ok),
            Err(nack) => nack,
        };
        if nack.partial.is_none() {
            return acks.into_iter().for_each(|ack| ack.resolve(Err(nack.clone())));
        }
        let mut partials: Vec<Partial> = acks.iter().map(|_| Partial::default()).collect();
        for (i, (owner, source)) in self.owners.iter().enumerate() {
            let partial = &mut partials[*owner as usize];
            let i = i as u32;
            if nack.failed(i) {
                partial.failed.push((*source, nack.reason_of(i).clone()));
            } else {
                partial.delivered.push(*source);
            }
        }
        for (ack, mut partial) in acks.into_iter().zip(partials) {
            if partial.failed.is_empty() {
                ack.ok();
                continue;
            }
            partial.delivered.retain(|s| !partial.failed.iter().any(|(f, _)| f == s));
            let reason = partial.failed[0].1.clone();
            ack.resolve(Err(Nack { reason, partial: Some(Box::new(partial)) }));
        }
    }
}
