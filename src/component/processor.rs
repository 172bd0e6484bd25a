//! The contract of processors: one call, two speeds.

use std::any::Any;

use futures_util::future::BoxFuture;

use crate::message::{Batch, Batches, Message};
use crate::value::Str;

/// Turns a batch into batches. Shared by all workers of a pipeline.
pub trait Processor: Send + Sync {
    /// Work without I/O is [`Step::Done`] at once; everything else is a future. A message that could not be
    /// processed is flagged ([`Message::fail`](crate::message::Message::fail)) and goes on.
    fn process(&self, batch: Batch) -> Step<'_>;

    /// Whether failures are logged as errors; else they are at debug level only, as they travel with the message.
    fn logs_failures(&self) -> bool {
        false
    }

    /// Whether mappings are told that a failure came from this processor.
    fn names_failures(&self) -> bool {
        true
    }

    /// Whether the processor counts for itself what it takes and yields, its failures and how long it takes.
    fn counts_itself(&self) -> bool {
        false
    }

    /// The processor itself, where others that know its type may look into it.
    fn as_any(&self) -> Option<&dyn Any> {
        None
    }

    /// Releases what the processor holds; called once.
    fn close(&self) -> BoxFuture<'_, ()> {
        Box::pin(std::future::ready(()))
    }
}

/// What became of a batch: none where everything was filtered, or a failure that nacks the whole transaction.
pub type Processed = Result<Batches, Rejected>;

/// The transaction cannot be processed at all and goes back to where it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejected(pub Str);

/// A batch that is done, or one that takes time.
pub enum Step<'a> {
    Done(Processed),
    Later(BoxFuture<'a, Processed>),
}

// === impl Step ===

impl<'a> Step<'a> {
    /// The batch goes on alone.
    pub fn one(batch: Batch) -> Self {
        Step::Done(Ok(crate::message::batches_of(batch)))
    }

    /// All messages were filtered.
    pub fn none() -> Self {
        Step::Done(Ok(Batches::new()))
    }

    /// One batch, or none if it is empty.
    pub fn non_empty(batch: Batch) -> Self {
        if batch.is_empty() { Self::none() } else { Self::one(batch) }
    }

    /// Each message becomes what `convert` makes of it; one that it fails on is flagged and stays.
    pub fn each(mut batch: Batch, mut convert: impl FnMut(&Message) -> Result<Message, String>) -> Self {
        for message in &mut batch {
            match convert(message) {
                Ok(done) => *message = done,
                Err(error) => message.fail(error),
            }
        }
        Self::one(batch)
    }

    pub fn later(future: impl Future<Output = Processed> + Send + 'a) -> Self {
        Step::Later(Box::pin(future))
    }

    pub async fn finish(self) -> Processed {
        match self {
            Step::Done(done) => done,
            Step::Later(future) => future.await,
        }
    }
}
