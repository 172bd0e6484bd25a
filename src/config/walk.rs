//! Every component of a config with the place where it stands.

use super::component::infer;
use super::{AnyField, Body, ComponentSpec, FieldInfo, Kind, Node, Shape, Specs, Type};
use crate::value::Str;

/// A component somewhere in a config.
#[derive(Clone)]
pub struct Place<'s> {
    pub kind: Kind,
    /// The keys and indexes that lead to it from the root.
    pub path: Vec<Str>,
    pub node: Node,
    /// None where its type is not known.
    pub spec: Option<&'s ComponentSpec>,
}

/// A resource that is named somewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    pub kind: Kind,
    pub label: Str,
    pub line: u32,
}

/// The components of `root`, an object with the given fields, parents before children.
pub fn components<'s>(fields: &[&dyn AnyField], root: &Node, specs: &'s dyn Specs) -> Vec<Place<'s>> {
    let mut walker = Walker::new(specs);
    walker.object(fields, root);
    walker.found
}

/// The resources that `root`, an object with the given fields, names.
pub fn references(fields: &[&dyn AnyField], root: &Node, specs: &dyn Specs) -> Vec<Reference> {
    let mut walker = Walker::new(specs);
    walker.object(fields, root);
    walker.named
}

// === impl Place ===

impl Place<'_> {
    /// The label, if there is one.
    pub fn label(&self) -> Option<&str> {
        let label = self.node.get("label").filter(|_| self.kind.has_label())?;
        label.as_text().filter(|label| !label.is_empty())
    }

    /// The place as configs, logs and metrics name it, such as `root.pipeline.processors.0`.
    pub fn name(&self) -> Str {
        self.path.iter().fold(Str::from("root"), |mut name, key| {
            name.push('.');
            name.push_str(key);
            name
        })
    }
}

struct Walker<'s> {
    specs: &'s dyn Specs,
    path: Vec<Str>,
    found: Vec<Place<'s>>,
    named: Vec<Reference>,
}

impl<'s> Walker<'s> {
    fn new(specs: &'s dyn Specs) -> Self {
        Self { specs, path: Vec::new(), found: Vec::new(), named: Vec::new() }
    }

    fn object(&mut self, fields: &[&dyn AnyField], node: &Node) {
        for (key, value) in node.pairs() {
            if let Some(info) = fields.iter().map(|f| f.info()).find(|info| info.name == key.text) {
                self.below(key.text.clone(), |walker| walker.shaped(info, info.shape, value));
            }
        }
    }

    fn shaped(&mut self, info: &FieldInfo, shape: Shape, node: &Node) {
        let inner = if shape == Shape::Array2 { Shape::Array } else { Shape::Scalar };
        match (shape, info.ty) {
            (Shape::Map, _) => {
                for (key, value) in node.pairs() {
                    self.below(key.text.clone(), |walker| walker.shaped(info, inner, value));
                }
            }
            (Shape::Array | Shape::Array2, _) => self.items(info, inner, node),
            (Shape::Scalar, Type::Component(kind)) => self.component(kind, node),
            (Shape::Scalar, _) => {
                let label = node.as_text().filter(|label| !label.is_empty());
                if let (Some(kind), Some(label)) = (info.refers, label) {
                    self.named.push(Reference { kind, label: label.into(), line: node.line });
                }
                self.object(info.fields, node);
            }
        }
    }

    fn items(&mut self, info: &FieldInfo, shape: Shape, node: &Node) {
        for (i, item) in node.items().iter().enumerate() {
            self.below(itoa::Buffer::new().format(i).into(), |walker| walker.shaped(info, shape, item));
        }
    }

    fn component(&mut self, kind: Kind, node: &Node) {
        let spec = infer(self.specs, kind, node).ok();
        self.found.push(Place { kind, path: self.path.clone(), node: node.clone(), spec });
        if let Some((spec, body)) = spec.and_then(|spec| Some((spec, node.get(spec.name)?))) {
            self.below(spec.name.into(), |walker| match spec.body {
                Body::Object(fields) => walker.object(fields, body),
                Body::Bare(field) => walker.shaped(field.info(), field.info().shape, body),
            });
        }
        let own = node.get("processors").filter(|_| kind.has_processors());
        if let Some(own) = own.filter(|_| spec.is_none_or(|spec| spec.name != "processors")) {
            let processors = super::stream::PROCESSORS.info();
            self.below("processors".into(), |walker| walker.items(processors, Shape::Scalar, own));
        }
    }

    fn below(&mut self, key: Str, walk: impl FnOnce(&mut Self)) {
        self.path.push(key);
        walk(self);
        self.path.pop();
    }
}

#[cfg(test)]
mod tests {
    use super::super::reference::REFERENCE;
    use super::super::{Part, parse};
    use super::*;

    #[test]
    fn components_are_found_with_their_places() {
        let text = b"
input: {stdin: {}, processors: [{label: a, noop: {}}]}
pipeline:
  processors:
    - switch: [{processors: [{label: b, try: [{noop: {}}]}]}]
    - workflow: {branches: {x: {processors: [{nope: {}, label: c}]}}}
cache_resources: [{label: d, memory: {}}]
";
        let root = parse(text).unwrap();
        let found = components(Part::Run.fields(), &root, &*REFERENCE);
        let shown = |place: &Place<'_>| format!("{} {}", place.name(), place.label().unwrap_or("-"));
        assert_eq!(
            found.iter().map(shown).collect::<Vec<_>>(),
            [
                "root.input -",
                "root.input.processors.0 a",
                "root.pipeline.processors.0 -",
                "root.pipeline.processors.0.switch.0.processors.0 b",
                "root.pipeline.processors.0.switch.0.processors.0.try.0 -",
                "root.pipeline.processors.1 -",
                "root.pipeline.processors.1.workflow.branches.x.processors.0 c",
                "root.cache_resources.0 d",
            ]
        );
    }
}
