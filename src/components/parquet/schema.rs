//! What the columns of a file are, as configs and metadata describe them, and as the format writes it.

use std::sync::Arc;

use ::parquet::basic::{LogicalType, Repetition, TimeUnit, Type as Physical};
use ::parquet::errors::ParquetError;
use ::parquet::schema::types::Type;

use crate::value::{Str, Value};

/// How deep columns may stand in each other.
const MAX_DEPTH: usize = 50;

#[derive(Clone, Debug)]
pub struct Column {
    pub name: Str,
    pub shape: Shape,
    pub of: Of,
}

/// How often a value is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    Required,
    Optional,
    Repeated,
}

#[derive(Clone, Debug)]
pub enum Of {
    Leaf(Leaf),
    Group(Vec<Column>),
    /// A list with elements that may be anything, lists and nothing included.
    List(Box<Column>),
    /// Keys and values.
    Map(Box<(Column, Column)>),
}

/// A value that is stored in one piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leaf {
    Boolean,
    Int8,
    Int16,
    Int32,
    Int64,
    Float,
    Double,
    Bytes,
    Text,
    Timestamp(Unit),
    Bson,
    Enum,
    Json,
    Uuid,
    Date,
    Decimal32 { precision: i32, scale: i32 },
    Decimal64 { precision: i32, scale: i32 },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    Millis,
    Micros,
    Nanos,
}

/// Names of leaves, but for those that need more than a name.
pub const LEAVES: &[(&str, Leaf)] = &[
    ("BOOLEAN", Leaf::Boolean),
    ("INT8", Leaf::Int8),
    ("INT16", Leaf::Int16),
    ("INT32", Leaf::Int32),
    ("INT64", Leaf::Int64),
    ("FLOAT", Leaf::Float),
    ("DOUBLE", Leaf::Double),
    ("BYTE_ARRAY", Leaf::Bytes),
    ("UTF8", Leaf::Text),
    ("BSON", Leaf::Bson),
    ("ENUM", Leaf::Enum),
    ("JSON", Leaf::Json),
    ("UUID", Leaf::Uuid),
];

/// Names of leaves in schemas that come as metadata.
const COMMON: &[(&str, Leaf)] = &[
    ("BOOLEAN", Leaf::Boolean),
    ("INT32", Leaf::Int32),
    ("INT64", Leaf::Int64),
    ("FLOAT32", Leaf::Float),
    ("FLOAT64", Leaf::Double),
    ("STRING", Leaf::Text),
    ("BYTE_ARRAY", Leaf::Bytes),
    ("DATE", Leaf::Date),
    ("UUID", Leaf::Uuid),
];

// === impl Unit ===

impl Unit {
    /// How many nanoseconds it is.
    pub fn nanos(self) -> i128 {
        match self {
            Unit::Millis => 1_000_000,
            Unit::Micros => 1_000,
            Unit::Nanos => 1,
        }
    }

    fn written(self) -> TimeUnit {
        match self {
            Unit::Millis => TimeUnit::MILLIS,
            Unit::Micros => TimeUnit::MICROS,
            Unit::Nanos => TimeUnit::NANOS,
        }
    }
}

// === impl Leaf ===

impl Leaf {
    pub fn physical(self) -> Physical {
        match self {
            Leaf::Boolean => Physical::BOOLEAN,
            Leaf::Int8 | Leaf::Int16 | Leaf::Int32 | Leaf::Date | Leaf::Decimal32 { .. } => Physical::INT32,
            Leaf::Int64 | Leaf::Timestamp(_) | Leaf::Decimal64 { .. } => Physical::INT64,
            Leaf::Float => Physical::FLOAT,
            Leaf::Double => Physical::DOUBLE,
            Leaf::Bytes | Leaf::Text | Leaf::Bson | Leaf::Enum | Leaf::Json => Physical::BYTE_ARRAY,
            Leaf::Uuid => Physical::FIXED_LEN_BYTE_ARRAY,
        }
    }

    fn logical(self) -> Option<LogicalType> {
        Some(match self {
            Leaf::Int8 => LogicalType::integer(8, true),
            Leaf::Int16 => LogicalType::integer(16, true),
            Leaf::Int32 => LogicalType::integer(32, true),
            Leaf::Int64 => LogicalType::integer(64, true),
            Leaf::Text => LogicalType::String,
            Leaf::Timestamp(unit) => LogicalType::timestamp(true, unit.written()),
            Leaf::Bson => LogicalType::Bson,
            Leaf::Enum => LogicalType::Enum,
            Leaf::Json => LogicalType::Json,
            Leaf::Uuid => LogicalType::Uuid,
            Leaf::Date => LogicalType::Date,
            Leaf::Decimal32 { precision, scale } | Leaf::Decimal64 { precision, scale } => {
                LogicalType::decimal(scale, precision)
            }
            Leaf::Boolean | Leaf::Float | Leaf::Double | Leaf::Bytes => return None,
        })
    }
}

