//! `workflow`: runs branches over each message, in an order that their mappings or the config give.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures_util::future::{BoxFuture, join_all};

use super::processor_branch::{Branch, Requests};
use super::tiers::{self, Tiers};
use crate::bloblang::path;
use crate::component::{Built, Chain, Context, Handle, Processed, Processor, ProcessorSpec, Spans, Step};
use crate::config::{ComponentSpec, Conf, Example, Field, Kind, field};
use crate::message::{Batch, Message, batches_of};
use crate::telemetry::metrics::{self, Processor as Counts, Timer};
use crate::value::{Object, Str, Value};

const META_PATH: Field<Str> = field("meta_path")
    .default("meta.workflow")
    .doc("The dot path in the document that tells which branches succeeded, were skipped or failed; empty: nowhere.");
const ORDER: Field<Vec<Vec<Str>>> = field("order").default_list(&[]).doc("Tiers of branches by their names: those of one tier run at the same time, one tier after the other. Empty: the mappings of the branches decide. Names that are no branch are those of processor resources.");
const BRANCH_RESOURCES: Field<Vec<Str>> = field("branch_resources")
    .refers(Kind::Processor)
    .default_list(&[])
    .advanced()
    .version("3.38.0")
    .doc("The labels of `branch` processors among the resources that take part.");
const BRANCHES: Field<Vec<(Str, Conf)>> =
    field("branches").default_map(&[]).fields(Branch::FIELDS).doc("The branches, by name.");

pub const WORKFLOW: ProcessorSpec = ProcessorSpec {
    spec: ComponentSpec::new(Kind::Processor, "workflow")
        .categories(&["Composition"])
        .summary("Runs branches over each message, several at the same time where none needs the result of another.")
        .description("A branch waits for those whose `result_map` assigns what its `request_map` reads. What became of the branches is written into the document at `meta_path`; when the document comes by again, branches that succeeded or were skipped are skipped, and a list `apply` there names those to run. Failures only flag the message where `meta_path` is empty.")
        .fields(&[&META_PATH, &ORDER, &BRANCH_RESOURCES, &BRANCHES])
        .examples(&[Example {
            title: "The second needs the first",
            config: "workflow:\n  branches:\n    sum:\n      request_map: root = this.items\n      processors:\n        - mapping: root = this.sum()\n      result_map: root.sum = this\n    tax:\n      request_map: root = this.sum\n      processors:\n        - mapping: root = this * 0.2\n      result_map: root.tax = this\n",
        }]),
    build: |conf, cx| Ok(Box::new(Workflow::new(conf, cx)?)),
    silent: false,
};

struct Workflow {
    meta_path: Vec<Str>,
    slots: BTreeMap<Str, Slot>,
    /// None: resources take part whose mappings can change.
    tiers: Option<Tiers>,
    counts: metrics::Handle<Counts>,
    cx: Context,
}

enum Slot {
    Own(Box<Branch>),
    Resource(Handle<Chain>),
}

/// Resources as they are during one batch.
type Held = BTreeMap<Str, Arc<Chain>>;

/// What became of the branches for one message.
#[derive(Clone, Default)]
struct Record {
    skipped: BTreeSet<Str>,
    failed: BTreeMap<Str, Str>,
}

// === impl Workflow ===

impl Workflow {
    fn new(conf: &Conf, cx: &Context) -> Built<Self> {
        let mut slots = BTreeMap::new();
        for (name, branch) in conf.get(&BRANCHES)? {
            let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
            if name.is_empty() || !name.chars().all(allowed) {
                let text = format!("the name of branch '{name}' may only hold letters, digits, - and _");
                return Err(conf.error(&BRANCHES, text).into());
            }
            slots.insert(
                name,
                Slot::Own(Box::new(Branch::new(&branch, &cx.at(cx.type_name(), cx.label(), branch.path()))?)),
            );
        }
        for label in conf.get(&BRANCH_RESOURCES)? {
            if slots.contains_key(&label) {
                let text = format!("'{label}' is a branch as well as a resource");
                return Err(conf.error(&BRANCH_RESOURCES, text).into());
            }
            let resource = Slot::Resource(cx.processor_resource(&label)?);
            slots.insert(label, resource);
        }
        let order = conf.get(&ORDER)?;
        for name in order.iter().flatten() {
            if !slots.contains_key(name) {
                slots.insert(name.clone(), Slot::Resource(cx.processor_resource(name)?));
            }
        }
        let mut workflow = Self {
            meta_path: meta_path(&conf.get(&META_PATH)?),
            slots,
            tiers: None,
            counts: cx.metrics(),
            cx: cx.clone(),
        };
        let is_own = |slot: &Slot| matches!(slot, Slot::Own(_));
        if !order.is_empty() {
            let names = workflow.slots.keys();
            tiers::check(&order, names).map_err(|error| conf.error(&ORDER, error))?;
            workflow.tiers = Some(order);
        } else if workflow.slots.values().all(is_own) {
            let tiers = workflow.solve(&workflow.branches(&Held::new())?);
            workflow.tiers = Some(tiers.map_err(|error| conf.error(&BRANCHES, error))?);
        }
        Ok(workflow)
    }

