//! `switch`: writes each message to the outputs of the cases that it fits.

use std::sync::Arc;

use async_trait::async_trait;
use smallvec::SmallVec;

use super::retrying::{Attempts, Retrying};
use crate::component::{Built, Context, Output, OutputBuild, OutputSpec};
use crate::config::{
    ComponentSpec, Conf, Example, Field, Finding, FindingKind, Kind, Node, OutputConf, field, unreachable,
};
use crate::expr::{Check, Checks};
use crate::message::{Batch, Batches, Group, Join, Transaction};

const CHECK: Field<Check> =
    field("check").default("").doc("Whether a message belongs to this case; an empty check fits all.");
const OUTPUT: Field<OutputConf> = field("output").doc("Where the messages of this case go.");
const CONTINUE: Field<bool> =
    field("continue").default(false).advanced().doc("Whether later cases are tried too.");
const RETRY: Field<bool> = field("retry_until_success")
    .default(false)
    .doc("Whether what an output refuses is sent to it again until it takes it.");
const STRICT: Field<bool> = field("strict_mode")
    .default(false)
    .advanced()
    .doc("Whether a message that fits no case is refused rather than dropped.");
const CASES: Field<Vec<Conf>> =
    field("cases").at_least(2).fields(&[&CHECK, &OUTPUT, &CONTINUE]).doc("The cases, tried in order.");

pub const SWITCH: OutputSpec = OutputSpec {
    spec: ComponentSpec::new(Kind::Output, "switch")
        .categories(&["Utility"])
        .summary("Writes each message to the output of the first case whose check it passes.")
        .description("A check that fails to run counts as not passed. Messages that fit no case are dropped, unless `strict_mode` is on.")
        .fields(&[&RETRY, &STRICT, &CASES])
        .examples(&[Example {
            title: "Errors apart",
            config: "switch:\n  cases:\n    - check: this.level == \"error\"\n      output:\n        drop: {}\n    - output:\n        drop: {}\n",
        }])
        .rule(cases_fit),
    build: OutputBuild::Output(|conf, cx| Ok(Arc::new(Switch::new(conf, cx)?))),
};

/// A case that takes all messages comes last, and retrying a `reject` never ends.
fn cases_fit(conf: &Conf, found: &mut Vec<Finding>) {
    unreachable(conf.node().get(CASES.name()).map_or(&[][..], Node::items), found);
    let (Ok(true), Ok(cases)) = (conf.get(&RETRY), conf.get(&CASES)) else { return };
    let rejects = |case: &Conf| case.get(&OUTPUT).is_ok_and(|output| output.node.get("reject").is_some());
    if cases.iter().any(rejects) {
        let text = "a switch with retry_until_success that holds a reject would try for ever";
        found.push(Finding::new(conf.node().line, FindingKind::Custom, text));
    }
}

struct Switch {
    checks: Checks,
    cases: Vec<Case>,
    strict: bool,
    cx: Context,
}

struct Case {
    output: Arc<dyn Output>,
    goes_on: bool,
}

/// The cases that one message fits.
type Fits = SmallVec<[usize; 2]>;

// === impl Switch ===

impl Switch {
    fn new(conf: &Conf, cx: &Context) -> Built<Self> {
        let confs = conf.get(&CASES)?;
        if confs.len() < 2 {
            return Err(conf.error(&CASES, "a switch needs at least two cases").into());
        }
        let retry = conf.get(&RETRY)?;
        let (mut checks, mut cases) = (Vec::new(), Vec::new());
        for case in &confs {
            let mut output = cx.output(&case.get(&OUTPUT)?)?;
            if retry {
                output = Arc::new(Retrying::new(output, Attempts::endless(), cx.clone()));
            }
            checks.push(case.get(&CHECK)?);
            cases.push(Case { output, goes_on: case.get(&CONTINUE)? });
        }
        Ok(Self { checks: Checks::new(checks), cases, strict: conf.get(&STRICT)?, cx: cx.clone() })
    }

    fn fits(&self, batch: &Batch, index: usize) -> Fits {
        let mut fits = Fits::new();
        let checks = self.checks.on(batch, index);
        for (i, case) in self.cases.iter().enumerate() {
            let passed = checks.passes(i).unwrap_or_else(|error| {
                self.cx.log().error(format_args!("Failed to test case {i}: {error}"));
                false
            });
            if passed {
                fits.push(i);
                if !case.goes_on {
                    break;
                }
            }
        }
        fits
    }

    /// Adds a transaction, or its parts, to the shares of the cases.
    fn share_out(&self, transaction: Transaction, shares: &mut [Group]) {
        let Transaction { batch, ack } = transaction;
        let fits: SmallVec<[Fits; 1]> = (0..batch.len()).map(|i| self.fits(&batch, i)).collect();
        if self.strict && fits.iter().any(|fits| fits.is_empty()) {
            return ack.fail("no switch condition was met by a message, and strict_mode is on");
        }
        if let [only] = fits[0].as_slice()
            && fits.iter().all(|fits| fits.as_slice() == [*only])
        {
            return shares[*only].push(Transaction { batch, ack });
        }
        let mut parts: Vec<(usize, Batch)> = Vec::new();
        for (message, fits) in batch.into_iter().zip(fits) {
            for case in fits {
                match parts.iter_mut().find(|(i, _)| *i == case) {
                    Some((_, part)) => part.push(message.clone()),
                    None => parts.push((case, crate::message::batch_of(message.clone()))),
                }
            }
        }
        let (cases, batches): (Vec<usize>, Batches) = parts.into_iter().unzip();
        for (case, part) in cases.into_iter().zip(Join::split(batches, ack)) {
            shares[case].push(part);
        }
    }
}

#[async_trait]
impl Output for Switch {
    async fn send(&self, group: Group) {
        let mut shares: Vec<Group> = self.cases.iter().map(|_| Group::new()).collect();
        for transaction in group {
            if !transaction.batch.is_empty() {
                self.share_out(transaction, &mut shares);
            } else {
                transaction.ack.ok();
            }
        }
        let shares = self.cases.iter().zip(shares).filter(|(_, share)| !share.is_empty());
        futures_util::future::join_all(shares.map(|(case, share)| case.output.send(share))).await;
    }

    async fn flush(&self) {
        futures_util::future::join_all(self.cases.iter().map(|case| case.output.flush())).await;
    }

    async fn close(&self) {
        futures_util::future::join_all(self.cases.iter().map(|case| case.output.close())).await;
    }
}
