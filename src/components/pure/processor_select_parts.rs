//! `select_parts`: keeps some messages of a batch by their positions.

use crate::component::{Processor, ProcessorSpec, Step};
use crate::config::{ComponentSpec, Example, Field, Kind, field};
use crate::message::Batch;

const PARTS: Field<Vec<i64>> = field("parts")
    .default_list(&[])
    .doc("The positions of the messages to keep, from 0; negative ones count from the end.");

pub const SELECT_PARTS: ProcessorSpec = ProcessorSpec {
    spec: ComponentSpec::new(Kind::Processor, "select_parts")
        .categories(&["Utility"])
        .summary("Keeps some messages of a batch by their positions, in the order of the list.")
        .description(
            "Positions that a batch does not have are ignored; a batch of which nothing is kept is dropped.",
        )
        .fields(&[&PARTS])
        .examples(&[Example {
            title: "The first and the last",
            config: "select_parts:\n  parts: [ 0, -1 ]\n",
        }]),
    build: |conf, _| Ok(Box::new(SelectParts(conf.get(&PARTS)?))),
    silent: false,
};

struct SelectParts(Vec<i64>);

impl Processor for SelectParts {
    fn process(&self, batch: Batch) -> Step<'_> {
        let count = batch.len() as i64;
        let place = |at: i64| usize::try_from(if at < 0 { count.saturating_add(at) } else { at }).ok();
        let selected = self.0.iter().filter_map(|at| batch.get(place(*at)?).cloned());
        Step::non_empty(selected.collect())
    }
}
