//! `memory`: keys and values in memory, for a while or for good.

use std::collections::HashMap;
use std::hash::BuildHasher;
use std::sync::{Arc, PoisonError, RwLock, RwLockWriteGuard};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use tokio::time::Instant;

use crate::component::{Built, Cache, CacheError, CacheSpec, Context};
use crate::config::{self, ComponentSpec, Conf, Example, Field, Kind, field};
use crate::value::Str;

const DEFAULT_TTL: Field<config::Duration> = field("default_ttl")
    .default("5m")
    .doc("How long an item is kept that was set without a time of its own.");
const COMPACTION_INTERVAL: Field<config::Duration> = field("compaction_interval").default("60s").doc(
    "How often expired items are removed, when something is written. Empty or zero: items never expire.",
);
const INIT_VALUES: Field<Vec<(Str, Str)>> =
    field("init_values").default_map(&[]).doc("Items that are there from the start, and never expire.");
const SHARDS: Field<usize> = field("shards")
    .default(1)
    .advanced()
    .doc("Over how many parts, each with a lock of its own, the items are spread.");

pub const MEMORY: CacheSpec = CacheSpec {
    spec: ComponentSpec::new(Kind::Cache, "memory")
        .summary("Keeps items in memory, where they are lost when the process ends.")
        .description(
            "A key whose item has expired is not found, but it cannot be added before the item is removed.",
        )
        .fields(&[&DEFAULT_TTL, &COMPACTION_INTERVAL, &INIT_VALUES, &SHARDS])
        .examples(&[Example {
            title: "A table that never changes",
            config: "memory:\n  compaction_interval: ''\n  init_values: { de: Germany, fr: France }\n",
        }]),
    build: |conf: &Conf, _: &Context| -> Built<Arc<dyn Cache>> {
        let interval = conf.get(&COMPACTION_INTERVAL)?.get();
        let interval = (!interval.is_zero()).then_some(interval);
        let memory = Memory::new(conf.get(&DEFAULT_TTL)?.get(), interval, conf.get(&SHARDS)?);
        for (key, value) in conf.get(&INIT_VALUES)? {
            let item = Item { value: value.as_bytes().to_vec().into(), expires: None };
            memory.shard(&key).items.insert(key.as_str().into(), item);
        }
        Ok(Arc::new(memory))
    },
};

struct Memory {
    default_ttl: Duration,
    /// How often expired items are removed; none: nothing expires.
    interval: Option<Duration>,
    hasher: std::hash::RandomState,
    shards: Box<[RwLock<Shard>]>,
}

struct Shard {
    items: HashMap<Box<str>, Item>,
    compacted: Instant,
}

struct Item {
    value: Bytes,
    expires: Option<Instant>,
}

// === impl Memory ===

impl Memory {
    fn new(default_ttl: Duration, interval: Option<Duration>, shards: usize) -> Self {
        let shard = || RwLock::new(Shard { items: HashMap::new(), compacted: Instant::now() });
        let shards = (0..shards.max(1)).map(|_| shard()).collect();
        Self { default_ttl, interval, hasher: std::hash::RandomState::new(), shards }
    }

    fn lock(&self, key: &str) -> &RwLock<Shard> {
        let n = self.shards.len() as u64;
        let index = if n == 1 { 0 } else { self.hasher.hash_one(key) % n };
        &self.shards[index as usize]
    }

    fn shard(&self, key: &str) -> RwLockWriteGuard<'_, Shard> {
        self.lock(key).write().unwrap_or_else(PoisonError::into_inner)
    }

    fn item(&self, value: Bytes, ttl: Option<Duration>) -> Item {
        // A time beyond what can be reckoned with is never.
        Item { value, expires: Instant::now().checked_add(ttl.unwrap_or(self.default_ttl)) }
    }

    fn is_expired(&self, item: &Item, now: Instant) -> bool {
        self.interval.is_some() && item.expires.is_some_and(|expires| expires < now)
    }

    /// Removes expired items if it is time for that.
    fn compact(&self, shard: &mut Shard) {
        let now = Instant::now();
        if self.interval.is_some_and(|interval| now - shard.compacted >= interval) {
            shard.items.retain(|_, item| !self.is_expired(item, now));
            shard.compacted = now;
        }
    }
}

#[async_trait]
impl Cache for Memory {
    async fn get(&self, key: &str) -> Result<Bytes, CacheError> {
        let shard = self.lock(key).read().unwrap_or_else(PoisonError::into_inner);
        match shard.items.get(key) {
            Some(item) if !self.is_expired(item, Instant::now()) => Ok(item.value.clone()),
            _ => Err(CacheError::NotFound),
        }
    }

    async fn set(&self, key: &str, value: Bytes, ttl: Option<Duration>) -> Result<(), CacheError> {
        let mut shard = self.shard(key);
        self.compact(&mut shard);
        shard.items.insert(key.into(), self.item(value, ttl));
        Ok(())
    }

    async fn add(&self, key: &str, value: Bytes, ttl: Option<Duration>) -> Result<(), CacheError> {
        let mut shard = self.shard(key);
        if shard.items.contains_key(key) {
            return Err(CacheError::AlreadyExists);
        }
        self.compact(&mut shard);
        shard.items.insert(key.into(), self.item(value, ttl));
        Ok(())
    }

    async fn delete(&self, key: &str) -> Result<(), CacheError> {
        let mut shard = self.shard(key);
        self.compact(&mut shard);
        shard.items.remove(key);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[tokio::test(start_paused = true)]
    async fn items_expire_and_are_removed_by_the_next_write() {
        let cache = Memory::new(10 * SECOND, Some(60 * SECOND), 3);
        cache.set("default", "1".into(), None).await.expect("set");
        cache.add("own", "2".into(), Some(100 * SECOND)).await.expect("added");
        assert_eq!(cache.add("own", "3".into(), None).await, Err(CacheError::AlreadyExists));
        assert_eq!(cache.get("default").await, Ok("1".into()));
        tokio::time::advance(11 * SECOND).await;
        assert_eq!(cache.get("default").await, Err(CacheError::NotFound));
        assert_eq!(cache.get("own").await, Ok("2".into()));
        assert_eq!(cache.add("default", "4".into(), None).await, Err(CacheError::AlreadyExists));
        tokio::time::advance(50 * SECOND).await;
        cache.delete("default").await.expect("deleted");
        cache.add("default", "4".into(), None).await.expect("added, as it was removed");
        cache.delete("missing").await.expect("no error");
    }

    #[tokio::test(start_paused = true)]
    async fn without_compaction_nothing_expires() {
        let cache = Memory::new(SECOND, None, 1);
        cache.set("key", "1".into(), Some(SECOND)).await.expect("set");
        tokio::time::advance(1000 * SECOND).await;
        assert_eq!(cache.get("key").await, Ok("1".into()));
    }
}
