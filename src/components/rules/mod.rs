//! What lint looks for in components beyond their fields, for components whose code may be missing from a build:
//! the rule is the same with the code and without it.

mod ai;
mod aws;
mod azure;
mod check;
mod databases;
mod grpc;
mod kafka;
mod messaging;
pub mod parquet;
mod programs;
pub mod sql;

pub use programs::{javascript, protobuf};

use crate::config::{CatalogueRule, Kind};

/// The rules, each with the component that it is about.
pub const RULES: &[CatalogueRule] = &[
    (Kind::Processor, "cohere_chat", ai::json_schema),
    (Kind::Processor, "openai_chat_completion", ai::json_schema),
    (Kind::Output, "pinecone", ai::pinecone_host),
    (Kind::Input, "aws_cloudwatch_logs", aws::log_streams),
    (Kind::Output, "aws_dynamodb", aws::dynamodb),
    (Kind::Input, "aws_kinesis", aws::kinesis_consumer),
    (Kind::Input, "aws_s3", aws::zero_keys),
    (Kind::Input, "azure_blob_storage", azure::account),
    (Kind::Output, "azure_blob_storage", azure::account),
    (Kind::Output, "azure_data_lake_gen2", azure::account),
    (Kind::Input, "azure_queue_storage", azure::account),
    (Kind::Output, "azure_queue_storage", azure::account),
    (Kind::Input, "azure_table_storage", azure::account),
    (Kind::Output, "azure_table_storage", azure::account),
    (Kind::Input, "azure_cosmosdb", azure::cosmos_query),
    (Kind::Processor, "azure_cosmosdb", azure::cosmos_operation),
    (Kind::Output, "azure_cosmosdb", azure::cosmos_operation),
    (Kind::Input, "cassandra", databases::cassandra),
    (Kind::Output, "cassandra", databases::cassandra),
    (Kind::Processor, "couchbase", databases::couchbase),
    (Kind::Output, "couchbase", databases::couchbase_output),
    (Kind::Output, "doris_stream_load", databases::doris),
    (Kind::Processor, "elasticsearch", databases::elasticsearch),
    (Kind::Output, "gcp_bigquery_write_api", databases::bigquery_batch),
    (Kind::Input, "mysql_cdc", databases::mysql_tables),
    (Kind::Processor, "redis", databases::redis),
    (Kind::Output, "snowflake_put", databases::snowflake),
    (Kind::Input, "grpc_client", grpc::input),
    (Kind::Output, "grpc_client", grpc::output),
    (Kind::Input, "otlp_grpc", grpc::registry_oauth2),
    (Kind::Input, "otlp_http", grpc::registry_oauth2),
    (Kind::Output, "otlp_grpc", grpc::own_oauth2),
    (Kind::Output, "otlp_http", grpc::own_oauth2),
    (Kind::Tracer, "redpanda", grpc::registry_oauth2),
    (Kind::Input, "kafka_franz", kafka::reader),
    (Kind::Input, "redpanda", kafka::reader),
    (Kind::Input, "redpanda_migrator", kafka::reader),
    (Kind::Input, "ockam_kafka", kafka::ockam_reader),
    (Kind::Output, "kafka_franz", kafka::writer),
    (Kind::Output, "redpanda", kafka::writer),
    (Kind::Output, "redpanda_migrator", kafka::migrator),
    (Kind::Input, "amqp_1", messaging::amqp_address),
    (Kind::Output, "amqp_1", messaging::amqp_target),
    (Kind::Input, "kubernetes_watch", messaging::kubernetes),
    (Kind::Input, "nats_jetstream", messaging::jetstream_consumer),
    (Kind::Processor, "nats_kv", messaging::nats_kv),
    (Kind::Output, "s2", messaging::s2_batch),
    (Kind::Processor, "javascript", javascript),
    (Kind::Processor, "parquet", parquet::old),
    (Kind::Processor, "parquet_encode", parquet::encode),
    (Kind::Processor, "protobuf", protobuf),
    (Kind::Cache, "sql", sql::login),
    (Kind::Input, "sql_raw", sql::login),
    (Kind::Input, "sql_select", sql::login),
    (Kind::Processor, "sql_insert", sql::login),
    (Kind::Output, "sql_insert", sql::login),
    (Kind::Processor, "sql_select", sql::login),
    (Kind::Processor, "sql_raw", sql::queries),
    (Kind::Output, "sql_raw", sql::conditional_queries),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Conf, parse};

    /// A component, a body, and how many mistakes its rule finds there.
    const CASES: &[(&str, &str, usize)] = &[
        ("processor openai_chat_completion", "{response_format: json_schema}", 1),
        ("processor openai_chat_completion", "{json_schema: {}, schema_registry: {}}", 1),
        ("output pinecone", "{host: 'https://x'}", 1),
        ("input aws_cloudwatch_logs", "{log_stream_names: [a], log_stream_prefix: b}", 1),
        ("output aws_dynamodb", "{delete: {condition: a}}", 1),
        ("input aws_kinesis", "{enhanced_fan_out: {consumer_name: a, consumer_arn: b}}", 1),
        ("input aws_s3", "{sqs: {zero_key_warn_interval: -1s}}", 1),
        ("output azure_blob_storage", "{storage_connection_string: x}", 1),
        ("input azure_cosmosdb", "{endpoint: a, batch_count: 0}", 1),
        ("output azure_cosmosdb", "{endpoint: a, operation: Patch, item_id: b}", 1),
        ("output azure_cosmosdb", "{endpoint: a, patch_condition: b}", 1),
        (
            "output azure_cosmosdb",
            "{endpoint: a, operation: Patch, item_id: b, patch_operations: [{operation: Remove, value_map: c}]}",
            1,
        ),
        ("input cassandra", "{host_selection_policy: {local_rack: a}}", 1),
        ("input cassandra", "{exponential_reconnection: {initial_interval: 0s, max_interval: 1s}}", 1),
        ("output couchbase", "{url: a}", 1),
        ("processor couchbase", "{operation: increment}", 1),
        ("processor couchbase", "{url: a}", 0),
        ("output doris_stream_load", "{url: a, strip_outer_array: true}", 1),
        ("output doris_stream_load", "{fe_urls: [a], format: csv, column_separator: ''}", 1),
        ("processor elasticsearch", "{action: get}", 1),
        ("output gcp_bigquery_write_api", "{batching: {byte_size: 1000000}}", 1),
        ("input mysql_cdc", "{tables: []}", 1),
        ("processor redis", "{operator: keys, args_mapping: x}", 1),
        ("processor redis", "{url: a}", 1),
        ("output snowflake_put", "{account: a}", 1),
        ("output snowflake_put", "{password: a, snowpipe: b}", 1),
        ("input grpc_client", "{reflection: true, rpc_type: bidi, oauth2: {endpoint_params: {a: b}}}", 1),
        ("output grpc_client", "{reflection: true, proto_files: [a]}", 1),
        ("input kafka_franz", "{topics: [a], consumer_group: b}", 0),
        ("input kafka_franz", "{topics: ['a:1']}", 0),
        (
            "input kafka_franz",
            "{regexp_topics_include: [a], regexp_topics_exclude: [b], consumer_group: c}",
            0,
        ),
        ("input kafka_franz", "{topics: [a]}", 1),
        ("input redpanda", "{topics: [a], consumer_group: b, start_from_oldest: false}", 1),
        ("input ockam_kafka", "{kafka: {topics: [a], regexp_topics_include: [b], consumer_group: c}}", 1),
        ("output kafka_franz", "{partitioner: manual}", 1),
        ("output redpanda", "{acks: leader, max_in_flight_requests: 2}", 2),
        ("output redpanda", "{acks: leader, idempotent_write: false}", 0),
        ("output redpanda_migrator", "{partitioner: manual, schema_registry: {strict: true}}", 2),
        ("output amqp_1", "{urls: [a]}", 1),
        ("input kubernetes_watch", "{resource: pods, event_types: [GONE]}", 1),
        ("input nats_jetstream", "{queue: a, durable: b}", 1),
        ("processor nats_kv", "{key: '', operation: update}", 2),
        ("output s2", "{batching: {count: 1001, byte_size: 262145}}", 2),
        ("processor javascript", "{code: '', file: ''}", 1),
        ("processor parquet", "{operator: from_json}", 1),
        ("processor parquet_encode", "{schema: []}", 1),
        ("processor protobuf", "{import_paths: [a], bsr: [{module: b}]}", 1),
        ("cache sql", "{driver: postgres, iam_enabled: true, secret_name: a}", 1),
        ("input sql_raw", "{driver: sqlite, iam_enabled: true}", 1),
        ("processor sql_raw", "{driver: sqlite}", 1),
        ("output sql_raw", "{queries: [{query: a}, {query: b, when: root = true}, {query: c}]}", 1),
    ];

    #[test]
    fn mistakes_are_found() {
        for (component, body, expected) in CASES {
            let found = RULES.iter().find(|(kind, name, _)| format!("{kind} {name}") == *component);
            let (_, _, rule) = found.expect(component);
            let mut findings = Vec::new();
            rule(&Conf::new(parse(body.as_bytes()).expect(body), ""), &mut findings);
            let errors: Vec<_> = findings.iter().filter(|finding| finding.is_error()).collect();
            assert_eq!(errors.len(), *expected, "{component} {body} {errors:?}");
        }
    }
}
