//! For tests: the components of the reference, built from the recorded list of its fields.

use std::sync::LazyLock;

use super::catalogue::component;
use super::*;
use crate::value::{Object, Value, json};

/// The reference's components.
pub static REFERENCE: LazyLock<Reference> = LazyLock::new(Reference::load);

/// Specs that were read from a file; they live as long as the test process.
pub struct Reference(Vec<ComponentSpec>);

impl Specs for Reference {
    fn find(&self, kind: Kind, name: &str) -> Option<&ComponentSpec> {
        self.0.iter().find(|spec| spec.kind == kind && spec.name == name)
    }

    fn names(&self, kind: Kind) -> Vec<&str> {
        self.0.iter().filter(|spec| spec.kind == kind).map(|spec| spec.name).collect()
    }
}

impl Reference {
    fn load() -> Self {
        let root = json::parse(include_bytes!("../../tests/data/core.json")).expect("the list is JSON");
        let Value::Object(root) = root else { panic!("an object") };
        let lists = root.iter().filter(|(key, _)| key != "config").map(|(_, list)| list);
        let items = lists.filter_map(|list| if let Value::Array(items) = list { Some(items) } else { None });
        let known = |facts: &Value| {
            let kind = facts.get("kind").and_then(Value::as_str).and_then(Kind::parse)?;
            Some(component(kind, &in_our_words(facts)))
        };
        Self(items.flatten().filter_map(known).collect())
    }
}

/// The list says `has_lint` where the options are enforced, and `scrub` where a value is a URL.
fn in_our_words(value: &Value) -> Value {
    match value {
        Value::Array(items) => Value::Array(items.iter().map(in_our_words).collect()),
        Value::Object(object) => {
            let mut renamed: Object =
                object.iter().map(|(key, value)| (key.clone(), in_our_words(value))).collect();
            // Only what describes a field has a type; defaults are objects too.
            if object.contains_key("type") {
                let enforced = object.contains_key("has_lint") && object.contains_key("options");
                renamed.insert("enforced".into(), enforced.into());
                renamed.insert("url".into(), object.contains_key("scrub").into());
            }
            Value::Object(renamed)
        }
        other => other.clone(),
    }
}
