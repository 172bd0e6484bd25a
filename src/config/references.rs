//! Which resources there are, and which are named although there is none of that label.

use std::collections::BTreeSet;

use super::walk::references;
use super::{AnyField, Finding, Kind, Node, Part, Specs};
use crate::bloblang::did_you_mean;
use crate::value::Str;

/// The labels of resources by their kinds.
#[derive(Clone, Debug, Default)]
pub struct Labels(BTreeSet<(Kind, Str)>);

// === impl Labels ===

impl Labels {
    /// Adds the resources that a config or a resource file defines.
    pub fn add(&mut self, root: &Node) {
        for field in Part::Resources.fields() {
            let super::Type::Component(kind) = field.info().ty else { continue };
            let list = root.get(field.info().name).map_or(&[][..], Node::items);
            let labels = list.iter().filter_map(|resource| resource.get("label")?.as_text());
            self.0.extend(labels.map(|label| (kind, label.into())));
        }
    }

    /// A warning for each resource that `root` names but that is not among these.
    pub fn unknown(&self, fields: &[&dyn AnyField], root: &Node, specs: &dyn Specs) -> Vec<Finding> {
        let named = references(fields, root, specs).into_iter();
        let unknown = named.filter(|name| !self.0.contains(&(name.kind, name.label.clone())));
        unknown
            .map(|name| {
                let known = self.of(name.kind);
                let hint = did_you_mean(&name.label, known);
                let kind = name.kind.name().replace('_', " ");
                Finding::warning(name.line, format!("there is no {kind} resource '{}'{hint}", name.label))
            })
            .collect()
    }

    fn of(&self, kind: Kind) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(of, _)| *of == kind).map(|(_, label)| label.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::super::reference::REFERENCE;
    use super::*;

    #[test]
    fn resources_that_nobody_defines_are_told() {
        let mut labels = Labels::default();
        labels.add(&parse(b"cache_resources: [{label: seen, memory: {}}]").expect("YAML"));
        let text = "pipeline:
  processors:
    - dedupe: {cache: sen, key: x}
    - cached: {cache: seen, key: x}
    - switch: [{processors: [{dedupe: {cache: two, key: x}}]}]
    - dedupe: {cache: nowhere, key: x}
cache_resources: [{label: two, memory: {}}]";
        let root = parse(text.as_bytes()).expect("YAML");
        labels.add(&root);
        let found = labels.unknown(Part::Run.fields(), &root, &*REFERENCE);
        let found: Vec<String> = found.iter().map(ToString::to_string).collect();
        assert_eq!(
            found,
            [
                "(3,1) there is no cache resource 'sen' (did you mean 'seen'?)",
                "(6,1) there is no cache resource 'nowhere'",
            ]
        );
    }
}
