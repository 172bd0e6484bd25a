//! `bounds_check`: drops batches that are too large or too small.

use crate::component::{Context, Processor, ProcessorSpec, Step};
use crate::config::{ComponentSpec, Example, Field, Kind, field};
use crate::message::Batch;

const MAX_PART_SIZE: Field<i64> =
    field("max_part_size").default(1_073_741_824).doc("How many bytes a message may have.");
const MIN_PART_SIZE: Field<i64> =
    field("min_part_size").default(1).doc("How many bytes a message must have.");
const MAX_PARTS: Field<i64> =
    field("max_parts").default(100).advanced().doc("How many messages a batch may have.");
const MIN_PARTS: Field<i64> =
    field("min_parts").default(1).advanced().doc("How many messages a batch must have.");

pub const BOUNDS_CHECK: ProcessorSpec = ProcessorSpec {
    spec: ComponentSpec::new(Kind::Processor, "bounds_check")
        .categories(&["Utility"])
        .summary(
            "Drops batches with too many or too few messages, or with one that is too large or too small.",
        )
        .fields(&[&MAX_PART_SIZE, &MIN_PART_SIZE, &MAX_PARTS, &MIN_PARTS])
        .examples(&[Example {
            title: "No empty and no huge messages",
            config: "bounds_check:\n  max_part_size: 1048576\n",
        }]),
    build: |conf, cx| {
        Ok(Box::new(BoundsCheck {
            sizes: (conf.get(&MIN_PART_SIZE)?, conf.get(&MAX_PART_SIZE)?),
            counts: (conf.get(&MIN_PARTS)?, conf.get(&MAX_PARTS)?),
            cx: cx.clone(),
        }))
    },
    silent: false,
};

struct BoundsCheck {
    sizes: (i64, i64),
    counts: (i64, i64),
    cx: Context,
}

impl Processor for BoundsCheck {
    fn process(&self, batch: Batch) -> Step<'_> {
        let outside = |n: usize, (min, max): (i64, i64)| (n as i64) < min || n as i64 > max;
        if outside(batch.len(), self.counts) {
            self.cx.log().debug(format_args!("Rejecting a batch of {} messages", batch.len()));
            return Step::none();
        }
        if let Some(message) = batch.iter().find(|message| outside(message.size(), self.sizes)) {
            self.cx.log().debug(format_args!("Rejecting a batch with a message of {} bytes", message.size()));
            return Step::none();
        }
        Step::one(batch)
    }
}
