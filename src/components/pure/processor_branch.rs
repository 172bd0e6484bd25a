//! `branch`: runs a copy of each message, or a part of it, through processors and brings a result back.

use std::any::Any;

use futures_util::future::BoxFuture;

use crate::component::{Built, Chain, Context, Processed, Processor, ProcessorSpec, Step};
use crate::config::{AnyField, ComponentSpec, Conf, Example, Field, Kind, ProcessorConf, field};
use crate::expr::{Mapping, Place};
use crate::message::{Batch, batches_of};
use crate::telemetry::metrics::{Handle, Processor as Counts, Timer};
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
    counts: Handle<Counts>,
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
            counts: cx.metrics(),
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
                    self.counts.error.add(1);
                    requests.failures.push((i, format!("request mapping failed: {error}").into()));
                }
            }
        }
        requests
    }

    /// Runs requests through the processors.
    pub(super) fn run(&self, requests: Batch) -> Step<'_> {
        if requests.is_empty() { Step::none() } else { self.chain.process(requests) }
    }

    /// Brings results back on to the messages they belong to; an error is one of the whole batch.
    pub(super) fn bring_back(
        &self,
        batch: &mut Batch,
        owners: &[usize],
        results: Processed,
    ) -> Result<Failures, Str> {
        let results =
            aligned(batch.len(), owners.len(), results).inspect_err(|_| self.counts.error.add(1))?;
        let mut failures = Failures::new();
        for (i, owner) in owners.iter().enumerate() {
            if let Some(failure) = results[i].failure() {
                failures.push((*owner, format!("processors failed: {}", failure.text).into()));
            } else if !self.result.is_empty()
                && let Err(error) = self.result.overlay(&mut batch[*owner], &results, i)
            {
                self.counts.error.add(1);
                failures.push((*owner, format!("result mapping failed: {error}").into()));
            }
        }
        self.counts.sent.add(batch.len() as u64);
        self.counts.batch_sent.add(1);
        Ok(failures)
    }

    /// What becomes of a batch that was received at `began`.
    fn finish(
        &self,
        mut batch: Batch,
        requests: (Vec<usize>, Failures),
        results: Processed,
        began: Timer,
    ) -> Batch {
        let (owners, failures) = requests;
        match self.bring_back(&mut batch, &owners, results) {
            Ok(more) => {
                flag(&mut batch, failures);
                flag(&mut batch, more);
                self.counts.latency.record(began.elapsed(), 1);
            }
            Err(error) => {
                batch.iter_mut().for_each(|message| message.fail(error.clone()));
                flag(&mut batch, failures);
            }
        }
        batch
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

/// The results of `wanted` requests, one for each.
fn aligned(messages: usize, wanted: usize, results: Processed) -> Result<Batch, Str> {
    let results: Batch = match results {
        Ok(results) => results.into_iter().flatten().collect(),
        Err(rejected) => return Err(format!("child processors failed: {}", rejected.0).into()),
    };
    if results.len() == wanted {
        return Ok(results);
    }
    if results.is_empty() {
        return Err("child processors resulted in zero messages".into());
    }
    let got = messages - wanted + results.len();
    let text = "message count from branch processors does not match request";
    Err(format!("{text}, started with {got} messages, finished with {messages}").into())
}

fn flag(batch: &mut Batch, failures: Failures) {
    for (index, text) in failures {
        batch[index].fail(text);
    }
}

impl Processor for Branch {
    fn process(&self, batch: Batch) -> Step<'_> {
        let began = Timer::start();
        self.counts.received.add(batch.len() as u64);
        self.counts.batch_received.add(1);
        let Requests { batch: requests, owners, failures, .. } = self.requests(&batch, |_| true);
        let noted = (owners, failures);
        match self.run(requests) {
            Step::Done(results) => Step::one(self.finish(batch, noted, results, began)),
            Step::Later(results) => Step::later(async move {
                let results = results.await;
                Ok(batches_of(self.finish(batch, noted, results, began)))
            }),
        }
    }

    fn counts_itself(&self) -> bool {
        true
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