    fn hold(&self) -> Held {
        let held = |(name, slot): (&Str, &Slot)| match slot {
            Slot::Own(_) => None,
            Slot::Resource(handle) => Some((name.clone(), handle.current())),
        };
        self.slots.iter().filter_map(held).collect()
    }

    /// All branches by name.
    fn branches<'a>(&'a self, held: &'a Held) -> Result<BTreeMap<&'a Str, &'a Branch>, String> {
        let branch = |(name, slot): (&'a Str, &'a Slot)| {
            let branch = match slot {
                Slot::Own(branch) => Some(&**branch),
                Slot::Resource(_) => held.get(name).and_then(|chain| chain.only::<Branch>()),
            };
            let branch = branch.ok_or_else(|| format!("the processor resource '{name}' is no branch"))?;
            Ok((name, branch))
        };
        self.slots.iter().map(branch).collect()
    }

    fn solve(&self, branches: &BTreeMap<&Str, &Branch>) -> Result<Tiers, String> {
        let places = branches.iter().map(|(name, b)| ((*name).clone(), b.reads(), b.assigns())).collect();
        let tiers = tiers::solve(places)?;
        self.cx.log().info(format_args!("The branches of the workflow run in this order: {tiers:?}"));
        Ok(tiers)
    }

    async fn run(&self, mut batch: Batch) -> Processed {
        let began = Timer::start();
        let counts = &self.counts;
        counts.received.add(batch.len() as u64);
        counts.batch_received.add(1);
        let held = self.hold();
        match self.run_tiers(&mut batch, &held).await {
            Ok(()) => counts.latency.record(began.elapsed(), 1),
            Err(error) => {
                counts.error.add(1);
                batch.iter_mut().for_each(|message| message.fail(error.as_str()));
            }
        }
        counts.sent.add(batch.len() as u64);
        counts.batch_sent.add(1);
        Ok(batches_of(batch))
    }

    async fn run_tiers(&self, batch: &mut Batch, held: &Held) -> Result<(), String> {
        let branches = self.branches(held)?;
        let solved;
        let tiers = match &self.tiers {
            Some(tiers) => tiers,
            None => {
                solved = self.solve(&branches)?;
                &solved
            }
        };
        let excluded: Vec<_> = batch.iter().map(|message| self.excluded(message)).collect();
        let mut records = vec![Record::default(); batch.len()];
        for tier in tiers {
            let members = tier.iter().filter_map(|name| Some((name, *branches.get(name)?)));
            let members: Vec<_> = members.collect();
            let mut runs = Vec::new();
            let mut owners = Vec::new();
            for (name, branch) in &members {
                let wanted = |i: usize| !excluded[i].contains(*name);
                let (requests, spans) = match self.cx.tracer() {
                    None => (branch.requests(batch, wanted), None),
                    Some(tracer) => {
                        let mut batch = batch.clone();
                        let spans = Spans::enter(tracer, name, &mut batch);
                        (branch.requests(&batch, wanted), Some(spans))
                    }
                };
                note(&mut records, name, &requests);
                owners.push(requests.owners);
                runs.push(run_branch(branch, requests.batch, spans));
            }
            // All of a tier see the documents as they were before it.
            let results = join_all(runs).await;
            for (((name, branch), owners), results) in members.into_iter().zip(owners).zip(results) {
                match branch.bring_back(batch, &owners, results) {
                    Ok(failures) => failures.into_iter().for_each(|(i, why)| records[i].fail(name, why)),
                    Err(why) => {
                        self.counts.error.add(1);
                        records.iter_mut().for_each(|record| record.fail(name, why.clone()));
                    }
                }
            }
        }
        for (message, record) in batch.iter_mut().zip(records) {
            self.write_record(message, record, tiers);
        }
        Ok(())
    }

    /// The branches that the document says not to run.
    fn excluded(&self, message: &Message) -> BTreeSet<Str> {
        let Ok(document) = message.structured() else { return BTreeSet::new() };
        let Some(state) = path::find(document, &self.meta_path).filter(|_| !self.meta_path.is_empty()) else {
            return BTreeSet::new();
        };
        let names = |key: &str| match state.get(key) {
            Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).map(Str::from).collect(),
            _ => BTreeSet::new(),
        };
        let mut excluded: BTreeSet<Str> = names("skipped");
        let apply: BTreeSet<Str> = names("apply");
        if !apply.is_empty() {
            excluded.extend(self.slots.keys().cloned());
            excluded.retain(|name| !apply.contains(name));
        }
        excluded.extend(names("succeeded"));
        excluded
    }

    fn write_record(&self, message: &mut Message, record: Record, tiers: &Tiers) {
        if self.meta_path.is_empty() {
            if !record.failed.is_empty() {
                let names: Vec<&str> = record.failed.keys().map(Str::as_str).collect();
                message.fail(format!("workflow branches failed: [{}]", names.join(" ")));
            }
            return;
        }
        match message.structured().cloned() {
            Ok(mut document) => {
                let mut state = record.into_object(tiers);
                if let Some(previous) = path::find(&document, &self.meta_path) {
                    let previous = previous.into_owned();
                    state.insert("previous".into(), previous);
                }
                match path::set(&mut document, &self.meta_path, state.into()) {
                    Ok(()) => message.set_value(document),
                    Err(error) => {
                        self.cx.log().error(format_args!("The state of a workflow is lost: {error}"))
                    }
                }
            }
            Err(error) => {
                self.counts.error.add(1);
                message.fail(format!("failed to parse message for meta update: {error}"));
            }
        }
    }
}

