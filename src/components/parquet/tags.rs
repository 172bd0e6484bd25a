//! Schemas as JSON with tags, such as `{"Tag": "name=id, type=INT64, repetitiontype=OPTIONAL"}`, and what their columns
//! are called in documents.

use ::parquet::basic::ConvertedType;
use ::parquet::schema::types::Type;

use super::schema::{Column, LEAVES, Leaf, Of, Shape, Unit};
use crate::value::{Array, Object, Str, Value, json};

/// How deep columns may stand in each other.
const MAX_DEPTH: usize = 50;

/// The names of columns in documents, where those differ from the names in files.
pub enum Names {
    /// A value without names in it.
    Plain,
    /// Columns, each with its name in documents and in files.
    Group(Vec<(Str, Str, Names)>),
    /// All values of a map.
    Values(Box<Names>),
}

/// What a column is called, and its value, by the object around it and its names in documents and in files.
type Renaming<'r> = dyn Fn(&Object, &Str, &Str) -> (Str, Option<Value>) + 'r;

/// Types of columns with what they mean, as tags name both.
const CONVERTED: &[(&str, &str, Leaf)] = &[
    ("BYTE_ARRAY", "UTF8", Leaf::Text),
    ("BYTE_ARRAY", "JSON", Leaf::Text),
    ("BYTE_ARRAY", "BSON", Leaf::Bson),
    ("BYTE_ARRAY", "ENUM", Leaf::Enum),
    ("INT32", "INT_8", Leaf::Int8),
    ("INT32", "INT_16", Leaf::Int16),
    ("INT32", "INT_32", Leaf::Int32),
    ("INT32", "DATE", Leaf::Date),
    ("INT64", "INT_64", Leaf::Int64),
    ("INT64", "TIMESTAMP_MILLIS", Leaf::Timestamp(Unit::Millis)),
    ("INT64", "TIMESTAMP_MICROS", Leaf::Timestamp(Unit::Micros)),
];

// === impl Names ===

impl Names {
    /// The names that documents have where no schema says any: those of the file with a capital in front.
    pub fn of_file(schema: &Type) -> Self {
        let children = || schema.get_fields().iter();
        match schema.get_basic_info().converted_type() {
            _ if schema.is_primitive() => Self::Plain,
            ConvertedType::LIST => match element(schema) {
                Some(element) => Self::of_file(element),
                None => Self::Plain,
            },
            ConvertedType::MAP | ConvertedType::MAP_KEY_VALUE => {
                let value = children().next().and_then(|entry| entry.get_fields().get(1));
                value.map_or(Self::Plain, |value| Self::Values(Box::new(Self::of_file(value))))
            }
            _ => Self::Group(
                children().map(|it| (inner(it.name()), it.name().into(), Self::of_file(it))).collect(),
            ),
        }
    }

    /// A document with the names that it has in files.
    pub fn outward(&self, value: &Value) -> Value {
        self.renamed(value, &|object, inner, outer| {
            let own = object.get(outer).or_else(|| object.get(inner));
            let like =
                || object.iter().find(|(key, _)| key.eq_ignore_ascii_case(inner)).map(|(_, value)| value);
            (outer.clone(), own.or_else(like).cloned())
        })
    }

    /// A row with the names that it has in documents.
    pub fn inward(&self, value: &Value) -> Value {
        self.renamed(value, &|object, inner, outer| (inner.clone(), object.get(outer).cloned()))
    }

    fn renamed(&self, value: &Value, of: &Renaming<'_>) -> Value {
        match (self, value) {
            (Self::Plain, _) => value.clone(),
            (_, Value::Array(items)) => {
                Value::Array(items.iter().map(|item| self.renamed(item, of)).collect::<Array>())
            }
            (Self::Values(values), Value::Object(object)) => {
                let entry = |(key, value): &(Str, Value)| (key.clone(), values.renamed(value, of));
                Value::Object(object.iter().map(entry).collect())
            }
            (Self::Group(columns), Value::Object(object)) => {
                let column = |(inner, outer, names): &(Str, Str, Self)| {
                    let (name, value) = of(object, inner, outer);
                    (name, value.map_or(Value::Null, |value| names.renamed(&value, of)))
                };
                Value::Object(columns.iter().map(column).collect())
            }
            _ => value.clone(),
        }
    }
}

/// The element of a list: the one column of its repeated group, or that itself.
fn element(list: &Type) -> Option<&Type> {
    let repeated = list.get_fields().first()?;
    match (!repeated.is_primitive()).then(|| repeated.get_fields()) {
        Some([element]) => Some(element),
        _ => Some(repeated),
    }
}

