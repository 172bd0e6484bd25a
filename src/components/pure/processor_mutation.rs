//! `mutation`: edits each message in place.

use crate::component::{Processor, ProcessorSpec, Step};
use crate::config::{ComponentSpec, Example, Field, Kind, bare};
use crate::expr::Mapping;
use crate::message::Batch;

const TEXT: Field<Mapping> = bare().doc("The mapping, in Bloblang.");

pub const MUTATION: ProcessorSpec = ProcessorSpec {
    spec: ComponentSpec::new(Kind::Processor, "mutation")
        .categories(&["Mapping", "Parsing"])
        .version("4.5.0")
        .summary("Edits the document of each message in place by a Bloblang mapping.")
        .description(
            "Every right side sees the document as changed so far. What was assigned before a failure stays.",
        )
        .bare(&TEXT)
        .examples(&[Example { title: "Remove a field", config: "mutation: root.password = deleted()\n" }]),
    build: |conf, _| {
        let mapping = conf.get(&TEXT)?;
        if mapping.is_empty() {
            return Err(conf.error(&TEXT, "the mapping is empty").into());
        }
        Ok(Box::new(Mutation(mapping)))
    },
    silent: false,
};

struct Mutation(Mapping);

// === impl Mutation ===

impl Processor for Mutation {
    fn process(&self, mut batch: Batch) -> Step<'_> {
        let mut deleted = Vec::new();
        for i in 0..batch.len() {
            match self.0.mutate(&mut batch, i) {
                Ok(true) => {}
                Ok(false) => deleted.push(i),
                Err(error) => batch[i].fail(error.to_string()),
            }
        }
        for i in deleted.into_iter().rev() {
            batch.remove(i);
        }
        Step::non_empty(batch)
    }

    fn logs_failures(&self) -> bool {
        true
    }
}
