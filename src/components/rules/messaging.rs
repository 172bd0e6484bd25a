//! Brokers and feeds other than Kafka.

use super::check::Check;
use crate::config::{Conf, Finding, Node};

pub fn amqp_address(conf: &Conf, found: &mut Vec<Finding>) {
    let mut body = Check::new(conf, found);
    let (one, many) = (body.is_set("url"), body.some("urls"));
    body.wrong(!one && !many, "the field urls must be set");
    body.doubtful(one && many, "urls come before url: leave url out");
}

pub fn amqp_target(conf: &Conf, found: &mut Vec<Finding>) {
    amqp_address(conf, found);
    let mut body = Check::new(conf, found);
    let target = body.is_set("target_address") || body.has("message_properties_to");
    body.wrong(!target, "target_address or message_properties_to must say where messages go");
}

pub fn kubernetes(conf: &Conf, found: &mut Vec<Finding>) {
    let mut body = Check::new(conf, found);
    let (known, mut custom) = (body.is_set("resource"), false);
    body.within("custom_resource", |resource| custom = resource.is_set("resource"));
    body.wrong(known == custom, "one of resource and custom_resource.resource must be set, and only one");
    let wrong = |event: &Node| !matches!(event.as_text(), Some("ADDED" | "MODIFIED" | "DELETED"));
    let any = body.items("event_types").iter().any(wrong);
    body.wrong_field("event_types", any, "events are ADDED, MODIFIED and DELETED");
}

pub fn jetstream_consumer(conf: &Conf, found: &mut Vec<Finding>) {
    let mut body = Check::new(conf, found);
    let both = body.is_set("queue") && body.is_set("durable");
    body.wrong(both, "queue and durable must not both be set");
}

pub fn nats_kv(conf: &Conf, found: &mut Vec<Finding>) {
    let mut body = Check::new(conf, found);
    let (needs, revision) =
        (matches!(body.text("operation"), "get_revision" | "update"), body.has("revision"));
    body.wrong(needs && !revision, "this operation needs a revision");
    body.wrong(!needs && revision, "this operation takes no revision");
    let empty = !body.is_set("key");
    body.wrong_field("key", empty, "the key must not be empty");
}

pub fn s2_batch(conf: &Conf, found: &mut Vec<Finding>) {
    Check::new(conf, found).within("batching", |batch| {
        let bytes = batch.number("byte_size").is_some_and(|size| size > 262_144.0);
        batch.wrong(bytes, "a batch must not have more than 256 KiB");
        let count = batch.number("count").is_some_and(|count| count > 1000.0);
        batch.wrong(count, "a batch must not have more than 1000 messages");
    });
}
