//! What travels through a stream: messages in batches, batches in transactions, transactions in groups.
//!
//! - [`Message`]: a payload (bytes, a document, or both), metadata and an error flag. Clones share everything.
//! - [`Batch`]: messages that travel together.
//! - [`Transaction`]: a batch and the single-use [`Ack`] that tells where it came from how it ended.
//! - [`Group`]: transactions that one wake-up moves. An engine detail: no config can see it.

mod ack;
mod payload;
mod reply;
mod trace;

use std::any::Any;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering::Relaxed};

use bytes::Bytes;
use smallvec::SmallVec;

use crate::value::json::Wanted;
use crate::value::{Object, Str, Value};

pub use ack::{Ack, AckSink, Join, Nack, Outcome, Partial, sink};
pub use payload::{NotStructured, Payload};
pub use reply::Reply;
pub use trace::Trace;

/// Messages that travel together, hardly ever more than one.
pub type Batch = SmallVec<[Message; 1]>;

/// Batches that a processor turns one batch into: none where all was filtered.
pub type Batches = SmallVec<[Batch; 1]>;

/// Transactions that one wake-up moves, in order.
pub type Group = Vec<Transaction>;

/// A reader stops adding to a group at this many transactions ...
pub const GROUP_TRANSACTIONS: usize = 512;

/// ... or at this many payload bytes.
pub const GROUP_BYTES: usize = 128 * 1024;

/// A batch on its way, and the answer that is owed for it.
#[derive(Debug)]
pub struct Transaction {
    pub batch: Batch,
    pub ack: Ack,
}

/// One message. Clones are cheap and copy on write.
#[derive(Clone, Debug, Default)]
pub struct Message {
    payload: Payload,
    meta: Object,
    source: u32,
    glances: Glances,
    cold: Option<Box<Cold>>,
}

/// How often parts of the document were read; not exact, as it only saves time.
#[derive(Debug, Default)]
struct Glances(AtomicU8);

/// So often a part of a document is read before all of it is.
const GLANCES: u8 = 2;

/// What few messages have.
#[derive(Clone, Debug, Default)]
struct Cold {
    failure: Option<Arc<Failure>>,
    reply: Option<Reply>,
    trace: Option<Trace>,
    originals: u32,
    replayed: bool,
    /// What lives as long as the message and its copies.
    held: Vec<Arc<dyn Any + Send + Sync>>,
}

/// Why a message carries the error flag.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Failure {
    pub text: Str,
    /// The component that failed, where that is told to mappings.
    pub origin: Option<Arc<Origin>>,
    /// Whether somebody has counted and logged it.
    pub noted: bool,
}

/// Which component something came from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    pub name: Str,
    pub label: Str,
    /// The position in the config, without the leading `root.`.
    pub path: Str,
}

/// A batch of one.
pub fn batch_of(message: Message) -> Batch {
    let mut batch = Batch::new();
    batch.push(message);
    batch
}

/// A single batch as what a processor yields.
pub fn batches_of(batch: Batch) -> Batches {
    let mut batches = Batches::new();
    batches.push(batch);
    batches
}

/// A batch as what a processor yields: none where it is empty.
pub fn non_empty(batch: Batch) -> Batches {
    if batch.is_empty() { Batches::new() } else { batches_of(batch) }
}

/// Numbers the messages of a batch, so that their failures can be told apart later.
pub fn number(batch: &mut Batch) {
    for (i, message) in batch.iter_mut().enumerate() {
        message.source = i as u32;
    }
}

// === impl Glances ===

impl Clone for Glances {
    fn clone(&self) -> Self {
        Self(AtomicU8::new(self.0.load(Relaxed)))
    }
}

// === impl Transaction ===

impl Transaction {
    pub fn new(batch: Batch, ack: Ack) -> Self {
        Self { batch, ack }
    }
}

// === impl Message ===

impl Message {
    pub fn from_bytes(bytes: impl Into<Bytes>) -> Self {
        Self { payload: Payload::from_bytes(bytes.into()), ..Self::default() }
    }

    pub fn from_value(value: Value) -> Self {
        Self { payload: Payload::from_value(value), ..Self::default() }
    }

    /// The payload as bytes; a document is printed as JSON the first time it is asked for.
    pub fn bytes(&self) -> &Bytes {
        self.payload.bytes()
    }

    /// Appends the payload to `out`: a document that was not printed yet is printed right there.
    pub fn append_to(&self, out: &mut Vec<u8>) {
        self.payload.append_to(out);
    }

    /// The payload as a document; bytes are parsed as JSON the first time it is asked for.
    pub fn structured(&self) -> Result<&Value, NotStructured> {
        self.payload.structured()
    }

