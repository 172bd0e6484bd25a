//! The textual encoding: JSON in the order of the schema, with the bytes of binary values as code points.

use super::binary;
use super::coerce;
use super::schema::{Id, Kind, Logical, Schema};
use super::union::{self, Tags};
use crate::value::{Array, Object, Value, json, number};

/// How deep a value may be.
const MAX_DEPTH: usize = 1000;

// Writing

/// Adds a document to `out`.
pub fn encode(schema: &Schema, value: &Value, tags: Tags, out: &mut String) -> Result<(), String> {
    write(schema, schema.root(), value, tags, out, 0)
}

fn write(
    schema: &Schema,
    id: Id,
    value: &Value,
    tags: Tags,
    out: &mut String,
    depth: usize,
) -> Result<(), String> {
    if depth == MAX_DEPTH {
        return Err(format!("the value is deeper than {MAX_DEPTH}"));
    }
    let node = schema.node(id);
    let unfit = || format!("a value of type {} is not of type {}", value.type_name(), node.name());
    match (&node.kind, value) {
        (Kind::Null, Value::Null) => out.push_str("null"),
        (Kind::Boolean, Value::Bool(b)) => out.push_str(if *b { "true" } else { "false" }),
        (Kind::Int, _) => out.push_str(itoa::Buffer::new().format(coerce::small(value, node.logical)?)),
        (Kind::Long, _) => out.push_str(itoa::Buffer::new().format(coerce::integer(value, node.logical)?)),
        (Kind::Float, _) => float(coerce::float(value, 1 << 24)?, out),
        (Kind::Double, _) => float(coerce::float(value, 1 << 53)?, out),
        (Kind::String, _) => {
            let bytes = binary::content(&node.kind, node.logical, value).ok_or_else(unfit)?;
            string(&String::from_utf8_lossy(&bytes), out);
        }
        (Kind::Bytes | Kind::Fixed { .. }, Value::Number(digits))
            if matches!(node.logical, Logical::Decimal { .. }) =>
        {
            out.push_str(digits);
        }
        (Kind::Bytes, _) => {
            code_points(&binary::content(&node.kind, node.logical, value).ok_or_else(unfit)?, out);
        }
        (Kind::Fixed { name, size }, _) => {
            let bytes = binary::fixed(*size, node.logical, value).ok_or_else(unfit)?;
            if bytes.len() != *size {
                return Err(format!("{} bytes for '{name}', which has {size}", bytes.len()));
            }
            code_points(&bytes, out);
        }
        (Kind::Enum { name, symbols }, Value::String(symbol)) => {
            if !symbols.contains(symbol) {
                return Err(format!("'{symbol}' is not a symbol of '{name}'"));
            }
            string(symbol, out);
        }
        _ => return whole(schema, id, value, tags, out, depth),
    }
    Ok(())
}

/// Adds a value that is made of others.
fn whole(
    schema: &Schema,
    id: Id,
    value: &Value,
    tags: Tags,
    out: &mut String,
    depth: usize,
) -> Result<(), String> {
    let node = schema.node(id);
    match (&node.kind, value) {
        (Kind::Array(items), Value::Array(values)) => {
            out.push('[');
            for (i, value) in values.iter().enumerate() {
                separate(i, out);
                write(schema, *items, value, tags, out, depth + 1)?;
            }
            out.push(']');
        }
        (Kind::Map(of), Value::Object(entries)) => {
            out.push('{');
            for (i, (key, value)) in entries.iter().enumerate() {
                separate(i, out);
                string(key, out);
                out.push(':');
                write(schema, *of, value, tags, out, depth + 1)?;
            }
            out.push('}');
        }
        (Kind::Record { name, fields }, Value::Object(object)) => {
            out.push('{');
            for (i, field) in fields.iter().enumerate() {
                separate(i, out);
                string(&field.name, out);
                out.push(':');
                match (object.get(&field.name), &field.default) {
                    (Some(value), _) => write(schema, field.of, value, tags, out, depth + 1)
                        .map_err(|error| format!("'{}' of '{name}': {error}", field.name))?,
                    (None, Some(default)) => {
                        out.push_str(&String::from_utf8_lossy(&json::print(default).unwrap_or_default()));
                    }
                    (None, None) => return Err(format!("'{}' of '{name}' is missing", field.name)),
                }
            }
            out.push('}');
        }
        (Kind::Union(branches), _) => {
            let text = union::choose(schema, branches, value, Tags::Qualified, |_, branch, value| {
                let mut text = String::new();
                write(schema, branch, value, tags, &mut text, depth + 1)?;
                let of = schema.node(branch);
                if tags == Tags::None || matches!(of.kind, Kind::Null) {
                    return Ok(text);
                }
                let mut tagged = String::from("{");
                string(&of.qualified(), &mut tagged);
                Ok(format!("{tagged}:{text}}}"))
            })?;
            out.push_str(&text);
        }
        _ => return Err(format!("a value of type {} is not of type {}", value.type_name(), node.name())),
    }
    Ok(())
}

