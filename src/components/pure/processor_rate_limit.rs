//! `rate_limit`: lets messages through as fast as a rate limit allows.

use std::time::Duration;

use crate::component::{Context, Handle, Processor, ProcessorSpec, RateLimit, Step};
use crate::config::{ComponentSpec, Example, Field, Kind, field};
use crate::message::{Batch, batches_of};
use crate::value::Str;

const RESOURCE: Field<Str> = field("resource").refers(Kind::RateLimit).doc("The rate limit resource.");

pub const RATE_LIMIT: ProcessorSpec = ProcessorSpec {
    spec: ComponentSpec::new(Kind::Processor, "rate_limit")
        .categories(&["Utility"])
        .summary("Waits for each message until a rate limit allows it.")
        .description("The limit holds for all who use the resource together.")
        .fields(&[&RESOURCE])
        .examples(&[Example { title: "By label", config: "rate_limit:\n  resource: gentle\n" }]),
    build: |conf, cx| {
        Ok(Box::new(Limited { limit: cx.rate_limit_resource(&conf.get(&RESOURCE)?)?, cx: cx.clone() }))
    },
    silent: false,
};

struct Limited {
    limit: Handle<dyn RateLimit>,
    cx: Context,
}

// === impl Limited ===

impl Limited {
    async fn wait(&self) {
        loop {
            let pause = match self.limit.current().access().await {
                Ok(None) => return,
                Ok(Some(pause)) => pause,
                Err(error) => {
                    self.cx.log().error(format_args!("Failed to access rate limit: {error}"));
                    Duration::from_secs(1)
                }
            };
            tokio::time::sleep(pause).await;
        }
    }
}

impl Processor for Limited {
    fn process(&self, batch: Batch) -> Step<'_> {
        Step::later(async move {
            for _ in 0..batch.len() {
                self.wait().await;
            }
            Ok(batches_of(batch))
        })
    }
}
