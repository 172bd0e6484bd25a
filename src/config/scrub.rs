//! Hiding secrets in a config that is shown.

use super::component::{body, infer};
use super::{AnyField, Body, Entry, FieldInfo, Kind, Node, NodeKind, Shape, Specs, Tag, Type};
use crate::value::Str;

/// What stands in place of a secret.
const SCRUBBED: &str = "!!!SECRET_SCRUBBED!!!";

/// A copy of `node`, an object with the given fields, in which no secret is shown: neither values of secret fields nor
/// passwords in URLs. References to environment variables stay. What no field describes is left as it is.
pub fn scrub(fields: &[&dyn AnyField], node: &Node, specs: &dyn Specs) -> Node {
    map(node, |entry| match fields.iter().find(|field| field.info().name == entry.key.text) {
        Some(field) => value(field.info(), field.info().shape, &entry.value, specs),
        None => entry.value.clone(),
    })
}

fn component(kind: Kind, node: &Node, specs: &dyn Specs) -> Node {
    let Ok(spec) = infer(specs, kind, node) else { return node.clone() };
    let own = body(node, spec.name);
    map(node, |entry| match entry.key.text.as_str() {
        "processors" if kind.has_processors() && spec.name != "processors" => {
            list(&entry.value, |item| component(Kind::Processor, item, specs))
        }
        _ if !own.is_some_and(|own| std::ptr::eq(own, &entry.value)) => entry.value.clone(),
        _ => match spec.body {
            Body::Object(fields) => scrub(fields, &entry.value, specs),
            Body::Bare(field) => value(field.info(), field.info().shape, &entry.value, specs),
        },
    })
}

fn value(info: &FieldInfo, shape: Shape, node: &Node, specs: &dyn Specs) -> Node {
    match shape {
        Shape::Array2 => list(node, |item| value(info, Shape::Array, item, specs)),
        Shape::Array => list(node, |item| value(info, Shape::Scalar, item, specs)),
        Shape::Map => map(node, |entry| value(info, Shape::Scalar, &entry.value, specs)),
        Shape::Scalar => match info.ty {
            Type::Component(kind) => component(kind, node, specs),
            Type::Object => scrub(info.fields, node, specs),
            _ if info.secret => secret(node),
            _ if info.url => url(node),
            _ => node.clone(),
        },
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

fn list(node: &Node, each: impl Fn(&Node) -> Node) -> Node {
    match &node.value {
        NodeKind::Seq(items) => {
            Node { value: NodeKind::Seq(items.iter().map(each).collect()), ..node.clone() }
        }
        _ => node.clone(),
    }
}

fn map(node: &Node, each: impl Fn(&Entry) -> Node) -> Node {
    match &node.value {
        NodeKind::Map(entries) => {
            let entry = |entry: &Entry| Entry { key: entry.key.clone(), value: each(entry) };
            Node { value: NodeKind::Map(entries.iter().map(entry).collect()), ..node.clone() }
        }
        _ => node.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{ComponentSpec, Field, ProcessorConf, field, parse};
    use super::*;
    use crate::value::json::print;

    const TOKEN: Field<Str> = field("token").secret();
    const NAME: Field<Str> = field("name");
    const INNER: Field<Vec<ProcessorConf>> = field("inner").default_list(&[]);
    const CALL: ComponentSpec = ComponentSpec::new(Kind::Processor, "call").fields(&[&TOKEN, &NAME, &INNER]);

    struct Only;

    impl Specs for Only {
        fn find(&self, kind: Kind, name: &str) -> Option<&ComponentSpec> {
            (kind == Kind::Processor && name == "call").then_some(&CALL)
        }

        fn names(&self, _: Kind) -> Vec<&str> {
            vec!["call"]
        }
    }

    #[test]
    fn secrets_are_hidden_at_any_depth() {
        let text =
            b"inner: [{call: {token: abc, name: n, inner: [{type: call, plugin: {token: '${T}'}}]}},\n\
                     {label: x, type: call, plugin: {token: def}}, {unknown: {token: abc}}]";
        let node = parse(text).expect("YAML");
        let shown = print(&scrub(&[&INNER], &node, &Only).to_value()).expect("finite");
        assert_eq!(
            String::from_utf8_lossy(&shown),
            r#"{"inner":[{"call":{"inner":[{"plugin":{"token":"${T}"},"type":"call"}],"name":"n","token":"!!!SECRET_SCRUBBED!!!"}},{"label":"x","plugin":{"token":"!!!SECRET_SCRUBBED!!!"},"type":"call"},{"unknown":{"token":"abc"}}]}"#
        );
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
