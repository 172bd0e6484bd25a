//! The shape of values, as a schema that knows no format: what Bloblang infers, and what travels as metadata between
//! components that read one format and write another.

use std::fmt::Write;

use sha2::{Digest, Sha256};

use super::number::Num;
use super::{Object, Str, Value};

/// How deep a shape may be.
const MAX_DEPTH: usize = 200;

#[derive(Clone, Debug, PartialEq)]
pub struct Shape {
    /// Of a field, or of a type that has one; else empty.
    pub name: Str,
    pub kind: Kind,
    pub optional: bool,
    /// The fields of an object, the one kind of elements of an array or a map, the choices of a union.
    pub children: Vec<Shape>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    Boolean,
    Int32,
    Int64,
    Float32,
    Float64,
    String,
    ByteArray,
    Object,
    Map,
    Array,
    Null,
    Union,
    /// Milliseconds of UTC if nothing is said.
    Timestamp(Option<Precision>),
    Any,
    Decimal {
        precision: i64,
        scale: i64,
    },
    BigDecimal,
    Date,
    TimeOfDay(Precision),
    Uuid,
}

/// How exact times are, and whether they are those of UTC.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Precision {
    pub unit: Unit,
    pub utc: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Unit {
    Seconds = 1,
    Millis = 2,
    Micros = 3,
    Nanos = 4,
}

/// Kinds that are nothing but a name.
const PLAIN: &[Kind] = &[
    Kind::Boolean,
    Kind::Int32,
    Kind::Int64,
    Kind::Float32,
    Kind::Float64,
    Kind::String,
    Kind::ByteArray,
    Kind::Object,
    Kind::Map,
    Kind::Array,
    Kind::Null,
    Kind::Union,
    Kind::Any,
    Kind::BigDecimal,
    Kind::Date,
    Kind::Uuid,
];

const UNITS: &[Unit] = &[Unit::Seconds, Unit::Millis, Unit::Micros, Unit::Nanos];

// === impl Shape ===

impl Shape {
    pub fn new(name: impl Into<Str>, kind: Kind) -> Self {
        Self { name: name.into(), kind, optional: false, children: Vec::new() }
    }

    pub fn with(self, children: Vec<Shape>) -> Self {
        Self { children, ..self }
    }

    /// The description as a document, with fingerprints.
    pub fn describe(&self) -> Value {
        self.described().0
    }

