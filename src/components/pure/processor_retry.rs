//! `retry`: runs processors over a message again until none of them fails.

use std::time::Duration as Pause;

use futures_util::future::{BoxFuture, try_join_all};

use crate::component::{Backoff, Built, Chain, Context, Processor, ProcessorSpec, Rejected, Step};
use crate::config::{ComponentSpec, Conf, Duration, Example, Field, Kind, ProcessorConf, Status, field};
use crate::message::{Batch, Message, batch_of, non_empty};
use crate::value::Value;

const INITIAL: Field<Duration> = field("initial_interval").default("500ms").doc("The first pause.");
const MAX: Field<Duration> = field("max_interval").default("10s").doc("The longest pause.");
const MAX_ELAPSED: Field<Duration> =
    field("max_elapsed_time").default("1m").doc("Gives up after so long; 0s: never.");
const BACKOFF: Field<Conf> =
    field("backoff").fields(&[&INITIAL, &MAX, &MAX_ELAPSED]).doc("The pauses between attempts.");
const PROCESSORS: Field<Vec<ProcessorConf>> = field("processors").doc("What runs.");
const PARALLEL: Field<bool> =
    field("parallel").default(false).doc("Whether the messages of a batch are processed at the same time.");
const MAX_RETRIES: Field<u64> =
    field("max_retries").default(0).doc("How often the processors run at most; 0: without limit.");

pub const RETRY: ProcessorSpec = ProcessorSpec {
    spec: ComponentSpec::new(Kind::Processor, "retry")
        .status(Status::Beta)
        .categories(&["Composition"])
        .version("4.27.0")
        .summary("Runs processors over each message until none of them fails.")
        .description("Each attempt begins with the message as it came, without its error flag. The metadata `retry_count` and `backoff_duration` (nanoseconds) tell what it took. After the last attempt a failed message goes on flagged.")
        .fields(&[&BACKOFF, &PROCESSORS, &PARALLEL, &MAX_RETRIES])
        .examples(&[Example {
            title: "Three attempts",
            config: "retry:\n  max_retries: 3\n  processors:\n    - resource: enrich\n",
        }]),
    build: |conf, cx| Ok(Box::new(Retry::new(conf, cx)?)),
    silent: false,
};

struct Retry {
    backoff: Backoff,
    chain: Chain,
    parallel: bool,
    max_retries: u64,
}

// === impl Retry ===

impl Retry {
    fn new(conf: &Conf, cx: &Context) -> Built<Self> {
        let backoff = conf.get(&BACKOFF)?;
        Ok(Self {
            backoff: Backoff::new(backoff.get(&INITIAL)?.get(), backoff.get(&MAX)?.get())
                .max_elapsed(backoff.get(&MAX_ELAPSED)?.get()),
            chain: cx.chain(&conf.get(&PROCESSORS)?)?,
            parallel: conf.get(&PARALLEL)?,
            max_retries: conf.get(&MAX_RETRIES)?,
        })
    }

    async fn attempts(&self, mut message: Message) -> Result<Batch, Rejected> {
        message.set_failure(None);
        let mut backoff = self.backoff.clone();
        // Starts the clock of the longest time before the first attempt.
        let mut next = backoff.pause();
        let mut paused = Pause::ZERO;
        let mut retries = 0;
        loop {
            let results = self.chain.process(batch_of(message.clone())).finish().await?;
            let mut result: Batch = results.into_iter().flatten().collect();
            if result.iter().any(Message::is_failed) {
                retries += 1;
                if retries != self.max_retries
                    && let Some(pause) = next
                {
                    tokio::time::sleep(pause).await;
                    paused += pause;
                    next = backoff.pause();
                    continue;
                }
            }
            for message in &mut result {
                message.set_meta("retry_count", Value::Int(retries as i64));
                message.set_meta("backoff_duration", Value::Int(paused.as_nanos() as i64));
            }
            return Ok(result);
        }
    }
}

impl Processor for Retry {
    fn process(&self, batch: Batch) -> Step<'_> {
        Step::later(async move {
            let mut all = Batch::new();
            if self.parallel {
                let results = try_join_all(batch.into_iter().map(|message| self.attempts(message))).await?;
                all.extend(results.into_iter().flatten());
            } else {
                for message in batch {
                    all.extend(self.attempts(message).await?);
                }
            }
            Ok(non_empty(all))
        })
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        Box::pin(self.chain.close())
    }
}
