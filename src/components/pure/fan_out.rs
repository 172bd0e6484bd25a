//! Giving every message to all outputs, at the same time or one after another.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use tokio::sync::oneshot;

use super::retrying::{Attempts, Retrying};
use crate::component::{Context, Output};
use crate::message::{Ack, AckSink, Group, Nack, Outcome, Transaction};

/// All outputs at the same time; a transaction is acked when all have it.
pub struct FanOut {
    outputs: Vec<Arc<dyn Output>>,
}

/// One output after another; the next one gets a group when the last one has confirmed it.
pub struct Sequence {
    outputs: Vec<Arc<dyn Output>>,
}

/// Answers for one group that all outputs got.
struct Shared {
    acks: Mutex<Vec<Option<Ack>>>,
    /// For each transaction how many outputs have not answered.
    open: Vec<AtomicU32>,
    /// The refusals so far, one for each transaction that was refused.
    nacks: Mutex<Vec<(u32, Nack)>>,
}

fn with_retries(outputs: Vec<Arc<dyn Output>>, cx: &Context) -> Vec<Arc<dyn Output>> {
    let retrying =
        |output| -> Arc<dyn Output> { Arc::new(Retrying::new(output, Attempts::endless(), cx.clone())) };
    outputs.into_iter().map(retrying).collect()
}

// === impl FanOut ===

impl FanOut {
    /// What an output refuses is sent to it again until it takes it.
    pub fn retrying(outputs: Vec<Arc<dyn Output>>, cx: &Context) -> Self {
        Self { outputs: with_retries(outputs, cx) }
    }

    /// A refusal by one output nacks the transaction, though others may have it.
    pub fn fail_fast(outputs: Vec<Arc<dyn Output>>) -> Self {
        Self { outputs }
    }
}

#[async_trait]
impl Output for FanOut {
    async fn send(&self, group: Group) {
        let outputs = self.outputs.len() as u32;
        let (batches, acks): (Vec<_>, Vec<_>) = group.into_iter().map(|t| (t.batch, Some(t.ack))).unzip();
        let open = acks.iter().map(|_| AtomicU32::new(outputs)).collect();
        let shared = Arc::new(Shared { acks: Mutex::new(acks), open, nacks: Mutex::default() });
        let Some((last, others)) = self.outputs.split_last() else { return };
        let copy = |(i, batch)| Transaction::new(batch, Ack::new(shared.clone(), i as u32));
        let sends =
            others.iter().map(|output| output.send(batches.iter().cloned().enumerate().map(copy).collect()));
        let sends: Vec<_> = sends.collect();
        let last = last.send(batches.into_iter().enumerate().map(copy).collect());
        futures_util::future::join(futures_util::future::join_all(sends), last).await;
    }

    async fn flush(&self) {
        futures_util::future::join_all(self.outputs.iter().map(|o| o.flush())).await;
    }

    async fn close(&self) {
        futures_util::future::join_all(self.outputs.iter().map(|o| o.close())).await;
    }
}

// === impl Shared ===

impl Shared {
    /// Notes a refusal, together with those before it.
    fn refused(&self, index: u32, nack: Nack) {
        let mut nacks = self.nacks.lock().unwrap_or_else(PoisonError::into_inner);
        let nack = match take(&mut nacks, index) {
            Some(earlier) => earlier.and(nack),
            None => nack,
        };
        nacks.push((index, nack));
    }
}

fn take(nacks: &mut Vec<(u32, Nack)>, index: u32) -> Option<Nack> {
    let at = nacks.iter().position(|(i, _)| *i == index)?;
    Some(nacks.swap_remove(at).1)
}

impl AckSink for Shared {
    fn resolve(&self, index: u32, outcome: Outcome) {
        if let Err(nack) = outcome {
            self.refused(index, nack);
        }
        let Some(open) = self.open.get(index as usize) else { return };
        if open.fetch_sub(1, Ordering::AcqRel) > 1 {
            return;
        }
        let mut acks = self.acks.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(ack) = acks.get_mut(index as usize).and_then(Option::take) else { return };
        drop(acks);
        let nack = take(&mut self.nacks.lock().unwrap_or_else(PoisonError::into_inner), index);
        ack.resolve(nack.map_or(Ok(()), Err));
    }
}

// === impl Sequence ===

impl Sequence {
    /// What an output refuses is sent to it again until it takes it.
    pub fn retrying(outputs: Vec<Arc<dyn Output>>, cx: &Context) -> Self {
        Self { outputs: with_retries(outputs, cx) }
    }

    /// A refusal nacks the transaction; the outputs behind do not get it.
    pub fn fail_fast(outputs: Vec<Arc<dyn Output>>) -> Self {
        Self { outputs }
    }
}

#[async_trait]
impl Output for Sequence {
    async fn send(&self, mut group: Group) {
        for output in &self.outputs {
            let mut answers = Vec::with_capacity(group.len());
            let copies = group.iter().map(|transaction| {
                let (answer, answered) = oneshot::channel();
                answers.push(answered);
                // The group waits for every answer, so a receiver that is gone means that the stream is killed.
                let ack = crate::message::sink(move |outcome| drop(answer.send(outcome)));
                Transaction::new(transaction.batch.clone(), ack)
            });
            let copies = copies.collect();
            output.send(copies).await;
            output.flush().await;
            let mut left = Group::new();
            for (transaction, answered) in group.into_iter().zip(answers) {
                match answered.await {
                    Ok(Ok(())) => left.push(transaction),
                    Ok(Err(nack)) => transaction.ack.resolve(Err(nack)),
                    Err(_) => {}
                }
            }
            group = left;
        }
        group.into_iter().for_each(|transaction| transaction.ack.ok());
    }

    async fn flush(&self) {
        for output in &self.outputs {
            output.flush().await;
        }
    }

    async fn close(&self) {
        for output in &self.outputs {
            output.close().await;
        }
    }
}
