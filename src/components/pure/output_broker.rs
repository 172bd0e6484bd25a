//! `broker`: spreads messages over several outputs by a pattern.

use std::sync::Arc;

use super::fan_out::{FanOut, Sequence};
use super::share_out::{Greedy, RoundRobin};
use crate::component::{BATCHING, BatchedOutput, Built, Context, Output, OutputBuild, OutputSpec, Policy};
use crate::config::{ComponentSpec, Conf, Example, Field, Kind, OutputConf, field};
use crate::value::Str;

const COPIES: Field<usize> =
    field("copies").default(1).advanced().doc("How many instances of every output there are.");
const PATTERN: Field<Str> = field("pattern")
    .default("fan_out")
    .options(&[
        "fan_out",
        "fan_out_fail_fast",
        "fan_out_sequential",
        "fan_out_sequential_fail_fast",
        "round_robin",
        "greedy",
    ])
    .doc("Who gets what: `fan_out` everybody everything, `fan_out_sequential` one after another, each with a `_fail_fast` that does not retry; `round_robin` each in turn; `greedy` whoever is free.");
const OUTPUTS: Field<Vec<OutputConf>> = field("outputs").at_least(1).doc("The outputs.");

pub const BROKER: OutputSpec = OutputSpec {
    spec: ComponentSpec::new(Kind::Output, "broker")
        .categories(&["Utility"])
        .summary("Spreads messages over several outputs.")
        .description("With the fan out patterns a message is acked when all outputs have it; without `_fail_fast` what one of them refuses is sent to it again until it takes it.")
        .fields(&[&COPIES, &PATTERN, &OUTPUTS, &BATCHING])
        .examples(&[Example {
            title: "Two copies of everything",
            config: "broker:\n  pattern: fan_out\n  outputs:\n    - drop: {}\n    - drop: {}\n",
        }]),
    build: OutputBuild::Output(build),
};

fn build(conf: &Conf, cx: &Context) -> Built<Arc<dyn Output>> {
    let confs = conf.get(&OUTPUTS)?;
    if confs.is_empty() {
        return Err(conf.error(&OUTPUTS, "a broker needs at least one output").into());
    }
    let copies = conf.get(&COPIES)?;
    if copies < 1 {
        return Err(conf.error(&COPIES, "there must be at least one copy").into());
    }
    let mut outputs = Vec::new();
    for _ in 0..copies {
        for child in &confs {
            outputs.push(cx.output(child)?);
        }
    }
    let pattern = conf.get(&PATTERN)?;
    let output: Arc<dyn Output> = match pattern.as_str() {
        "fan_out" => Arc::new(FanOut::retrying(outputs, cx)),
        "fan_out_fail_fast" => Arc::new(FanOut::fail_fast(outputs)),
        "fan_out_sequential" => Arc::new(Sequence::retrying(outputs, cx)),
        "fan_out_sequential_fail_fast" => Arc::new(Sequence::fail_fast(outputs)),
        "round_robin" => Arc::new(RoundRobin::new(outputs)),
        "greedy" => Arc::new(Greedy::new(outputs, cx)),
        other => return Err(conf.error(&PATTERN, format!("there is no pattern '{other}'")).into()),
    };
    Ok(match Policy::read(&conf.get(&BATCHING)?, cx)? {
        Some(policy) => Arc::new(BatchedOutput::new(output, policy, cx.clone())),
        None => output,
    })
}
