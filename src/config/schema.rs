//! The whole config as a JSON Schema, for editors.
//!
//! Editors complete and explain by it; that values are right is what lint is for. So every scalar may be written in any
//! way that a reference to an environment variable allows.

use super::{AnyField, Body, ComponentSpec, FieldInfo, Kind, Part, Shape, Specs, Type};
use crate::value::{Object, Value};

/// The schema (draft 2020-12) of a config document with all components of `specs`.
pub fn schema(part: Part, specs: &dyn Specs) -> Value {
    let components = Kind::ALL.into_iter().map(|kind| (kind.name(), components(kind, specs)));
    let mut root = object(part.fields());
    root.extend([
        ("$schema", "https://json-schema.org/draft/2020-12/schema".into()),
        ("title", "Nekton config".into()),
        ("$defs", of(components)),
    ]);
    of(root)
}

fn of<'a>(entries: impl IntoIterator<Item = (&'a str, Value)>) -> Value {
    Value::Object(entries.into_iter().map(|(key, value)| (key.into(), value)).collect::<Object>())
}

fn list(texts: impl IntoIterator<Item = &'static str>) -> Value {
    Value::Array(texts.into_iter().map(Value::from).collect())
}

fn any_object() -> Value {
    of([("type", "object".into())])
}

/// Any component of a kind: the key of one, and the keys that all of them have.
fn components(kind: Kind, specs: &dyn Specs) -> Value {
    let names = specs.names(kind);
    let found = names.iter().filter_map(|name| specs.find(kind, name));
    let mut properties: Object = found.map(|spec| (spec.name.into(), component(spec))).collect();
    let text = |doc: &str| of([("type", "string".into()), ("description", doc.into())]);
    properties.insert("type".into(), text("The name of the component, where its key does not say it."));
    properties.insert("plugin".into(), any_object());
    properties.insert("meta".into(), any_object());
    if kind.has_label() {
        let doc = "A unique name: letters a to z, digits, `_` and `-`.";
        properties
            .insert("label".into(), of([("type", list(["string", "null"])), ("description", doc.into())]));
    }
    if kind.has_processors() {
        let item = of([("$ref", "#/$defs/processor".into())]);
        properties.insert("processors".into(), of([("type", "array".into()), ("items", item)]));
    }
    if kind == Kind::Metrics {
        properties.insert("mapping".into(), text("Renames or drops metrics."));
    }
    let snippets = names.iter().filter_map(|name| specs.find(kind, name)).map(snippet).collect::<Vec<_>>();
    of([
        ("type", list(["object", "null"])),
        ("properties", Value::Object(properties)),
        // A key may be a reference to an environment variable.
        ("patternProperties", of([(r"\$\{", of([]))])),
        ("additionalProperties", false.into()),
        ("defaultSnippets", snippets.into()),
    ])
}

/// A component with the fields that it needs, for completion.
fn snippet(spec: &ComponentSpec) -> Value {
    let body = match spec.body {
        Body::Object(fields) => {
            let needed = fields.iter().map(|field| field.info()).filter(|info| info.lint_required());
            of(needed.map(|info| (info.name, Value::from(""))))
        }
        Body::Bare(_) => Value::from(""),
    };
    of([("label", spec.name.into()), ("body", of([(spec.name, body)]))])
}

fn component(spec: &ComponentSpec) -> Value {
    let mut schema = match spec.body {
        Body::Object([]) => vec![("type", list(["object", "null"]))],
        Body::Object(fields) => object(fields),
        Body::Bare(field) => shaped(field.info(), field.info().shape),
    };
    if !spec.summary.is_empty() {
        schema.push(("description", spec.summary.into()));
    }
    if spec.status == super::Status::Deprecated {
        schema.push(("deprecated", true.into()));
    }
    of(schema)
}

