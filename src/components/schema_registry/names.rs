//! Names of Avro types as the specification allows them: namespaces of letters, digits and underscores.

use crate::value::{Object, Str, Value, json};

/// The schema `text` without other characters in namespaces; what is no JSON stays as it is.
pub fn sanitized(text: &str) -> String {
    match json::parse(text.as_bytes()) {
        Ok(schema) => {
            json::print_string(&of(&schema), json::Style::default()).unwrap_or_else(|_| text.to_owned())
        }
        Err(_) => text.to_owned(),
    }
}

fn of(value: &Value) -> Value {
    match value {
        Value::Object(object) => {
            let entries = object.iter().map(|(key, value)| {
                let value = match (key.as_str(), value) {
                    ("namespace", Value::String(text)) => namespace(text).into(),
                    ("name" | "type" | "items" | "values", Value::String(text)) => full_name(text).into(),
                    _ => of(value),
                };
                (key.clone(), value)
            });
            Value::Object(entries.collect::<Object>())
        }
        Value::Array(items) => Value::Array(items.iter().map(branch).collect()),
        other => other.clone(),
    }
}

/// A part of a list: where it is a text, the name of a type of a union.
fn branch(value: &Value) -> Value {
    match value {
        Value::String(text) => full_name(text).into(),
        other => of(other),
    }
}

fn namespace(text: &str) -> Str {
    text.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.')).collect::<String>().into()
}

/// A name whose last part stays.
pub fn full_name(text: &str) -> Str {
    match text.rsplit_once('.') {
        Some((space, name)) => format!("{}.{name}", namespace(space)).into(),
        None => text.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn namespaces_lose_what_they_must_not_have() {
        let schema = r#"{"type":"record","namespace":"a-b.c","name":"R-1","fields":[{"name":"x","type":["null","a-b.c.R-1"]}]}"#;
        let expected = r#"{"type":"record","namespace":"ab.c","name":"R-1","fields":[{"name":"x","type":["null","ab.c.R-1"]}]}"#;
        let read = |text: &str| json::parse(text.as_bytes()).expect("JSON");
        assert_eq!(read(&sanitized(schema)), read(expected));
        assert_eq!(sanitized("string"), "string");
    }
}
