//! MaxMind databases: what each kind tells of an address.

pub mod shapes;

use std::net::IpAddr;
use std::str::FromStr;

use serde_json::Value as Record;

use super::error::Error;
use super::spec::Result;
use crate::value::{Array, Object, Value};

pub use shapes::{Lookup, Shape};

/// What a field of a record is.
#[derive(Clone, Copy, Debug)]
pub enum Field {
    Text,
    Number,
    Flag,
    /// Texts by language; null where there are none.
    Names,
    Record(Shape),
    /// An array of records; null where there are none.
    Records(Shape),
}

/// An open database.
pub struct Database {
    reader: maxminddb::Reader<Vec<u8>>,
}

impl Database {
    /// Opens a database of a type that is known.
    pub fn open(content: Vec<u8>) -> Result<Self> {
        let reader = maxminddb::Reader::from_source(content).map_err(|e| Error::new(e.to_string()))?;
        let kind = &reader.metadata().database_type;
        if !shapes::KINDS.contains(&kind.as_str()) {
            return Err(Error::new(format!("the database type {kind:?} is not supported")));
        }
        Ok(Self { reader })
    }

    /// What the database tells of an address; of one that it does not know the empty record.
    pub fn find(&self, address: &str, lookup: &Lookup) -> Result<Value> {
        let failed = |why: String| Error::new(format!("the address {address} cannot be looked up: {why}"));
        let kind = &self.reader.metadata().database_type;
        if !lookup.kinds.contains(&kind.as_str()) {
            return Err(failed(format!("the database {kind} does not tell {}", lookup.what)));
        }
        let Ok(ip) = IpAddr::from_str(address) else {
            return Err(failed("it is no valid v4 or v6 address".to_owned()));
        };
        let found = self.reader.lookup(ip.to_canonical()).map_err(|e| failed(e.to_string()))?;
        let record: Option<Record> = found.decode().map_err(|e| failed(e.to_string()))?;
        shaped(record.as_ref(), lookup.shape).map_err(failed)
    }
}

/// The fields that `shape` names, with what stands for those that are missing.
fn shaped(record: Option<&Record>, shape: Shape) -> std::result::Result<Value, String> {
    let field = |(name, key, field): &(&str, &str, Field)| {
        let found = record.and_then(|record| record.get(key));
        Ok(((*name).into(), value_of(found, *field).map_err(|what| format!("{key}: {what}"))?))
    };
    shape.iter().map(field).collect::<std::result::Result<Object, String>>().map(Value::Object)
}

fn value_of(found: Option<&Record>, field: Field) -> std::result::Result<Value, String> {
    Ok(match (field, found) {
        (Field::Text, None) => Value::from(""),
        (Field::Text, Some(Record::String(text))) => Value::from(text.as_str()),
        (Field::Number, None) => Value::Number("0".into()),
        (Field::Number, Some(Record::Number(number))) => {
            // A float without a fraction has none in the output either.
            let whole = number.as_f64().filter(|float| float.fract() == 0.0 && float.abs() < 1e15);
            match whole {
                Some(whole) => Value::Number(format!("{whole}").into()),
                None => Value::Number(number.to_string().into()),
            }
        }
        (Field::Flag, None) => Value::Bool(false),
        (Field::Flag, Some(Record::Bool(flag))) => Value::Bool(*flag),
        (Field::Names | Field::Records(_), None) => Value::Null,
        (Field::Names, Some(Record::Object(names))) => {
            let name = |(language, name): (&String, &Record)| match name {
                Record::String(name) => Ok((language.as_str().into(), Value::from(name.as_str()))),
                other => Err(format!("{other} is no name")),
            };
            Value::Object(names.iter().map(name).collect::<std::result::Result<Object, String>>()?)
        }
        (Field::Record(shape), found @ (None | Some(Record::Object(_)))) => shaped(found, shape)?,
        (Field::Records(shape), Some(Record::Array(records))) => {
            let each = records.iter().map(|record| shaped(Some(record), shape));
            Value::Array(each.collect::<std::result::Result<Array, String>>()?)
        }
        (_, Some(other)) => return Err(format!("{other} is not what it has to be")),
    })
}
