//! `broker`: several inputs as one.

use super::fan_in::FanIn;
use crate::component::{BATCHING, BatchedInput, Built, Context, Input, InputBuild, InputSpec, Policy};
use crate::config::{ComponentSpec, Conf, Example, Field, InputConf, Kind, field};

const COPIES: Field<usize> =
    field("copies").default(1).advanced().doc("How many instances of every input there are.");
const INPUTS: Field<Vec<InputConf>> = field("inputs").at_least(1).doc("The inputs.");

pub const BROKER: InputSpec = InputSpec {
    spec: ComponentSpec::new(Kind::Input, "broker")
        .categories(&["Utility"])
        .summary("Reads from several inputs at the same time.")
        .description("Messages of different inputs come in no particular order. It ends when all of its inputs have ended. Batches are made across the inputs.")
        .fields(&[&COPIES, &INPUTS, &BATCHING])
        .examples(&[Example {
            title: "Two inputs in batches of ten",
            config: "broker:\n  inputs:\n    - resource: orders\n    - resource: returns\n  batching:\n    count: 10\n    period: 1s\n",
        }]),
    build: InputBuild::Input(build),
};

fn build(conf: &Conf, cx: &Context) -> Built<Box<dyn Input>> {
    let confs = conf.get(&INPUTS)?;
    if confs.is_empty() {
        return Err(conf.error(&INPUTS, "a broker needs at least one input").into());
    }
    let mut inputs = Vec::new();
    for _ in 0..conf.get(&COPIES)?.max(1) {
        for child in &confs {
            inputs.push(cx.input(child)?);
        }
    }
    let input: Box<dyn Input> = match inputs.pop() {
        Some(only) if inputs.is_empty() => only,
        last => {
            inputs.extend(last);
            Box::new(FanIn::new(inputs, cx))
        }
    };
    Ok(match Policy::read(&conf.get(&BATCHING)?, cx)? {
        Some(policy) => Box::new(BatchedInput::new(input, policy, cx)),
        None => input,
    })
}
