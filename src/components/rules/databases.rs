//! Databases that only answer over a network.

use super::check::Check;
use crate::config::{Conf, Finding};

pub fn cassandra(conf: &Conf, found: &mut Vec<Finding>) {
    let mut body = Check::new(conf, found);
    body.within("host_selection_policy", |policy| {
        let alone = policy.is_set("local_rack") && !policy.is_set("local_dc");
        policy.wrong(alone, "a local_rack needs a local_dc");
    });
    body.within("exponential_reconnection", |waits| {
        for name in ["initial_interval", "max_interval"] {
            let wrong = waits.shorter(name, 1);
            waits.wrong_field(name, wrong, "this must be more than no time");
        }
    });
}

pub fn couchbase(conf: &Conf, found: &mut Vec<Finding>) {
    let mut body = Check::new(conf, found);
    let operation = body.text("operation");
    let writes = matches!(operation, "insert" | "replace" | "upsert" | "increment" | "decrement");
    body.wrong(writes && !body.has("content"), "this operation needs content");
}

pub fn couchbase_output(conf: &Conf, found: &mut Vec<Finding>) {
    let mut body = Check::new(conf, found);
    let unsaid = !body.has("operation") && !body.has("content");
    body.wrong(unsaid, "the operation upsert needs content");
    couchbase(conf, found);
}

pub fn doris(conf: &Conf, found: &mut Vec<Finding>) {
    let mut body = Check::new(conf, found);
    let address = body.is_set("url") || body.some("fe_urls");
    body.wrong(!address, "url or fe_urls must be set");
    let both = body.some("partitions") && body.some("temporary_partitions");
    body.wrong(both, "partitions and temporary_partitions must not both be set");
    let ratio = body.number("max_filter_ratio").is_some_and(|ratio| !(0.0..=1.0).contains(&ratio));
    body.wrong(ratio, "max_filter_ratio must be between 0 and 1");
    let group = matches!(body.text("group_commit"), "" | "sync_mode" | "async_mode" | "off_mode");
    body.wrong(!group, "group_commit must be sync_mode, async_mode or off_mode");
    if body.text("format") == "csv" {
        for name in ["column_separator", "line_delimiter"] {
            let empty = body.has(name) && !body.is_set(name);
            body.wrong(empty, "the format csv needs a column_separator and a line_delimiter");
        }
    } else if matches!(body.text("format"), "" | "json") {
        let by_line = body.flag("read_json_by_line", true);
        let same = by_line == body.flag("strip_outer_array", false);
        body.wrong(same, "the format json needs exactly one of read_json_by_line and strip_outer_array");
    }
}

pub fn elasticsearch(conf: &Conf, found: &mut Vec<Finding>) {
    let mut body = Check::new(conf, found);
    let by_id = matches!(body.text("action"), "delete" | "get");
    body.wrong(by_id && !body.is_set("id"), "this action needs an id");
}

pub fn bigquery_batch(conf: &Conf, found: &mut Vec<Finding>) {
    Check::new(conf, found).within("batching", |batch| {
        let wrong = batch.number("byte_size").is_some_and(|size| size >= 1_000_000.0);
        batch.wrong(wrong, "a batch must have less than a million bytes");
    });
}

pub fn mysql_tables(conf: &Conf, found: &mut Vec<Finding>) {
    let mut body = Check::new(conf, found);
    let empty = !body.some("tables");
    body.wrong_field("tables", empty, "at least one table must be named");
}

pub fn redis(conf: &Conf, found: &mut Vec<Finding>) {
    let mut body = Check::new(conf, found);
    let (command, operator) = (body.has("command"), body.has("operator"));
    body.wrong(command == operator, "one of command and operator must be set, and only one");
    let arguments = body.has("args_mapping");
    body.wrong(operator && arguments, "args_mapping is only for a command");
    body.doubtful(command && !operator && !arguments, "a command needs args_mapping");
}

pub fn snowflake(conf: &Conf, found: &mut Vec<Finding>) {
    let mut body = Check::new(conf, found);
    let (password, key) = (body.is_set("password"), body.is_set("private_key_file"));
    body.wrong(password && key, "password and private_key_file must not both be set");
    body.wrong(!password && !key, "password or private_key_file must be set");
    body.wrong(body.is_set("snowpipe") && !key, "snowpipe needs private_key_file");
}
