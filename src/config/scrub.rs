//! Configs as they may be shown: without secrets.

use super::component::infer;
use super::{AnyField, Body, Entry, FieldInfo, Key, Kind, Node, NodeKind, Shape, Specs, Tag, Type};
use crate::value::Str;

/// What stands in place of a secret.
const SCRUBBED: &str = "!!!SECRET_SCRUBBED!!!";

/// A copy of `node`, an object with the given fields, in which no secret is shown: neither values of secret fields nor
/// passwords in URLs. References to environment variables stay. What no field describes is left as it is.
pub fn scrub(fields: &[&dyn AnyField], node: &Node, specs: &dyn Specs) -> Node {
    Shower { specs }.object(node, fields)
}

struct Shower<'a> {
    specs: &'a dyn Specs,
}

impl Shower<'_> {
    fn object(&self, node: &Node, fields: &[&dyn AnyField]) -> Node {
        let known = |name: &str| fields.iter().position(|field| field.info().name == name);
        self.entries(node, |name, value| match known(name) {
            Some(i) => self.shaped(value, fields[i].info(), fields[i].info().shape),
            None => value.clone(),
        })
    }

    fn shaped(&self, node: &Node, info: &FieldInfo, shape: Shape) -> Node {
        match (shape, &node.value) {
            (Shape::Array | Shape::Array2, NodeKind::Seq(items)) => {
                let inner = if shape == Shape::Array { Shape::Scalar } else { Shape::Array };
                node.with(NodeKind::Seq(items.iter().map(|item| self.shaped(item, info, inner)).collect()))
            }
            (Shape::Map, NodeKind::Map(_)) => {
                self.entries(node, |_, value| self.shaped(value, info, Shape::Scalar))
            }
            _ => match info.ty {
                Type::Component(kind) => self.component(node, kind),
                Type::Object => self.object(node, info.fields),
                _ if info.secret => secret(node),
                _ if info.url => url(node),
                _ => node.clone(),
            },
        }
    }

    fn component(&self, node: &Node, kind: Kind) -> Node {
        let Ok(spec) = infer(self.specs, kind, node) else { return node.clone() };
        self.entries(node, |name, value| match (name, spec.body) {
            ("processors", _) if kind.has_processors() => {
                self.shaped(value, super::stream::PROCESSORS.info(), Shape::Array)
            }
            (name, body) if name == spec.name || name == "plugin" => match body {
                Body::Object(fields) => self.object(value, fields),
                Body::Bare(field) => self.shaped(value, field.info(), field.info().shape),
            },
            _ => value.clone(),
        })
    }

    /// An object with each value changed.
    fn entries(&self, node: &Node, change: impl Fn(&str, &Node) -> Node) -> Node {
        let NodeKind::Map(_) = node.value else { return node.clone() };
        let entry = |(key, value): (&Key, &Node)| Entry { key: key.clone(), value: change(&key.text, value) };
        node.with(NodeKind::Map(node.pairs().into_iter().map(entry).collect()))
    }
}

fn secret(node: &Node) -> Node {
    match node.as_text() {
        Some(text) if !text.is_empty() && !is_reference(text) => with_text(node, SCRUBBED),
        _ => node.clone(),
    }
}

/// `scheme://user:password@host` without the password.
fn url(node: &Node) -> Node {
    let scrubbed = node.as_text().and_then(|text| {
        let start = text.find("://")? + 3;
        let end = text[start..].find(['/', '?', '#']).map_or(text.len(), |at| start + at);
        let at = start + text[start..end].rfind('@')?;
        let colon = start + text[start..at].find(':')?;
        let password = &text[colon + 1..at];
        (!password.is_empty() && !is_reference(password))
            .then(|| format!("{}{SCRUBBED}{}", &text[..=colon], &text[at..]))
    });
    scrubbed.map_or_else(|| node.clone(), |text| with_text(node, &text))
}

/// Whether a text is nothing but one reference to an environment variable, without a default.
fn is_reference(text: &str) -> bool {
    let name = text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
    name.is_some_and(|name| {
        !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.'))
    })
}

fn with_text(node: &Node, text: &str) -> Node {
    let mut scrubbed = node.clone();
    if let NodeKind::Scalar(scalar) = &mut scrubbed.value {
        scalar.text = Str::from(text);
        scalar.tag = Tag::Str;
    }
    scrubbed
}

#[cfg(test)]
mod tests {
    use super::super::reference::REFERENCE;
    use super::super::{Part, parse, to_json};
    use super::*;

    #[test]
    fn secrets_are_hidden_wherever_they_are() {
        let auth = |password: &str| {
            format!(
                "{{broker: {{outputs: [{{http_client: {{url: x, basic_auth: {{password: {password}}}}}}}]}}}}"
            )
        };
        let cases = [
            ("hunter2", r#""!!!SECRET_SCRUBBED!!!""#),
            ("5", r#""!!!SECRET_SCRUBBED!!!""#),
            ("'a ${PASS}'", r#""!!!SECRET_SCRUBBED!!!""#),
            ("'${PASS}'", r#""${PASS}""#),
            ("'${PASS:x}'", r#""!!!SECRET_SCRUBBED!!!""#),
            ("''", r#""""#),
        ];
        for (password, want) in cases {
            let node = parse(format!("output: {}", auth(password)).as_bytes()).unwrap();
            let shown = to_json(&scrub(Part::StreamBody.fields(), &node, &*REFERENCE));
            assert!(shown.contains(&format!(r#""password":{want}"#)), "{password}: {shown}");
        }
    }

    #[test]
    fn passwords_in_urls_are_hidden() {
        for (text, expected) in [
            ("amqp://u:p@h:1/x", "amqp://u:!!!SECRET_SCRUBBED!!!@h:1/x"),
            ("amqp://u:${P}@h", "amqp://u:${P}@h"),
            ("http://h/a:b@c", "http://h/a:b@c"),
            ("plain", "plain"),
        ] {
            assert_eq!(url(&Node::text(text)).as_text(), Some(expected));
        }
    }
}
