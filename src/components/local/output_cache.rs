//! `cache`: stores messages in a cache.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use crate::component::{
    Built, Cache, ConnectError, Context, Handle, OutputBuild, OutputSpec, Sink, SinkSetup, WriteError,
};
use crate::config::{self, ComponentSpec, Conf, Example, Field, Kind, field};
use crate::expr::Template;
use crate::message::Batch;
use crate::value::Str;

const TARGET: Field<Str> = field("target").refers(Kind::Cache).doc("The label of the cache resource.");
const KEY: Field<Template> =
    field("key").default("${!count(\"items\")}-${!timestamp_unix_nano()}").doc("The key of each message.");
const TTL: Field<Option<Template>> = field("ttl")
    .advanced()
    .version("3.33.0")
    .doc("How long each item is kept, as a duration; without it as long as the cache says.");
const MAX_IN_FLIGHT: Field<usize> =
    field("max_in_flight").default(64).doc("How many messages or batches are stored at the same time.");

pub const CACHE: OutputSpec = OutputSpec {
    spec: ComponentSpec::new(Kind::Output, "cache")
        .categories(&["Services"])
        .summary("Stores each message in a cache resource.")
        .description(
            "The messages of a batch are stored with one call; of equal keys the last message stays.",
        )
        .fields(&[&TARGET, &KEY, &TTL, &MAX_IN_FLIGHT])
        .examples(&[Example {
            title: "The latest state of each device, for an hour",
            config: "cache:\n  target: devices\n  key: ${! json(\"device.id\") }\n  ttl: 1h\n",
        }]),
    build: OutputBuild::Sink(|conf: &Conf, cx: &Context| -> Built<SinkSetup> {
        let sink = Store {
            cache: cx.cache_resource(&conf.get(&TARGET)?)?,
            key: conf.get(&KEY)?,
            ttl: conf.get(&TTL)?,
        };
        Ok(SinkSetup { sink: Arc::new(sink), max_in_flight: conf.get(&MAX_IN_FLIGHT)?, batching: None })
    }),
};

struct Store {
    cache: Handle<dyn Cache>,
    key: Template,
    ttl: Option<Template>,
}

// === impl Store ===

impl Store {
    fn key(&self, batch: &Batch, index: usize) -> Result<String, WriteError> {
        let key = self.key.render(batch, index);
        key.map(String::from).map_err(|error| WriteError::failed(format!("key interpolation error: {error}")))
    }

    fn ttl(&self, batch: &Batch, index: usize) -> Result<Option<Duration>, WriteError> {
        let Some(ttl) = &self.ttl else { return Ok(None) };
        let text = ttl.render(batch, index);
        let text = text.map_err(|error| WriteError::failed(format!("ttl interpolation error: {error}")))?;
        if text.is_empty() {
            return Ok(None);
        }
        let ttl = text.parse::<config::Duration>();
        ttl.map(|ttl| Some(ttl.get())).map_err(|error| WriteError::failed(format!("ttl '{text}': {error}")))
    }
}

#[async_trait]
impl Sink for Store {
    async fn connect(&self) -> Result<(), ConnectError> {
        Ok(())
    }

    async fn write(&self, batch: &Batch) -> Result<(), WriteError> {
        let item = |i: usize| Ok((self.key(batch, i)?, batch[i].bytes().clone(), self.ttl(batch, i)?));
        let cache = self.cache.current();
        let stored = match batch.len() {
            1 => {
                let (key, value, ttl) = item(0)?;
                cache.set(&key, value, ttl).await
            }
            n => cache.set_many((0..n).map(item).collect::<Result<_, WriteError>>()?).await,
        };
        stored.map_err(WriteError::failed)
    }
}
