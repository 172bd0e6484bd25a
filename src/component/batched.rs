//! Inputs and outputs that join transactions into batches by a policy.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep_until};

use super::batcher::Batcher;
use super::batching::Policy;
use super::context::Context;
use super::feed::Feed;
use super::{Input, Output, Pull};
use crate::message::Group;

/// An input that hands on batches made by a policy.
pub struct BatchedInput {
    feed: Feed,
    policy: Arc<Policy>,
    batcher: Batcher,
    /// What the child said that is to be told once the last batch is out.
    after_flush: Option<Pull>,
}

/// An output that writes batches made by a policy. Clones share the batch in the making.
#[derive(Clone)]
pub struct BatchedOutput {
    shared: Arc<Shared>,
}

struct Shared {
    output: Arc<dyn Output>,
    policy: Arc<Policy>,
    batcher: Mutex<Batcher>,
    /// Whether a task waits for the end of the running period.
    timer: AtomicBool,
    cx: Context,
}

// === impl BatchedInput ===

impl BatchedInput {
    pub fn new(child: Box<dyn Input>, policy: Policy, cx: &Context) -> Self {
        let policy = Arc::new(policy);
        Self {
            feed: Feed::start(child, cx),
            batcher: Batcher::new(policy.clone()),
            policy,
            after_flush: None,
        }
    }

    async fn add(&mut self, group: Group) -> Group {
        let mut out = Group::new();
        for transaction in group {
            if self.batcher.add(transaction) {
                self.flush(&mut out).await;
            }
        }
        out
    }

    async fn flush(&mut self, out: &mut Group) {
        if let Some(transaction) = self.batcher.take() {
            out.extend(self.policy.pack(transaction).await);
        }
    }
}

#[async_trait]
impl Input for BatchedInput {
    async fn pull(&mut self) -> Pull {
        loop {
            if let Some(pull) = self.after_flush.take() {
                return pull;
            }
            let mut out = Group::new();
            let pulled = tokio::select! {
                biased;
                () = period_end(self.batcher.deadline()) => None,
                pull = self.feed.pull() => Some(pull),
            };
            match pulled {
                None => {
                    self.policy.count_period();
                    self.flush(&mut out).await;
                }
                Some(Pull::Group(group)) => out = self.add(group).await,
                Some(last) => {
                    self.flush(&mut out).await;
                    self.after_flush = Some(last);
                }
            }
            if !out.is_empty() {
                return Pull::Group(out);
            }
        }
    }

    async fn close(&mut self) {
        Input::close(&mut self.feed).await;
        self.policy.processors.close().await;
    }
}

// === impl BatchedOutput ===

impl BatchedOutput {
    pub fn new(output: Arc<dyn Output>, policy: Policy, cx: Context) -> Self {
        let policy = Arc::new(policy);
        let batcher = Mutex::new(Batcher::new(policy.clone()));
        Self { shared: Arc::new(Shared { output, policy, batcher, timer: AtomicBool::new(false), cx }) }
    }
}

#[async_trait]
impl Output for BatchedOutput {
    async fn send(&self, group: Group) {
        let shared = &self.shared;
        let mut out = Group::new();
        let mut batcher = shared.batcher.lock().await;
        for transaction in group {
            if batcher.add(transaction)
                && let Some(transaction) = batcher.take()
            {
                out.extend(shared.policy.pack(transaction).await);
            }
        }
        let deadline = batcher.deadline();
        // The lock is kept while sending, so that batches leave in the order in which they were made.
        if !out.is_empty() {
            shared.output.send(out).await;
        }
        drop(batcher);
        if let Some(deadline) = deadline.filter(|_| !shared.timer.swap(true, Ordering::AcqRel)) {
            let shared = shared.clone();
            self.shared.cx.run(Box::pin(async move { shared.flush_at(deadline).await }));
        }
    }

    fn broken(&self) -> Option<&str> {
        self.shared.output.broken()
    }

    async fn flush(&self) {
        self.shared.flush(false).await;
        self.shared.output.flush().await;
    }

    async fn close(&self) {
        self.shared.flush(false).await;
        self.shared.output.close().await;
        self.shared.policy.processors.close().await;
    }
}

impl Shared {
    /// Flushes at every end of a period until nothing is held any more.
    async fn flush_at(&self, mut deadline: Instant) {
        loop {
            sleep_until(deadline).await;
            self.flush(true).await;
            self.timer.store(false, Ordering::Release);
            // Something may have been added since, by a sender that saw the timer as running.
            let next = self.batcher.lock().await.deadline();
            match next.filter(|_| !self.timer.swap(true, Ordering::AcqRel)) {
                Some(next) => deadline = next,
                None => return,
            }
        }
    }

    /// Sends what is held; `if_due`: only when its period is over.
    async fn flush(&self, if_due: bool) {
        let mut batcher = self.batcher.lock().await;
        if if_due {
            if !batcher.is_due() {
                return;
            }
            self.policy.count_period();
        }
        let Some(transaction) = batcher.take() else { return };
        if let Some(transaction) = self.policy.pack(transaction).await {
            self.output.send(vec![transaction]).await;
        }
    }
}

/// Waits for the end of the period; for ever if none is running.
async fn period_end(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}
