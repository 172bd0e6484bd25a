//! Messages of one type, and their JSON.

use prost_reflect::{
    Cardinality, DeserializeOptions, DynamicMessage, MessageDescriptor, ReflectMessage, SerializeOptions,
    Value,
};
use protox::prost::Message as _;

use super::document;
use crate::component::{Processor, Step};
use crate::message::{Batch, Message};

pub struct Codec {
    pub operator: Operator,
    pub message: MessageDescriptor,
    pub style: Style,
}

#[derive(Clone, Copy)]
pub enum Operator {
    ToJson,
    FromJson,
    Decode,
}

/// How JSON is written and read.
#[derive(Clone, Copy)]
pub struct Style {
    pub discard_unknown: bool,
    pub proto_names: bool,
    pub unpopulated: bool,
    pub enum_numbers: bool,
}

// === impl Style ===

impl Style {
    /// The JSON of a message, as the specification writes it.
    pub fn json(self, message: &DynamicMessage) -> Result<Vec<u8>, String> {
        let options = SerializeOptions::new()
            .use_proto_field_name(self.proto_names)
            .skip_default_fields(!self.unpopulated)
            .use_enum_numbers(self.enum_numbers);
        let mut out = Vec::new();
        let mut serializer = serde_json::Serializer::new(&mut out);
        message.serialize_with_options(&mut serializer, &options).map_err(|error| error.to_string())?;
        Ok(out)
    }
}

// === impl Codec ===

impl Codec {
    fn convert(&self, message: &Message) -> Result<Message, String> {
        match self.operator {
            Operator::ToJson => Ok(message.with_bytes(self.style.json(&self.decode(message)?)?)),
            Operator::Decode => {
                Ok(message.with_document(document::document(&self.decode(message)?, self.style)?))
            }
            Operator::FromJson => {
                let options = DeserializeOptions::new().deny_unknown_fields(!self.style.discard_unknown);
                let mut json = serde_json::Deserializer::from_slice(message.bytes());
                let typed =
                    DynamicMessage::deserialize_with_options(self.message.clone(), &mut json, &options);
                let typed = typed.map_err(|error| error.to_string())?;
                json.end().map_err(|error| error.to_string())?;
                complete(&typed)?;
                Ok(message.with_bytes(typed.encode_to_vec()))
            }
        }
    }

    fn decode(&self, message: &Message) -> Result<DynamicMessage, String> {
        let typed = DynamicMessage::decode(self.message.clone(), message.bytes().clone());
        let typed = typed.map_err(|error| error.to_string())?;
        complete(&typed)?;
        Ok(typed)
    }
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

impl Processor for Codec {
    fn process(&self, batch: Batch) -> Step<'_> {
        Step::each(batch, |message| self.convert(message))
    }
}
