//! The normal form of a config: known fields in canonical order, root defaults written out, components under their
//! names.

use super::component::infer;
use super::{AnyField, Body, Entry, FieldInfo, Finding, Kind, Node, NodeKind, Shape, Specs, Type, scrub};

/// `root`, an object with the given fields, in its normal form and without secrets. What no field describes is left
/// out. A component whose type is not known is an error.
pub fn normalise(fields: &[&dyn AnyField], root: &Node, specs: &dyn Specs) -> Result<Node, Finding> {
    let root = match &root.value {
        NodeKind::Map(_) => root.clone(),
        // What is no config reads as an empty one.
        _ => root.with(NodeKind::Map([].into())),
    };
    Ok(scrub(fields, &Normal { specs }.object(&root, fields, true)?, specs))
}

struct Normal<'a> {
    specs: &'a dyn Specs,
}

// === impl Normal ===

impl Normal<'_> {
    /// An object, with the defaults of what it does not say if it is to be `complete`.
    fn object(&self, node: &Node, fields: &[&dyn AnyField], complete: bool) -> Result<Node, Finding> {
        if !matches!(node.value, NodeKind::Map(_)) || fields.is_empty() {
            return Ok(node.clone());
        }
        let mut entries = Vec::new();
        for field in fields {
            let info = field.info();
            match node.pairs().into_iter().find(|(key, _)| key.text == info.name) {
                Some((key, value)) => {
                    let value = self.shaped(value, info, info.shape, complete)?;
                    entries.push(Entry { key: key.clone(), value });
                }
                None if complete => {
                    if let Some(value) = default(*field) {
                        let value = self.shaped(&value, info, info.shape, false)?;
                        entries.push(Entry::unplaced(info.name.into(), value));
                    }
                }
                None => {}
            }
        }
        Ok(node.with(NodeKind::Map(entries.into())))
    }

    fn shaped(&self, node: &Node, info: &FieldInfo, shape: Shape, complete: bool) -> Result<Node, Finding> {
        match (shape, &node.value) {
            (Shape::Array | Shape::Array2, NodeKind::Seq(items)) => {
                let inner = if shape == Shape::Array { Shape::Scalar } else { Shape::Array };
                let items = items.iter().map(|item| self.shaped(item, info, inner, complete));
                Ok(node.with(NodeKind::Seq(items.collect::<Result<_, _>>()?)))
            }
            (Shape::Map, NodeKind::Map(_)) => {
                let entries = node.pairs().into_iter().map(|(key, value)| {
                    let value = self.shaped(value, info, Shape::Scalar, complete)?;
                    Ok(Entry { key: key.clone(), value })
                });
                Ok(node.with(NodeKind::Map(entries.collect::<Result<_, _>>()?)))
            }
            _ => match info.ty {
                Type::Component(kind) => self.component(node, kind),
                Type::Object => self.object(node, info.fields, complete),
                _ => Ok(node.clone()),
            },
        }
    }

    /// A component: its label, what it is, what stands beside that.
    fn component(&self, node: &Node, kind: Kind) -> Result<Node, Finding> {
        if !matches!(node.value, NodeKind::Map(_)) || node.entries().is_empty() {
            return Ok(node.clone());
        }
        let spec = infer(self.specs, kind, node)
            .map_err(|problem| Finding::new(node.line, problem.kind, problem.message))?;
        let body = match node.get(spec.name).or_else(|| node.get("plugin").filter(|body| !body.is_null())) {
            None => Node::map([]),
            Some(body) => match spec.body {
                Body::Object(fields) => self.object(body, fields, false)?,
                Body::Bare(field) => self.shaped(body, field.info(), field.info().shape, false)?,
            },
        };
        let empty = |node: &Node| match &node.value {
            NodeKind::Scalar(scalar) => node.is_null() || scalar.text.is_empty(),
            NodeKind::Seq(items) => items.is_empty(),
            NodeKind::Map(entries) => entries.is_empty(),
        };
        let mut entries = Vec::new();
        let label = node.get("label").filter(|label| kind.has_label() && !empty(label));
        entries.extend(label.map(|label| Entry::unplaced("label".into(), label.clone())));
        entries.push(Entry::unplaced(spec.name.into(), body));
        for (key, value) in node.pairs() {
            let beside = kind.is_reserved(&key.text)
                && !matches!(key.text.as_str(), "label" | "type" | "plugin")
                && key.text != spec.name;
            if beside && (!empty(value) || key.text == "mapping") {
                let value = match key.text.as_str() {
                    "processors" => {
                        self.shaped(value, super::stream::PROCESSORS.info(), Shape::Array, false)?
                    }
                    _ => value.clone(),
                };
                entries.push(Entry { key: key.clone(), value });
            }
        }
        Ok(node.with(NodeKind::Map(entries.into())))
    }
}

/// The default of a field, made of the defaults of its parts where it has none itself.
fn default(field: &dyn AnyField) -> Option<Node> {
    let info = field.info();
    match field.default_value() {
        Some(value) => Some(Node::from(&value)),
        None if info.ty == Type::Object && info.shape == Shape::Scalar && !info.optional => {
            let entry = |field: &&dyn AnyField| Some((field.info().name.into(), default(*field)?));
            Some(Node::map(info.fields.iter().filter_map(entry)))
        }
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::reference::REFERENCE;
    use super::super::{Part, parse, to_json};
    use super::*;

    fn normal(text: &str) -> Result<Node, Finding> {
        normalise(Part::Run.fields(), &parse(text.as_bytes()).unwrap(), &*REFERENCE)
    }

    #[test]
    fn normal_form_has_order_and_root_defaults() {
        let shown = normal("output: {drop: {}, label: x}\nhttp: {address: a}\nbogus: 1").unwrap();
        let keys: Vec<&str> = shown.entries().iter().map(|entry| entry.key.text.as_str()).collect();
        assert_eq!(keys[..6], ["http", "input", "buffer", "pipeline", "output", "input_resources"]);
        assert!(!keys.contains(&"bogus"));
        assert_eq!(shown.get("output").unwrap().entries()[0].key.text, "label");
        let logger = to_json(shown.get("logger").unwrap());
        assert!(logger.contains(r#""static_fields":{"@service":"benthos"}"#), "{logger}");
        let http = to_json(shown.get("http").unwrap());
        assert!(http.contains(r#""address":"a""#) && http.contains(r#""root_path":"/benthos""#), "{http}");
    }

    #[test]
    fn components_stand_under_their_names() {
        for (given, wanted) in [
            ("{type: stdin}", r#"{"stdin":{}}"#),
            ("{type: generate, plugin: {count: 1, cuont: 2}}", r#"{"generate":{"count":1}}"#),
            ("{stdin: {}, label: '', processors: [], file: {}, type: stdin}", r#"{"stdin":{}}"#),
            (
                "{broker: {inputs: [{type: stdin}]}, processors: [{type: noop}]}",
                r#"{"broker":{"inputs":[{"stdin":{}}]},"processors":[{"noop":{}}]}"#,
            ),
        ] {
            let shown = normal(&format!("input: {given}")).unwrap();
            assert_eq!(to_json(shown.get("input").unwrap()), wanted, "{given}");
        }
        assert!(normal("pipeline: {processors: [{try: [{junk: {}}]}]}").is_err());
    }
}
