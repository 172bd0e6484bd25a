//! `mapping`, and `bloblang` as its old name: makes a new document of each message.

use crate::component::{Built, Processor, ProcessorSpec, Step};
use crate::config::{ComponentSpec, Conf, Example, Field, Kind, bare};
use crate::expr::Mapping;
use crate::message::Batch;

const TEXT: Field<Mapping> = bare().doc("The mapping, in Bloblang.");
const OLD_TEXT: Field<Mapping> = bare().default("").doc("The mapping, in Bloblang.");

pub const MAPPING: ProcessorSpec = ProcessorSpec {
    spec: ComponentSpec::new(Kind::Processor, "mapping")
        .categories(&["Mapping", "Parsing"])
        .version("4.5.0")
        .summary("Makes a new document of each message by a Bloblang mapping.")
        .description("What the mapping does not assign stays: content, metadata. A root that is deleted removes the message. A message that cannot be mapped is flagged and otherwise stays as it was.")
        .bare(&TEXT)
        .examples(&[Example {
            title: "Pick and rename fields",
            config: "mapping: |\n  root.id = this.id\n  root.name = this.user.name.uppercase()\n",
        }]),
    build: |conf, _| built(conf, &TEXT),
    silent: false,
};

pub const BLOBLANG: ProcessorSpec = ProcessorSpec {
    spec: ComponentSpec::new(Kind::Processor, "bloblang")
        .categories(&["Mapping", "Parsing"])
        .summary("The old name of `mapping`.")
        .bare(&OLD_TEXT)
        .examples(&[Example {
            title: "Drop what is not wanted",
            config: "bloblang: root = if this.level == \"debug\" { deleted() }\n",
        }]),
    build: |conf, _| built(conf, &OLD_TEXT),
    silent: false,
};

struct Map(Mapping);

// === impl Map ===

fn built(conf: &Conf, text: &Field<Mapping>) -> Built<Box<dyn Processor>> {
    let mapping = conf.get(text)?;
    if mapping.is_empty() {
        return Err(conf.error(text, "the mapping is empty").into());
    }
    Ok(Box::new(Map(mapping)))
}

impl Processor for Map {
    fn process(&self, batch: Batch) -> Step<'_> {
        Step::non_empty(self.0.map_batch(batch, |message, error| message.fail(error.to_string())))
    }

    fn logs_failures(&self) -> bool {
        true
    }
}