fn separate(i: usize, out: &mut String) {
    if i > 0 {
        out.push(',');
    }
}

/// Adds a JSON string.
pub fn string(text: &str, out: &mut String) {
    out.push_str(&String::from_utf8_lossy(&json::print(&Value::from(text)).unwrap_or_default()));
}

/// What JSON has no number for is null, or too large.
fn float(f: f64, out: &mut String) {
    if f.is_nan() {
        out.push_str("null");
    } else if f.is_infinite() {
        out.push_str(if f < 0.0 { "-1e999" } else { "1e999" });
    } else {
        out.push_str(number::general_text(f).as_str());
    }
}

/// Every byte as the code point of its number.
fn code_points(bytes: &[u8], out: &mut String) {
    out.push('"');
    for byte in bytes {
        match byte {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            8 => out.push_str("\\b"),
            b'\t' => out.push_str("\\t"),
            b'\n' => out.push_str("\\n"),
            12 => out.push_str("\\f"),
            b'\r' => out.push_str("\\r"),
            0x20..=0x7e => out.push(char::from(*byte)),
            other => out.push_str(&format!("\\u{other:04X}")),
        }
    }
    out.push('"');
}

// Reading

/// What a document in the textual encoding means.
pub fn decode(schema: &Schema, document: &Value, tags: Tags) -> Result<Value, String> {
    read(schema, schema.root(), document, tags, 0)
}

/// The value of a default, which is written as a document but without tags.
pub fn default(schema: &Schema, id: Id, default: &Value) -> Result<Value, String> {
    read(schema, id, default, Tags::None, 0)
}

