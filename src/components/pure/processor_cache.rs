//! `cache`: one operation on a cache for each message.

use bytes::Bytes;

use super::ttl::ttl;
use crate::component::{Built, Cache, CacheError, Context, Handle, Processor, ProcessorSpec, Step};
use crate::config::{ComponentSpec, Conf, Example, Field, Kind, field};
use crate::expr::Template;
use crate::message::{Batch, batches_of};
use crate::value::{Str, Value};

const RESOURCE: Field<Str> = field("resource").refers(Kind::Cache).doc("The cache resource.");
const OPERATOR: Field<Str> = field("operator")
    .options(&["set", "add", "get", "delete", "exists"])
    .doc("What is done: `get` makes the value the content of the message, `exists` whether there is one.");
const KEY: Field<Template> = field("key").doc("The key.");
const VALUE: Field<Option<Template>> =
    field("value").doc("What `set` and `add` store; without it nothing at all.");
const TTL: Field<Option<Template>> = field("ttl")
    .advanced()
    .version("3.33.0")
    .doc("How long the entry is kept, if the cache can do that; without it as long as the cache has it.");

pub const CACHE: ProcessorSpec = ProcessorSpec {
    spec: ComponentSpec::new(Kind::Processor, "cache")
        .categories(&["Integration"])
        .summary("Sets, adds, gets or deletes an entry of a cache for each message.")
        .description("A message is flagged when its operation fails: `get` without an entry, `add` with one.")
        .fields(&[&RESOURCE, &OPERATOR, &KEY, &VALUE, &TTL])
        .examples(&[Example {
            title: "Remember the last order of a customer",
            config: "cache:\n  resource: last_orders\n  operator: set\n  key: ${! this.customer }\n  value: ${! this.order }\n",
        }]),
    build: |conf, cx| Ok(Box::new(Operation::new(conf, cx)?)),
    silent: false,
};

struct Operation {
    cache: Handle<dyn Cache>,
    operator: Operator,
    key: Template,
    value: Option<Template>,
    ttl: Option<Template>,
}

#[derive(Clone, Copy)]
enum Operator {
    Set,
    Add,
    Get,
    Delete,
    Exists,
}

// === impl Operation ===

impl Operation {
    fn new(conf: &Conf, cx: &Context) -> Built<Self> {
        let operator = match conf.get(&OPERATOR)?.as_str() {
            "set" => Operator::Set,
            "add" => Operator::Add,
            "get" => Operator::Get,
            "delete" => Operator::Delete,
            "exists" => Operator::Exists,
            other => return Err(conf.error(&OPERATOR, format!("there is no operator '{other}'")).into()),
        };
        Ok(Self {
            cache: cx.cache_resource(&conf.get(&RESOURCE)?)?,
            operator,
            key: conf.get(&KEY)?,
            value: conf.get(&VALUE)?,
            ttl: conf.get(&TTL)?,
        })
    }

    /// What becomes the content of message `index`, if anything.
    async fn run(&self, batch: &Batch, index: usize) -> Result<Option<Value>, String> {
        let key = self.key.render(batch, index).map_err(|e| format!("key interpolation error: {e}"))?;
        let value = self.value(batch, index)?;
        let ttl = ttl(self.ttl.as_ref(), batch, index)?;
        let cache = self.cache.current();
        let result = match self.operator {
            Operator::Set => cache.set(&key, value, ttl).await.map(|()| None),
            Operator::Add => cache.add(&key, value, ttl).await.map(|()| None),
            Operator::Delete => cache.delete(&key).await.map(|()| None),
            Operator::Get => cache.get(&key).await.map(|found| Some(found.into())),
            Operator::Exists => Ok(Some(cache.get(&key).await.is_ok().into())),
        };
        result.map_err(|error| match error {
            CacheError::AlreadyExists => format!("key already exists: {key}"),
            error => format!("operator failed for key '{key}': {error}"),
        })
    }

    fn value(&self, batch: &Batch, index: usize) -> Result<Bytes, String> {
        let Some(value) = &self.value else { return Ok(Bytes::new()) };
        value.render_bytes(batch, index).map_err(|e| format!("value interpolation error: {e}"))
    }
}

impl Processor for Operation {
    fn process(&self, mut batch: Batch) -> Step<'_> {
        Step::later(async move {
            for i in 0..batch.len() {
                match self.run(&batch, i).await {
                    Ok(Some(value)) => batch[i].set_value(value),
                    Ok(None) => {}
                    Err(error) => batch[i].fail(error),
                }
            }
            Ok(batches_of(batch))
        })
    }
}
