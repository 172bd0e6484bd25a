//! The contract of scanners: cutting a stream of bytes into batches.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use tokio::io::AsyncRead;

use super::input::{ReadError, Reads};
use crate::message::{Ack, AckSink, Nack, Outcome};
use crate::value::Str;

/// Where the bytes come from.
pub type ByteSource = Box<dyn AsyncRead + Send + Unpin>;

/// Opens sources of bytes for cutting.
pub trait Scanner: Send + Sync {
    /// `name` is the source's file name, where it has one.
    fn open(&self, bytes: ByteSource, name: &str) -> Result<Box<dyn Scan>, String>;
}

/// One source of bytes that is being cut.
#[async_trait]
pub trait Scan: Send {
    /// Adds the next batches to `out`, at least one, as many as can be cut without waiting. Cancel safe.
    /// [`ReadError::EndOfInput`] ends the source, [`ReadError::Failed`] too.
    async fn next(&mut self, out: &mut Cut<'_>) -> Result<(), ReadError>;
}

/// Takes what a scanner cuts.
pub struct Cut<'a> {
    pub reads: &'a mut Reads,
    ack: Option<&'a Arc<SourceAck>>,
    decorate: &'a (dyn Fn(&mut crate::message::Message) + Sync),
}

/// Answers for a source as a whole: acked when all that was cut from it is, and it has ended.
pub struct SourceAck {
    /// Batches that are not answered, and one more until the source has ended.
    open: AtomicUsize,
    state: Mutex<(Option<Ack>, Option<Nack>)>,
}

// === impl Cut ===

impl<'a> Cut<'a> {
    /// `ack`: answers for the source, if anybody wants to know. `decorate` adds the source's metadata.
    pub fn new(
        reads: &'a mut Reads,
        ack: Option<&'a Arc<SourceAck>>,
        decorate: &'a (dyn Fn(&mut crate::message::Message) + Sync),
    ) -> Self {
        Self { reads, ack, decorate }
    }

    pub fn message(&mut self, message: crate::message::Message) {
        self.batch(crate::message::batch_of(message));
    }

    pub fn batch(&mut self, mut batch: crate::message::Batch) {
        batch.iter_mut().for_each(|m| (self.decorate)(m));
        let ack = self.ack.map_or_else(Ack::none, SourceAck::part);
        self.reads.push(batch, ack);
    }

    /// Whether enough was cut for now.
    pub fn is_full(&self) -> bool {
        self.reads.is_full()
    }
}

// === impl SourceAck ===

impl SourceAck {
    /// `ack` is answered when the source has ended and all of it was answered: nacked if any part was.
    pub fn new(ack: Ack) -> Arc<Self> {
        Arc::new(Self { open: AtomicUsize::new(1), state: Mutex::new((Some(ack), None)) })
    }

    /// The ack of one more part of the source.
    pub fn part(self: &Arc<Self>) -> Ack {
        self.open.fetch_add(1, Ordering::Relaxed);
        Ack::new(self.clone(), 0)
    }

    /// The source has ended: nothing more will be cut from it.
    pub fn ended(&self) {
        self.release();
    }

    fn release(&self) {
        if self.open.fetch_sub(1, Ordering::AcqRel) > 1 {
            return;
        }
        let (ack, nack) = std::mem::take(&mut *self.state.lock().unwrap_or_else(PoisonError::into_inner));
        if let Some(ack) = ack {
            ack.resolve(nack.map_or(Ok(()), Err));
        }
    }
}

impl AckSink for SourceAck {
    fn resolve(&self, _: u32, outcome: Outcome) {
        if let Err(nack) = outcome {
            self.state
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .1
                .get_or_insert(Nack::whole(nack.reason));
        }
        self.release();
    }
}

/// The name of a source, as scanners that choose by name see it.
pub fn base_name(path: &str) -> Str {
    path.rsplit('/').next().unwrap_or(path).into()
}
