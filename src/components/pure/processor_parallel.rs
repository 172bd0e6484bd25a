//! `parallel`: runs processors over the messages of a batch at the same time.

use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream;

use crate::component::{Chain, Processor, ProcessorSpec, Step};
use crate::config::{ComponentSpec, Example, Field, Kind, ProcessorConf, field};
use crate::message::{Batch, Message, batch_of, non_empty};

const CAP: Field<usize> =
    field("cap").default(0).doc("How many messages are processed at the same time; 0: all of a batch.");
const PROCESSORS: Field<Vec<ProcessorConf>> = field("processors").doc("What each message runs through.");

pub const PARALLEL: ProcessorSpec = ProcessorSpec {
    spec: ComponentSpec::new(Kind::Processor, "parallel")
        .categories(&["Composition"])
        .summary("Runs processors over all messages of a batch at the same time, each on its own.")
        .description("The order of the batch is kept. It helps where the processors wait for others, not where they compute.")
        .fields(&[&CAP, &PROCESSORS])
        .examples(&[Example {
            title: "Ten requests at a time",
            config: "parallel:\n  cap: 10\n  processors:\n    - resource: enrich\n",
        }]),
    build: |conf, cx| {
        let cap = conf.get(&CAP)?;
        Ok(Box::new(Parallel { cap, chain: cx.chain(&conf.get(&PROCESSORS)?)? }))
    },
    silent: false,
};

struct Parallel {
    cap: usize,
    chain: Chain,
}

// === impl Parallel ===

impl Parallel {
    /// What becomes of one message; it is flagged where the processors refuse it.
    async fn one(&self, mut message: Message) -> Batch {
        match self.chain.process(batch_of(message.clone())).finish().await {
            Ok(batches) => batches.into_iter().flatten().collect(),
            Err(rejected) => {
                message.fail(rejected.0);
                batch_of(message)
            }
        }
    }
}

impl Processor for Parallel {
    fn process(&self, batch: Batch) -> Step<'_> {
        Step::later(async move {
            let cap = if self.cap == 0 { batch.len() } else { self.cap };
            let runs: Vec<_> = batch.into_iter().map(|message| self.one(message)).collect();
            let results: Vec<Batch> = stream::iter(runs).buffered(cap.max(1)).collect().await;
            Ok(non_empty(results.into_iter().flatten().collect()))
        })
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        Box::pin(self.chain.close())
    }
}
