//! `lru`: a bounded number of items in memory; the one that is needed least makes room.

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;

use super::eviction::Eviction;
use crate::component::{Built, Cache, CacheError, CacheSpec, Context};
use crate::config::{ComponentSpec, Conf, Example, Field, Kind, field};
use crate::value::Str;

const CAP: Field<i64> = field("cap").default(1000).doc("How many items are kept.");
const INIT_VALUES: Field<Vec<(Str, Str)>> =
    field("init_values").default_map(&[]).doc("Items that are there from the start.");
const ALGORITHM: Field<Str> = field("algorithm")
    .default("standard")
    .options(&["standard", "arc", "two_queues"])
    .advanced()
    .doc("Which item makes room: the one not used for the longest time (`standard`), or one that was used only once before those that were used again (`arc`, which adapts, and `two_queues`).");
const RECENT_RATIO: Field<f64> = field("two_queues_recent_ratio")
    .default(0.25)
    .advanced()
    .doc("With `two_queues`: how much of the room items may keep that were used once, from 0 to 1.");
const GHOST_RATIO: Field<f64> = field("two_queues_ghost_ratio")
    .default(0.5)
    .advanced()
    .doc("With `two_queues`: how many keys that had to go are remembered, as a share of `cap` from 0 to 1.");
const OPTIMISTIC: Field<bool> = field("optimistic")
    .default(false)
    .advanced()
    .doc("Accepted for old configs; adding a key is always one step, and no slower for it.");

pub const LRU: CacheSpec = CacheSpec {
    spec: ComponentSpec::new(Kind::Cache, "lru")
        .summary("Keeps a limited number of items in memory, and forgets those that are needed least.")
        .description("Items never expire by time.")
        .fields(&[&CAP, &INIT_VALUES, &ALGORITHM, &RECENT_RATIO, &GHOST_RATIO, &OPTIMISTIC])
        .examples(&[Example { title: "The ten thousand latest ids", config: "lru: { cap: 10000 }\n" }]),
    build: |conf: &Conf, _: &Context| -> Built<Arc<dyn Cache>> {
        let cap = usize::try_from(conf.get(&CAP)?).ok().and_then(NonZeroUsize::new);
        let cap = cap.ok_or_else(|| conf.error(&CAP, "at least one item must have room"))?;
        let mut items = match conf.get(&ALGORITHM)?.as_str() {
            "standard" => Eviction::standard(cap),
            "arc" => Eviction::arc(cap),
            "two_queues" => {
                Eviction::two_queues(cap, ratio(conf, &RECENT_RATIO)?, ratio(conf, &GHOST_RATIO)?)
            }
            other => {
                return Err(conf.error(&ALGORITHM, format!("the algorithm '{other}' is not known")).into());
            }
        };
        for (key, value) in conf.get(&INIT_VALUES)? {
            items.set(&key, value.as_bytes().to_vec().into());
        }
        Ok(Arc::new(Lru(Mutex::new(items))))
    },
};

fn ratio(conf: &Conf, field: &Field<f64>) -> Built<f64> {
    let ratio = conf.get(field)?;
    if (0.0..=1.0).contains(&ratio) {
        Ok(ratio)
    } else {
        Err(conf.error(field, "it is not between 0 and 1").into())
    }
}

struct Lru(Mutex<Eviction>);

impl Lru {
    fn items(&self) -> MutexGuard<'_, Eviction> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Cache for Lru {
    async fn get(&self, key: &str) -> Result<Bytes, CacheError> {
        self.items().get(key).ok_or(CacheError::NotFound)
    }

    async fn set(&self, key: &str, value: Bytes, _: Option<Duration>) -> Result<(), CacheError> {
        self.items().set(key, value);
        Ok(())
    }

    async fn add(&self, key: &str, value: Bytes, _: Option<Duration>) -> Result<(), CacheError> {
        let mut items = self.items();
        if items.contains(key) {
            return Err(CacheError::AlreadyExists);
        }
        items.set(key, value);
        Ok(())
    }

    async fn delete(&self, key: &str) -> Result<(), CacheError> {
        self.items().remove(key);
        Ok(())
    }
}
