//! Components and fields as values, for programs that read `list --format json-full`.

use super::{AnyField, Body, ComponentSpec, Dialect};
use crate::value::{Object, Value};

/// Everything about a component; without texts if `scrubbed`.
pub fn describe(spec: &ComponentSpec, scrubbed: bool) -> Value {
    let mut object = Object::new();
    let mut put = |key: &str, value: Value| object.insert(key.into(), value);
    put("name", spec.name.into());
    put("type", spec.kind.name().into());
    put("status", spec.status.name().into());
    put("plugin", true.into());
    if !spec.version.is_empty() {
        put("version", spec.version.into());
    }
    if !spec.categories.is_empty() {
        put(
            "categories",
            Value::Array(spec.categories.iter().map(|category| Value::from(*category)).collect()),
        );
    }
    if !scrubbed {
        for (key, text) in [("summary", spec.summary), ("description", spec.description)] {
            if !text.is_empty() {
                put(key, text.into());
            }
        }
    }
    put(
        "config",
        match spec.body {
            Body::Object(fields) => {
                let mut config = Object::new();
                config.insert("name".into(), "".into());
                config.insert("type".into(), "object".into());
                config.insert("kind".into(), "scalar".into());
                config.insert("children".into(), describe_fields(fields, scrubbed));
                Value::Object(config)
            }
            Body::Bare(field) => describe_field(field, scrubbed),
        },
    );
    Value::Object(object)
}

/// Everything about some fields.
pub fn describe_fields(fields: &[&dyn AnyField], scrubbed: bool) -> Value {
    Value::Array(fields.iter().map(|field| describe_field(*field, scrubbed)).collect())
}

fn describe_field(field: &dyn AnyField, scrubbed: bool) -> Value {
    let info = field.info();
    let mut object = Object::new();
    let mut put = |key: &str, value: Value| object.insert(key.into(), value);
    put("name", info.name.into());
    put("type", info.ty.name().into());
    put("kind", info.shape.name().into());
    if !info.doc.is_empty() && !scrubbed {
        put("description", info.doc.into());
    }
    let flags = [
        ("is_advanced", info.advanced),
        ("is_deprecated", info.deprecated),
        ("is_optional", info.optional),
        ("is_secret", info.secret),
        ("interpolated", info.dialect == Dialect::Interpolated),
        ("bloblang", info.dialect == Dialect::Bloblang),
    ];
    for (key, _) in flags.into_iter().filter(|(_, set)| *set) {
        put(key, true.into());
    }
    if let Some(default) = field.default_value() {
        put("default", default);
    }
    if !info.options.is_empty() {
        put("options", Value::Array(info.options.iter().map(|option| Value::from(*option)).collect()));
    }
    if !info.version.is_empty() {
        put("version", info.version.into());
    }
    if !info.fields.is_empty() {
        put("children", describe_fields(info.fields, scrubbed));
    }
    Value::Object(object)
}
