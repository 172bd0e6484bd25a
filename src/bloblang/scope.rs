//! What a query can see of the world: messages through a [`Scope`], everything else through a [`Host`].

use std::sync::{Arc, Weak};

use bytes::Bytes;

use crate::value::{Object, Str, Timestamp, Value};

/// The messages that a query runs over. Positions count from 0 within the batch.
pub trait Scope {
    /// How many messages the batch has.
    fn batch_size(&self) -> usize;

    /// The content of message `index`; none if there is no such message.
    fn content(&self, index: usize) -> Option<Bytes>;

    /// The document of message `index`, or why it has none.
    fn document(&self, index: usize) -> Result<&Value, String>;

    /// The metadata of message `index`; none if there is no such message.
    fn metadata(&self, index: usize) -> Option<&Object>;

    /// The error flag of message `index`.
    fn failure(&self, index: usize) -> Option<Failure<'_>>;

    /// The trace of message `index`: its id in hexadecimal digits.
    fn trace_id(&self, _index: usize) -> Option<Str> {
        None
    }

    /// The trace context of message `index` as a carrier of text fields.
    fn trace_span(&self, _index: usize) -> Object {
        Object::new()
    }
}

/// Why a message carries the error flag, and where it got it.
#[derive(Clone, Copy, Debug)]
pub struct Failure<'a> {
    pub text: &'a str,
    /// Name, label and path of the component, if they were recorded.
    pub origin: Option<(&'a str, &'a str, &'a str)>,
}

/// A scope without messages.
pub struct NoMessages;

impl Scope for NoMessages {
    fn batch_size(&self) -> usize {
        0
    }

    fn content(&self, _: usize) -> Option<Bytes> {
        None
    }

    fn document(&self, _: usize) -> Result<&Value, String> {
        Err("there is no message here".to_owned())
    }

    fn metadata(&self, _: usize) -> Option<&Object> {
        None
    }

    fn failure(&self, _: usize) -> Option<Failure<'_>> {
        None
    }
}

/// The caches of a stream, by the names of their resources. What goes wrong is told as a text.
pub trait Caches: Send + Sync {
    fn get(&self, resource: &str, key: &str) -> Result<Bytes, String>;

    /// Sets a key, whether it exists or not.
    fn set(&self, resource: &str, key: &str, value: Bytes) -> Result<(), String>;

    /// Sets a key that must not exist yet.
    fn add(&self, resource: &str, key: &str, value: Bytes) -> Result<(), String>;

    fn delete(&self, resource: &str, key: &str) -> Result<(), String>;
}

/// The world outside of messages. Shared by all mappings of a process.
pub trait Host: Send + Sync {
    /// The present time in the local zone.
    fn now(&self) -> Timestamp;

    /// A random number.
    fn random(&self) -> u64;

    /// An environment variable.
    fn env(&self, name: &str) -> Option<String>;

    /// The content of a file; relative paths start at the working directory.
    fn read_file(&self, path: &str) -> Result<Vec<u8>, String>;

    fn hostname(&self) -> Result<String, String>;

    /// Adds one to the counter `name`, which starts at 0, and returns it.
    fn count(&self, name: &str) -> i64;
}

/// Where and with what a mapping is compiled.
#[derive(Clone)]
pub struct Environment {
    pub host: Arc<dyn Host>,
    /// The caches of the stream, if it is one; they do not live longer for it.
    pub caches: Option<Weak<dyn Caches>>,
    /// The folder that imports and relative files start at; empty for the working directory.
    pub directory: Str,
    /// Whether constant calls that read the outside world, such as `file("x")`, are made while compiling.
    pub evaluates: bool,
    /// Whether mappings see neither messages nor the outside world, and import nothing.
    pub isolated: bool,
}
