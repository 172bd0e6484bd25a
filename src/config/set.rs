//! Overrides from the command line: `-s path=value`.

use std::fmt;

use super::yaml::parse;
use super::{AnyField, Body, Entry, FieldInfo, Kind, Node, NodeKind, Shape, Specs, Type};
use crate::value::Str;

/// Why an override does not apply: the assignment and the reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetError(String);

impl fmt::Display for SetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for SetError {}

/// The config `root` with `assignment` (`path=value`) applied. The path is dotted, `~1` stands for a dot and `~0` for
/// a tilde in it; a number is a place in a list (from its end where negative), `-` appends; the value is YAML.
pub fn set(
    root: &Node,
    fields: &[&dyn AnyField],
    specs: &dyn Specs,
    assignment: &str,
) -> Result<Node, SetError> {
    let Some((path, value)) =
        assignment.split_once('=').filter(|(path, value)| !path.is_empty() && !value.is_empty())
    else {
        return Err(SetError(format!("invalid set expression '{assignment}': expected path=value")));
    };
    let value = parse(value.as_bytes())
        .map_err(|error| SetError(format!("invalid set expression '{assignment}': {}", error.message)))?;
    let path: Vec<String> = path.split('.').map(|part| part.replace("~1", ".").replace("~0", "~")).collect();
    set_at(root, fields, specs, &path, value)
        .map_err(|reason| SetError(format!("cannot set '{assignment}': {reason}")))
}

/// The config `root` with `value` at the place that `path` leads to.
pub fn set_at(
    root: &Node,
    fields: &[&dyn AnyField],
    specs: &dyn Specs,
    path: &[String],
    value: Node,
) -> Result<Node, SetError> {
    Setter { specs, value }.object(root, fields, path).map_err(SetError)
}

struct Setter<'a> {
    specs: &'a dyn Specs,
    value: Node,
}

impl Setter<'_> {
    fn object(&self, node: &Node, fields: &[&dyn AnyField], path: &[String]) -> Result<Node, String> {
        let (key, rest) = path.split_first().ok_or("a value is missing")?;
        let info = fields
            .iter()
            .map(|field| field.info())
            .find(|info| info.name == key)
            .ok_or_else(|| unknown(key))?;
        self.entry(node, key, |old| self.shaped(old, info, info.shape, rest))
    }

    fn shaped(&self, node: &Node, info: &FieldInfo, shape: Shape, path: &[String]) -> Result<Node, String> {
        let Some((key, rest)) = path.split_first() else {
            return match (shape, &self.value.value) {
                (Shape::Map, _) => Err("a map cannot be set as a whole".to_owned()),
                (Shape::Array, NodeKind::Scalar(_) | NodeKind::Map(_)) => Ok(Node::seq([self.value.clone()])),
                (Shape::Array2, NodeKind::Scalar(_) | NodeKind::Map(_)) => {
                    Ok(Node::seq([Node::seq([self.value.clone()])]))
                }
                _ => Ok(self.value.clone()),
            };
        };
        match (shape, info.ty) {
            (Shape::Array, _) => self.item(node, key, |old| self.shaped(old, info, Shape::Scalar, rest)),
            (Shape::Array2, _) => self.item(node, key, |old| self.shaped(old, info, Shape::Array, rest)),
            (Shape::Map, _) => self.entry(node, key, |old| self.shaped(old, info, Shape::Scalar, rest)),
            (Shape::Scalar, Type::Component(kind)) => self.component(node, kind, path),
            (Shape::Scalar, Type::Object) if !info.fields.is_empty() => self.object(node, info.fields, path),
            _ => Err(unknown(key)),
        }
    }

    fn component(&self, node: &Node, kind: Kind, path: &[String]) -> Result<Node, String> {
        let (key, rest) = path.split_first().ok_or("a component is missing")?;
        match self.specs.find(kind, key) {
            Some(spec) if !kind.is_reserved(key) => self.entry(node, key, |old| match (spec.body, rest) {
                (Body::Bare(field), _) => self.shaped(old, field.info(), field.info().shape, rest),
                (Body::Object(_), []) => Ok(self.value.clone()),
                (Body::Object(fields), _) => self.object(old, fields, rest),
            }),
            _ if key == "processors" && kind.has_processors() => self.entry(node, key, |old| {
                self.shaped(old, super::stream::PROCESSORS.info(), Shape::Array, rest)
            }),
            _ if kind.is_reserved(key) && rest.is_empty() => {
                self.entry(node, key, |_| Ok(self.value.clone()))
            }
            _ => Err(unknown(key)),
        }
    }

    /// `node` with its entry `key` changed, or added.
    fn entry(
        &self,
        node: &Node,
        key: &str,
        change: impl FnOnce(&Node) -> Result<Node, String>,
    ) -> Result<Node, String> {
        let mut entries: Vec<Entry> = node.entries().to_vec();
        match entries.iter_mut().rev().find(|entry| entry.key.text == key) {
            Some(entry) => entry.value = change(&entry.value)?,
            None => entries.push(Entry::unplaced(Str::from(key), change(&Node::NULL)?)),
        }
        Ok(node.with(NodeKind::Map(entries.into())))
    }

    /// `node` with its item at `place` changed, or one appended.
    fn item(
        &self,
        node: &Node,
        place: &str,
        change: impl FnOnce(&Node) -> Result<Node, String>,
    ) -> Result<Node, String> {
        let mut items: Vec<Node> = node.items().to_vec();
        if place == "-" {
            items.push(change(&Node::NULL)?);
        } else {
            let index: i64 = place.parse().map_err(|_| format!("'{place}' is not a place in a list"))?;
            let index = if index < 0 { index + items.len() as i64 } else { index };
            let item = usize::try_from(index).ok().and_then(|index| items.get_mut(index));
            let item = item.ok_or_else(|| format!("the list has no place {place}"))?;
            *item = change(item)?;
        }
        Ok(node.with(NodeKind::Seq(items.into())))
    }
}

