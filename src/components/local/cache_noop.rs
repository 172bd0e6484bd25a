//! `noop`: a cache that keeps nothing.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;

use crate::component::{Cache, CacheError, CacheSpec};
use crate::config::{ComponentSpec, Example, Kind};

pub const NOOP: CacheSpec = CacheSpec {
    spec: ComponentSpec::new(Kind::Cache, "noop")
        .version("4.27.0")
        .summary("Keeps nothing: no key is ever found, and every one can be added.")
        .examples(&[Example { title: "Switch caching off", config: "noop: {}\n" }]),
    build: |_, _| Ok(Arc::new(Noop)),
};

struct Noop;

#[async_trait]
impl Cache for Noop {
    async fn get(&self, _: &str) -> Result<Bytes, CacheError> {
        Err(CacheError::NotFound)
    }

    async fn set(&self, _: &str, _: Bytes, _: Option<Duration>) -> Result<(), CacheError> {
        Ok(())
    }

    async fn add(&self, _: &str, _: Bytes, _: Option<Duration>) -> Result<(), CacheError> {
        Ok(())
    }

    async fn delete(&self, _: &str) -> Result<(), CacheError> {
        Ok(())
    }
}