/// The name of a column in documents: a capital, or a prefix where there can be none; other characters are numbers.
fn inner(name: &str) -> Str {
    let mut text = String::new();
    for c in name.bytes() {
        match c {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' => text.push(char::from(c)),
            other => text += &other.to_string(),
        }
    }
    match text.chars().next() {
        Some(first) if first.is_ascii_alphabetic() => {
            text[..1].make_ascii_uppercase();
            text.into()
        }
        _ => format!("PARGO_PREFIX_{text}").into(),
    }
}

/// The columns of a schema, and their names.
pub fn read(text: &str) -> Result<(Vec<Column>, Names), String> {
    let schema = json::parse(text.as_bytes()).map_err(|error| format!("the schema is no JSON: {error}"))?;
    let (columns, names) = columns(&schema, 0)?;
    if columns.is_empty() {
        Err("the schema has no fields".to_owned())
    } else {
        Ok((columns, Names::Group(names)))
    }
}

type Named = (Str, Str, Names);

fn columns(schema: &Value, depth: usize) -> Result<(Vec<Column>, Vec<Named>), String> {
    let Some(Value::Array(fields)) = schema.get("Fields") else { return Ok((Vec::new(), Vec::new())) };
    let all = fields.iter().map(|field| {
        let (column, own, names) = column(field, depth)?;
        Ok((column.clone(), (own, column.name, names)))
    });
    Ok(all.collect::<Result<Vec<_>, String>>()?.into_iter().unzip())
}

fn column(field: &Value, depth: usize) -> Result<(Column, Str, Names), String> {
    if depth == MAX_DEPTH {
        return Err(format!("the schema is deeper than {MAX_DEPTH}"));
    }
    let text = field.get("Tag").and_then(Value::as_str).ok_or("a field of the schema has no Tag")?;
    let tags: Vec<(String, &str)> = text
        .split(',')
        .filter_map(|tag| tag.split_once('='))
        .map(|(key, value)| (key.trim().to_ascii_lowercase(), value.trim()))
        .collect();
    let tag = |name: &str| tags.iter().find(|(key, _)| key == name).map_or("", |(_, value)| *value);
    let name: Str = tag("name").into();
    let own = if tag("inname").is_empty() { inner(&name) } else { tag("inname").into() };
    let shape = match tag("repetitiontype").to_ascii_uppercase().as_str() {
        "" | "REQUIRED" => Shape::Required,
        "OPTIONAL" => Shape::Optional,
        "REPEATED" => Shape::Repeated,
        other => return Err(format!("'{name}' has the unknown repetition type {other}")),
    };
    let (mut inside, mut named) = columns(field, depth + 1)?;
    let (of, names) = match tag("type") {
        "MAP" => match (inside.pop(), inside.pop(), inside.pop(), named.pop()) {
            (Some(value), Some(key), None, Some((_, _, names))) => {
                let (key, value) =
                    (Column { name: "key".into(), ..key }, Column { name: "value".into(), ..value });
                (Of::Map(Box::new((key, value))), Names::Values(Box::new(names)))
            }
            _ => return Err(format!("the map '{name}' needs two fields, its key and its value")),
        },
        "LIST" => match (inside.pop(), inside.pop(), named.pop()) {
            (Some(element), None, Some((_, _, names))) => {
                (Of::List(Box::new(Column { name: "element".into(), ..element })), names)
            }
            _ => return Err(format!("the list '{name}' needs one field, its element")),
        },
        _ if !inside.is_empty() => (Of::Group(inside), Names::Group(named)),
        of => (Of::Leaf(leaf(&name, of, &tag)?), Names::Plain),
    };
    Ok((Column { name, shape, of }, own, names))
}

fn leaf<'t>(name: &str, of: &str, tag: &dyn Fn(&str) -> &'t str) -> Result<Leaf, String> {
    let converted = tag("convertedtype");
    let known = match (of, converted) {
        ("INT32" | "INT64", "DECIMAL") => {
            let number = |part| tag(part).parse().unwrap_or(0);
            let (precision, scale) = (number("precision"), number("scale"));
            Some(if of == "INT32" {
                Leaf::Decimal32 { precision, scale }
            } else {
                Leaf::Decimal64 { precision, scale }
            })
        }
        (_, "") => LEAVES.iter().find(|(known, _)| *known == of).map(|(_, leaf)| *leaf),
        _ => CONVERTED
            .iter()
            .find(|(known, as_what, _)| (*known, *as_what) == (of, converted))
            .map(|known| known.2),
    };
    known.ok_or_else(|| format!("'{name}': there are no columns of type {of} {converted}"))
}
