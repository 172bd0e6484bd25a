//! Kafka and what speaks like it.

use super::check::Check;
use crate::config::{Conf, Finding, Node};

pub fn reader(conf: &Conf, found: &mut Vec<Finding>) {
    topics(&mut Check::new(conf, found));
}

pub fn ockam_reader(conf: &Conf, found: &mut Vec<Finding>) {
    Check::new(conf, found).within("kafka", topics);
}

/// What is read, and as which group.
fn topics(body: &mut Check<'_>) {
    let (named, included) = (body.some("topics"), body.some("regexp_topics_include"));
    body.wrong(!named && !included, "topics or regexp_topics_include must name something to read");
    body.wrong(named && included, "topics and regexp_topics_include must not both be set");
    let regexp = body.flag("regexp_topics", false);
    let excluded = body.some("regexp_topics_exclude") && !regexp && !included;
    body.wrong(excluded, "regexp_topics_exclude is only for topics that are regular expressions");
    let partitions = body.items("topics").iter().filter_map(Node::as_text).any(|topic| topic.contains(':'));
    let grouped = body.is_set("consumer_group");
    body.wrong(partitions && grouped, "a consumer group cannot be given partitions to read");
    body.wrong(!partitions && !grouped, "a consumer_group must be set where topics name no partitions");
    body.wrong(partitions && regexp, "topics that are regular expressions cannot name partitions");
    let oldest = matches!(body.text("start_offset"), "" | "earliest");
    let message = "start_from_oldest: false needs another start_offset than earliest, such as latest";
    body.wrong(oldest && !body.flag("start_from_oldest", true), message);
}

pub fn writer(conf: &Conf, found: &mut Vec<Finding>) {
    let mut body = Check::new(conf, found);
    let manual = body.text("partitioner") == "manual";
    let partition = body.is_set("partition");
    body.wrong(manual && !partition, "the manual partitioner needs a partition");
    body.wrong(!manual && partition, "a partition is only for the manual partitioner");
    let times = body.is_set("timestamp") && body.is_set("timestamp_ms");
    body.wrong(times, "timestamp and timestamp_ms must not both be set");
    if body.flag("idempotent_write", true) {
        let acks = matches!(body.text("acks"), "" | "all");
        body.wrong(!acks, "idempotent_write needs acks: all; set it to false for others");
        let requests = body.number("max_in_flight_requests").is_some_and(|most| most != 1.0);
        body.wrong(requests, "idempotent_write needs max_in_flight_requests: 1; set it to false for more");
    }
}

/// A migration copies records as they are.
pub fn migrator(conf: &Conf, found: &mut Vec<Finding>) {
    let mut body = Check::new(conf, found);
    let own = ["key", "partitioner", "partition", "timestamp", "timestamp_ms"];
    let set = own.iter().any(|name| body.is_set(name));
    body.wrong(set, "records are copied as they are: leave out key, partitioner, partition and timestamps");
    let mut idle = false;
    body.within("schema_registry", |registry| {
        idle = registry.flag("strict", false) && !registry.flag("translate_ids", false);
    });
    body.wrong(idle, "strict is only for schemas whose ids are translated: set translate_ids");
}
