//! What lint looks for in components of the catalogue beyond their fields.

use crate::config::{CatalogueRule, Conf, Finding, Kind, Node};

/// The rules, each with the component that it is about.
pub const RULES: &[CatalogueRule] = &[
    (Kind::Input, "amqp_1", amqp_address),
    (Kind::Output, "amqp_1", amqp_address),
    (Kind::Input, "azure_blob_storage", azure_account),
    (Kind::Output, "azure_blob_storage", azure_account),
    (Kind::Output, "azure_data_lake_gen2", azure_account),
    (Kind::Input, "azure_queue_storage", azure_account),
    (Kind::Output, "azure_queue_storage", azure_account),
    (Kind::Input, "azure_table_storage", azure_account),
    (Kind::Output, "azure_table_storage", azure_account),
    (Kind::Input, "azure_cosmosdb", cosmos_account),
    (Kind::Processor, "azure_cosmosdb", cosmos_operation),
    (Kind::Output, "azure_cosmosdb", cosmos_operation),
    (Kind::Processor, "javascript", script),
    (Kind::Input, "kafka_franz", kafka_topics),
    (Kind::Input, "redpanda", kafka_topics),
    (Kind::Input, "redpanda_migrator", kafka_topics),
    (Kind::Output, "kafka_franz", kafka_partition),
    (Kind::Output, "redpanda", kafka_partition),
    (Kind::Processor, "nats_kv", nats_revision),
    (Kind::Processor, "parquet_encode", parquet_schema),
    (Kind::Processor, "protobuf", protobuf_source),
    (Kind::Processor, "redis", redis_command),
    (Kind::Output, "snowflake_put", snowflake_login),
    (Kind::Processor, "sql_raw", sql_queries),
    (Kind::Output, "sql_raw", sql_queries),
];

fn report(conf: &Conf, found: &mut Vec<Finding>, wrong: bool, message: &str) {
    if wrong {
        found.push(Finding::custom(conf.node().line, message));
    }
}

fn has(conf: &Conf, name: &str) -> bool {
    conf.node().get(name).is_some()
}

/// The text of a field, or empty text.
fn text<'c>(conf: &'c Conf, name: &str) -> &'c str {
    conf.node().get(name).and_then(Node::as_text).unwrap_or("")
}

/// Whether a field is a list with something in it.
fn some(conf: &Conf, name: &str) -> bool {
    conf.node().get(name).is_some_and(|list| !list.items().is_empty())
}

fn amqp_address(conf: &Conf, found: &mut Vec<Finding>) {
    let (one, many) = (!text(conf, "url").is_empty(), some(conf, "urls"));
    report(conf, found, !one && !many, "the field urls must be set");
    report(conf, found, one && many, "url and urls must not both be set");
}

fn azure_account(conf: &Conf, found: &mut Vec<Finding>) {
    let connection = text(conf, "storage_connection_string");
    let names_account =
        connection.contains("AccountName=") || connection.contains("UseDevelopmentStorage=true;");
    let wrong = !connection.is_empty() && !names_account && text(conf, "storage_account").is_empty();
    report(
        conf,
        found,
        wrong,
        "storage_account must be set where storage_connection_string has no AccountName",
    );
}

fn cosmos_account(conf: &Conf, found: &mut Vec<Finding>) {
    let (endpoint, connection) =
        (!text(conf, "endpoint").is_empty(), !text(conf, "connection_string").is_empty());
    report(conf, found, !endpoint && !connection, "endpoint or connection_string must be set");
    report(conf, found, endpoint && connection, "endpoint and connection_string must not both be set");
}

fn cosmos_operation(conf: &Conf, found: &mut Vec<Finding>) {
    cosmos_account(conf, found);
    let operation = text(conf, "operation");
    let by_id = matches!(operation, "Delete" | "Patch" | "Read" | "Replace");
    report(conf, found, by_id && text(conf, "item_id").is_empty(), "this operation needs item_id");
    let patch = operation == "Patch";
    report(conf, found, patch && !some(conf, "patch_operations"), "Patch needs patch_operations");
    let condition = !text(conf, "patch_condition").is_empty();
    report(conf, found, condition && !patch, "patch_condition is only for Patch");
}

fn script(conf: &Conf, found: &mut Vec<Finding>) {
    let (code, file) = (has(conf, "code"), has(conf, "file"));
    report(conf, found, code == file, "one of code and file must be set, and only one");
}

fn kafka_topics(conf: &Conf, found: &mut Vec<Finding>) {
    let included = some(conf, "regexp_topics_include");
    report(conf, found, !some(conf, "topics") && !included, "at least one topic must be named");
    let topics = conf.node().get("topics").map_or(&[][..], Node::items);
    let partitions = topics.iter().filter_map(Node::as_text).any(|topic| topic.contains(':'));
    let grouped = !text(conf, "consumer_group").is_empty();
    report(conf, found, partitions && grouped, "a consumer group cannot be given partitions to read");
    let regexp = included || text(conf, "regexp_topics") == "true";
    report(conf, found, partitions && regexp, "topics that are regular expressions cannot name partitions");
}

fn kafka_partition(conf: &Conf, found: &mut Vec<Finding>) {
    let manual = text(conf, "partitioner") == "manual";
    let partition = !text(conf, "partition").is_empty();
    report(conf, found, manual && !partition, "the manual partitioner needs a partition");
    report(conf, found, !manual && partition, "a partition is only for the manual partitioner");
}

fn nats_revision(conf: &Conf, found: &mut Vec<Finding>) {
    let needs = matches!(text(conf, "operation"), "get_revision" | "update");
    report(conf, found, needs && !has(conf, "revision"), "this operation needs a revision");
    report(conf, found, !needs && has(conf, "revision"), "this operation takes no revision");
}

fn parquet_schema(conf: &Conf, found: &mut Vec<Finding>) {
    let empty = !some(conf, "schema") && text(conf, "schema_metadata").is_empty();
    report(conf, found, empty, "a schema must be set");
}

fn protobuf_source(conf: &Conf, found: &mut Vec<Finding>) {
    let both = some(conf, "import_paths") && some(conf, "bsr");
    report(conf, found, both, "import_paths and bsr must not both be set");
}

fn redis_command(conf: &Conf, found: &mut Vec<Finding>) {
    let (command, operator) = (has(conf, "command"), has(conf, "operator"));
    report(conf, found, command == operator, "one of command and operator must be set, and only one");
    let arguments = has(conf, "args_mapping");
    report(conf, found, command && !operator && !arguments, "a command needs args_mapping");
    report(conf, found, operator && !command && arguments, "args_mapping is only for a command");
}

fn snowflake_login(conf: &Conf, found: &mut Vec<Finding>) {
    let (password, key) = (has(conf, "password"), !text(conf, "private_key_file").is_empty());
    report(conf, found, password && key, "password and private_key_file must not both be set");
    report(conf, found, has(conf, "snowpipe") && !key, "snowpipe needs private_key_file");
}

fn sql_queries(conf: &Conf, found: &mut Vec<Finding>) {
    let (one, many) = (has(conf, "query"), some(conf, "queries"));
    report(conf, found, !one && !many, "a query or queries must be set");
}
