//! Components of the wider family that a config may name although this build cannot run them: lint knows their fields.
//! A component that stands in a table comes before one of the same name here, which only
//! a build without its cargo feature needs.

use std::sync::LazyLock;

use crate::config::Catalogue;

/// What is known of them, one technology a file and one component a line.
const TEXTS: &[&str] = &[
    include_str!("ai.jsonl"),
    include_str!("amqp.jsonl"),
    include_str!("aws.jsonl"),
    include_str!("azure.jsonl"),
    include_str!("databases.jsonl"),
    include_str!("elasticsearch.jsonl"),
    include_str!("formats.jsonl"),
    include_str!("gcp.jsonl"),
    include_str!("kafka.jsonl"),
    include_str!("messaging.jsonl"),
    include_str!("mongodb.jsonl"),
    include_str!("nats.jsonl"),
    include_str!("redis.jsonl"),
    include_str!("services.jsonl"),
    include_str!("sql.jsonl"),
    include_str!("telemetry.jsonl"),
];

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::new(TEXTS, super::rules::RULES));

/// The components that are known but not built.
pub fn catalogue() -> &'static Catalogue {
    &CATALOGUE
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Kind, Specs};

    #[test]
    fn every_line_can_be_read() {
        let mut count = 0;
        for kind in Kind::ALL {
            for name in Specs::names(catalogue(), kind) {
                assert!(catalogue().get(kind, name).is_some(), "{kind} {name}");
                count += 1;
            }
        }
        assert_eq!(count, TEXTS.iter().map(|text| text.lines().count()).sum::<usize>());
    }
}
