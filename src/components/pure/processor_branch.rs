//! `branch`: runs a copy of each message, or a part of it, through processors and brings a result back.

use std::any::Any;

use futures_util::future::BoxFuture;

use crate::component::{Built, Chain, Context, Processed, Processor, ProcessorSpec, Step};
use crate::config::{AnyField, ComponentSpec, Conf, Example, Field, Kind, ProcessorConf, field};
use crate::expr::{Mapping, Place};
use crate::message::{Batch, batches_of};
use crate::value::Str;

const REQUEST_MAP: Field<Mapping> = field("request_map").default("").doc(
    "Makes the message that the processors see; empty: a copy of the whole. A deleted root skips the branch.",
);
const PROCESSORS: Field<Vec<ProcessorConf>> =
    field("processors").at_least(1).doc("What the copies run through.");
const RESULT_MAP: Field<Mapping> = field("result_map")
    .default("")
    .doc("Assigns to the original message; `this` is the result of the processors. Empty: nothing is brought back.");

pub const BRANCH: ProcessorSpec = ProcessorSpec {
    spec: ComponentSpec::new(Kind::Processor, "branch")
        .categories(&["Composition"])
        .summary("Runs a part of each message through processors and maps the result back on to it.")
        .description("The processors must not change the number of messages. A failure anywhere flags the original message, which otherwise stays.")
        .fields(Branch::FIELDS)
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

/// What the processors of a branch are to see.
#[derive(Default)]
pub(super) struct Requests {
    pub batch: Batch,
    /// Which message of the original batch each one belongs to.
    pub owners: Vec<usize>,
    /// The messages for which the branch is skipped.
    pub skipped: Vec<usize>,
    pub failures: Failures,
}

/// Messages by their positions, and why the branch failed for them.
pub(super) type Failures = Vec<(usize, Str)>;

// === impl Branch ===

impl Branch {
    pub(super) const FIELDS: &[&dyn AnyField] = &[&REQUEST_MAP, &PROCESSORS, &RESULT_MAP];

    pub(super) fn new(conf: &Conf, cx: &Context) -> Built<Self> {
        let processors = conf.get(&PROCESSORS)?;
        if processors.is_empty() {
            return Err(conf.error(&PROCESSORS, "a branch needs at least one processor").into());
        }
        Ok(Self {
            request: conf.get(&REQUEST_MAP)?,
            chain: cx.chain(&processors)?,
            result: conf.get(&RESULT_MAP)?,
        })
    }

    /// The requests of the messages that `wanted` says yes to.
    pub(super) fn requests(&self, batch: &Batch, wanted: impl Fn(usize) -> bool) -> Requests {
        let mut requests = Requests::default();
        for i in 0..batch.len() {
            let request = match wanted(i) {
                true if self.request.is_empty() => Ok(Some(batch[i].clone())),
                true => self.request.map_anew(batch, i),
                false => Ok(None),
            };
            match request {
                Ok(Some(mut request)) => {
                    request.set_failure(None);
                    requests.batch.push(request);
                    requests.owners.push(i);
                }
                Ok(None) => requests.skipped.push(i),
                Err(error) => {
                    requests.failures.push((i, format!("request mapping failed: {error}").into()));
                }
            }
        }
        requests
    }

    /// Runs requests through the processors.
    pub(super) fn run(&self, requests: Batch) -> Step<'_> {
        self.chain.process(requests)
    }

    /// Brings results back on to the messages they belong to.
    pub(super) fn bring_back(&self, batch: &mut Batch, owners: &[usize], results: Processed) -> Failures {
        let all = |text: String| owners.iter().map(|owner| (*owner, text.as_str().into())).collect();
        let results: Batch = match results {
            Ok(results) => results.into_iter().flatten().collect(),
            Err(rejected) => return all(format!("processors failed: {}", rejected.0)),
        };
        if results.is_empty() && !owners.is_empty() {
            return all("child processors resulted in zero messages".to_owned());
        }
        if results.len() != owners.len() {
            let got = batch.len() - owners.len() + results.len();
            let want = batch.len();
            return all(format!(
                "message count from branch processors does not match request, started with {got} messages, finished with {want}"
            ));
        }
        let mut failures = Failures::new();
        for (i, owner) in owners.iter().enumerate() {
            if let Some(failure) = results[i].failure() {
                failures.push((*owner, format!("processors failed: {}", failure.text).into()));
            } else if !self.result.is_empty()
                && let Err(error) = self.result.overlay(&mut batch[*owner], &results, i)
            {
                failures.push((*owner, format!("result mapping failed: {error}").into()));
            }
        }
        failures
    }

    /// The places that the requests are made of.
    pub(super) fn reads(&self) -> Vec<Place> {
        self.request.reads()
    }

    /// The places that the results go to.
    pub(super) fn assigns(&self) -> Vec<Place> {
        self.result.assigns()
    }

    pub(super) async fn close(&self) {
        self.chain.close().await;
    }
}

fn flag(batch: &mut Batch, failures: Failures) {
    for (index, text) in failures {
        batch[index].fail(text);
    }
}

impl Processor for Branch {
    fn process(&self, mut batch: Batch) -> Step<'_> {
        let requests = self.requests(&batch, |_| true);
        flag(&mut batch, requests.failures);
        let owners = requests.owners;
        if owners.is_empty() {
            return Step::one(batch);
        }
        match self.run(requests.batch) {
            Step::Done(results) => {
                let failures = self.bring_back(&mut batch, &owners, results);
                flag(&mut batch, failures);
                Step::one(batch)
            }
            Step::Later(results) => Step::later(async move {
                let results = results.await;
                let failures = self.bring_back(&mut batch, &owners, results);
                flag(&mut batch, failures);
                Ok(batches_of(batch))
            }),
        }
    }

    fn names_failures(&self) -> bool {
        false
    }

    fn as_any(&self) -> Option<&dyn Any> {
        Some(self)
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        Box::pin(self.close())
    }
}
