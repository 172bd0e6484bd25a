//! What each kind of component counts. The names are in [`names`].

use super::{Counter, Gauge, Timing};
use crate::telemetry::names::{self, CacheNames, Name};

/// The counters of one kind of component.
pub trait Family: Default + Send + Sync + 'static {
    /// Tells the blocks of one component apart.
    const KIND: &'static str;

    /// Calls `each` for every series, always in the same order.
    fn visit<'a>(&'a self, each: &mut dyn FnMut(&'static Name, Reading<'a>));
}

/// The current state of a series.
#[derive(Clone, Copy, Debug)]
pub enum Reading<'a> {
    Counter(u64),
    Gauge(f64),
    Timing(&'a Timing),
}

#[derive(Debug, Default)]
pub struct Input {
    /// Messages.
    pub received: Counter,
    /// From read to acknowledged.
    pub latency: Timing,
    pub connection_up: Counter,
    pub connection_failed: Counter,
    pub connection_lost: Counter,
}

#[derive(Debug, Default)]
pub struct Buffer {
    pub received: Counter,
    pub batch_received: Counter,
    pub sent: Counter,
    pub batch_sent: Counter,
    pub latency: Timing,
}

#[derive(Debug, Default)]
pub struct Processor {
    pub received: Counter,
    pub batch_received: Counter,
    pub sent: Counter,
    pub batch_sent: Counter,
    pub error: Counter,
    pub latency: Timing,
}

#[derive(Debug, Default)]
pub struct Output {
    /// Messages, those behind an archive included.
    pub sent: Counter,
    pub batch_sent: Counter,
    pub error: Counter,
    /// Messages refused in strict mode.
    pub rejected: Counter,
    pub latency: Timing,
    pub connection_up: Counter,
    pub connection_failed: Counter,
    pub connection_lost: Counter,
}

/// Batches that a policy made, by what triggered them.
#[derive(Debug, Default)]
pub struct Batching {
    pub count: Counter,
    pub size: Counter,
    pub check: Counter,
    pub period: Counter,
}

#[derive(Debug, Default)]
pub struct Cache {
    pub get: CacheOperation,
    pub set: CacheOperation,
    pub add: CacheOperation,
    pub delete: CacheOperation,
    /// Gets of a key that is missing.
    pub not_found: Counter,
    /// Adds of a key that exists.
    pub duplicate: Counter,
}

#[derive(Debug, Default)]
pub struct CacheOperation {
    pub success: Counter,
    pub error: Counter,
    pub latency: Timing,
}

#[derive(Debug, Default)]
pub struct RateLimit {
    pub checked: Counter,
    pub triggered: Counter,
    pub error: Counter,
}

#[derive(Debug, Default)]
pub struct HttpClient {
    pub latency: Timing,
    codes: [Counter; 5],
}

// === impl Family ===

impl Family for Input {
    const KIND: &'static str = "input";

    fn visit<'a>(&'a self, each: &mut dyn FnMut(&'static Name, Reading<'a>)) {
        each(&names::INPUT_RECEIVED, self.received.reading());
        each(&names::INPUT_LATENCY, Reading::Timing(&self.latency));
        each(&names::INPUT_CONNECTION_UP, self.connection_up.reading());
        each(&names::INPUT_CONNECTION_FAILED, self.connection_failed.reading());
        each(&names::INPUT_CONNECTION_LOST, self.connection_lost.reading());
    }
}

impl Family for Buffer {
    const KIND: &'static str = "buffer";

    fn visit<'a>(&'a self, each: &mut dyn FnMut(&'static Name, Reading<'a>)) {
        each(&names::BUFFER_RECEIVED, self.received.reading());
        each(&names::BUFFER_BATCH_RECEIVED, self.batch_received.reading());
        each(&names::BUFFER_SENT, self.sent.reading());
        each(&names::BUFFER_BATCH_SENT, self.batch_sent.reading());
        each(&names::BUFFER_LATENCY, Reading::Timing(&self.latency));
    }
}

impl Family for Processor {
    const KIND: &'static str = "processor";

