//! `processors`, `try` and `for_each`: lists of processors that differ in what a failure or a batch means to them.

use futures_util::future::BoxFuture;

use crate::component::{Chain, Mode, Processor, ProcessorSpec, Step};
use crate::config::{ComponentSpec, Example, Field, Kind, ProcessorConf, bare};
use crate::message::{Batch, Batches};

/// No processors.
const NONE: &[&str] = &[];

const LIST: Field<Vec<ProcessorConf>> = bare().default(NONE).doc("The processors, in order.");

pub const PROCESSORS: ProcessorSpec = ProcessorSpec {
    spec: ComponentSpec::new(Kind::Processor, "processors")
        .categories(&["Composition"])
        .summary("Runs a list of processors, so that it can stand where one is expected.")
        .bare(&LIST)
        .examples(&[Example {
            title: "Two as one",
            config: "processors:\n  - mapping: root.a = this.a\n  - mapping: root.b = this.a + 1\n",
        }]),
    build: |conf, cx| Ok(Box::new(List(cx.chain(&conf.get(&LIST)?)?))),
    silent: false,
};

pub const TRY: ProcessorSpec = ProcessorSpec {
    spec: ComponentSpec::new(Kind::Processor, "try")
        .categories(&["Composition"])
        .summary("Runs a list of processors over every message on its own, and stops for it as soon as it has failed.")
        .bare(&LIST)
        .examples(&[Example {
            title: "Skip the second where the first fails",
            config: "try:\n  - mapping: root.n = this.n.number()\n  - mapping: root.n = this.n * 2\n",
        }]),
    build: |conf, cx| Ok(Box::new(Each(cx.chain_with(&conf.get(&LIST)?, Mode::StopAtFailure)?))),
    silent: false,
};

pub const FOR_EACH: ProcessorSpec = ProcessorSpec {
    spec: ComponentSpec::new(Kind::Processor, "for_each")
        .categories(&["Composition"])
        .summary("Runs a list of processors over every message of a batch on its own, and joins the results.")
        .bare(&LIST)
        .examples(&[Example {
            title: "Each message as if it were alone",
            config: "for_each:\n  - mapping: root.size = batch_size()\n",
        }]),
    build: |conf, cx| Ok(Box::new(Each(cx.chain(&conf.get(&LIST)?)?))),
    silent: false,
};

struct List(Chain);

struct Each(Chain);

// === impl List ===

impl Processor for List {
    fn process(&self, batch: Batch) -> Step<'_> {
        self.0.process(batch)
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        Box::pin(self.0.close())
    }
}

// === impl Each ===

impl Processor for Each {
    fn process(&self, batch: Batch) -> Step<'_> {
        if batch.len() == 1 {
            return self.0.process(batch);
        }
        Step::later(async move {
            let mut joined = Batch::new();
            for message in batch {
                let results: Batches = self.0.process(crate::message::batch_of(message)).finish().await?;
                joined.extend(results.into_iter().flatten());
            }
            Ok(if joined.is_empty() { Batches::new() } else { crate::message::batches_of(joined) })
        })
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        Box::pin(self.0.close())
    }
}
