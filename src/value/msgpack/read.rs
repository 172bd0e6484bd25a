//! Reading.

use bytes::Bytes;
use ecow::EcoVec;

use super::{MsgpackError, TIME};
use crate::value::json::go_lossy;
use crate::value::number::widened;
use crate::value::{Array, Object, Str, Value};

type Result<T> = std::result::Result<T, MsgpackError>;

/// Containers may be nested this deep: reading is recursive.
const MAX_DEPTH: usize = 1_000;

/// Room for so many elements at most is made before any of them was read: a length may lie.
const MAX_RESERVED: usize = 1024;

/// The value that `bytes` begin with; what follows it is ignored.
pub fn read(bytes: &[u8]) -> Result<Value> {
    Reader { rest: bytes }.value(0)
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Containers are kept apart from scalars, so that a level takes little stack.
    fn value(&mut self, depth: usize) -> Result<Value> {
        let code = self.byte()?;
        match code {
            0x80..=0x8f => self.map(usize::from(code & 0x0f), depth),
            0x90..=0x9f => self.array(usize::from(code & 0x0f), depth),
            0xdc | 0xdd => {
                let length = self.length(2 << (code - 0xdc))?;
                self.array(length, depth)
            }
            0xde | 0xdf => {
                let length = self.length(2 << (code - 0xde))?;
                self.map(length, depth)
            }
            code => self.scalar(code),
        }
    }

    /// The value that begins with `code` and holds no others.
    fn scalar(&mut self, code: u8) -> Result<Value> {
        Ok(match code {
            0x00..=0x7f | 0xe0..=0xff => Value::Int(i64::from(code as i8)),
            0xc0 => Value::Null,
            0xc2 | 0xc3 => Value::Bool(code == 0xc3),
            0xc4..=0xc6 => {
                let length = self.length(1 << (code - 0xc4))?;
                Value::from(Bytes::copy_from_slice(self.take(length)?))
            }
            0xca => Value::Float(widened(f32::from_be_bytes(self.fixed()?))),
            0xcb => Value::Float(f64::from_be_bytes(self.fixed()?)),
            0xcc => Value::Int(i64::from(self.byte()?)),
            0xcd => Value::Int(i64::from(u16::from_be_bytes(self.fixed()?))),
            0xce => Value::Int(i64::from(u32::from_be_bytes(self.fixed()?))),
            0xcf => unsigned(u64::from_be_bytes(self.fixed()?)),
            0xd0 => Value::Int(i64::from(self.byte()? as i8)),
            0xd1 => Value::Int(i64::from(i16::from_be_bytes(self.fixed()?))),
            0xd2 => Value::Int(i64::from(i32::from_be_bytes(self.fixed()?))),
            0xd3 => Value::Int(i64::from_be_bytes(self.fixed()?)),
            0xa0..=0xbf | 0xd9..=0xdb => Value::text(Bytes::copy_from_slice(self.text(code)?)),
            0xc7..=0xc9 => {
                let length = self.length(1 << (code - 0xc7))?;
                self.extension(length)?
            }
            0xd4..=0xd8 => self.extension(1 << (code - 0xd4))?,
            _ => return Err(MsgpackError::UnknownCode(code)),
        })
    }

    fn array(&mut self, length: usize, depth: usize) -> Result<Value> {
        if depth >= MAX_DEPTH {
            return Err(MsgpackError::TooDeep);
        }
        let mut items = Array::with_capacity(length.min(MAX_RESERVED));
        for _ in 0..length {
            items.push(self.value(depth + 1)?);
        }
        Ok(Value::Array(items))
    }

    fn map(&mut self, length: usize, depth: usize) -> Result<Value> {
        if depth >= MAX_DEPTH {
            return Err(MsgpackError::TooDeep);
        }
        let mut entries = EcoVec::with_capacity(length.min(MAX_RESERVED));
        for _ in 0..length {
            let key = self.key()?;
            entries.push((key, self.value(depth + 1)?));
        }
        Ok(Value::Object(Object::from_entries(entries)))
    }

    /// A string, or bytes in place of one; null is the empty key.
    fn key(&mut self) -> Result<Str> {
        let code = self.byte()?;
        let text = match code {
            0xc0 => &[],
            0xc4..=0xc6 => {
                let length = self.length(1 << (code - 0xc4))?;
                self.take(length)?
            }
            0xa0..=0xbf | 0xd9..=0xdb => self.text(code)?,
            code => return Err(MsgpackError::InvalidKey(code)),
        };
        Ok(go_lossy(text).as_ref().into())
    }

    /// The bytes of the string that begins with `code`.
    fn text(&mut self, code: u8) -> Result<&'a [u8]> {
        let length = match code {
            0xd9..=0xdb => self.length(1 << (code - 0xd9))?,
            _ => usize::from(code & 0x1f),
        };
        self.take(length)
    }

    fn extension(&mut self, length: usize) -> Result<Value> {
        let id = self.byte()? as i8;
        let data = self.take(length)?;
        if id != TIME {
            return Err(MsgpackError::UnknownExtension(id));
        }
        let (seconds, nanos) = match *data {
            [a, b, c, d] => (i64::from(u32::from_be_bytes([a, b, c, d])), 0),
            [a, b, c, d, e, f, g, h] => {
                let both = u64::from_be_bytes([a, b, c, d, e, f, g, h]);
                ((both & 0x3_ffff_ffff) as i64, (both >> 34) as i128)
            }
            [a, b, c, d, ref seconds @ ..] if length == 12 => (
                seconds.iter().fold(0, |all, byte| all << 8 | i64::from(*byte)),
                i128::from(u32::from_be_bytes([a, b, c, d])),
            ),
            _ => return Err(MsgpackError::InvalidTime),
        };
        let instant = jiff::Timestamp::from_nanosecond(i128::from(seconds) * 1_000_000_000 + nanos)
            .map_err(|_| MsgpackError::InvalidTime)?;
        Ok(Value::from(instant.to_zoned(jiff::tz::TimeZone::system())))
    }

    /// A length of `width` bytes.
    fn length(&mut self, width: usize) -> Result<usize> {
        Ok(self.take(width)?.iter().fold(0, |length, byte| length << 8 | usize::from(*byte)))
    }

    fn byte(&mut self) -> Result<u8> {
        Ok(self.fixed::<1>()?[0])
    }

    fn fixed<const N: usize>(&mut self) -> Result<[u8; N]> {
        let (taken, rest) = self.rest.split_first_chunk().ok_or(MsgpackError::Truncated)?;
        self.rest = rest;
        Ok(*taken)
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(length).ok_or(MsgpackError::Truncated)?;
        self.rest = rest;
        Ok(taken)
    }
}

/// An integer, or where it is too large for one a number by its text.
fn unsigned(number: u64) -> Value {
    match i64::try_from(number) {
        Ok(number) => Value::Int(number),
        Err(_) => Value::Number(itoa::Buffer::new().format(number).into()),
    }
}
