//! MessagePack: values to bytes and back.
//!
//! Computed integers take nine bytes each and numbers of a document as few as they need; texts of any bytes are
//! strings, and points in time the extension type -1.

mod read;
#[cfg(test)]
mod tests;
mod write;

pub use read::read;
pub use write::write;

use std::fmt;

/// The type of the extension that points in time are.
const TIME: i8 = -1;

/// Why bytes are no MessagePack, or a value cannot be written as such.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MsgpackError {
    /// The bytes end within a value.
    Truncated,
    /// A type code that no value begins with.
    UnknownCode(u8),
    /// An extension that is no point in time, by its type.
    UnknownExtension(i8),
    /// A point in time out of range, or of a length that there is not.
    InvalidTime,
    /// A key of a map that is no text, by its type code.
    InvalidKey(u8),
    /// Containers are nested too deep.
    TooDeep,
    /// A value of a type that has no form, or a number that no float can hold.
    Unwritable(&'static str),
}

impl fmt::Display for MsgpackError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            MsgpackError::Truncated => f.write_str("msgpack: the data ends within a value"),
            MsgpackError::UnknownCode(code) => {
                write!(f, "msgpack: no value begins with the byte {code:#04x}")
            }
            MsgpackError::UnknownExtension(id) => write!(f, "msgpack: the extension type {id} is not known"),
            MsgpackError::InvalidTime => f.write_str("msgpack: invalid point in time"),
            MsgpackError::InvalidKey(code) => {
                write!(f, "msgpack: a map has a key that is no string (its byte is {code:#04x})")
            }
            MsgpackError::TooDeep => f.write_str("msgpack: containers are nested too deep"),
            MsgpackError::Unwritable(what) => write!(f, "msgpack: {what} cannot be written"),
        }
    }
}

impl std::error::Error for MsgpackError {}
