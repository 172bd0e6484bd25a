//! The middle of a stream: groups go through the processors and on to the output.
//!
//! There are no standing workers. With one thread a group is processed and written where it was read, in order.
//! With more, a group is begun in place and becomes a task of its own only when it is large or has to wait; at
//! most `threads` of them exist, and nothing is read while all are busy.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;

use futures_util::future::BoxFuture;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::component::{Chain, Output, Tasks, poll_once};
use crate::message::Group;

/// The processors of a stream and what comes after them.
pub struct Pipeline {
    chain: Arc<Chain>,
    output: Arc<dyn Output>,
    threads: u32,
    permits: Arc<Semaphore>,
    /// Whether processors were seen to wait: then every transaction is worth a worker of its own.
    waits: AtomicBool,
    tasks: Tasks,
}

/// Groups of at least this many transactions are worth a task when there are several threads.
const LARGE: usize = 32;

type Work = Pin<Box<dyn Future<Output = Group> + Send>>;

// === impl Pipeline ===

impl Pipeline {
    /// `threads`: how many groups may be processed at once; 1 keeps the order.
    pub fn new(chain: Arc<Chain>, output: Arc<dyn Output>, threads: usize, tasks: Tasks) -> Self {
        let threads =
            if chain.is_empty() { 1 } else { u32::try_from(threads.max(1)).unwrap_or(1024).min(1024) };
        let permits = Arc::new(Semaphore::new(threads as usize));
        Self { chain, output, threads, permits, waits: AtomicBool::new(false), tasks }
    }

    /// Takes a group; returns when there is room for the next one.
    pub async fn push(&self, group: Group) {
        if self.threads == 1 {
            let group = self.chain.process_group(group).await;
            if !group.is_empty() {
                self.output.send(group).await;
            }
        } else if self.waits.load(Ordering::Relaxed) {
            for transaction in group {
                self.push_to_worker(vec![transaction]).await;
            }
        } else {
            self.push_to_worker(group).await;
        }
    }

    /// Waits for all groups under way to reach the output, and has it write what it holds back.
    pub async fn flush(&self) {
        // The semaphore is never closed, so the only failure cannot happen.
        let all = self.permits.acquire_many(self.threads).await;
        drop(all);
        self.output.flush().await;
    }

    /// As [`Self::flush`], then closes the output and the processors.
    pub async fn close(&self) {
        self.flush().await;
        self.output.close().await;
        self.chain.close().await;
    }

    async fn push_to_worker(&self, group: Group) {
        let Ok(permit) = self.permits.clone().acquire_owned().await else { return };
        let large = group.len() >= LARGE;
        let chain = self.chain.clone();
        let mut work: Work = Box::pin(async move { chain.process_group(group).await });
        if large {
            return self.run(work, permit);
        }
        match poll_once(&mut work).await {
            Poll::Ready(done) => {
                let output = self.output.clone();
                let mut rest: BoxFuture<'static, ()> = Box::pin(async move {
                    send(&*output, done).await;
                    drop(permit);
                });
                if poll_once(&mut rest).await.is_pending() {
                    self.tasks.run(rest);
                }
            }
            Poll::Pending => {
                self.waits.store(true, Ordering::Relaxed);
                self.run(work, permit);
            }
        }
    }

    /// Finishes work in a task.
    fn run(&self, work: Work, permit: OwnedSemaphorePermit) {
        let output = self.output.clone();
        self.tasks.run(Box::pin(async move {
            send(&*output, work.await).await;
            drop(permit);
        }));
    }
}

async fn send(output: &dyn Output, group: Group) {
    if !group.is_empty() {
        output.send(group).await;
    }
}
