//! `multilevel`: several caches, the fastest in front.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;

use crate::component::{Built, Cache, CacheError, CacheSpec, Context};
use crate::config::{ComponentSpec, Conf, Example, Field, Kind, bare};
use crate::value::Str;

const LEVELS: Field<Vec<Str>> = bare()
    .refers(Kind::Cache)
    .at_least(2)
    .doc("The labels of at least two cache resources, the first one asked first.");

pub const MULTILEVEL: CacheSpec = CacheSpec {
    spec: ComponentSpec::new(Kind::Cache, "multilevel")
        .summary("Combines caches into one: what is found in a lower one is copied into those above it.")
        .description("A key is set and deleted in all caches, in order, up to the first failure.")
        .bare(&LEVELS)
        .examples(&[Example { title: "Memory in front of files", config: "multilevel: [ hot, cold ]\n" }]),
    build: |conf: &Conf, cx: &Context| -> Built<Arc<dyn Cache>> {
        let levels = conf.get(&LEVELS)?;
        if levels.len() < 2 {
            let found = format!("expected at least two cache levels, found {}", levels.len());
            return Err(conf.error(&LEVELS, found).into());
        }
        Ok(Arc::new(Multilevel { levels, cx: cx.clone() }))
    },
};

/// The levels are looked up when they are used: resources may come in any order.
struct Multilevel {
    levels: Vec<Str>,
    cx: Context,
}

// === impl Multilevel ===

impl Multilevel {
    fn level(&self, label: &str) -> Result<Arc<dyn Cache>, CacheError> {
        let cache = self.cx.cache_resource(label);
        cache.map(|handle| handle.current()).map_err(|error| CacheError::Failed(error.to_string()))
    }
}

#[async_trait]
impl Cache for Multilevel {
    async fn get(&self, key: &str) -> Result<Bytes, CacheError> {
        for (i, label) in self.levels.iter().enumerate() {
            let value = match self.level(label)?.get(key).await {
                Err(CacheError::NotFound) => continue,
                value => value?,
            };
            for above in &self.levels[..i] {
                let copied = match self.level(above) {
                    Ok(cache) => cache.set(key, value.clone(), None).await,
                    Err(error) => Err(error),
                };
                if let Err(error) = copied {
                    self.cx
                        .log()
                        .error(format_args!("Failed to copy key '{key}' into cache '{above}': {error}"));
                }
            }
            return Ok(value);
        }
        Err(CacheError::NotFound)
    }

    async fn set(&self, key: &str, value: Bytes, ttl: Option<Duration>) -> Result<(), CacheError> {
        for label in &self.levels {
            self.level(label)?.set(key, value.clone(), ttl).await?;
        }
        Ok(())
    }

    /// The lowest cache decides, as the others may have forgotten the key.
    async fn add(&self, key: &str, value: Bytes, ttl: Option<Duration>) -> Result<(), CacheError> {
        let Some((_, upper)) = self.levels.split_last() else { return Ok(()) };
        for label in upper {
            match self.level(label)?.get(key).await {
                Err(CacheError::NotFound) => {}
                found => return Err(found.err().unwrap_or(CacheError::AlreadyExists)),
            }
        }
        for label in self.levels.iter().rev() {
            self.level(label)?.add(key, value.clone(), ttl).await?;
        }
        Ok(())
    }

    async fn delete(&self, key: &str) -> Result<(), CacheError> {
        for label in &self.levels {
            match self.level(label)?.delete(key).await {
                Err(CacheError::NotFound) => {}
                result => result?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{cache, context};

    use crate::component::CacheError;

    #[tokio::test]
    async fn lower_levels_fill_upper_ones() {
        let cx = context();
        for label in ["hot", "cold"] {
            cx.resources().caches.set(label, cache(&cx, "memory: {}"));
        }
        let level = |label| cx.resources().caches.get(label).expect("a cache").current();
        let (hot, cold, both) = (level("hot"), level("cold"), cache(&cx, "multilevel: [ hot, cold ]"));
        assert_eq!(both.get("key").await, Err(CacheError::NotFound));
        cold.set("key", "1".into(), None).await.expect("set");
        assert_eq!(both.add("key", "2".into(), None).await, Err(CacheError::AlreadyExists));
        assert_eq!(both.get("key").await, Ok("1".into()));
        assert_eq!(hot.get("key").await, Ok("1".into()));
        both.delete("key").await.expect("deleted");
        assert_eq!(cold.get("key").await, Err(CacheError::NotFound));
        both.add("new", "3".into(), None).await.expect("added");
        assert_eq!((hot.get("new").await, cold.get("new").await), (Ok("3".into()), Ok("3".into())));
    }
}
