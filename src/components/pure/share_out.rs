//! Giving every message to one of several outputs.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use tokio::sync::{Mutex, OwnedMutexGuard};

use crate::component::{Context, Output};
use crate::message::Group;

/// Each output in turn.
pub struct RoundRobin {
    outputs: Vec<Arc<dyn Output>>,
    next: AtomicUsize,
}

/// Whichever output is free.
pub struct Greedy {
    /// An output is locked while it is taking something.
    outputs: Vec<Arc<Mutex<Arc<dyn Output>>>>,
    cx: Context,
}

// === impl RoundRobin ===

impl RoundRobin {
    pub fn new(outputs: Vec<Arc<dyn Output>>) -> Self {
        Self { outputs, next: AtomicUsize::new(0) }
    }
}

#[async_trait]
impl Output for RoundRobin {
    async fn send(&self, group: Group) {
        let mut shares: Vec<Group> = self.outputs.iter().map(|_| Group::new()).collect();
        for transaction in group {
            let turn = self.next.fetch_add(1, Ordering::Relaxed) % self.outputs.len();
            shares[turn].push(transaction);
        }
        let shares = self.outputs.iter().zip(shares).filter(|(_, share)| !share.is_empty());
        futures_util::future::join_all(shares.map(|(output, share)| output.send(share))).await;
    }

    async fn flush(&self) {
        futures_util::future::join_all(self.outputs.iter().map(|o| o.flush())).await;
    }

    async fn close(&self) {
        futures_util::future::join_all(self.outputs.iter().map(|o| o.close())).await;
    }
}

// === impl Greedy ===

impl Greedy {
    pub fn new(outputs: Vec<Arc<dyn Output>>, cx: &Context) -> Self {
        Self { outputs: outputs.into_iter().map(|o| Arc::new(Mutex::new(o))).collect(), cx: cx.clone() }
    }

    async fn free(&self) -> OwnedMutexGuard<Arc<dyn Output>> {
        let locks = self.outputs.iter().map(|output| Box::pin(output.clone().lock_owned()));
        futures_util::future::select_all(locks).await.0
    }
}

#[async_trait]
impl Output for Greedy {
    async fn send(&self, group: Group) {
        for transaction in group {
            let output = self.free().await;
            self.cx.run(Box::pin(async move {
                output.send(vec![transaction]).await;
                drop(output);
            }));
        }
    }

    async fn flush(&self) {
        for output in &self.outputs {
            output.lock().await.flush().await;
        }
    }

    async fn close(&self) {
        for output in &self.outputs {
            output.lock().await.close().await;
        }
    }
}
