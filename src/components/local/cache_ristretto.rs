//! `ristretto`: items in memory, bounded by their bytes.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use lru::LruCache;
use tokio::time::Instant;

use crate::component::{Backoff, Built, Cache, CacheError, CacheSpec, Context};
use crate::config::{self, ComponentSpec, Conf, Example, Field, Kind, field};

const DEFAULT_TTL: Field<config::Duration> =
    field("default_ttl").default("").doc("How long an item is kept after it was set; empty: without limit.");
const GET_RETRIES: Field<Conf> = field("get_retries")
    .advanced()
    .fields(&[&ENABLED, &INITIAL_INTERVAL, &MAX_INTERVAL, &MAX_ELAPSED_TIME])
    .doc("Whether an item that is not there is waited for.");
const ENABLED: Field<bool> = field("enabled").default(false).advanced().doc("Whether it is.");
const INITIAL_INTERVAL: Field<config::Duration> =
    field("initial_interval").default("1s").advanced().doc("The first pause between two looks.");
const MAX_INTERVAL: Field<config::Duration> =
    field("max_interval").default("5s").advanced().doc("The longest pause.");
const MAX_ELAPSED_TIME: Field<config::Duration> = field("max_elapsed_time")
    .default("30s")
    .advanced()
    .doc("After this much time it is given up; 0s: never.");

pub const RISTRETTO: CacheSpec = CacheSpec {
    spec: ComponentSpec::new(Kind::Cache, "ristretto")
        .summary("Keeps up to 1 GiB of items in memory.")
        .description("When there is no room the items go that were not used for the longest time. Adding an item replaces one that is there, so this cache is not for deduplication.")
        .fields(&[&DEFAULT_TTL, &GET_RETRIES])
        .examples(&[Example { title: "Results of an hour", config: "ristretto: { default_ttl: 1h }\n" }]),
    build: |conf: &Conf, _: &Context| -> Built<Arc<dyn Cache>> {
        let retries = conf.get(&GET_RETRIES)?;
        let backoff = Backoff::new(retries.get(&INITIAL_INTERVAL)?.get(), retries.get(&MAX_INTERVAL)?.get())
            .max_elapsed(retries.get(&MAX_ELAPSED_TIME)?.get());
        Ok(Arc::new(Ristretto {
            ttl: Some(conf.get(&DEFAULT_TTL)?.get()).filter(|ttl| !ttl.is_zero()),
            retries: retries.get(&ENABLED)?.then_some(backoff),
            items: Mutex::new(Items { by_key: LruCache::unbounded(), bytes: 0, limit: LIMIT }),
        }))
    },
};

/// How many bytes keys and values together may have.
const LIMIT: usize = 1 << 30;

struct Ristretto {
    ttl: Option<Duration>,
    /// The pauses between looks for an item.
    retries: Option<Backoff>,
    items: Mutex<Items>,
}

struct Items {
    /// Values with when they expire.
    by_key: LruCache<Box<str>, (Bytes, Option<Instant>)>,
    bytes: usize,
    limit: usize,
}

// === impl Items ===

impl Items {
    fn put(&mut self, key: &str, value: Bytes, expires: Option<Instant>) {
        self.remove(key);
        self.bytes += key.len() + value.len();
        self.by_key.put(key.into(), (value, expires));
        while self.bytes > self.limit
            && let Some((key, (value, _))) = self.by_key.pop_lru()
        {
            self.bytes -= key.len() + value.len();
        }
    }

    fn remove(&mut self, key: &str) {
        if let Some((value, _)) = self.by_key.pop(key) {
            self.bytes -= key.len() + value.len();
        }
    }

    fn get(&mut self, key: &str) -> Option<Bytes> {
        let (value, expires) = self.by_key.get(key)?;
        if expires.is_none_or(|expires| expires > Instant::now()) {
            return Some(value.clone());
        }
        self.remove(key);
        None
    }
}

// === impl Ristretto ===

impl Ristretto {
    fn items(&self) -> MutexGuard<'_, Items> {
        self.items.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Cache for Ristretto {
    async fn get(&self, key: &str) -> Result<Bytes, CacheError> {
        let mut retries = self.retries.clone();
        loop {
            if let Some(value) = self.items().get(key) {
                return Ok(value);
            }
            let pause = retries.as_mut().and_then(Backoff::pause).ok_or(CacheError::NotFound)?;
            tokio::time::sleep(pause).await;
        }
    }

    async fn set(&self, key: &str, value: Bytes, ttl: Option<Duration>) -> Result<(), CacheError> {
        let expires = ttl.or(self.ttl).map(|ttl| Instant::now() + ttl);
        self.items().put(key, value, expires);
        Ok(())
    }

    async fn add(&self, key: &str, value: Bytes, ttl: Option<Duration>) -> Result<(), CacheError> {
        self.set(key, value, ttl).await
    }

    async fn delete(&self, key: &str) -> Result<(), CacheError> {
        self.items().remove(key);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{cache, context};
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn items_expire_and_are_waited_for() {
        let cache = cache(&context(), "ristretto: { default_ttl: 1m, get_retries: { enabled: true } }");
        cache.set("a", "1".into(), None).await.expect("set");
        cache.set("b", "2".into(), Some(Duration::from_secs(1))).await.expect("set");
        assert_eq!(cache.get("b").await, Ok("2".into()));
        tokio::time::advance(Duration::from_secs(2)).await;
        assert_eq!(cache.get("a").await, Ok("1".into()));
        let (found, set) = tokio::join!(cache.get("c"), async {
            tokio::time::sleep(Duration::from_secs(3)).await;
            cache.add("c", "3".into(), None).await
        });
        assert_eq!((found, set), (Ok("3".into()), Ok(())));
    }

    #[test]
    fn the_oldest_make_room() {
        let mut items = Items { by_key: LruCache::unbounded(), bytes: 0, limit: 10 };
        for key in ["a", "b", "c", "a"] {
            items.put(key, "123".into(), None);
        }
        assert_eq!((items.get("a").is_some(), items.get("b").is_some(), items.bytes), (true, false, 8));
        items.put("big", "0123456789".into(), None);
        assert_eq!(items.bytes, 0);
    }
}
