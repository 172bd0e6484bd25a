//! Synchronous answers: what a pipeline sends back to the client of the input a message came from.

use std::sync::{Arc, Mutex, PoisonError};

use super::Batch;

/// A shared place for the batches that answer one request.
#[derive(Clone, Debug, Default)]
pub struct Reply {
    batches: Arc<Mutex<Vec<Batch>>>,
}

impl Reply {
    /// Adds a batch to the answer. Its messages lose their own replies, so that no cycle arises.
    pub fn add(&self, mut batch: Batch) {
        for message in &mut batch {
            message.set_reply(None);
        }
        self.batches.lock().unwrap_or_else(PoisonError::into_inner).push(batch);
    }

    /// Takes what was added so far.
    pub fn take(&self) -> Vec<Batch> {
        std::mem::take(&mut *self.batches.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
