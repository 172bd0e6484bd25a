//! `group_by_value`: makes a batch of the messages that have the same value.

use std::collections::HashMap;

use crate::component::{Processor, ProcessorSpec, Step};
use crate::config::{ComponentSpec, Example, Field, Kind, field};
use crate::expr::Template;
use crate::message::{Batch, Batches};
use crate::value::Str;

const VALUE: Field<Template> = field("value").doc("What messages of one batch have in common.");

pub const GROUP_BY_VALUE: ProcessorSpec = ProcessorSpec {
    spec: ComponentSpec::new(Kind::Processor, "group_by_value")
        .categories(&["Composition"])
        .summary("Makes a batch of its own of the messages that have the same value.")
        .description("Batches come in the order of their first messages. A message whose value cannot be made is flagged and belongs to the empty value.")
        .fields(&[&VALUE])
        .examples(&[Example {
            title: "By customer",
            config: "group_by_value:\n  value: ${! this.customer }\n",
        }]),
    build: |conf, _| Ok(Box::new(GroupByValue(conf.get(&VALUE)?))),
    silent: false,
};

struct GroupByValue(Template);

impl Processor for GroupByValue {
    fn process(&self, batch: Batch) -> Step<'_> {
        let values: Vec<_> = (0..batch.len()).map(|i| self.0.render(&batch, i)).collect();
        let mut places: HashMap<Str, usize> = HashMap::new();
        let mut batches = Batches::new();
        for (mut message, value) in batch.into_iter().zip(values) {
            let value = value.unwrap_or_else(|error| {
                message.fail(format!("group value interpolation error: {error}"));
                Str::new()
            });
            let place = *places.entry(value).or_insert(batches.len());
            if place == batches.len() {
                batches.push(Batch::new());
            }
            batches[place].push(message);
        }
        Step::Done(Ok(batches))
    }

    fn logs_failures(&self) -> bool {
        true
    }
}
