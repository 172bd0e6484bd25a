//! Rows taken apart into columns. Beside its values a column has levels for each place of a value: how many optional and
//! repeated parts around it are there (its definition), and how many repeated parts go on (its repetition).

use ::parquet::data_type::{
    BoolType, ByteArray, ByteArrayType, DataType, DoubleType, FixedLenByteArray, FixedLenByteArrayType,
    FloatType, Int32Type, Int64Type,
};
use ::parquet::errors::ParquetError;
use ::parquet::file::writer::{SerializedColumnWriter, SerializedRowGroupWriter};
use jiff::Timestamp;

use super::schema::{Column, Leaf, Of, Shape, Unit};
use crate::value::{Value, json, number, text};

/// The columns of rows that were taken apart.
#[derive(Default)]
pub struct Shredded {
    columns: Vec<Stored>,
}

/// One column.
struct Stored {
    leaf: Leaf,
    data: Data,
    definitions: Vec<i16>,
    repetitions: Vec<i16>,
}

enum Data {
    Bool(Vec<bool>),
    Int32(Vec<i32>),
    Int64(Vec<i64>),
    Float(Vec<f32>),
    Double(Vec<f64>),
    Bytes(Vec<ByteArray>),
    Fixed(Vec<FixedLenByteArray>),
}

/// Where a value stands.
#[derive(Clone, Copy, Default)]
struct Levels {
    definition: i16,
    repetition: i16,
    /// How many repeated parts are around.
    depth: i16,
}

// === impl Shredded ===

impl Shredded {
    pub fn new(columns: &[Column]) -> Self {
        let mut shredded = Self::default();
        columns.iter().for_each(|column| shredded.prepare(column));
        shredded
    }

    fn prepare(&mut self, column: &Column) {
        match &column.of {
            Of::Leaf(leaf) => self.columns.push(Stored::new(*leaf)),
            Of::Group(columns) => columns.iter().for_each(|column| self.prepare(column)),
            Of::List(element) => self.prepare(element),
            Of::Map(entry) => {
                self.prepare(&entry.0);
                self.prepare(&entry.1);
            }
        }
    }

    /// Adds a row, which has to be an object.
    pub fn row(&mut self, columns: &[Column], row: &Value) -> Result<(), String> {
        if !matches!(row, Value::Object(_)) {
            return Err(format!("a value of type {} cannot be a row", row.type_name()));
        }
        let mut at = 0;
        self.group(columns, row, Levels::default(), &mut at)
    }

    fn group(
        &mut self,
        columns: &[Column],
        value: &Value,
        levels: Levels,
        at: &mut usize,
    ) -> Result<(), String> {
        for column in columns {
            let part = value.get(&column.name).unwrap_or(&Value::Null);
            self.part(column, part, levels, at).map_err(|error| format!("'{}': {error}", column.name))?;
        }
        Ok(())
    }

    /// Adds the value of a column; `at` is the first of those that it consists of, and then the next one.
    fn part(&mut self, column: &Column, value: &Value, levels: Levels, at: &mut usize) -> Result<(), String> {
        match (column.shape, value) {
            (Shape::Required, value) => self.inner(column, value, levels, at),
            (Shape::Optional, Value::Null) => self.nothing(column, levels, at),
            (Shape::Optional, value) => {
                self.inner(column, value, Levels { definition: levels.definition + 1, ..levels }, at)
            }
            (Shape::Repeated, Value::Null) => self.nothing(column, levels, at),
            (Shape::Repeated, Value::Array(items)) => {
                self.repeated(column, items, levels, at, |this, item, levels, at| {
                    this.inner(column, item, levels, at)
                })
            }
            (Shape::Repeated, value) => self.inner(column, value, levels.inside(), at),
        }
    }

    /// Adds the elements of something repeated.
    fn repeated<T>(
        &mut self,
        column: &Column,
        items: &[T],
        levels: Levels,
        at: &mut usize,
        mut add: impl FnMut(&mut Self, &T, Levels, &mut usize) -> Result<(), String>,
    ) -> Result<(), String> {
        let first = *at;
        if items.is_empty() {
            return self.nothing(column, levels, at);
        }
        let mut levels = levels.inside();
        for item in items {
            *at = first;
            add(self, item, levels, at)?;
            levels.repetition = levels.depth;
        }
        Ok(())
    }

