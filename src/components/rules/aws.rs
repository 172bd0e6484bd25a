//! Amazon Web Services.

use super::check::Check;
use crate::config::{Conf, Finding};

pub fn log_streams(conf: &Conf, found: &mut Vec<Finding>) {
    let mut body = Check::new(conf, found);
    let both = body.some("log_stream_names") && body.has("log_stream_prefix");
    body.wrong(both, "log_stream_names and log_stream_prefix must not both be set");
}

/// An item without columns is what some engines refuse and others write.
pub fn dynamodb(conf: &Conf, found: &mut Vec<Finding>) {
    let mut body = Check::new(conf, found);
    let columns = body.some("string_columns") || body.some("json_map_columns");
    body.doubtful(!columns, "items have no columns: set string_columns or json_map_columns");
    let (mut condition, mut key) = (false, false);
    body.within("delete", |delete| {
        (condition, key) = (delete.is_set("condition"), delete.is_set("partition_key"));
    });
    body.wrong(condition != key, "delete needs both a condition and a partition_key");
}

pub fn kinesis_consumer(conf: &Conf, found: &mut Vec<Finding>) {
    let mut body = Check::new(conf, found);
    let mut both = false;
    body.within("enhanced_fan_out", |fan_out| {
        both = fan_out.is_set("consumer_name") && fan_out.is_set("consumer_arn");
    });
    body.wrong(both, "consumer_name and consumer_arn of enhanced_fan_out must not both be set");
}

pub fn zero_keys(conf: &Conf, found: &mut Vec<Finding>) {
    Check::new(conf, found).within("sqs", |sqs| {
        let negative = sqs.shorter("zero_key_warn_interval", 0);
        sqs.wrong_field("zero_key_warn_interval", negative, "this must not be less than no time");
    });
}
