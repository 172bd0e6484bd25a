//! `branch`: runs a copy of each message, or a part of it, through processors and brings a result back.

use futures_util::future::BoxFuture;

use crate::component::{Built, Chain, Context, Processed, Processor, ProcessorSpec, Step};
use crate::config::{ComponentSpec, Conf, Example, Field, Kind, ProcessorConf, field};
use crate::expr::Mapping;
use crate::message::{Batch, Batches, batches_of};

const REQUEST_MAP: Field<Mapping> = field("request_map").default("").doc(
    "Makes the message that the processors see; empty: a copy of the whole. A deleted root skips the branch.",
);
const PROCESSORS: Field<Vec<ProcessorConf>> = field("processors").doc("What the copies run through.");
const RESULT_MAP: Field<Mapping> = field("result_map")
    .default("")
    .doc("Assigns to the original message; `this` is the result of the processors. Empty: nothing is brought back.");

pub const BRANCH: ProcessorSpec = ProcessorSpec {
    spec: ComponentSpec::new(Kind::Processor, "branch")
        .categories(&["Composition"])
        .summary("Runs a part of each message through processors and maps the result back on to it.")
        .description("The processors must not change the number of messages. A failure anywhere flags the original message, which otherwise stays.")
        .fields(&[&REQUEST_MAP, &PROCESSORS, &RESULT_MAP])
        .examples(&[Example {
            title: "One field through its own processors",
            config: "branch:\n  request_map: root = this.user\n  processors:\n    - mapping: root.name = this.name.uppercase()\n  result_map: root.user.name = this.name\n",
        }]),
    build: |conf, cx| Ok(Box::new(Branch::new(conf, cx)?)),
    silent: false,
};

pub(super) struct Branch {
    request: Mapping,
    chain: Chain,
    result: Mapping,
}

// === impl Branch ===

impl Branch {
    pub(super) fn new(conf: &Conf, cx: &Context) -> Built<Self> {
        Ok(Self {
            request: conf.get(&REQUEST_MAP)?,
            chain: cx.chain(&conf.get(&PROCESSORS)?)?,
            result: conf.get(&RESULT_MAP)?,
        })
    }

    /// The copies for the processors, and which message each of them belongs to.
    fn requests(&self, batch: &mut Batch) -> (Batch, Vec<usize>) {
        let mut requests = Batch::new();
        let mut owners = Vec::new();
        for i in 0..batch.len() {
            let request =
                if self.request.is_empty() { Ok(Some(batch[i].clone())) } else { self.request.map(batch, i) };
            match request {
                Ok(Some(mut request)) => {
                    request.set_failure(None);
                    requests.push(request);
                    owners.push(i);
                }
                Ok(None) => {}
                Err(error) => batch[i].fail(format!("request mapping failed: {error}")),
            }
        }
        (requests, owners)
    }

    /// Brings results back on to the messages they belong to.
    fn bring_back(&self, batch: &mut Batch, owners: &[usize], results: Processed) {
        let results: Batch = match results {
            Ok(results) => results.into_iter().flatten().collect(),
            Err(rejected) => return fail_all(batch, owners, &format!("processors failed: {}", rejected.0)),
        };
        if results.len() != owners.len() {
            let (got, want) = (results.len(), owners.len());
            let text = format!(
                "message count from branch processors does not match request, got {got}, expected {want}"
            );
            return fail_all(batch, owners, &text);
        }
        for (i, owner) in owners.iter().enumerate() {
            if let Some(failure) = results[i].failure() {
                let text = format!("processors failed: {}", failure.text);
                batch[*owner].fail(text);
            } else if !self.result.is_empty()
                && let Err(error) = self.result.overlay(&mut batch[*owner], &results, i)
            {
                batch[*owner].fail(format!("result mapping failed: {error}"));
            }
        }
    }
}

fn fail_all(batch: &mut Batch, owners: &[usize], text: &str) {
    for owner in owners {
        batch[*owner].fail(text);
    }
}

impl Processor for Branch {
    fn process(&self, mut batch: Batch) -> Step<'_> {
        let (requests, owners) = self.requests(&mut batch);
        if requests.is_empty() {
            return Step::one(batch);
        }
        match self.chain.process(requests) {
            Step::Done(results) => {
                self.bring_back(&mut batch, &owners, results);
                Step::one(batch)
            }
            Step::Later(results) => Step::later(async move {
                let results = results.await;
                self.bring_back(&mut batch, &owners, results);
                Ok::<Batches, _>(batches_of(batch))
            }),
        }
    }

    fn names_failures(&self) -> bool {
        false
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        Box::pin(self.chain.close())
    }
}
