//! `catch`: runs processors on failed messages only, and clears their error flags.

use futures_util::future::BoxFuture;

use crate::component::{Chain, Mode, Processor, ProcessorSpec, Step};
use crate::config::{ComponentSpec, Example, Field, Kind, ProcessorConf, bare};
use crate::message::{Batch, Batches, batch_of, batches_of};

/// No processors.
const NONE: &[&str] = &[];

const LIST: Field<Vec<ProcessorConf>> = bare().default(NONE).doc("What failed messages run through.");

pub const CATCH: ProcessorSpec = ProcessorSpec {
    spec: ComponentSpec::new(Kind::Processor, "catch")
        .categories(&["Composition"])
        .summary("Runs processors on failed messages only, and clears their error flags at the end.")
        .description("The processors see why the message failed with `error()`. Messages that did not fail pass by. Under strict error handling it does nothing.")
        .bare(&LIST)
        .examples(&[Example {
            title: "Note the error in the document",
            config: "catch:\n  - mapping: |\n      root.error = error()\n",
        }]),
    build: |conf, cx| {
        let chain = cx.chain_with(&conf.get(&LIST)?, Mode::Lenient)?;
        Ok(Box::new(Catch { chain, inert: cx.strict() }))
    },
    silent: false,
};

struct Catch {
    chain: Chain,
    inert: bool,
}

// === impl Catch ===

impl Catch {
    /// Runs each failed message through the processors, in its place in the batch.
    async fn recover(&self, batch: Batch) -> crate::component::Processed {
        let mut all = Batch::new();
        for message in batch {
            if !message.is_failed() {
                all.push(message);
                continue;
            }
            for mut recovered in self.chain.process(batch_of(message)).finish().await?.into_iter().flatten() {
                recovered.set_failure(None);
                all.push(recovered);
            }
        }
        Ok(if all.is_empty() { Batches::new() } else { batches_of(all) })
    }
}

impl Processor for Catch {
    fn process(&self, batch: Batch) -> Step<'_> {
        if self.inert || !batch.iter().any(|m| m.is_failed()) {
            return Step::one(batch);
        }
        Step::later(self.recover(batch))
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        Box::pin(self.chain.close())
    }
}
