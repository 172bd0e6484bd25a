//! `split`: cuts batches into smaller ones.

use crate::component::{Context, Processor, ProcessorSpec, Step};
use crate::config::{ComponentSpec, Example, Field, Kind, field};
use crate::message::{Batch, Batches};

const SIZE: Field<i64> =
    field("size").default(1).doc("How many messages a batch has at most; 0: any number.");
const BYTE_SIZE: Field<i64> =
    field("byte_size").default(0).doc("How many bytes of content a batch has at most; 0: any number.");

pub const SPLIT: ProcessorSpec = ProcessorSpec {
    spec: ComponentSpec::new(Kind::Processor, "split")
        .categories(&["Utility"])
        .summary("Cuts batches into smaller ones.")
        .description("A single message that is larger than `byte_size` is a batch of its own. The original is acked when all parts are.")
        .fields(&[&SIZE, &BYTE_SIZE])
        .examples(&[Example { title: "At most ten", config: "split:\n  size: 10\n" }]),
    build: |conf, cx| {
        let limit = |n: i64| usize::try_from(n).ok().filter(|n| *n > 0).unwrap_or(usize::MAX);
        let (size, bytes) = (limit(conf.get(&SIZE)?), limit(conf.get(&BYTE_SIZE)?));
        Ok(Box::new(Split { size, bytes, cx: cx.clone() }))
    },
    silent: false,
};

struct Split {
    size: usize,
    bytes: usize,
    cx: Context,
}

impl Processor for Split {
    fn process(&self, batch: Batch) -> Step<'_> {
        if batch.len() <= 1 {
            return Step::one(batch);
        }
        let mut batches = Batches::new();
        let mut part = Batch::new();
        let mut bytes = 0;
        for message in batch {
            let more = if self.bytes < usize::MAX { message.size() } else { 0 };
            if !part.is_empty() && (part.len() >= self.size || bytes + more > self.bytes) {
                batches.push(std::mem::take(&mut part));
                bytes = 0;
            }
            if more > self.bytes {
                self.cx.log().warn(format_args!(
                    "A single message of {more} bytes exceeds the target batch byte size of {}",
                    self.bytes
                ));
            }
            bytes += more;
            part.push(message);
        }
        batches.push(part);
        Step::Done(Ok(batches))
    }
}
