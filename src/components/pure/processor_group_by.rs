//! `group_by`: makes a batch of the messages that fit each of several checks.

use futures_util::future::BoxFuture;

use crate::component::{Built, Chain, Context, Processed, Processor, ProcessorSpec, Step};
use crate::config::{ComponentSpec, Conf, Example, Field, Kind, ProcessorConf, bare, field};
use crate::expr::Check;
use crate::message::{Batch, Batches};

/// No processors.
const NONE: &[&str] = &[];

const CHECK: Field<Check> = field("check").doc("Whether a message belongs to this group.");
const PROCESSORS: Field<Vec<ProcessorConf>> =
    field("processors").default(NONE).doc("What the batch of this group runs through.");
const GROUPS: Field<Vec<Conf>> = bare().fields(&[&CHECK, &PROCESSORS]).doc("The groups, tried in order.");

pub const GROUP_BY: ProcessorSpec = ProcessorSpec {
    spec: ComponentSpec::new(Kind::Processor, "group_by")
        .categories(&["Composition"])
        .summary("Makes a batch of its own of the messages that fit each of several checks.")
        .description("A message belongs to the first group that it fits; those that fit none are the last batch. A check that cannot be made counts as not passed.")
        .bare(&GROUPS)
        .examples(&[Example {
            title: "Errors apart",
            config: "group_by:\n  - check: this.level == \"error\"\n    processors:\n      - archive:\n          format: lines\n",
        }]),
    build: |conf, cx| {
        let groups = conf.get(&GROUPS)?.iter().map(|group| Group::new(group, cx)).collect::<Built<_>>()?;
        Ok(Box::new(GroupBy { groups, cx: cx.clone() }))
    },
    silent: false,
};

struct GroupBy {
    groups: Vec<Group>,
    cx: Context,
}

struct Group {
    check: Check,
    chain: Chain,
}

// === impl Group ===

impl Group {
    fn new(conf: &Conf, cx: &Context) -> Built<Self> {
        Ok(Self { check: conf.get(&CHECK)?, chain: cx.chain(&conf.get(&PROCESSORS)?)? })
    }
}

// === impl GroupBy ===

impl GroupBy {
    /// The group of message `index`; one more than there are where it fits none.
    fn group_of(&self, batch: &Batch, index: usize) -> usize {
        let fits = |(i, group): (usize, &Group)| {
            group.check.passes(batch, index).unwrap_or_else(|error| {
                self.cx.log().error(format_args!("Failed to test group {i}: {error}"));
                false
            })
        };
        self.groups.iter().enumerate().position(fits).unwrap_or(self.groups.len())
    }

    async fn run(&self, batch: Batch) -> Processed {
        let places: Vec<usize> = (0..batch.len()).map(|i| self.group_of(&batch, i)).collect();
        let mut parts: Vec<Batch> = vec![Batch::new(); self.groups.len() + 1];
        for (message, place) in batch.into_iter().zip(places) {
            parts[place].push(message);
        }
        let rest = parts.pop().filter(|rest| !rest.is_empty());
        let mut done = Batches::new();
        for (group, part) in self.groups.iter().zip(parts).filter(|(_, part)| !part.is_empty()) {
            done.extend(group.chain.process(part).finish().await?);
        }
        done.extend(rest);
        Ok(done)
    }
}

impl Processor for GroupBy {
    fn process(&self, batch: Batch) -> Step<'_> {
        Step::later(self.run(batch))
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        Box::pin(async {
            for group in &self.groups {
                group.chain.close().await;
            }
        })
    }
}
