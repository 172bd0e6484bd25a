//! `dedupe`: drops messages whose key a cache has seen before.

use std::collections::HashSet;

use bytes::Bytes;
use smallvec::SmallVec;

use crate::component::{
    Built, Cache, CacheError, Context, Handle, Processed, Processor, ProcessorSpec, Step,
};
use crate::config::{ComponentSpec, Conf, Example, Field, Kind, field};
use crate::expr::Template;
use crate::message::{Batch, Message, non_empty};
use crate::value::Str;

const CACHE: Field<Str> = field("cache").refers(Kind::Cache).doc("The cache resource that remembers keys.");
const KEY: Field<Template> = field("key").doc("What identifies a message.");
const DROP_ON_ERR: Field<bool> = field("drop_on_err")
    .default(true)
    .doc("Whether a message is dropped when the cache fails; else it is flagged and goes on.");

pub const DEDUPE: ProcessorSpec = ProcessorSpec {
    spec: ComponentSpec::new(Kind::Processor, "dedupe")
        .categories(&["Utility"])
        .summary("Drops messages whose key was seen before.")
        .description("How long keys are remembered is up to the cache. A message that comes again because it could not be delivered is no duplicate of itself. One whose key cannot be made is flagged.")
        .fields(&[&CACHE, &KEY, &DROP_ON_ERR])
        .examples(&[Example {
            title: "Each id once",
            config: "dedupe:\n  cache: seen\n  key: ${! this.id }\n",
        }]),
    build: |conf, cx| Ok(Box::new(Dedupe::new(conf, cx)?)),
    silent: false,
};

struct Dedupe {
    cache: Handle<dyn Cache>,
    key: Template,
    drop_on_err: bool,
    cx: Context,
}

// === impl Dedupe ===

impl Dedupe {
    fn new(conf: &Conf, cx: &Context) -> Built<Self> {
        let key = conf.get(&KEY)?;
        if key.is_empty() {
            return Err(conf.error(&KEY, "the key is empty").into());
        }
        Ok(Self {
            cache: cx.cache_resource(&conf.get(&CACHE)?)?,
            key,
            drop_on_err: conf.get(&DROP_ON_ERR)?,
            cx: cx.clone(),
        })
    }

    async fn run(&self, batch: Batch) -> Processed {
        let keys: SmallVec<[_; 1]> = (0..batch.len()).map(|i| self.key.render(&batch, i)).collect();
        let mut kept = Batch::new();
        let alone = keys.len() == 1;
        let mut here = HashSet::new();
        for (mut message, key) in batch.into_iter().zip(keys) {
            let keep = match key {
                Ok(key) => {
                    let first_here = alone || here.insert(key.clone());
                    self.claim(&mut message, &key, first_here).await
                }
                Err(error) => {
                    message.fail(format!("key interpolation error: {error}"));
                    true
                }
            };
            if keep {
                kept.push(message);
            }
        }
        Ok(non_empty(kept))
    }

    /// Claims the key of a message; whether the message goes on.
    async fn claim(&self, message: &mut Message, key: &str, first_here: bool) -> bool {
        match self.cache.current().add(key, Bytes::from_static(b"t"), None).await {
            Ok(()) => true,
            // It claimed the key itself when it came the first time.
            Err(CacheError::AlreadyExists) => message.is_replayed() && first_here,
            Err(error) => {
                self.cx.log().error(format_args!("Cache error: {error}"));
                if !self.drop_on_err {
                    message.fail(error.to_string());
                }
                !self.drop_on_err
            }
        }
    }
}

impl Processor for Dedupe {
    fn process(&self, batch: Batch) -> Step<'_> {
        Step::later(self.run(batch))
    }
}
