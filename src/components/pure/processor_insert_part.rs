//! `insert_part`: adds a message to a batch.

use crate::component::{Context, Processor, ProcessorSpec, Step};
use crate::config::{ComponentSpec, Example, Field, Kind, field};
use crate::expr::Template;
use crate::message::Batch;

const INDEX: Field<i64> =
    field("index").default(-1).doc("Where the new message stands; negative positions count from the end.");
const CONTENT: Field<Template> = field("content").default("").doc("The content of the new message.");

pub const INSERT_PART: ProcessorSpec = ProcessorSpec {
    spec: ComponentSpec::new(Kind::Processor, "insert_part")
        .categories(&["Composition"])
        .summary("Adds a message to a batch, with the metadata of its first message.")
        .description("A position beyond the end is the end, one before the beginning the beginning.")
        .fields(&[&INDEX, &CONTENT])
        .examples(&[Example {
            title: "A header line",
            config: "insert_part:\n  index: 0\n  content: id,name\n",
        }]),
    build: |conf, cx| {
        Ok(Box::new(InsertPart { index: conf.get(&INDEX)?, content: conf.get(&CONTENT)?, cx: cx.clone() }))
    },
    silent: false,
};

struct InsertPart {
    index: i64,
    content: Template,
    cx: Context,
}

impl Processor for InsertPart {
    fn process(&self, mut batch: Batch) -> Step<'_> {
        let content = match self.content.render_bytes(&batch, 0) {
            Ok(content) => content,
            Err(error) => {
                self.cx.log().error(format_args!("Content interpolation error: {error}"));
                return Step::one(batch);
            }
        };
        if let Some(first) = batch.first() {
            let part = first.with_bytes(content);
            let count = batch.len() as i64;
            let at =
                if self.index < 0 { count.saturating_add(self.index).saturating_add(1) } else { self.index };
            batch.insert(at.clamp(0, count) as usize, part);
        }
        Step::one(batch)
    }
}
