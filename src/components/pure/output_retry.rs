//! `retry`: sends again what its child could not deliver.

use std::sync::Arc;

use super::retrying::{Attempts, Retrying};
use crate::component::{Backoff, OutputBuild, OutputSpec};
use crate::config::{ComponentSpec, Conf, Duration, Example, Field, Kind, OutputConf, field};

const MAX_RETRIES: Field<u64> =
    field("max_retries").default(0).advanced().doc("How often a message is sent again; 0: without limit.");
const INITIAL: Field<Duration> =
    field("initial_interval").default("500ms").advanced().doc("The first pause.");
const MAX: Field<Duration> = field("max_interval").default("3s").advanced().doc("The longest pause.");
const MAX_ELAPSED: Field<Duration> =
    field("max_elapsed_time").default("0s").advanced().doc("Gives up after so long; 0s: never.");
const BACKOFF: Field<Conf> =
    field("backoff").advanced().fields(&[&INITIAL, &MAX, &MAX_ELAPSED]).doc("The pauses between attempts.");
const OUTPUT: Field<OutputConf> = field("output").doc("Where messages go.");

pub const RETRY: OutputSpec = OutputSpec {
    spec: ComponentSpec::new(Kind::Output, "retry")
        .categories(&["Utility"])
        .summary("Sends again what its child could not deliver, and takes nothing new meanwhile.")
        .description(
            "When the limit of attempts or of time is reached the last error goes back to the input.",
        )
        .fields(&[&MAX_RETRIES, &BACKOFF, &OUTPUT])
        .examples(&[Example {
            title: "Three times at most",
            config: "retry:\n  max_retries: 3\n  output:\n    drop: {}\n",
        }]),
    build: OutputBuild::Output(|conf, cx| {
        let backoff = conf.get(&BACKOFF)?;
        let pauses = Backoff::new(backoff.get(&INITIAL)?.get(), backoff.get(&MAX)?.get())
            .max_elapsed(backoff.get(&MAX_ELAPSED)?.get());
        let attempts = Attempts { backoff: pauses, max_retries: conf.get(&MAX_RETRIES)? };
        Ok(Arc::new(Retrying::new(cx.output(&conf.get(&OUTPUT)?)?, attempts, cx.clone())))
    }),
};