    /// As [`Self::structured`], but only what is `wanted` of it; none where the document is there already, or where
    /// that was asked for so often that all of it is cheaper.
    pub fn glance(&self, wanted: &Wanted) -> Option<Result<Value, NotStructured>> {
        let glances = self.glances.0.load(Relaxed);
        if glances >= GLANCES || self.payload.is_structured() {
            return None;
        }
        self.glances.0.store(glances + 1, Relaxed);
        Some(self.payload.part(wanted))
    }

    /// Takes the document out for editing; `set_value` must follow, else the payload is empty.
    pub fn take_structured(&mut self) -> Result<Value, NotStructured> {
        self.payload.take_structured()
    }

    pub fn set_bytes(&mut self, bytes: impl Into<Bytes>) {
        self.payload = Payload::from_bytes(bytes.into());
    }

    /// Replaces the payload by a document; strings and bytes become raw content.
    pub fn set_value(&mut self, value: Value) {
        self.payload = Payload::from_value(value);
    }

    /// Payload size in bytes.
    pub fn size(&self) -> usize {
        self.bytes().len()
    }

    pub fn meta(&self) -> &Object {
        &self.meta
    }

    pub fn meta_mut(&mut self) -> &mut Object {
        &mut self.meta
    }

    pub fn set_meta(&mut self, key: impl Into<Str>, value: impl Into<Value>) {
        self.meta.insert(key.into(), value.into());
    }

    pub fn replace_meta(&mut self, meta: Object) {
        self.meta = meta;
    }

    /// Which message of its transaction this one is, or derives from.
    pub fn source(&self) -> u32 {
        self.source
    }

    pub fn set_source(&mut self, source: u32) {
        self.source = source;
    }

    /// Why the message is flagged as failed, if it is.
    pub fn failure(&self) -> Option<&Arc<Failure>> {
        self.cold.as_ref()?.failure.as_ref()
    }

    pub fn is_failed(&self) -> bool {
        self.failure().is_some()
    }

    /// Flags the message as failed; its content stays.
    pub fn fail(&mut self, text: impl Into<Str>) {
        self.set_failure(Some(Arc::new(Failure { text: text.into(), ..Failure::default() })));
    }

    /// Sets or clears the error flag.
    pub fn set_failure(&mut self, failure: Option<Arc<Failure>>) {
        if failure.is_some() || self.is_failed() {
            self.cold_mut().failure = failure;
        }
    }

    /// Where a synchronous answer to this message goes, if its input waits for one.
    pub fn reply(&self) -> Option<&Reply> {
        self.cold.as_ref()?.reply.as_ref()
    }

    pub fn set_reply(&mut self, reply: Option<Reply>) {
        if reply.is_some() || self.reply().is_some() {
            self.cold_mut().reply = reply;
        }
    }

    /// The span that what happens to this message next is part of, where it is traced.
    pub fn trace(&self) -> Option<Trace> {
        self.cold.as_ref()?.trace
    }

    pub fn set_trace(&mut self, trace: Option<Trace>) {
        if trace.is_some() || self.trace().is_some() {
            self.cold_mut().trace = trace;
        }
    }

    /// Keeps something until the message and all that was made of it is gone.
    pub fn hold(&mut self, what: Arc<dyn Any + Send + Sync>) {
        self.cold_mut().held.push(what);
    }

    /// How many messages this one stands for: more than one after an archive.
    pub fn originals(&self) -> u32 {
        self.cold.as_ref().map_or(1, |cold| cold.originals.max(1))
    }

    pub fn set_originals(&mut self, n: u32) {
        if n != self.originals() {
            self.cold_mut().originals = n;
        }
    }

    /// Whether the message was nacked before and comes again.
    pub fn is_replayed(&self) -> bool {
        self.cold.as_ref().is_some_and(|cold| cold.replayed)
    }

    pub fn mark_replayed(&mut self) {
        self.cold_mut().replayed = true;
    }

    /// A message derived from this one with another payload: metadata, error, reply and source stay.
    pub fn with_bytes(&self, bytes: impl Into<Bytes>) -> Self {
        Self {
            payload: Payload::from_bytes(bytes.into()),
            meta: self.meta.clone(),
            source: self.source,
            glances: Glances::default(),
            cold: self.cold.clone(),
        }
    }

    /// As [`Self::with_bytes`], with a document; a string is one in quotes.
    pub fn with_document(&self, value: Value) -> Self {
        Self {
            payload: Payload::from_document(value),
            meta: self.meta.clone(),
            source: self.source,
            glances: Glances::default(),
            cold: self.cold.clone(),
        }
    }

    /// Forgets the text that the document was parsed from: it is printed anew, with sorted keys, as after an edit.
    pub fn reprint(&mut self) {
        if let Ok(document) = self.structured() {
            *self = self.with_document(document.clone());
        }
    }

    fn cold_mut(&mut self) -> &mut Cold {
        self.cold.get_or_insert_default()
    }
}
