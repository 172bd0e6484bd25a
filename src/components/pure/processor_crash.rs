//! `crash`: ends everything at the first message.

use crate::component::{Context, Processor, ProcessorSpec, Rejected, Step};
use crate::config::{ComponentSpec, Example, Field, Kind, Status, bare};
use crate::expr::Template;
use crate::message::Batch;
use crate::telemetry::log::Level;

const MESSAGE: Field<Template> = bare().doc("What is logged.");

pub const CRASH: ProcessorSpec = ProcessorSpec {
    spec: ComponentSpec::new(Kind::Processor, "crash")
        .categories(&["Utility"])
        .status(Status::Beta)
        .summary("Ends the stream at once, as failed, with a message in the log.")
        .description("Where the process runs this one stream it exits with code 1.")
        .bare(&MESSAGE)
        .examples(&[Example {
            title: "Nothing may come this way",
            config: "crash: 'what is ${! content() } doing here?'\n",
        }]),
    build: |conf, cx| Ok(Box::new(Crash { message: conf.get(&MESSAGE)?, cx: cx.clone() })),
    silent: false,
};

struct Crash {
    message: Template,
    cx: Context,
}

// === impl Crash ===

impl Processor for Crash {
    fn process(&self, batch: Batch) -> Step<'_> {
        if batch.is_empty() {
            return Step::none();
        }
        let text = match self.message.render(&batch, 0) {
            Ok(text) => text,
            Err(error) => format!("the text of a crash cannot be made: {error}").into(),
        };
        self.cx.log().log(Level::Fatal, &text);
        self.cx.environment().tasks.panicked(text.to_string());
        Step::Done(Err(Rejected(text)))
    }
}