    /// Adds a value that is there, or has to be.
    fn inner(
        &mut self,
        column: &Column,
        value: &Value,
        levels: Levels,
        at: &mut usize,
    ) -> Result<(), String> {
        match (&column.of, value) {
            (Of::Leaf(_), value) => {
                let stored = &mut self.columns[*at];
                stored.definitions.push(levels.definition);
                stored.repetitions.push(levels.repetition);
                *at += 1;
                stored.push(value)
            }
            (Of::Group(columns), Value::Object(_) | Value::Null) => self.group(columns, value, levels, at),
            (Of::List(element), Value::Array(items)) => {
                self.repeated(column, items, levels, at, |this, item, levels, at| {
                    this.part(element, item, levels, at)
                })
            }
            (Of::Map(entry), Value::Object(object)) => {
                let entries: Vec<(Value, &Value)> =
                    object.iter().map(|(key, value)| (key.clone().into(), value)).collect();
                self.repeated(column, &entries, levels, at, |this, (key, value), levels, at| {
                    this.part(&entry.0, key, levels, at)?;
                    this.part(&entry.1, value, levels, at)
                })
            }
            (Of::List(_) | Of::Map(_), Value::Null) => self.nothing(column, levels, at),
            (_, other) => Err(format!("a value of type {} does not fit", other.type_name())),
        }
    }

    /// Adds that there is nothing.
    fn nothing(&mut self, column: &Column, levels: Levels, at: &mut usize) -> Result<(), String> {
        match &column.of {
            Of::Leaf(_) => {
                let stored = &mut self.columns[*at];
                stored.definitions.push(levels.definition);
                stored.repetitions.push(levels.repetition);
                *at += 1;
                Ok(())
            }
            Of::Group(columns) => columns.iter().try_for_each(|column| self.nothing(column, levels, at)),
            Of::List(element) => self.nothing(element, levels, at),
            Of::Map(entry) => {
                self.nothing(&entry.0, levels, at)?;
                self.nothing(&entry.1, levels, at)
            }
        }
    }

    /// Writes the columns as a row group.
    pub fn write(self, group: &mut SerializedRowGroupWriter<'_, Vec<u8>>) -> Result<(), ParquetError> {
        for column in self.columns {
            let missing = || ParquetError::General("there are more columns than the schema has".to_owned());
            let mut writer = group.next_column()?.ok_or_else(missing)?;
            column.write(&mut writer)?;
            writer.close()?;
        }
        Ok(())
    }
}

// === impl Levels ===

impl Levels {
    /// Inside of something repeated.
    fn inside(self) -> Self {
        Self { definition: self.definition + 1, depth: self.depth + 1, ..self }
    }
}

// === impl Stored ===

impl Stored {
    fn new(leaf: Leaf) -> Self {
        use ::parquet::basic::Type as Physical;
        let data = match leaf.physical() {
            Physical::BOOLEAN => Data::Bool(Vec::new()),
            Physical::INT32 => Data::Int32(Vec::new()),
            Physical::INT64 | Physical::INT96 => Data::Int64(Vec::new()),
            Physical::FLOAT => Data::Float(Vec::new()),
            Physical::DOUBLE => Data::Double(Vec::new()),
            Physical::BYTE_ARRAY => Data::Bytes(Vec::new()),
            Physical::FIXED_LEN_BYTE_ARRAY => Data::Fixed(Vec::new()),
        };
        Self { leaf, data, definitions: Vec::new(), repetitions: Vec::new() }
    }

    /// Adds a value; null where there has to be one is the zero of its type.
    fn push(&mut self, value: &Value) -> Result<(), String> {
        match &mut self.data {
            Data::Bool(values) => values.push(boolean(value)?),
            Data::Int32(values) => {
                let n = whole(value, self.leaf)?;
                let fits = match self.leaf {
                    Leaf::Int8 => i8::try_from(n).is_ok(),
                    Leaf::Int16 => i16::try_from(n).is_ok(),
                    _ => true,
                };
                let n = i32::try_from(n).ok().filter(|_| fits);
                values.push(n.ok_or_else(|| format!("the number {} is too large", text::string(value)))?);
            }
            Data::Int64(values) => values.push(whole(value, self.leaf)?),
            Data::Float(values) => values.push(float(value)? as f32),
            Data::Double(values) => values.push(float(value)?),
            Data::Bytes(values) => values.push(bytes(value, self.leaf)?.into()),
            Data::Fixed(values) => values.push(ByteArray::from(uuid(value)?).into()),
        }
        Ok(())
    }