    fn visit<'a>(&'a self, each: &mut dyn FnMut(&'static Name, Reading<'a>)) {
        each(&names::PROCESSOR_RECEIVED, self.received.reading());
        each(&names::PROCESSOR_BATCH_RECEIVED, self.batch_received.reading());
        each(&names::PROCESSOR_SENT, self.sent.reading());
        each(&names::PROCESSOR_BATCH_SENT, self.batch_sent.reading());
        each(&names::PROCESSOR_ERROR, self.error.reading());
        each(&names::PROCESSOR_LATENCY, Reading::Timing(&self.latency));
    }
}

impl Family for Output {
    const KIND: &'static str = "output";

    fn visit<'a>(&'a self, each: &mut dyn FnMut(&'static Name, Reading<'a>)) {
        each(&names::OUTPUT_SENT, self.sent.reading());
        each(&names::OUTPUT_BATCH_SENT, self.batch_sent.reading());
        each(&names::OUTPUT_ERROR, self.error.reading());
        each(&names::OUTPUT_REJECTED, self.rejected.reading());
        each(&names::OUTPUT_LATENCY, Reading::Timing(&self.latency));
        each(&names::OUTPUT_CONNECTION_UP, self.connection_up.reading());
        each(&names::OUTPUT_CONNECTION_FAILED, self.connection_failed.reading());
        each(&names::OUTPUT_CONNECTION_LOST, self.connection_lost.reading());
    }
}

impl Family for Batching {
    const KIND: &'static str = "batching";

    fn visit<'a>(&'a self, each: &mut dyn FnMut(&'static Name, Reading<'a>)) {
        each(&names::BATCH_CREATED_COUNT, self.count.reading());
        each(&names::BATCH_CREATED_SIZE, self.size.reading());
        each(&names::BATCH_CREATED_CHECK, self.check.reading());
        each(&names::BATCH_CREATED_PERIOD, self.period.reading());
    }
}

impl Family for Cache {
    const KIND: &'static str = "cache";

    fn visit<'a>(&'a self, each: &mut dyn FnMut(&'static Name, Reading<'a>)) {
        self.get.visit(&names::CACHE_GET, each);
        self.set.visit(&names::CACHE_SET, each);
        self.add.visit(&names::CACHE_ADD, each);
        self.delete.visit(&names::CACHE_DELETE, each);
        each(&names::CACHE_NOT_FOUND, self.not_found.reading());
        each(&names::CACHE_DUPLICATE, self.duplicate.reading());
    }
}

impl CacheOperation {
    fn visit<'a>(&'a self, names: &'static CacheNames, each: &mut dyn FnMut(&'static Name, Reading<'a>)) {
        each(&names.success, self.success.reading());
        each(&names.error, self.error.reading());
        each(&names.latency, Reading::Timing(&self.latency));
    }
}

impl Family for RateLimit {
    const KIND: &'static str = "rate_limit";

    fn visit<'a>(&'a self, each: &mut dyn FnMut(&'static Name, Reading<'a>)) {
        each(&names::RATE_LIMIT_CHECKED, self.checked.reading());
        each(&names::RATE_LIMIT_TRIGGERED, self.triggered.reading());
        each(&names::RATE_LIMIT_ERROR, self.error.reading());
    }
}

impl HttpClient {
    /// Counts a response with this status code.
    pub fn responded(&self, status: u16) {
        if let Some(counter) =
            usize::from(status / 100).checked_sub(1).and_then(|class| self.codes.get(class))
        {
            counter.add(1);
        }
    }
}

impl Family for HttpClient {
    const KIND: &'static str = "http_client";

    fn visit<'a>(&'a self, each: &mut dyn FnMut(&'static Name, Reading<'a>)) {
        each(&names::HTTP_REQUEST_LATENCY, Reading::Timing(&self.latency));
        for (name, counter) in names::HTTP_REQUEST_CODE.iter().zip(&self.codes) {
            each(name, counter.reading());
        }
    }
}

impl Counter {
    fn reading(&self) -> Reading<'_> {
        Reading::Counter(self.get())
    }
}

impl Gauge {
    pub(super) fn reading(&self) -> Reading<'_> {
        Reading::Gauge(self.get())
    }
}