    /// The description, and the text that its fingerprint is the hash of.
    fn described(&self) -> (Value, String) {
        let (number, kind) = self.kind.known();
        let mut canonical = format!("T:{number}|N:{}|O:{}|", self.name, u8::from(self.optional));
        let mut description = Object::new();
        let mut add = |key: &'static str, value: Value| {
            description.insert(key.into(), value);
        };
        match self.kind {
            Kind::Decimal { precision, scale } => {
                let _ = write!(canonical, "D:{precision}:{scale}|");
                add("precision", Value::Int(precision));
                add("scale", Value::Int(scale));
            }
            Kind::Timestamp(Some(Precision { unit, utc })) | Kind::TimeOfDay(Precision { unit, utc }) => {
                let mark = if number == 13 { "TS" } else { "TOD" };
                let _ = write!(canonical, "{mark}:{}:{utc}|", unit as u8);
                add("unit", unit.name().into());
                add("adjust_to_utc", Value::Bool(utc));
            }
            _ => {}
        }
        let _ = write!(canonical, "C:{}|", self.children.len());
        let mut children = Vec::with_capacity(self.children.len());
        for (i, child) in self.children.iter().enumerate() {
            let (description, text) = child.described();
            let _ = write!(canonical, "[{i}:{text}]");
            children.push(description);
        }
        if !children.is_empty() {
            add("children", Value::from(children));
        }
        add("fingerprint", data_encoding::HEXLOWER.encode(&Sha256::digest(&canonical)).into());
        if !self.name.is_empty() {
            add("name", Value::String(self.name.clone()));
        }
        if self.optional {
            add("optional", Value::Bool(true));
        }
        add("type", kind.into());
        (Value::Object(description), canonical)
    }

    /// The shape that a document describes.
    pub fn read(description: &Value) -> Result<Self, String> {
        Self::read_at(description, 0)
    }

    fn read_at(description: &Value, depth: usize) -> Result<Self, String> {
        if depth == MAX_DEPTH {
            return Err(format!("the schema is deeper than {MAX_DEPTH}"));
        }
        let text = |name| description.get(name).and_then(Value::as_str);
        let name = text("name").unwrap_or_default();
        let kind = text("type").ok_or_else(|| format!("the schema '{name}' has no type"))?;
        let number = |part| description.get(part).and_then(Num::of).map(Num::to_i64);
        let unit = UNITS.iter().find(|unit| text("unit") == Some(unit.name()));
        let precision = || {
            unit.map(|unit| Precision {
                unit: *unit,
                utc: description.get("adjust_to_utc") == Some(&Value::Bool(true)),
            })
        };
        let plain = PLAIN.iter().find(|plain| plain.known().1 == kind).copied();
        let kind = match kind {
            "TIMESTAMP" => Some(Kind::Timestamp(precision())),
            "TIME_OF_DAY" => precision().map(Kind::TimeOfDay),
            "DECIMAL" => number("precision")
                .zip(number("scale"))
                .map(|(precision, scale)| Kind::Decimal { precision, scale }),
            _ => plain,
        };
        let children = match description.get("children") {
            Some(Value::Array(children)) => {
                children.iter().map(|child| Self::read_at(child, depth + 1)).collect()
            }
            _ => Ok(Vec::new()),
        };
        Ok(Self {
            name: name.into(),
            kind: kind.ok_or_else(|| format!("the schema '{name}' has no known type"))?,
            optional: description.get("optional") == Some(&Value::Bool(true)),
            children: children?,
        })
    }
}

// === impl Kind ===

impl Kind {
    /// The name in descriptions.
    pub fn name(self) -> &'static str {
        self.known().1
    }

    /// The number in fingerprints, and the name.
    fn known(self) -> (u8, &'static str) {
        match self {
            Kind::Boolean => (1, "BOOLEAN"),
            Kind::Int32 => (2, "INT32"),
            Kind::Int64 => (3, "INT64"),
            Kind::Float32 => (4, "FLOAT32"),
            Kind::Float64 => (5, "FLOAT64"),
            Kind::String => (6, "STRING"),
            Kind::ByteArray => (7, "BYTE_ARRAY"),
            Kind::Object => (8, "OBJECT"),
            Kind::Map => (9, "MAP"),
            Kind::Array => (10, "ARRAY"),
            Kind::Null => (11, "NULL"),
            Kind::Union => (12, "UNION"),
            Kind::Timestamp(_) => (13, "TIMESTAMP"),
            Kind::Any => (14, "ANY"),
            Kind::Decimal { .. } => (15, "DECIMAL"),
            Kind::BigDecimal => (16, "BIG_DECIMAL"),
            Kind::Date => (17, "DATE"),
            Kind::TimeOfDay(_) => (18, "TIME_OF_DAY"),
            Kind::Uuid => (19, "UUID"),
        }
    }
}

// === impl Unit ===

impl Unit {
    pub fn name(self) -> &'static str {
        match self {
            Unit::Seconds => "SECONDS",
            Unit::Millis => "MILLIS",
            Unit::Micros => "MICROS",
            Unit::Nanos => "NANOS",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptions_go_both_ways() {
        let micros = Precision { unit: Unit::Micros, utc: true };
        let shape = Shape::new("r", Kind::Object).with(vec![
            Shape { optional: true, ..Shape::new("a", Kind::Timestamp(Some(micros))) },
            Shape::new("b", Kind::Decimal { precision: 4, scale: 2 }),
            Shape::new("c", Kind::Array).with(vec![Shape::new("", Kind::Uuid)]),
            Shape::new("d", Kind::TimeOfDay(Precision { utc: false, ..micros })),
        ]);
        assert_eq!(Shape::read(&shape.describe()), Ok(shape));
        assert!(Shape::read(&Value::Null).is_err());
    }
}
