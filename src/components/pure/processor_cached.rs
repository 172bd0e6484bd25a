//! `cached`: keeps what its processors make of a message, by a key.

use bytes::{Buf, BufMut, Bytes, BytesMut};
use futures_util::future::BoxFuture;

use super::ttl::ttl;
use crate::component::{Built, Cache, CacheError, Chain, Context, Handle, Processor, ProcessorSpec, Step};
use crate::config::{ComponentSpec, Conf, Example, Field, Kind, ProcessorConf, field};
use crate::expr::{Check, Template};
use crate::message::{Batch, Batches, Message, batch_of, non_empty};
use crate::value::Str;

const CACHE: Field<Str> = field("cache").refers(Kind::Cache).doc("The cache resource that keeps results.");
const SKIP_ON: Field<Option<Check>> = field("skip_on")
    .doc("Results are not kept when this is true of the first message of one of their batches.");
const KEY: Field<Template> = field("key").doc("What results are kept by.");
const TTL: Field<Option<Template>> = field("ttl").doc("How long results are kept, if the cache can do that.");
const PROCESSORS: Field<Vec<ProcessorConf>> = field("processors").doc("What makes the results.");

pub const CACHED: ProcessorSpec = ProcessorSpec {
    spec: ComponentSpec::new(Kind::Processor, "cached")
        .categories(&["Utility"])
        .version("4.3.0")
        .summary("Keeps what its processors make of a message in a cache, and takes it from there the next time.")
        .description("Only contents are kept: metadata is that of the new message. Results with failed messages are not kept.")
        .fields(&[&CACHE, &SKIP_ON, &KEY, &TTL, &PROCESSORS])
        .examples(&[Example {
            title: "Ask once per country",
            config: "branch:\n  processors:\n    - cached:\n        cache: countries\n        key: ${! this.country }\n        processors:\n          - resource: country_details\n  result_map: root.details = this\n",
        }]),
    build: |conf, cx| Ok(Box::new(Cached::new(conf, cx)?)),
    silent: false,
};

/// The first word of everything that is stored.
const VERSION: u32 = 1;

struct Cached {
    cache: Handle<dyn Cache>,
    skip_on: Option<Check>,
    key: Template,
    ttl: Option<Template>,
    chain: Chain,
    cx: Context,
}

// === impl Cached ===

impl Cached {
    fn new(conf: &Conf, cx: &Context) -> Built<Self> {
        Ok(Self {
            cache: cx.cache_resource(&conf.get(&CACHE)?)?,
            skip_on: conf.get(&SKIP_ON)?,
            key: conf.get(&KEY)?,
            ttl: conf.get(&TTL)?,
            chain: cx.chain(&conf.get(&PROCESSORS)?)?,
            cx: cx.clone(),
        })
    }

    /// The result for one message, or why there is none.
    async fn result(&self, batch: &Batch) -> Result<Batch, String> {
        let key = self.key.render(batch, 0);
        let key = key.map_err(|error| format!("failed to interpolate key expression: {error}"))?;
        let ttl = ttl(self.ttl.as_ref(), batch, 0)?;
        let cache = self.cache.current();
        match cache.get(&key).await {
            Ok(stored) => {
                return unpack(&batch[0], stored).ok_or_else(|| {
                    "failed to parse cached result, this indicates the data was not set by this processor"
                        .to_owned()
                });
            }
            Err(CacheError::NotFound) => {}
            Err(error) => return Err(error.to_string()),
        }
        let batches = self.chain.process(batch.clone()).finish().await.map_err(|r| r.0.to_string())?;
        let keep = self.is_kept(&batches);
        let result: Batch = batches.into_iter().flatten().collect();
        if keep && let Err(error) = cache.set(&key, pack(&result), ttl).await {
            self.cx.log().error(format_args!("failed to write result to cache: {error}"));
        }
        Ok(result)
    }

    fn is_kept(&self, batches: &Batches) -> bool {
        if batches.iter().flatten().any(Message::is_failed) {
            return false;
        }
        let Some(skip_on) = &self.skip_on else { return true };
        batches.iter().all(|batch| match skip_on.test(batch, 0) {
            Ok(skip) => !skip,
            Err(error) => {
                self.cx.log().error(format_args!("skip_on check failed, the result is not cached: {error}"));
                false
            }
        })
    }
}

impl Processor for Cached {
    fn process(&self, batch: Batch) -> Step<'_> {
        Step::later(async move {
            let mut all = Batch::new();
            for message in batch {
                let mut one = batch_of(message);
                match self.result(&one).await {
                    Ok(result) => all.extend(result),
                    Err(error) => {
                        one[0].fail(error);
                        all.extend(one);
                    }
                }
            }
            Ok(non_empty(all))
        })
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        Box::pin(self.chain.close())
    }
}

/// Contents as they are stored: version, count, then each with its length before it, all big endian.
fn pack(batch: &Batch) -> Bytes {
    let mut out = BytesMut::new();
    out.put_u32(VERSION);
    out.put_u32(batch.len() as u32);
    for message in batch {
        out.put_u32(message.size() as u32);
        out.put_slice(message.bytes());
    }
    out.freeze()
}

/// Messages with stored contents, derived from `message`; none if they were not stored by [`pack`].
fn unpack(message: &Message, mut stored: Bytes) -> Option<Batch> {
    if stored.try_get_u32().ok()? != VERSION {
        return None;
    }
    let mut batch = Batch::new();
    for _ in 0..stored.try_get_u32().ok()? {
        let length = stored.try_get_u32().ok()? as usize;
        if length > stored.len() {
            return None;
        }
        batch.push(message.with_bytes(stored.split_to(length)));
    }
    Some(batch)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_results_come_back_and_foreign_ones_do_not() {
        let message = Message::from_bytes("x");
        let batch: Batch = ["one", ""].into_iter().map(Message::from_bytes).collect();
        let stored = pack(&batch);
        assert_eq!(&stored[..], b"\0\0\0\x01\0\0\0\x02\0\0\0\x03one\0\0\0\0");
        let back = unpack(&message, stored.clone()).expect("it was stored by pack");
        assert!(back.iter().map(Message::bytes).eq(batch.iter().map(Message::bytes)));
        assert!(unpack(&message, stored.slice(..13)).is_none());
        assert!(unpack(&message, Bytes::from_static(b"\0\0\0\x02\0\0\0\0")).is_none());
    }
}
