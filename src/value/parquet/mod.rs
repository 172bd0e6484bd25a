//! Parquet files as rows: each is an object, with nested groups, lists and maps as objects and arrays.
//!
//! Dates, times and points in time are the integers that are stored; texts and bytes of any length are strings,
//! fixed-length ones bytes; decimals are floats, or text where no float holds them. [`Rows`] reads a file row by row.

mod column;
mod node;
mod rows;
#[cfg(test)]
mod tests;

pub use rows::Rows;

use std::fmt;

/// How lists are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lists {
    /// As arrays.
    #[default]
    Arrays,
    /// As they are stored, `{"list": [{"element": ..}]}`, except for lists within lists and maps.
    Stored,
}

/// What times and ids are shown as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Logical {
    /// What is stored: integers and bytes.
    #[default]
    Stored,
    /// What it means: points in time are timestamps, UUIDs texts.
    Meant,
}

/// Why a file cannot be read.
#[derive(Debug)]
pub enum ParquetError {
    /// What is wrong with the file.
    File(::parquet::errors::ParquetError),
    /// A list or a map is not made of the groups that it has to be made of; its name.
    Shape(String),
    /// The content of a JSON column is no JSON.
    Json(super::json::JsonError),
}

impl fmt::Display for ParquetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ParquetError::File(error) => write!(f, "reading parquet: {error}"),
            ParquetError::Shape(name) => {
                write!(f, "reading parquet: the groups of {name} do not make a list or a map")
            }
            ParquetError::Json(error) => write!(f, "reading parquet: a JSON column: {error}"),
        }
    }
}

impl std::error::Error for ParquetError {}

impl From<::parquet::errors::ParquetError> for ParquetError {
    fn from(error: ::parquet::errors::ParquetError) -> Self {
        ParquetError::File(error)
    }
}
