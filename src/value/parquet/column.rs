//! One column: its values with the levels that say where in a row they stand.

use ::parquet::basic::{ConvertedType, LogicalType, TimeUnit};
use ::parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use ::parquet::data_type::{ByteArray, DataType, FixedLenByteArray, Int96};
use ::parquet::schema::types::Type;
use bytes::Bytes;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::{Logical, ParquetError};
use crate::value::number::widened;
use crate::value::{Array, Value, decimal, json};

/// What the stored values of a column stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// Themselves.
    Plain,
    /// Decimals, by how many digits are behind the point.
    Decimal(i32),
    Json,
    /// Integers of 32 bits without a sign.
    Unsigned,
    /// Texts of a map, which are bytes to the reference.
    Bytes,
    /// Points in time, by how many nanoseconds their unit has.
    Time(i64),
    Uuid,
}

pub(super) struct Column {
    reader: ColumnReader,
    meaning: Meaning,
    max_definition: i16,
    /// The entries that were read and not yet taken: a column has as many as there are places for values in the rows.
    definitions: Vec<i16>,
    repetitions: Vec<i16>,
    /// Of the entries whose definition is the highest, the values.
    values: std::vec::IntoIter<Value>,
    at: usize,
    /// How many entries there are.
    entries: usize,
}

// === impl Meaning ===

impl Meaning {
    /// What the values of a column of type `leaf` mean, which is a part of a map or not.
    pub fn of(leaf: &Type, in_map: bool, logical: Logical) -> Self {
        let info = leaf.get_basic_info();
        match info.logical_type_ref() {
            Some(LogicalType::Timestamp(time)) if logical == Logical::Meant => {
                return Meaning::Time(match time.unit {
                    TimeUnit::MILLIS => 1_000_000,
                    TimeUnit::MICROS => 1_000,
                    TimeUnit::NANOS => 1,
                });
            }
            Some(LogicalType::Uuid) if logical == Logical::Meant => return Meaning::Uuid,
            _ => {}
        }
        match (info.converted_type(), info.logical_type_ref()) {
            (_, Some(LogicalType::Decimal(decimal))) => Meaning::Decimal(decimal.scale),
            (ConvertedType::DECIMAL, _) => Meaning::Decimal(leaf.get_scale()),
            (ConvertedType::JSON, _) if !in_map => Meaning::Json,
            (ConvertedType::UINT_8 | ConvertedType::UINT_16 | ConvertedType::UINT_32, _) => Meaning::Unsigned,
            _ if in_map => Meaning::Bytes,
            _ => Meaning::Plain,
        }
    }
}

// === impl Column ===

impl Column {
    pub fn new(reader: ColumnReader, meaning: Meaning, max_definition: i16) -> Self {
        let (definitions, repetitions) = (Vec::new(), Vec::new());
        let values = Vec::new().into_iter();
        Self { reader, meaning, max_definition, definitions, repetitions, values, at: 0, entries: 0 }
    }

    /// Reads the entries of the next `rows` rows, once all earlier ones were taken. Returns how many rows there were.
    pub fn fill(&mut self, rows: usize) -> Result<usize, ParquetError> {
        self.definitions.clear();
        self.repetitions.clear();
        self.at = 0;
        let levels = (&mut self.definitions, &mut self.repetitions);
        let meaning = self.meaning;
        let (rows, entries, values) = match (&mut self.reader, meaning) {
            (ColumnReader::BoolColumnReader(r), _) => read(r, rows, levels, |b| Ok(Value::Bool(b)))?,
            (ColumnReader::Int32ColumnReader(r), Meaning::Decimal(scale)) => {
                read(r, rows, levels, |i| Ok(Value::Float(widened(i as f32 / 10_f32.powi(scale)))))?
            }
            (ColumnReader::Int64ColumnReader(r), Meaning::Decimal(scale)) => {
                read(r, rows, levels, |i| Ok(Value::Float(i as f64 / 10_f64.powi(scale))))?
            }
            (ColumnReader::Int32ColumnReader(r), Meaning::Unsigned) => {
                read(r, rows, levels, |i| Ok(Value::Int(i64::from(i as u32))))?
            }
            (ColumnReader::Int32ColumnReader(r), _) => {
                read(r, rows, levels, |i| Ok(Value::Int(i64::from(i))))?
            }
            (ColumnReader::Int64ColumnReader(r), Meaning::Time(unit)) => {
                read(r, rows, levels, |i| Ok(time(i, unit)))?
            }
            (ColumnReader::Int64ColumnReader(r), _) => read(r, rows, levels, |i| Ok(Value::Int(i)))?,
            (ColumnReader::Int96ColumnReader(r), _) => read(r, rows, levels, |i| Ok(int96(&i)))?,
            (ColumnReader::FloatColumnReader(r), _) => {
                read(r, rows, levels, |f| Ok(Value::Float(widened(f))))?
            }
            (ColumnReader::DoubleColumnReader(r), _) => read(r, rows, levels, |f| Ok(Value::Float(f)))?,
            (ColumnReader::ByteArrayColumnReader(r), _) => {
                read(r, rows, levels, |bytes: ByteArray| bytes_as(bytes, meaning))?
            }
            (ColumnReader::FixedLenByteArrayColumnReader(r), _) => {
                let meaning = if meaning == Meaning::Plain { Meaning::Bytes } else { meaning };
                read(r, rows, levels, |bytes: FixedLenByteArray| bytes_as(bytes.into(), meaning))?
            }
        };
        self.values = values.into_iter();
        self.entries = entries;
        Ok(rows)
    }

