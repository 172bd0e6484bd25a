//! What only moves or changes messages: processors, and inputs and outputs made of others.

mod fan_in;
mod fan_out;
mod input_batched;
mod input_broker;
mod input_read_until;
mod input_resource;
mod input_sequence;
mod output_broker;
mod output_drop_on;
mod output_fallback;
mod output_retry;
mod output_switch;
mod processor_branch;
mod processor_catch;
mod processor_log;
mod processor_mapping;
mod processor_mutation;
mod processor_noop;
mod processor_processors;
mod processor_switch;
mod retrying;
mod sharded_join;
mod share_out;
#[cfg(test)]
mod testing;

use crate::component::{InputSpec, OutputSpec, ProcessorSpec};

pub const INPUTS: &[&InputSpec] = &[
    &input_batched::BATCHED,
    &input_broker::BROKER,
    &input_read_until::READ_UNTIL,
    &input_resource::RESOURCE,
    &input_sequence::SEQUENCE,
];

pub const PROCESSORS: &[&ProcessorSpec] = &[
    &processor_branch::BRANCH,
    &processor_catch::CATCH,
    &processor_log::LOG,
    &processor_mapping::BLOBLANG,
    &processor_mapping::MAPPING,
    &processor_mutation::MUTATION,
    &processor_noop::NOOP,
    &processor_processors::FOR_EACH,
    &processor_processors::PROCESSORS,
    &processor_processors::TRY,
    &processor_switch::SWITCH,
];

pub const OUTPUTS: &[&OutputSpec] = &[
    &output_broker::BROKER,
    &output_drop_on::DROP_ON,
    &output_fallback::FALLBACK,
    &output_retry::RETRY,
    &output_switch::SWITCH,
];
