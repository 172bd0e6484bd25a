//! Configs as they may be shown: without secrets, in canonical order, with the defaults of the root.

use super::component::infer;
use super::{AnyField, Body, Entry, FieldInfo, Kind, Node, NodeKind, Shape, Specs, Tag, Type};
use crate::value::Str;

/// What stands in place of a secret.
const SCRUBBED: &str = "!!!SECRET_SCRUBBED!!!";

/// A copy of `node`, an object with the given fields, in which no secret is shown: neither values of secret fields nor
/// passwords in URLs. References to environment variables stay. What no field describes is left as it is.
pub fn scrub(fields: &[&dyn AnyField], node: &Node, specs: &dyn Specs) -> Node {
    Shower { specs, ordered: false }.object(node, fields)
}

/// `root` without its secrets, its keys in the order of the fields, and with the defaults of root fields written out.
pub fn normalise(fields: &[&dyn AnyField], root: &Node, specs: &dyn Specs) -> Node {
    Shower { specs, ordered: true }.object(&completed(fields, root), fields)
}

/// `node` with the defaults of what it does not say, down to components.
fn completed(fields: &[&dyn AnyField], node: &Node) -> Node {
    if !matches!(node.value, NodeKind::Map(_)) && !node.is_null() {
        return node.clone();
    }
    let mut entries: Vec<Entry> = node
        .pairs()
        .into_iter()
        .map(|(key, value)| Entry { key: key.clone(), value: value.clone() })
        .collect();
    for field in fields {
        let info = field.info();
        match entries.iter_mut().find(|entry| entry.key.text == info.name) {
            Some(entry) if info.ty == Type::Object && info.shape == Shape::Scalar => {
                entry.value = completed(info.fields, &entry.value);
            }
            Some(_) => {}
            None => entries.extend(default(*field).map(|value| Entry::unplaced(info.name.into(), value))),
        }
    }
    node.with(NodeKind::Map(entries.into()))
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

struct Shower<'a> {
    specs: &'a dyn Specs,
    ordered: bool,
}

impl Shower<'_> {
    fn object(&self, node: &Node, fields: &[&dyn AnyField]) -> Node {
        let known = |name: &str| fields.iter().position(|field| field.info().name == name);
        self.entries(
            node,
            |name| known(name).unwrap_or(fields.len()),
            |name, value| match known(name) {
                Some(i) => self.shaped(value, fields[i].info(), fields[i].info().shape),
                None => value.clone(),
            },
        )
    }

    fn shaped(&self, node: &Node, info: &FieldInfo, shape: Shape) -> Node {
        match (shape, &node.value) {
            (Shape::Array | Shape::Array2, NodeKind::Seq(items)) => {
                let inner = if shape == Shape::Array { Shape::Scalar } else { Shape::Array };
                node.with(NodeKind::Seq(items.iter().map(|item| self.shaped(item, info, inner)).collect()))
            }
            (Shape::Map, NodeKind::Map(_)) => {
                self.entries(node, |_| 0, |_, value| self.shaped(value, info, Shape::Scalar))
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
        let order = |name: &str| match name {
            "label" => 0,
            name if name == spec.name => 1,
            _ => 2,
        };
        self.entries(node, order, |name, value| match (name, spec.body) {
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

    /// An object with each value changed, and in the given order if that is asked for.
    fn entries(
        &self,
        node: &Node,
        order: impl Fn(&str) -> usize,
        change: impl Fn(&str, &Node) -> Node,
    ) -> Node {
        let NodeKind::Map(_) = node.value else { return node.clone() };
        let pairs = node.pairs().into_iter();
        let mut entries: Vec<Entry> =
            pairs.map(|(key, value)| Entry { key: key.clone(), value: change(&key.text, value) }).collect();
        if self.ordered {
            entries.sort_by_key(|entry| order(&entry.key.text));
        }
        node.with(NodeKind::Map(entries.into()))
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
    fn normal_form_has_order_and_root_defaults() {
        let node = parse(b"output: {drop: {}, label: x}\nhttp: {address: a}").unwrap();
        let shown = normalise(Part::Run.fields(), &node, &*REFERENCE);
        let keys: Vec<&str> = shown.entries().iter().map(|entry| entry.key.text.as_str()).collect();
        assert_eq!(keys[..6], ["http", "input", "buffer", "pipeline", "output", "input_resources"]);
        assert_eq!(shown.get("output").unwrap().entries()[0].key.text, "label");
        let logger = to_json(shown.get("logger").unwrap());
        assert!(logger.contains(r#""static_fields":{"@service":"benthos"}"#), "{logger}");
        let http = to_json(shown.get("http").unwrap());
        assert!(http.contains(r#""address":"a""#) && http.contains(r#""root_path":"/benthos""#), "{http}");
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
