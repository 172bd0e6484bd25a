//! Caches and rate limits with their metrics.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;

use super::store::{Cache, CacheError, RateLimit};
use crate::telemetry::metrics::{self, CacheOperation, Handle, Timer};

pub struct MeteredCache {
    inner: Arc<dyn Cache>,
    metrics: Handle<metrics::Cache>,
}

pub struct MeteredRateLimit {
    inner: Arc<dyn RateLimit>,
    metrics: Handle<metrics::RateLimit>,
}

impl MeteredCache {
    pub fn new(inner: Arc<dyn Cache>, metrics: Handle<metrics::Cache>) -> Self {
        Self { inner, metrics }
    }
}

/// Counts an operation on so many items. What others count, a missing key or one that exists, is neither a success
/// nor an error.
fn count<T>(operation: &CacheOperation, began: Timer, items: usize, result: &Result<T, CacheError>) {
    operation.latency.record(began.elapsed(), 1);
    match result {
        Ok(_) => operation.success.add(items as u64),
        Err(CacheError::Failed(_)) => operation.error.add(items as u64),
        Err(CacheError::NotFound | CacheError::AlreadyExists) => {}
    }
}

#[async_trait]
impl Cache for MeteredCache {
    async fn get(&self, key: &str) -> Result<Bytes, CacheError> {
        let began = Timer::start();
        let result = self.inner.get(key).await;
        count(&self.metrics.get, began, 1, &result);
        if result == Err(CacheError::NotFound) {
            self.metrics.not_found.add(1);
        }
        result
    }

    async fn set(&self, key: &str, value: Bytes, ttl: Option<Duration>) -> Result<(), CacheError> {
        let began = Timer::start();
        let result = self.inner.set(key, value, ttl).await;
        count(&self.metrics.set, began, 1, &result);
        result
    }

    async fn set_many(&self, items: Vec<(String, Bytes, Option<Duration>)>) -> Result<(), CacheError> {
        let began = Timer::start();
        // The last one of a key is the one that is stored.
        let size = items.iter().map(|(key, ..)| key.as_str()).collect::<HashSet<_>>().len();
        let result = self.inner.set_many(items).await;
        count(&self.metrics.set, began, size, &result);
        result
    }

    async fn add(&self, key: &str, value: Bytes, ttl: Option<Duration>) -> Result<(), CacheError> {
        let began = Timer::start();
        let result = self.inner.add(key, value, ttl).await;
        count(&self.metrics.add, began, 1, &result);
        if result == Err(CacheError::AlreadyExists) {
            self.metrics.duplicate.add(1);
        }
        result
    }

    async fn delete(&self, key: &str) -> Result<(), CacheError> {
        let began = Timer::start();
        let result = self.inner.delete(key).await;
        count(&self.metrics.delete, began, 1, &result);
        result
    }

    async fn close(&self) {
        self.inner.close().await;
    }
}

impl MeteredRateLimit {
    pub fn new(inner: Arc<dyn RateLimit>, metrics: Handle<metrics::RateLimit>) -> Self {
        Self { inner, metrics }
    }
}

#[async_trait]
impl RateLimit for MeteredRateLimit {
    async fn access(&self) -> Result<Option<Duration>, String> {
        self.metrics.checked.add(1);
        let result = self.inner.access().await;
        match &result {
            Ok(Some(_)) => self.metrics.triggered.add(1),
            Ok(None) => {}
            Err(_) => self.metrics.error.add(1),
        }
        result
    }

    async fn close(&self) {
        self.inner.close().await;
    }
}
