//! `sleep`: waits before messages go on.

use std::time::Duration;

use crate::component::{Context, Processor, ProcessorSpec, Step};
use crate::config::{ComponentSpec, Duration as DurationText, Example, Field, Kind, field};
use crate::expr::Template;
use crate::message::{Batch, batches_of};

const DURATION: Field<Template> = field("duration").doc("How long to wait for each message.");

pub const SLEEP: ProcessorSpec = ProcessorSpec {
    spec: ComponentSpec::new(Kind::Processor, "sleep")
        .categories(&["Utility"])
        .summary("Waits a while for each message of a batch before the batch goes on.")
        .fields(&[&DURATION])
        .examples(&[Example {
            title: "As long as the message says",
            config: "sleep:\n  duration: ${! this.pause }\n",
        }]),
    build: |conf, cx| Ok(Box::new(Sleep { duration: conf.get(&DURATION)?, cx: cx.clone() })),
    silent: false,
};

struct Sleep {
    duration: Template,
    cx: Context,
}

// === impl Sleep ===

impl Sleep {
    /// The pause for one message; none where it cannot be told.
    fn pause(&self, batch: &Batch, index: usize) -> Duration {
        let text = match self.duration.render(batch, index) {
            Ok(text) => text,
            Err(error) => {
                self.cx.log().error(format_args!("Period interpolation error: {error}"));
                return Duration::ZERO;
            }
        };
        match text.parse::<DurationText>() {
            Ok(duration) => duration.get(),
            Err(error) => {
                self.cx.log().error(format_args!("Failed to parse duration '{text}': {error}"));
                Duration::ZERO
            }
        }
    }
}

impl Processor for Sleep {
    fn process(&self, batch: Batch) -> Step<'_> {
        Step::later(async move {
            for i in 0..batch.len() {
                tokio::time::sleep(self.pause(&batch, i)).await;
            }
            Ok(batches_of(batch))
        })
    }
}
