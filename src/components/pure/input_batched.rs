//! `batched`: joins what its child reads into batches.

use crate::component::{BatchedInput, InputBuild, InputSpec, POLICY_FIELDS, Policy};
use crate::config::{ComponentSpec, Conf, Example, Field, InputConf, Kind, field};

const CHILD: Field<InputConf> = field("child").doc("What is read.");
const POLICY: Field<Conf> =
    field("policy").fields(POLICY_FIELDS).doc("When messages are joined into a batch.");

pub const BATCHED: InputSpec = InputSpec {
    spec: ComponentSpec::new(Kind::Input, "batched")
        .categories(&["Utility"])
        .version("4.11.0")
        .summary("Joins the messages of another input into batches.")
        .description("When its child has no more data the last batch goes out as it is.")
        .fields(&[&CHILD, &POLICY])
        .examples(&[Example {
            title: "At most a second of messages",
            config: "batched:\n  child:\n    resource: orders\n  policy:\n    count: 100\n    period: 1s\n",
        }]),
    build: InputBuild::Input(|conf, cx| {
        let policy = Policy::required(&conf.get(&POLICY)?, cx)?;
        Ok(Box::new(BatchedInput::new(cx.input(&conf.get(&CHILD)?)?, policy, cx)))
    }),
};