fn read(schema: &Schema, id: Id, value: &Value, tags: Tags, depth: usize) -> Result<Value, String> {
    if depth == MAX_DEPTH {
        return Err(format!("the value is deeper than {MAX_DEPTH}"));
    }
    let node = schema.node(id);
    let unfit = || format!("a value of type {} is not of type {}", value.type_name(), node.name());
    Ok(match (&node.kind, value) {
        (Kind::Null, Value::Null) | (Kind::Boolean, Value::Bool(_)) | (Kind::String, Value::String(_)) => {
            value.clone()
        }
        (Kind::Int, Value::Number(_) | Value::Int(_)) => {
            coerce::meaning(coerce::small(value, Logical::None)?.into(), node.logical)
        }
        (Kind::Long, Value::Number(_) | Value::Int(_)) => {
            coerce::meaning(coerce::integer(value, Logical::None)?, node.logical)
        }
        (Kind::Float | Kind::Double, Value::Null) => Value::Float(f64::NAN),
        (Kind::Float | Kind::Double, Value::String(text)) => Value::Float(special(text)?),
        (Kind::Float | Kind::Double, Value::Number(digits)) => {
            Value::Float(digits.parse().map_err(|_| unfit())?)
        }
        (Kind::Bytes | Kind::Fixed { .. }, Value::Number(digits))
            if matches!(node.logical, Logical::Decimal { .. }) =>
        {
            let Logical::Decimal { scale, .. } = node.logical else { return Err(unfit()) };
            let bytes =
                coerce::decimal_bytes(value, scale).ok_or_else(|| format!("{digits} is no decimal"))?;
            binary::meant(&bytes, node.logical)
        }
        (Kind::Bytes, Value::String(text)) => binary::meant(&from_code_points(text)?, node.logical),
        (Kind::Fixed { .. }, Value::String(text)) => binary::meant(&from_code_points(text)?, node.logical),
        (Kind::Enum { name, symbols }, Value::String(symbol)) => {
            if !symbols.contains(symbol) {
                return Err(format!("'{symbol}' is not a symbol of '{name}'"));
            }
            value.clone()
        }
        (Kind::Array(items), Value::Array(values)) => {
            let read = values.iter().map(|value| read(schema, *items, value, tags, depth + 1));
            Value::Array(read.collect::<Result<Array, _>>()?)
        }
        (Kind::Map(of), Value::Object(entries)) => {
            let read = entries
                .iter()
                .map(|(key, value)| Ok((key.clone(), read(schema, *of, value, tags, depth + 1)?)));
            Value::Object(read.collect::<Result<Object, String>>()?)
        }
        (Kind::Record { name, fields }, Value::Object(object)) => {
            let mut done = Object::with_capacity(fields.len());
            for field in fields {
                let value = match (object.get(&field.name), &field.default) {
                    (Some(value), _) => read(schema, field.of, value, tags, depth + 1),
                    (None, Some(default)) => read(schema, field.of, default, tags, depth + 1),
                    (None, None) => Err("it is missing".to_owned()),
                };
                let value = value.map_err(|error| format!("'{}' of '{name}': {error}", field.name))?;
                done.insert(field.name.clone(), value);
            }
            Value::Object(done)
        }
        (Kind::Union(branches), _) => {
            union::choose(schema, branches, value, Tags::Qualified, |_, branch, value| {
                Ok(union::tag(schema, branch, read(schema, branch, value, tags, depth + 1)?, tags))
            })?
        }
        _ => return Err(unfit()),
    })
}

fn special(text: &str) -> Result<f64, String> {
    match text.to_ascii_lowercase().as_str() {
        "nan" => Ok(f64::NAN),
        "infinity" | "inf" => Ok(f64::INFINITY),
        "-infinity" | "-inf" => Ok(f64::NEG_INFINITY),
        _ => Err(format!("'{text}' is no float")),
    }
}

fn from_code_points(text: &str) -> Result<Vec<u8>, String> {
    let byte = |c: char| u8::try_from(u32::from(c)).map_err(|_| format!("{c:?} stands for no byte"));
    text.chars().map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_written_in_order_and_read() {
        let schema = r#"{"type":"record","name":"R","fields":[{"name":"z","type":"long"},{"name":"b","type":"bytes"},{"name":"u","type":["null","string"],"default":null},{"name":"f","type":"double"}]}"#;
        let schema = Schema::parse(schema).expect("a schema");
        let document = json::parse(r#"{"b":"aé","f":4,"z":7,"u":"x","more":1}"#.as_bytes()).expect("JSON");
        let mut out = String::new();
        encode(&schema, &document, Tags::Qualified, &mut out).expect("written");
        assert_eq!(out, r#"{"z":7,"b":"a\u00C3\u00A9","u":{"string":"x"},"f":4}"#);
        let value =
            decode(&schema, &json::parse(out.as_bytes()).expect("JSON"), Tags::Qualified).expect("read");
        assert_eq!(json::print(&value).expect("JSON"), br#"{"b":"YcOp","f":4,"u":{"string":"x"},"z":7}"#);
        assert!(decode(&schema, &Value::Null, Tags::None).is_err());
    }
}
