//! Which metadata a component passes on: the common block of prefixes and patterns.

use crate::bloblang::go::regex::Pattern;
use crate::config::{AnyField, Conf, ConfError, Field, FromConf, field, regex};
use crate::message::Message;
use crate::value::{Str, Value};

const PREFIXES: Field<Vec<Str>> = field("include_prefixes")
    .default_list(&[])
    .advanced()
    .doc("Keys that begin with one of these are passed on.");
const PATTERNS: Field<Vec<Str>> = field("include_patterns")
    .default_list(&[])
    .advanced()
    .usable(regex)
    .doc("Keys in which one of these regular expressions matches are passed on.");

/// Chooses metadata by key; without prefixes and patterns it chooses nothing.
#[derive(Clone, Debug, Default)]
pub struct MetadataFilter {
    prefixes: Vec<Str>,
    patterns: Vec<Pattern>,
}

impl FromConf for MetadataFilter {
    const FIELDS: &'static [&'static dyn AnyField] = &[&PREFIXES, &PATTERNS];

    fn from_conf(conf: &Conf) -> Result<Self, ConfError> {
        let compile = |pattern: &Str| {
            Pattern::new(pattern)
                .map_err(|error| conf.error(&PATTERNS, format!("'{pattern}' is not a pattern: {error}")))
        };
        let patterns = conf.get(&PATTERNS)?.iter().map(compile).collect::<Result<_, _>>()?;
        Ok(Self { prefixes: conf.get(&PREFIXES)?, patterns })
    }
}

impl MetadataFilter {
    /// Whether nothing can pass.
    pub fn is_empty(&self) -> bool {
        self.prefixes.is_empty() && self.patterns.is_empty()
    }

    pub fn matches(&self, key: &str) -> bool {
        self.prefixes.iter().any(|prefix| key.starts_with(prefix.as_str()))
            || self.patterns.iter().any(|pattern| pattern.regex().is_match(key))
    }

    /// The metadata of `message` that passes, in the order of keys.
    pub fn select<'a>(&'a self, message: &'a Message) -> impl Iterator<Item = &'a (Str, Value)> {
        let all = if self.is_empty() { [].iter() } else { message.meta().iter() };
        all.filter(|(key, _)| self.matches(key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::parse;

    fn passed(yaml: &str) -> Vec<String> {
        let node = parse(yaml.as_bytes()).expect("the test's YAML is right");
        let filter = MetadataFilter::from_conf(&Conf::new(node, "root")).expect("a filter");
        let mut message = Message::default();
        for key in ["kafka_key", "kafka_topic", "x", "my_x"] {
            message.set_meta(key, "v");
        }
        filter.select(&message).map(|(key, _)| key.to_string()).collect()
    }

    #[test]
    fn a_prefix_or_a_pattern_is_enough() {
        assert_eq!(passed("{}"), [""; 0]);
        assert_eq!(passed("include_prefixes: [ kafka_ ]"), ["kafka_key", "kafka_topic"]);
        assert_eq!(
            passed("include_prefixes: [ kafka_k ]\ninclude_patterns: [ x$ ]"),
            ["kafka_key", "my_x", "x"]
        );
    }

    #[test]
    fn a_broken_pattern_is_found_where_it_stands() {
        let node = parse(b"include_patterns: [ '(' ]").expect("the test's YAML is right");
        let error = MetadataFilter::from_conf(&Conf::new(node, "root")).expect_err("a broken pattern");
        assert_eq!((error.path.as_str(), error.line), ("root.include_patterns", 1));
    }
}
