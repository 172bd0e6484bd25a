//! Caches and rate limits with their metrics.

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

/// Counts an operation. What is no fault of the cache counts as a success.
fn count<T>(operation: &CacheOperation, began: Timer, result: &Result<T, CacheError>) {
    operation.latency.record(began.elapsed(), 1);
    match result {
        Err(CacheError::Failed(_)) => operation.error.add(1),
        _ => operation.success.add(1),
    }
}

#[async_trait]
impl Cache for MeteredCache {
    async fn get(&self, key: &str) -> Result<Bytes, CacheError> {
        let began = Timer::start();
        let result = self.inner.get(key).await;
        count(&self.metrics.get, began, &result);
        if result == Err(CacheError::NotFound) {
            self.metrics.not_found.add(1);
        }
        result
    }

    async fn set(&self, key: &str, value: Bytes, ttl: Option<Duration>) -> Result<(), CacheError> {
        let began = Timer::start();
        let result = self.inner.set(key, value, ttl).await;
        count(&self.metrics.set, began, &result);
        result
    }

    async fn set_many(&self, items: Vec<(String, Bytes, Option<Duration>)>) -> Result<(), CacheError> {
        let began = Timer::start();
        let result = self.inner.set_many(items).await;
        count(&self.metrics.set, began, &result);
        result
    }

    async fn add(&self, key: &str, value: Bytes, ttl: Option<Duration>) -> Result<(), CacheError> {
        let began = Timer::start();
        let result = self.inner.add(key, value, ttl).await;
        count(&self.metrics.add, began, &result);
        if result == Err(CacheError::AlreadyExists) {
            self.metrics.duplicate.add(1);
        }
        result
    }

    async fn delete(&self, key: &str) -> Result<(), CacheError> {
        let began = Timer::start();
        let result = self.inner.delete(key).await;
        count(&self.metrics.delete, began, &result);
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
