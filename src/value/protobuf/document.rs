//! Messages as documents whose numbers, times and bytes stay what they are.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, MapKey, ReflectMessage, Value as Typed};

use super::{Style, to_json};
use crate::value::{Object, Str, Value, json};

/// The document of a message.
pub fn document(message: &DynamicMessage, style: Style) -> Result<Value, String> {
    let descriptor = message.descriptor();
    if descriptor.full_name() == "google.protobuf.Timestamp" {
        return Ok(time(message));
    }
    if descriptor.package_name() == "google.protobuf" {
        return json::parse(&to_json(message, style)?).map_err(|error| error.to_string());
    }
    let mut object = Object::new();
    for (field, value) in message.fields() {
        object.insert(name(&field, style), convert(&field.kind(), value, style)?);
    }
    if style.unpopulated {
        for field in descriptor
            .fields()
            .filter(|field| field.containing_oneof().is_none() && !message.has_field(field))
        {
            let value = match field.supports_presence() {
                true => Value::Null,
                false => convert(&field.kind(), &message.get_field(&field), style)?,
            };
            object.insert(name(&field, style), value);
        }
    }
    Ok(Value::Object(object))
}

fn name(field: &FieldDescriptor, style: Style) -> Str {
    if style.proto_names { field.name().into() } else { field.json_name().into() }
}

fn time(message: &DynamicMessage) -> Value {
    let part = |name| {
        message.get_field_by_name(name).and_then(|value| value.as_i64().or(value.as_i32().map(i64::from)))
    };
    let (seconds, nanos) = (part("seconds").unwrap_or(0), part("nanos").unwrap_or(0));
    let time = Timestamp::new(seconds, i32::try_from(nanos).unwrap_or(0));
    time.map_or(Value::Null, |time| Value::from(time.to_zoned(TimeZone::UTC)))
}

fn convert(kind: &Kind, value: &Typed, style: Style) -> Result<Value, String> {
    Ok(match value {
        Typed::Bool(b) => Value::Bool(*b),
        Typed::I32(n) => Value::Int((*n).into()),
        Typed::I64(n) => Value::Int(*n),
        Typed::U32(n) => Value::Int((*n).into()),
        Typed::U64(n) => i64::try_from(*n).map_or_else(|_| Value::Number(n.to_string().into()), Value::Int),
        Typed::F32(f) => Value::Float((*f).into()),
        Typed::F64(f) => Value::Float(*f),
        Typed::String(text) => Value::from(text.as_str()),
        Typed::Bytes(bytes) => Value::from(bytes.clone()),
        Typed::EnumNumber(number) => symbol(kind, *number, style),
        Typed::Message(message) => document(message, style)?,
        Typed::List(values) => {
            let values = values.iter().map(|value| convert(kind, value, style));
            Value::from(values.collect::<Result<Vec<_>, _>>()?)
        }
        Typed::Map(entries) => {
            let of = match kind {
                Kind::Message(entry) => entry.map_entry_value_field().kind(),
                other => other.clone(),
            };
            let entries = entries.iter().map(|(key, value)| Ok((text(key), convert(&of, value, style)?)));
            Value::Object(entries.collect::<Result<Object, String>>()?)
        }
    })
}

/// An enum's value by name; an unknown one is the default.
fn symbol(kind: &Kind, number: i32, style: Style) -> Value {
    match kind {
        Kind::Enum(of) if of.full_name() == "google.protobuf.NullValue" => Value::Null,
        Kind::Enum(of) if !style.enum_numbers => {
            Value::from(of.get_value(number).unwrap_or_else(|| of.default_value()).name())
        }
        _ => Value::Int(number.into()),
    }
}

fn text(key: &MapKey) -> Str {
    match key {
        MapKey::Bool(b) => b.to_string().into(),
        MapKey::I32(n) => n.to_string().into(),
        MapKey::I64(n) => n.to_string().into(),
        MapKey::U32(n) => n.to_string().into(),
        MapKey::U64(n) => n.to_string().into(),
        MapKey::String(text) => text.as_str().into(),
    }
}