// === impl Column ===

impl Column {
    /// The column as the format writes it.
    pub fn written(&self) -> Result<Arc<Type>, ParquetError> {
        let repetition = match self.shape {
            Shape::Required => Repetition::REQUIRED,
            Shape::Optional => Repetition::OPTIONAL,
            Shape::Repeated => Repetition::REPEATED,
        };
        let group = |logical, columns: Vec<Arc<Type>>| {
            let builder = Type::group_type_builder(&self.name).with_repetition(repetition);
            builder.with_logical_type(logical).with_fields(columns).build()
        };
        let inner = |name: &str, columns: &[&Column]| {
            let columns = columns.iter().map(|column| column.written()).collect::<Result<_, _>>()?;
            let builder = Type::group_type_builder(name).with_repetition(Repetition::REPEATED);
            builder.with_fields(columns).build().map(Arc::new)
        };
        Ok(Arc::new(match &self.of {
            Of::Leaf(leaf) => {
                let builder =
                    Type::primitive_type_builder(&self.name, leaf.physical()).with_repetition(repetition);
                let (precision, scale) = match leaf {
                    Leaf::Decimal32 { precision, scale } | Leaf::Decimal64 { precision, scale } => {
                        (*precision, *scale)
                    }
                    _ => (-1, -1),
                };
                let length = if *leaf == Leaf::Uuid { 16 } else { -1 };
                let builder = builder.with_logical_type(leaf.logical()).with_length(length);
                builder.with_precision(precision).with_scale(scale).build()?
            }
            Of::Group(columns) => {
                group(None, columns.iter().map(Column::written).collect::<Result<_, _>>()?)?
            }
            Of::List(element) => group(Some(LogicalType::List), vec![inner("list", &[element])?])?,
            Of::Map(entry) => {
                group(Some(LogicalType::Map), vec![inner("key_value", &[&entry.0, &entry.1])?])?
            }
        }))
    }
}

/// The columns of a schema that comes as metadata: an object with `children`.
pub fn from_metadata(schema: &Value, unit: Unit) -> Result<Vec<Column>, String> {
    match common(schema, unit, 0)?.of {
        Of::Group(columns) => Ok(columns),
        _ => Err("the schema is not one of an object".to_owned()),
    }
}

fn common(schema: &Value, unit: Unit, depth: usize) -> Result<Column, String> {
    if depth == MAX_DEPTH {
        return Err(format!("the schema is deeper than {MAX_DEPTH}"));
    }
    let text = |name| schema.get(name).and_then(Value::as_str);
    let number = |name| schema.get(name).and_then(crate::value::number::Num::of).map(|n| n.to_i64());
    let name: Str = text("name").unwrap_or_default().into();
    let of = text("type").ok_or_else(|| format!("'{name}' has no type"))?;
    let children = match schema.get("children") {
        Some(Value::Array(children)) => children.iter().map(|child| common(child, unit, depth + 1)).collect(),
        _ => Ok(Vec::new()),
    };
    let mut children: Vec<Column> = children?;
    let optional = matches!(schema.get("optional"), Some(Value::Bool(true)));
    let shape = if optional { Shape::Optional } else { Shape::Required };
    let leaf = COMMON.iter().find(|(known, _)| *known == of).map(|(_, leaf)| *leaf);
    let of = match of {
        "OBJECT" if !children.is_empty() => Of::Group(children),
        "ARRAY" if children.len() == 1 => {
            return Ok(Column { name, shape: Shape::Repeated, of: children.remove(0).of });
        }
        "MAP" if children.len() == 1 => {
            let key = Column { name: "key".into(), shape: Shape::Required, of: Of::Leaf(Leaf::Text) };
            Of::Map(Box::new((key, Column { name: "value".into(), ..children.remove(0) })))
        }
        "TIMESTAMP" => Of::Leaf(Leaf::Timestamp(unit)),
        "DECIMAL" => {
            let part = |part| number(part).and_then(|n| i32::try_from(n).ok());
            match part("precision").zip(part("scale")) {
                Some((precision @ 1..=9, scale)) => Of::Leaf(Leaf::Decimal32 { precision, scale }),
                Some((precision @ 10..=18, scale)) => Of::Leaf(Leaf::Decimal64 { precision, scale }),
                _ => return Err(format!("the decimal '{name}' has no precision from 1 to 18")),
            }
        }
        other => Of::Leaf(
            leaf.ok_or_else(|| format!("'{name}' is of type {other}, for which there are no columns"))?,
        ),
    };
    Ok(Column { name, shape, of })
}