    fn write(&self, writer: &mut SerializedColumnWriter<'_>) -> Result<(), ParquetError> {
        match &self.data {
            Data::Bool(values) => self.write_as::<BoolType>(writer, values),
            Data::Int32(values) => self.write_as::<Int32Type>(writer, values),
            Data::Int64(values) => self.write_as::<Int64Type>(writer, values),
            Data::Float(values) => self.write_as::<FloatType>(writer, values),
            Data::Double(values) => self.write_as::<DoubleType>(writer, values),
            Data::Bytes(values) => self.write_as::<ByteArrayType>(writer, values),
            Data::Fixed(values) => self.write_as::<FixedLenByteArrayType>(writer, values),
        }
    }

    fn write_as<T: DataType>(
        &self,
        writer: &mut SerializedColumnWriter<'_>,
        values: &[T::T],
    ) -> Result<(), ParquetError> {
        let typed = writer.typed::<T>();
        typed.write_batch(values, Some(&self.definitions), Some(&self.repetitions)).map(drop)
    }
}

// Values

fn unfit(value: &Value, what: &str) -> String {
    format!("a value of type {} is no {what}", value.type_name())
}

fn boolean(value: &Value) -> Result<bool, String> {
    match value {
        Value::Null => Ok(false),
        Value::Bool(b) => Ok(*b),
        Value::String(text) => text.parse().map_err(|_| unfit(value, "boolean")),
        _ => float(value).map(|f| f != 0.0).map_err(|_| unfit(value, "boolean")),
    }
}

/// An integer, or what stands for one: a time in its unit, a decimal without its point.
fn whole(value: &Value, leaf: Leaf) -> Result<i64, String> {
    match leaf {
        Leaf::Timestamp(unit) => return time(value, unit),
        Leaf::Date => return time(value, Unit::Nanos).map(|nanos| nanos.div_euclid(86_400_000_000_000)),
        Leaf::Decimal32 { scale, .. } | Leaf::Decimal64 { scale, .. } => {
            return Ok((float(value)? * 10f64.powi(scale)).round() as i64);
        }
        _ => {}
    }
    match value {
        Value::Null => Ok(0),
        Value::Bool(b) => Ok(i64::from(*b)),
        Value::Int(n) => Ok(*n),
        Value::String(text) => text.parse().map_err(|_| unfit(value, "integer")),
        Value::Number(digits) => number::parse_int(digits).or_else(|_| float(value).map(|f| f as i64)),
        _ => float(value).map(|f| f as i64).map_err(|_| unfit(value, "integer")),
    }
}

fn time(value: &Value, unit: Unit) -> Result<i64, String> {
    let time: Timestamp = match value {
        Value::Timestamp(time) => time.to_zoned().timestamp(),
        Value::String(text) => text.parse().map_err(|error| format!("'{text}' is no time: {error}"))?,
        Value::Null | Value::Int(_) | Value::Sized(_) | Value::Number(_) | Value::Float(_) => {
            return whole(value, Leaf::Int64);
        }
        other => return Err(unfit(other, "time")),
    };
    i64::try_from(time.as_nanosecond().div_euclid(unit.nanos()))
        .map_err(|_| format!("the time {time} is too far away"))
}

fn float(value: &Value) -> Result<f64, String> {
    match value {
        Value::Null => Ok(0.0),
        Value::Bool(b) => Ok(f64::from(u8::from(*b))),
        Value::Int(n) => Ok(*n as f64),
        Value::Float(f) => Ok(*f),
        Value::Sized(sized) => Ok(sized.num().to_f64()),
        Value::Number(digits) => Ok(number::parse_float(digits).unwrap_or(f64::NAN)),
        Value::String(text) => text.parse().map_err(|_| unfit(value, "number")),
        _ => Err(unfit(value, "number")),
    }
}

fn bytes(value: &Value, leaf: Leaf) -> Result<Vec<u8>, String> {
    match value {
        _ if leaf == Leaf::Json => json::print(value).map_err(|_| unfit(value, "JSON")),
        Value::Null => Ok(Vec::new()),
        Value::Array(_) | Value::Object(_) => Err(unfit(value, "text")),
        value => Ok(text::bytes(value).into_owned()),
    }
}

fn uuid(value: &Value) -> Result<Vec<u8>, String> {
    match value {
        Value::Null => Ok(vec![0; 16]),
        Value::String(text) => {
            let uuid =
                uuid::Uuid::parse_str(text).map_err(|error| format!("'{text}' is no UUID: {error}"))?;
            Ok(uuid.into_bytes().to_vec())
        }
        Value::Bytes(bytes) if bytes.len() == 16 => Ok(bytes.to_vec()),
        other => Err(unfit(other, "UUID")),
    }
}
