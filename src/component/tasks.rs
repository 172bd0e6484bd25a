//! The tasks of one stream: every one has an owner, a panic in any of them ends the stream and nothing else. So does a
//! component that can do its work never again.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, OnceLock};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// A group of tasks that end together. Clones share the group.
#[derive(Clone, Debug, Default)]
pub struct Tasks {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    tracker: TaskTracker,
    kill: CancellationToken,
    failure: OnceLock<Failure>,
}

/// Why a group was ended from inside, with what the component said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    Panicked(String),
    /// What a component works on is gone for good.
    Broken(String),
}

// === impl Tasks ===

impl Tasks {
    pub fn new() -> Self {
        Self::default()
    }

    /// Runs a future until it ends, panics, or the group is killed.
    pub fn run(&self, future: BoxFuture<'static, ()>) {
        let shared = self.shared.clone();
        self.shared.tracker.spawn(async move {
            tokio::select! {
                biased;
                () = shared.kill.cancelled() => {}
                result = AssertUnwindSafe(future).catch_unwind() => {
                    if let Err(panic) = result {
                        shared.failed(Failure::Panicked(panic_text(panic.as_ref())));
                    }
                }
            }
        });
    }

    /// Ends all tasks at their next await.
    pub fn kill(&self) {
        self.shared.kill.cancel();
    }

    pub fn is_killed(&self) -> bool {
        self.shared.kill.is_cancelled()
    }

    /// Waits for the group to be killed.
    pub async fn killed(&self) {
        self.shared.kill.cancelled().await;
    }

    /// Records a panic that was caught elsewhere and ends the group.
    pub fn panicked(&self, text: String) {
        self.shared.failed(Failure::Panicked(text));
    }

    /// Ends the group because a component can do its work never again, and says why.
    pub fn broke(&self, text: String) {
        self.shared.failed(Failure::Broken(text));
    }

    /// What ended the group from inside, if anything did.
    pub fn failure(&self) -> Option<&Failure> {
        self.shared.failure.get()
    }

    /// Waits until no task is left; none may be started afterwards.
    pub async fn ended(&self) {
        self.shared.tracker.close();
        self.shared.tracker.wait().await;
    }

    /// How many tasks are running.
    pub fn len(&self) -> usize {
        self.shared.tracker.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Shared {
    fn failed(&self, failure: Failure) {
        // Only the first failure is told: later ones follow from it.
        let _ = self.failure.set(failure);
        self.kill.cancel();
    }
}

/// What a panic said.
pub fn panic_text(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|s| (*s).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "no message".to_owned())
}