fn unknown(key: &str) -> String {
    format!("field {key} not recognised")
}

#[cfg(test)]
mod tests {
    use super::super::reference::REFERENCE;
    use super::super::{Part, parse, set, to_json};

    #[test]
    fn paths_lead_through_the_fields() {
        let cases = [
            ("{}", "http.enabled=false", r#"{"http":{"enabled":false}}"#),
            ("", "input.generate.mapping=root = 1", r#"{"input":{"generate":{"mapping":"root = 1"}}}"#),
            (
                "{input: {generate: {count: 1}}}",
                "input.generate.count=2",
                r#"{"input":{"generate":{"count":2}}}"#,
            ),
            ("{}", "input.file.paths=a", r#"{"input":{"file":{"paths":["a"]}}}"#),
            (
                "{input: {file: {paths: [a, b]}}}",
                "input.file.paths.-1=c",
                r#"{"input":{"file":{"paths":["a","c"]}}}"#,
            ),
            (
                "{input: {file: {paths: [a]}}}",
                "input.file.paths.-=c",
                r#"{"input":{"file":{"paths":["a","c"]}}}"#,
            ),
            ("{}", "pipeline.processors.-.mapping=a", r#"{"pipeline":{"processors":[{"mapping":"a"}]}}"#),
            ("{}", "input.processors.-.try.-.noop={}", r#"{"input":{"processors":[{"try":[{"noop":{}}]}]}}"#),
            ("{}", "logger.static_fields.a~1b=x", r#"{"logger":{"static_fields":{"a.b":"x"}}}"#),
            ("{}", "metrics.type=none", r#"{"metrics":{"type":"none"}}"#),
        ];
        for (root, assignment, want) in cases {
            let node = parse(root.as_bytes()).unwrap();
            let got = set(&node, Part::Run.fields(), &*REFERENCE, assignment).map(|node| to_json(&node));
            assert_eq!(got.as_deref(), Ok(want), "{assignment}");
        }
    }

    #[test]
    fn what_does_not_exist_cannot_be_set() {
        let node = parse(b"{input: {file: {paths: [a]}}}").unwrap();
        let assignments = [
            "nope=1",
            "input.nope.a=1",
            "input.file.nope=1",
            "input.file.paths.1=x",
            "input.file.paths.x=x",
            "http.address.x=1",
            "http=",
            "http",
            "=1",
            "logger.static_fields=1",
            "http.enabled={",
        ];
        for assignment in assignments {
            assert!(set(&node, Part::Run.fields(), &*REFERENCE, assignment).is_err(), "{assignment}");
        }
    }
}
