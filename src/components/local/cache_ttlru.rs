//! `ttlru`: a bounded number of items in memory, each kept for the same time at most.

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use lru::LruCache;
use tokio::time::Instant;

use crate::component::{Built, Cache, CacheError, CacheSpec, Context};
use crate::config::{self, ComponentSpec, Conf, Example, Field, Kind, field};
use crate::value::Str;

const CAP: Field<i64> = field("cap").default(1024).doc("How many items are kept.");
const DEFAULT_TTL: Field<config::Duration> =
    field("default_ttl").default("5m0s").version("4.21.0").doc("How long an item is kept after it was set.");
const TTL: Field<Option<config::Duration>> =
    field("ttl").advanced().doc("The old name of `default_ttl`, which it replaces where it is set.");
const INIT_VALUES: Field<Vec<(Str, Str)>> =
    field("init_values").default_map(&[]).doc("Items that are set when the cache starts.");
const OPTIMISTIC: Field<bool> = field("optimistic")
    .default(false)
    .advanced()
    .doc("Accepted for old configs; adding a key is always one step, and no slower for it.");

pub const TTLRU: CacheSpec = CacheSpec {
    spec: ComponentSpec::new(Kind::Cache, "ttlru")
        .summary("Keeps a limited number of items in memory for a limited time.")
        .description("When there is no room the item goes that was not used for the longest time. A time of its own that a single item is given is ignored.")
        .fields(&[&CAP, &DEFAULT_TTL, &TTL, &INIT_VALUES, &OPTIMISTIC])
        .examples(&[Example { title: "Sessions of ten minutes", config: "ttlru: { cap: 5000, default_ttl: 10m }\n" }]),
    build: |conf: &Conf, _: &Context| -> Built<Arc<dyn Cache>> {
        let cap = usize::try_from(conf.get(&CAP)?).ok().and_then(NonZeroUsize::new);
        let cap = cap.ok_or_else(|| conf.error(&CAP, "at least one item must have room"))?;
        let ttl = match conf.get(&TTL)? {
            Some(ttl) => ttl,
            None => conf.get(&DEFAULT_TTL)?,
        };
        if ttl.get().is_zero() {
            return Err(conf.error(&DEFAULT_TTL, "it must be more than no time").into());
        }
        let cache = Ttlru { ttl: ttl.get(), items: Mutex::new(LruCache::new(cap)) };
        for (key, value) in conf.get(&INIT_VALUES)? {
            cache.put(&mut cache.items(), &key, value.as_bytes().to_vec().into());
        }
        Ok(Arc::new(cache))
    },
};

/// Values with when they expire.
type Items = LruCache<Box<str>, (Bytes, Instant)>;

struct Ttlru {
    ttl: Duration,
    items: Mutex<Items>,
}

// === impl Ttlru ===

impl Ttlru {
    fn items(&self) -> MutexGuard<'_, Items> {
        self.items.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put(&self, items: &mut Items, key: &str, value: Bytes) {
        items.put(key.into(), (value, Instant::now() + self.ttl));
        // Two from the far end each time, so that what has expired does not stay for long and no write takes long.
        for _ in 0..2 {
            match items.peek_lru() {
                Some((_, (_, expires))) if *expires <= Instant::now() => items.pop_lru(),
                _ => break,
            };
        }
    }
}

#[async_trait]
impl Cache for Ttlru {
    async fn get(&self, key: &str) -> Result<Bytes, CacheError> {
        match self.items().get(key) {
            Some((value, expires)) if *expires > Instant::now() => Ok(value.clone()),
            _ => Err(CacheError::NotFound),
        }
    }

    async fn set(&self, key: &str, value: Bytes, _: Option<Duration>) -> Result<(), CacheError> {
        self.put(&mut self.items(), key, value);
        Ok(())
    }

    async fn add(&self, key: &str, value: Bytes, _: Option<Duration>) -> Result<(), CacheError> {
        let mut items = self.items();
        if items.peek(key).is_some_and(|(_, expires)| *expires > Instant::now()) {
            return Err(CacheError::AlreadyExists);
        }
        self.put(&mut items, key, value);
        Ok(())
    }

    async fn delete(&self, key: &str) -> Result<(), CacheError> {
        self.items().pop(key);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::testing::{cache, context};
    use crate::component::CacheError;

    #[tokio::test(start_paused = true)]
    async fn items_go_by_time_and_for_want_of_room() {
        let cache = cache(&context(), "ttlru: { cap: 2, default_ttl: 10s, init_values: { a: '1' } }");
        cache.add("b", "2".into(), Some(Duration::from_secs(1))).await.expect("added");
        cache.get("a").await.expect("there");
        cache.set("c", "3".into(), None).await.expect("set");
        assert_eq!(cache.get("b").await, Err(CacheError::NotFound));
        assert_eq!(cache.add("a", "4".into(), None).await, Err(CacheError::AlreadyExists));
        tokio::time::advance(Duration::from_secs(10)).await;
        assert_eq!(cache.get("a").await, Err(CacheError::NotFound));
        cache.add("a", "4".into(), None).await.expect("added, as the old one has expired");
        assert_eq!(cache.get("a").await, Ok("4".into()));
    }
}
