//! What only moves or changes messages: processors, and inputs and outputs made of others.

mod archive_tar;
mod archive_zip;
mod dynamic;
mod fan_in;
mod fan_out;
mod floats;
mod framing;
mod grok;
mod input_batched;
mod input_broker;
mod input_read_until;
mod input_resource;
mod input_sequence;
#[cfg(test)]
mod input_tests;
mod jq_functions;
mod jq_program;
mod output_broker;
mod output_drop_on;
mod output_fallback;
mod output_reject_errored;
mod output_resource;
mod output_retry;
mod output_switch;
#[cfg(test)]
mod output_tests;
mod processor_archive;
mod processor_benchmark;
mod processor_bounds_check;
mod processor_branch;
mod processor_cache;
mod processor_cached;
mod processor_catch;
mod processor_command;
mod processor_compress;
mod processor_crash;
mod processor_dedupe;
mod processor_group_by;
mod processor_group_by_value;
mod processor_insert_part;
mod processor_jmespath;
mod processor_jq;
mod processor_json_schema;
mod processor_log;
mod processor_mapping;
mod processor_metric;
mod processor_mutation;
mod processor_noop;
mod processor_parallel;
mod processor_parse_log;
mod processor_processors;
mod processor_rate_limit;
mod processor_resource;
mod processor_retry;
mod processor_select_parts;
mod processor_sleep;
mod processor_split;
mod processor_subprocess;
mod processor_switch;
mod processor_try_catch;
mod processor_unarchive;
mod processor_while;
mod processor_workflow;
mod retrying;
mod sharded_join;
mod share_out;
mod syslog;
#[cfg(test)]
mod testing;
mod tiers;
mod ttl;

use crate::component::{InputSpec, OutputSpec, ProcessorSpec};

pub const INPUTS: &[&InputSpec] = &[
    &dynamic::INPUT,
    &input_batched::BATCHED,
    &input_broker::BROKER,
    &input_read_until::READ_UNTIL,
    &input_resource::RESOURCE,
    &input_sequence::SEQUENCE,
];

pub const PROCESSORS: &[&ProcessorSpec] = &[
    &grok::GROK,
    &processor_archive::ARCHIVE,
    &processor_benchmark::BENCHMARK,
    &processor_bounds_check::BOUNDS_CHECK,
    &processor_branch::BRANCH,
    &processor_cache::CACHE,
    &processor_cached::CACHED,
    &processor_catch::CATCH,
    &processor_command::COMMAND,
    &processor_compress::COMPRESS,
    &processor_compress::DECOMPRESS,
    &processor_crash::CRASH,
    &processor_dedupe::DEDUPE,
    &processor_group_by::GROUP_BY,
    &processor_group_by_value::GROUP_BY_VALUE,
    &processor_insert_part::INSERT_PART,
    &processor_jmespath::JMESPATH,
    &processor_jq::JQ,
    &processor_json_schema::JSON_SCHEMA,
    &processor_log::LOG,
    &processor_mapping::BLOBLANG,
    &processor_mapping::MAPPING,
    &processor_metric::METRIC,
    &processor_mutation::MUTATION,
    &processor_noop::NOOP,
    &processor_parallel::PARALLEL,
    &processor_parse_log::PARSE_LOG,
    &processor_processors::FOR_EACH,
    &processor_processors::PROCESSORS,
    &processor_processors::TRY,
    &processor_rate_limit::RATE_LIMIT,
    &processor_resource::RESOURCE,
    &processor_retry::RETRY,
    &processor_select_parts::SELECT_PARTS,
    &processor_sleep::SLEEP,
    &processor_split::SPLIT,
    &processor_subprocess::SUBPROCESS,
    &processor_switch::SWITCH,
    &processor_try_catch::TRY_CATCH,
    &processor_unarchive::UNARCHIVE,
    &processor_while::WHILE,
    &processor_workflow::WORKFLOW,
];

pub const OUTPUTS: &[&OutputSpec] = &[
    &dynamic::OUTPUT,
    &output_broker::BROKER,
    &output_drop_on::DROP_ON,
    &output_fallback::FALLBACK,
    &output_reject_errored::REJECT_ERRORED,
    &output_resource::RESOURCE,
    &output_retry::RETRY,
    &output_switch::SWITCH,
];
