//! Inputs that run in a task of their own: as children of inputs that wait for several things at once, and as
//! resources that several streams read from.

use std::sync::Arc;
use std::task::{Poll, ready};

use async_trait::async_trait;
use tokio::sync::{Mutex, mpsc};

use super::context::Context;
use super::{Input, Pull};

/// An input in a task of its own. Unlike that of an input, its `pull` is cancel safe.
pub struct Feed {
    pulls: mpsc::Receiver<Pull>,
}

/// An input that several readers compete for.
pub struct SharedInput {
    feed: Mutex<Feed>,
}

// === impl Feed ===

impl Feed {
    /// Moves `input` into a task, which pulls one group ahead.
    pub fn start(mut input: Box<dyn Input>, cx: &Context) -> Self {
        let (sender, pulls) = mpsc::channel(1);
        cx.run(Box::pin(async move {
            loop {
                let pull = input.pull().await;
                let end = matches!(pull, Pull::End);
                if sender.send(pull).await.is_err() || end {
                    break;
                }
            }
            input.close().await;
        }));
        Self { pulls }
    }

    pub async fn pull(&mut self) -> Pull {
        std::future::poll_fn(|cx| self.poll_pull(cx)).await
    }

    /// As [`Self::pull`], for those who wait for several feeds.
    pub fn poll_pull(&mut self, cx: &mut std::task::Context<'_>) -> Poll<Pull> {
        Poll::Ready(ready!(self.pulls.poll_recv(cx)).unwrap_or(Pull::End))
    }
}

#[async_trait]
impl Input for Feed {
    async fn pull(&mut self) -> Pull {
        Feed::pull(self).await
    }

    async fn close(&mut self) {
        self.pulls.close();
    }
}

// === impl SharedInput ===

impl SharedInput {
    pub fn start(input: Box<dyn Input>, cx: &Context) -> Arc<Self> {
        Arc::new(Self { feed: Mutex::new(Feed::start(input, cx)) })
    }

    /// The next transactions for one of the readers. Cancel safe.
    pub async fn pull(&self) -> Pull {
        self.feed.lock().await.pull().await
    }
}
