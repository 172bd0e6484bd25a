//! The contract of components: one trait for each kind, the tables of what exists, and the engine parts that
//! stand around every component, so that a component itself is only what is special about it.
//!
//! | kind | written as | the engine adds |
//! |---|---|---|
//! | input | [`Source`], or a whole [`Input`] | [`Reader`]: reconnects, replays, acks |
//! | output | [`Sink`], or a whole [`Output`] | [`Writer`]: reconnects, limits of concurrency, acks |
//! | processor | [`Processor`] | [`Chain`]: order, metrics |
//! | others | [`Buffer`], [`Cache`], [`RateLimit`], [`Scanner`] | metrics |

mod backoff;
mod batched;
mod batcher;
mod batching;
mod build;
mod caches;
mod chain;
mod context;
mod endpoints;
mod error;
mod feed;
mod input;
mod metered;
mod output;
mod paths;
mod pipes;
mod poll;
mod processed;
mod processor;
mod reader;
mod registry;
mod relabel;
mod replay;
mod resources;
mod scanner;
mod spans;
mod status;
mod store;
mod tasks;
#[cfg(test)]
pub mod testing;
mod traced_buffer;
mod writer;

pub use backoff::Backoff;
pub use batched::{BatchedInput, BatchedOutput};
pub use batcher::Batcher;
pub use batching::{BATCHING, JITTER, POLICY_FIELDS, Policy};
pub use chain::{Chain, Instrumented, Mode};
pub use context::{Context, Environment};
pub use endpoints::{Body, Endpoints, Handler, PathVars, Registration};
pub use error::BuildError;
pub use feed::{Feed, SharedInput};
pub use input::{ConnectError, Input, Pull, ReadError, Reads, Source};
pub use output::{Output, Sink, WriteError};
pub use paths::expand;
pub use pipes::{Pipes, Reading, Writing};
pub use poll::poll_once;
pub use processor::{Processed, Processor, Rejected, Step};
pub use reader::{AUTO_REPLAY_NACKS, Reader};
pub use registry::{
    BufferSpec, Built, CacheSpec, InputBuild, InputSpec, Listing, MetricsSpec, OutputBuild, OutputSpec,
    ProcessorSpec, RateLimitSpec, Registry, ScannerSpec, SinkSetup, SourceSetup, TracerSpec,
};
pub use relabel::relabel;
pub use resources::{Handle, Resources, Table};
pub use scanner::{ByteSource, Cut, Scan, Scanner, SourceAck, base_name};
pub use spans::{Spans, trace_group, trace_transaction};
pub use status::{Connection, Connections, Status, Waiting};
pub use store::{Buffer, Cache, CacheError, RateLimit};
pub use tasks::{Failure, Tasks, panic_text};
pub use writer::Writer;
