//! The contracts of caches, rate limits and buffers.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;

use super::input::Pull;
use crate::message::Group;

/// A key-value store.
#[async_trait]
pub trait Cache: Send + Sync {
    async fn get(&self, key: &str) -> Result<Bytes, CacheError>;

    /// `ttl`: none means the cache's own default.
    async fn set(&self, key: &str, value: Bytes, ttl: Option<Duration>) -> Result<(), CacheError>;

    /// Sets several keys; of equal keys the last one wins.
    async fn set_many(&self, items: Vec<(String, Bytes, Option<Duration>)>) -> Result<(), CacheError> {
        for (key, value, ttl) in items {
            self.set(&key, value, ttl).await?;
        }
        Ok(())
    }

    /// Sets a key that must not exist yet, in one step.
    async fn add(&self, key: &str, value: Bytes, ttl: Option<Duration>) -> Result<(), CacheError>;

    async fn delete(&self, key: &str) -> Result<(), CacheError>;

    async fn close(&self) {}
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CacheError {
    NotFound,
    AlreadyExists,
    Failed(String),
}

impl std::fmt::Display for CacheError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            CacheError::NotFound => "key does not exist",
            CacheError::AlreadyExists => "key already exists",
            CacheError::Failed(reason) => reason,
        })
    }
}

/// Says when the next access is allowed.
#[async_trait]
pub trait RateLimit: Send + Sync {
    /// Claims one access: `None`, it is granted; else how long to wait before asking again.
    async fn access(&self) -> Result<Option<Duration>, String>;

    async fn close(&self) {}
}

/// Stands between input and pipeline and takes over what it accepts.
#[async_trait]
pub trait Buffer: Send + Sync {
    /// Stores transactions and acks them; waits while the buffer is full.
    async fn write(&self, group: Group);

    /// What was stored, oldest first, with acks that free the space or bring the batch back. After
    /// [`end_of_input`](Self::end_of_input): [`Pull::Exhausted`] when nothing is left but open acks, and
    /// [`Pull::End`] when all of it was delivered. Called by one reader, which finishes each call.
    async fn read(&self) -> Pull;

    /// Nothing will be written any more.
    fn end_of_input(&self);

    /// Releases what the buffer holds.
    async fn close(&self) {}
}