    /// How much of its place is there in the next entry; none after the last one.
    pub fn definition(&self) -> Option<i16> {
        (self.at < self.entries).then(|| self.definitions.get(self.at).copied().unwrap_or(0))
    }

    /// Within how many lists the next entry goes on rather than beginning anew; none after the last one.
    pub fn repetition(&self) -> Option<i16> {
        (self.at < self.entries).then(|| self.repetitions.get(self.at).copied().unwrap_or(0))
    }

    /// Takes the next entry; null where it has no value.
    pub fn take(&mut self) -> Value {
        let is_there = self.definition() == Some(self.max_definition);
        self.at += 1;
        if is_there { self.values.next().unwrap_or_default() } else { Value::Null }
    }
}

/// Reads the entries of up to `rows` rows: how many rows and entries there were, and their values.
fn read<T: DataType>(
    reader: &mut ColumnReaderImpl<T>,
    rows: usize,
    (definitions, repetitions): (&mut Vec<i16>, &mut Vec<i16>),
    convert: impl Fn(T::T) -> Result<Value, ParquetError>,
) -> Result<(usize, usize, Vec<Value>), ParquetError> {
    let mut stored = Vec::new();
    let (rows, _, entries) = reader.read_records(rows, Some(definitions), Some(repetitions), &mut stored)?;
    let values = stored.into_iter().map(convert).collect::<Result<_, _>>()?;
    Ok((rows, entries, values))
}

fn bytes_as(bytes: ByteArray, meaning: Meaning) -> Result<Value, ParquetError> {
    match meaning {
        Meaning::Plain | Meaning::Unsigned => Ok(Value::text(Bytes::copy_from_slice(bytes.data()))),
        Meaning::Bytes => Ok(Value::from(Bytes::copy_from_slice(bytes.data()))),
        Meaning::Json => json::parse(bytes.data()).map(with_floats).map_err(ParquetError::Json),
        Meaning::Decimal(scale) => Ok(Value::from(decimal::text(bytes.data(), scale))),
        Meaning::Uuid => {
            let uuid = uuid::Uuid::from_slice(bytes.data());
            Ok(uuid.map_or(Value::Null, |uuid| Value::from(uuid.to_string())))
        }
        Meaning::Time(_) => Ok(Value::Null),
    }
}

/// A point in time; one that no calendar has stays a number.
fn time(units: i64, unit: i64) -> Value {
    let time = Timestamp::from_nanosecond(i128::from(units) * i128::from(unit));
    time.map_or(Value::Int(units), |time| Value::from(time.to_zoned(TimeZone::UTC)))
}

/// The three words that an old-style point in time is stored as.
fn int96(words: &Int96) -> Value {
    Value::Array(words.data().iter().map(|word| Value::Int(i64::from(*word))).collect::<Array>())
}

/// The numbers of a document as floats, which they are to the reference.
fn with_floats(value: Value) -> Value {
    match value {
        Value::Number(text) => text.parse().map_or(Value::Number(text), Value::Float),
        Value::Array(items) => Value::Array(items.into_iter().map(with_floats).collect()),
        Value::Object(object) => {
            Value::Object(object.into_iter().map(|(key, value)| (key, with_floats(value))).collect())
        }
        other => other,
    }
}
