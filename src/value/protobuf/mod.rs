//! Protocol buffers by definitions that are read at run time: messages as JSON and as documents, and out of JSON.

mod definitions;
mod document;

use bytes::Bytes;
use prost_reflect::{
    Cardinality, DeserializeOptions, DynamicMessage, MessageDescriptor, ReflectMessage, SerializeOptions,
    Value,
};
use protox::prost::Message as _;

pub use definitions::{compile, load};
pub use document::document;

/// How JSON and documents are written.
#[derive(Clone, Copy, Debug, Default)]
pub struct Style {
    /// Fields keep their names rather than `lowerCamelCase`.
    pub proto_names: bool,
    /// Fields that are not set are written with their defaults.
    pub unpopulated: bool,
    pub enum_numbers: bool,
}

/// The JSON of a message, as the specification writes it.
pub fn to_json(message: &DynamicMessage, style: Style) -> Result<Vec<u8>, String> {
    let options = SerializeOptions::new()
        .use_proto_field_name(style.proto_names)
        .skip_default_fields(!style.unpopulated)
        .use_enum_numbers(style.enum_numbers);
    let mut out = Vec::new();
    let mut serializer = serde_json::Serializer::new(&mut out);
    message.serialize_with_options(&mut serializer, &options).map_err(|error| error.to_string())?;
    Ok(out)
}

/// A message out of its JSON, encoded.
pub fn from_json(of: &MessageDescriptor, json: &[u8], discard_unknown: bool) -> Result<Vec<u8>, String> {
    let options = DeserializeOptions::new().deny_unknown_fields(!discard_unknown);
    let mut json = serde_json::Deserializer::from_slice(json);
    let message = DynamicMessage::deserialize_with_options(of.clone(), &mut json, &options);
    let message = message.map_err(|error| told(&error))?;
    json.end().map_err(|error| told(&error))?;
    complete(&message)?;
    Ok(message.encode_to_vec())
}

/// What is wrong with JSON, its place first: configs look at how the text ends.
fn told(error: &serde_json::Error) -> String {
    let (line, column) = (error.line(), error.column());
    let text = error.to_string();
    let what = text.strip_suffix(&format!(" at line {line} column {column}")).unwrap_or(&text);
    let unknown = what.strip_prefix("unrecognized field name '").and_then(|rest| rest.strip_suffix('\''));
    let what = unknown.map_or_else(|| what.to_owned(), |name| format!("unknown field \"{name}\""));
    format!("proto: (line {line}:{column}): {what}")
}

/// A message that is encoded.
pub fn read(of: &MessageDescriptor, bytes: Bytes) -> Result<DynamicMessage, String> {
    let message = DynamicMessage::decode(of.clone(), bytes).map_err(|error| error.to_string())?;
    complete(&message)?;
    Ok(message)
}

/// Whether every field that is required is there.
fn complete(message: &DynamicMessage) -> Result<(), String> {
    let descriptor = message.descriptor();
    let missing = descriptor
        .fields()
        .find(|field| field.cardinality() == Cardinality::Required && !message.has_field(field));
    if let Some(field) = missing {
        return Err(format!("the required field '{}' is not set", field.full_name()));
    }
    message.fields().try_for_each(|(_, value)| complete_value(value))
}

fn complete_value(value: &Value) -> Result<(), String> {
    match value {
        Value::Message(message) => complete(message),
        Value::List(values) => values.iter().try_for_each(complete_value),
        Value::Map(entries) => entries.values().try_for_each(complete_value),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_fields_are_told_as_configs_compare_them() {
        let text = "syntax = \"proto3\"; message A { string b = 1; }".to_owned();
        let pool = compile("a.proto", vec![("a.proto".to_owned(), text)]).expect("types");
        let a = pool.get_message_by_name("A").expect("a type");
        let error = from_json(&a, br#"{"b":"x","c":1}"#, false).expect_err("a field that does not exist");
        assert!(error.starts_with("proto: (line 1:") && error.ends_with("unknown field \"c\""), "{error}");
        assert!(from_json(&a, br#"{"b":"x","c":1}"#, true).is_ok());
        assert!(from_json(&a, b"{", false).expect_err("half a document").starts_with("proto: (line 1:"));
    }
}
