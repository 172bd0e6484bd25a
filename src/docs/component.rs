//! The page of a component.

use super::{block, field};
use crate::config::{Body, ComponentSpec, Specs, skeleton_of};

pub fn text(spec: &ComponentSpec, specs: &dyn Specs) -> String {
    let mut text = format!("# `{}`\n\n{}\n\n{}\n\n", spec.name, facts(spec), spec.summary);
    let (common, full) = (skeleton_of(spec, true, specs), skeleton_of(spec, false, specs));
    text.push_str(&block("yaml", &common));
    if full != common {
        text.push_str("With all fields:\n\n");
        text.push_str(&block("yaml", &full));
    }
    if !spec.description.is_empty() {
        text.push_str(&format!("{}\n\n", spec.description));
    }
    if !spec.examples.is_empty() {
        text.push_str("## Examples\n\n");
    }
    for example in spec.examples {
        text.push_str(&format!("### {}\n\n", example.title));
        text.push_str(&block("yaml", example.config));
    }
    let fields = match spec.body {
        Body::Object(fields) => field::list(fields),
        Body::Bare(bare) => field::list(&[bare]),
    };
    if !fields.is_empty() {
        text.push_str(&format!("## Fields\n\n{fields}"));
    }
    text
}

/// One line of what kind it is and how far it can be relied on.
fn facts(spec: &ComponentSpec) -> String {
    let mut facts = vec![format!("A component of the kind {}, {}", spec.kind, spec.status.name())];
    if !spec.version.is_empty() {
        facts.push(format!("since {}", spec.version));
    }
    let mut line = facts.join(", ");
    if !spec.categories.is_empty() {
        line.push_str(&format!(". Categories: {}", spec.categories.join(", ")));
    }
    line + "."
}