/// The spans end with the run.
async fn run_branch(branch: &Branch, requests: Batch, _spans: Option<Spans>) -> Processed {
    branch.run(requests).finish().await
}

fn note(records: &mut [Record], name: &Str, requests: &Requests) {
    for index in &requests.skipped {
        records[*index].skipped.insert(name.clone());
    }
    for (index, why) in &requests.failures {
        records[*index].fail(name, why.clone());
    }
}

fn meta_path(text: &str) -> Vec<Str> {
    if text.is_empty() { Vec::new() } else { path::split(text) }
}

// === impl Record ===

impl Record {
    fn fail(&mut self, branch: &Str, why: Str) {
        self.skipped.remove(branch);
        self.failed.insert(branch.clone(), why);
    }

    fn into_object(self, tiers: &Tiers) -> Object {
        let mut object = Object::new();
        let names = |names: BTreeSet<Str>| names.into_iter().map(Value::from).collect::<Vec<_>>();
        let all = tiers.iter().flatten().cloned();
        let succeeded = all.filter(|name| !self.skipped.contains(name) && !self.failed.contains_key(name));
        let lists = [("succeeded", succeeded.collect()), ("skipped", self.skipped)];
        for (key, list) in lists.into_iter().filter(|(_, list): &(_, BTreeSet<Str>)| !list.is_empty()) {
            object.insert(key.into(), names(list).into());
        }
        if !self.failed.is_empty() {
            let failed: Object = self.failed.into_iter().map(|(name, why)| (name, why.into())).collect();
            object.insert("failed".into(), failed.into());
        }
        object
    }
}

impl Processor for Workflow {
    fn process(&self, batch: Batch) -> Step<'_> {
        Step::later(self.run(batch))
    }

    fn counts_itself(&self) -> bool {
        true
    }

    fn names_failures(&self) -> bool {
        false
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        Box::pin(async {
            for slot in self.slots.values() {
                if let Slot::Own(branch) = slot {
                    branch.close().await;
                }
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{context, processor, run};

    const DOUBLE: &str = r#"
workflow:
  branches:
    twice:
      request_map: root = this.once
      processors: [ { mapping: 'root = this * 2' } ]
      result_map: root.twice = this
    once:
      request_map: root = this.v.number()
      processors: [ { mapping: 'root = this + 1' } ]
      result_map: root.once = this
"#;

    #[tokio::test]
    async fn branches_run_in_the_order_of_their_mappings() {
        let chain = processor(&context(), DOUBLE);
        let state = r#""meta":{"workflow":{"succeeded":["once","twice"]}}"#;
        let want = format!(r#"{{{state},"once":2,"twice":4,"v":1}}"#);
        assert_eq!(run(&chain, &[r#"{"v":1}"#]).await, [[want]]);
    }

    #[tokio::test]
    async fn what_fails_or_was_done_is_told_in_the_document() {
        let chain = processor(&context(), DOUBLE);
        let done = r#"{"once":7,"meta":{"workflow":{"succeeded":["once"]}}}"#;
        let out = run(&chain, &[r#"{"v":"x"}"#, done]).await;
        let [failed, done] = out[0].as_slice() else { panic!("{out:?}") };
        assert!(failed.contains(r#""failed":{"once":"request mapping failed: "#), "{failed}");
        assert!(!failed.contains('!'), "it is not flagged: {failed}");
        let state = r#"{"previous":{"succeeded":["once"]},"skipped":["once"],"succeeded":["twice"]}"#;
        assert_eq!(*done, format!(r#"{{"meta":{{"workflow":{state}}},"once":7,"twice":14}}"#));
    }

    #[tokio::test]
    async fn without_a_place_for_it_failures_flag_the_message() {
        let chain = processor(&context(), &format!("{DOUBLE}  meta_path: ''\n"));
        let out = run(&chain, &[r#"{"v":"x"}"#]).await;
        assert!(out[0][0].ends_with("!workflow branches failed: [once twice]"), "{out:?}");
    }
}