type Entries = Vec<(&'static str, Value)>;

fn object(fields: &[&dyn AnyField]) -> Entries {
    let properties: Object =
        fields.iter().map(|field| (field.info().name.into(), property(*field))).collect();
    let required = fields.iter().map(|field| field.info()).filter(|info| info.lint_required());
    let required: Vec<Value> = required.map(|info| info.name.into()).collect();
    let mut schema = vec![
        ("type", "object".into()),
        ("properties", Value::Object(properties)),
        ("additionalProperties", false.into()),
    ];
    if !required.is_empty() {
        schema.push(("required", required.into()));
    }
    schema
}

fn property(field: &dyn AnyField) -> Value {
    let info = field.info();
    let mut schema = shaped(info, info.shape);
    if !info.doc.is_empty() {
        schema.push(("description", info.doc.into()));
    }
    if let Some(default) = field.default_value() {
        schema.push(("default", default));
    }
    if info.deprecated {
        schema.push(("deprecated", true.into()));
    }
    of(schema)
}

fn shaped(info: &FieldInfo, shape: Shape) -> Entries {
    match shape {
        Shape::Array => vec![("type", "array".into()), ("items", of(shaped(info, Shape::Scalar)))],
        Shape::Array2 => vec![("type", "array".into()), ("items", of(shaped(info, Shape::Array)))],
        Shape::Map => {
            vec![("type", "object".into()), ("additionalProperties", of(shaped(info, Shape::Scalar)))]
        }
        Shape::Scalar => scalar(info),
    }
}

fn scalar(info: &FieldInfo) -> Entries {
    match info.ty {
        Type::Component(kind) => vec![("$ref", format!("#/$defs/{kind}").into())],
        Type::Object if info.fields.is_empty() => vec![("type", "object".into())],
        Type::Object => object(info.fields),
        Type::Unknown => Vec::new(),
        Type::String if info.enforced => {
            let known = of([("enum", list(info.options.iter().copied()))]);
            // In any case, or a reference to an environment variable.
            let pattern = info.options.iter().map(|option| any_case(option)).collect::<Vec<_>>().join("|");
            let pattern =
                of([("type", "string".into()), ("pattern", format!(r"^({pattern})$|\$\{{").into())]);
            vec![("anyOf", vec![known, pattern].into())]
        }
        Type::String if !info.options.is_empty() => {
            let known = of([("enum", list(info.options.iter().copied()))]);
            vec![("anyOf", vec![known, of(anything())].into())]
        }
        Type::String | Type::Int | Type::Float | Type::Bool => anything(),
    }
}

/// A scalar, however it is written.
fn anything() -> Entries {
    vec![("type", list(["string", "number", "boolean", "null"]))]
}

/// A regular expression for `text` in upper and lower case.
fn any_case(text: &str) -> String {
    let letter = |c: char| match c {
        c if c.is_ascii_alphabetic() => format!("[{}{}]", c.to_ascii_lowercase(), c.to_ascii_uppercase()),
        c if c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | ' ') => c.to_string(),
        c => format!("\\{c}"),
    };
    text.chars().map(letter).collect()
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::super::reference::REFERENCE;
    use super::*;
    use crate::value::json;

    #[test]
    fn configs_are_judged_by_their_outline() {
        let schema = json::print(&schema(Part::Run, &*REFERENCE)).expect("finite");
        let schema = serde_json::from_slice(&schema).expect("JSON");
        let validator = jsonschema::validator_for(&schema).expect("a schema");
        for (text, valid) in [
            ("input: {stdin: {}}\noutput: {label: a, drop: {}, processors: [{mapping: root = this}]}", true),
            ("input: {generate: {mapping: root = 1, count: '${N}'}}", true),
            ("output: {broker: {pattern: FAN_OUT, outputs: [{stdout: {}}]}}", true),
            ("output: {broker: {pattern: fanout, outputs: [{stdout: {}}]}}", false),
            ("input: {file: {path: x}}", false),
            ("inputs: {}", false),
            ("output: {http_client: {verb: GET}}", false),
        ] {
            let value = json::print(&parse(text.as_bytes()).expect("YAML").to_value()).expect("finite");
            let value: serde_json::Value = serde_json::from_slice(&value).expect("JSON");
            assert_eq!(validator.is_valid(&value), valid, "{text}");
        }
    }
}
