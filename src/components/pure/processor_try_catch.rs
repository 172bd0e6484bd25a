//! `try_catch`: runs processors over each message, and others where one of them fails.

use futures_util::future::BoxFuture;

use crate::component::{Chain, Mode, Processed, Processor, ProcessorSpec, Step};
use crate::config::{ComponentSpec, Example, Field, Kind, ProcessorConf, Status, field};
use crate::message::{Batch, Failure, Message, batch_of, non_empty};
use crate::value::{Object, Str, Value};

/// No processors.
const NONE: &[&str] = &[];

const PROCESSORS: Field<Vec<ProcessorConf>> =
    field("processors").default(NONE).doc("What each message runs through until one fails.");
const CATCH: Field<Vec<ProcessorConf>> =
    field("catch").default(NONE).doc("What failed messages run through afterwards.");
const ERROR_METADATA: Field<Str> = field("error_metadata")
    .default("error")
    .doc("The metadata in which failed messages carry what failed: `what`, `name`, `label` and `path`.");

pub const TRY_CATCH: ProcessorSpec = ProcessorSpec {
    spec: ComponentSpec::new(Kind::Processor, "try_catch")
        .status(Status::Beta)
        .categories(&["Composition"])
        .summary("Runs processors over each message on its own, and others where one of them fails.")
        .description("A failed message loses its error flag before `catch`; what fails there is a new error. It recovers under strict error handling too.")
        .fields(&[&PROCESSORS, &CATCH, &ERROR_METADATA])
        .examples(&[Example {
            title: "Keep what could not be parsed as text",
            config: "try_catch:\n  processors:\n    - mapping: root = content().parse_json()\n  catch:\n    - mapping: |\n        root.text = content().string()\n        root.why = @error.what\n",
        }]),
    build: |conf, cx| {
        Ok(Box::new(TryCatch {
            processors: cx.chain_with(&conf.get(&PROCESSORS)?, Mode::StopAtFailure)?,
            catch: cx.chain(&conf.get(&CATCH)?)?,
            error_metadata: conf.get(&ERROR_METADATA)?,
        }))
    },
    silent: false,
};

struct TryCatch {
    processors: Chain,
    catch: Chain,
    error_metadata: Str,
}

// === impl TryCatch ===

impl TryCatch {
    async fn run(&self, batch: Batch) -> Processed {
        let mut all = Batch::new();
        for message in batch {
            for mut result in self.processors.process(batch_of(message)).finish().await? {
                if !result.first().is_some_and(Message::is_failed) {
                    all.extend(result);
                    continue;
                }
                result.iter_mut().for_each(|message| self.note(message));
                all.extend(self.catch.process(result).finish().await?.into_iter().flatten());
            }
        }
        Ok(non_empty(all))
    }

    /// Moves the error of a message to its metadata.
    fn note(&self, message: &mut Message) {
        if let Some(failure) = message.failure().cloned() {
            message.set_meta(self.error_metadata.clone(), described(&failure));
            message.set_failure(None);
        }
    }
}

fn described(failure: &Failure) -> Value {
    let mut error = Object::new();
    error.insert("what".into(), failure.text.clone().into());
    if let Some(origin) = &failure.origin {
        error.insert("name".into(), origin.name.clone().into());
        error.insert("label".into(), origin.label.clone().into());
        error.insert("path".into(), origin.path.clone().into());
    }
    error.into()
}

impl Processor for TryCatch {
    fn process(&self, batch: Batch) -> Step<'_> {
        Step::later(self.run(batch))
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        Box::pin(async {
            self.processors.close().await;
            self.catch.close().await;
        })
    }
}
