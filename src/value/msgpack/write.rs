//! Writing.

use super::{MsgpackError, TIME};
use crate::value::{SizedNumber, Timestamp, Value};

type Result = std::result::Result<(), MsgpackError>;

/// Appends `value`. Fails on what has no form, such as deletions, and on numbers that no float can hold.
pub fn write(value: &Value, out: &mut Vec<u8>) -> Result {
    match value {
        Value::Null => out.push(0xc0),
        Value::Bool(b) => out.push(if *b { 0xc3 } else { 0xc2 }),
        Value::Int(i) => push(out, 0xd3, &i.to_be_bytes()),
        Value::Float(f) => push(out, 0xcb, &f.to_be_bytes()),
        Value::Sized(SizedNumber::Unsigned(n)) => push(out, 0xcf, &n.to_be_bytes()),
        Value::Sized(SizedNumber::Single(f)) => push(out, 0xca, &f.to_be_bytes()),
        Value::Number(text) => write_number(text, out)?,
        Value::String(text) => write_text(text.as_bytes(), out),
        Value::RawString(text) => write_text(text, out),
        Value::Bytes(bytes) => {
            write_length(bytes.len(), &Lengths { tiny: None, short: Some(0xc4), long: [0xc5, 0xc6] }, out);
            out.extend_from_slice(bytes);
        }
        Value::Timestamp(time) => write_time(time, out),
        Value::Array(items) => {
            let lengths = Lengths { tiny: Some((0x90, 16)), short: None, long: [0xdc, 0xdd] };
            write_length(items.len(), &lengths, out);
            items.iter().try_for_each(|item| write(item, out))?;
        }
        Value::Object(object) => {
            let lengths = Lengths { tiny: Some((0x80, 16)), short: None, long: [0xde, 0xdf] };
            write_length(object.len(), &lengths, out);
            for (key, value) in object {
                write_text(key.as_bytes(), out);
                write(value, out)?;
            }
        }
        Value::Delete | Value::Nothing => return Err(MsgpackError::Unwritable("a deletion")),
    }
    Ok(())
}

/// The codes that say how long a text, bytes or a container are.
struct Lengths {
    /// A code that holds lengths below a limit itself.
    tiny: Option<(u8, usize)>,
    /// The code before a length of one byte.
    short: Option<u8>,
    /// The codes before lengths of two and four bytes.
    long: [u8; 2],
}

fn write_length(length: usize, codes: &Lengths, out: &mut Vec<u8>) {
    match (codes, length) {
        (Lengths { tiny: Some((code, limit)), .. }, n) if n < *limit => out.push(code | n as u8),
        (Lengths { short: Some(code), .. }, 0..=0xff) => out.extend([*code, length as u8]),
        (_, 0..=0xffff) => push(out, codes.long[0], &(length as u16).to_be_bytes()),
        _ => push(out, codes.long[1], &(length as u32).to_be_bytes()),
    }
}

fn write_text(text: &[u8], out: &mut Vec<u8>) {
    write_length(text.len(), &Lengths { tiny: Some((0xa0, 32)), short: Some(0xd9), long: [0xda, 0xdb] }, out);
    out.extend_from_slice(text);
}

/// A number of a document in as few bytes as it needs.
fn write_number(text: &str, out: &mut Vec<u8>) -> Result {
    if let Ok(number) = text.parse::<i64>() {
        match number {
            0.. => write_unsigned(number as u64, out),
            -32..0 => out.push(number as u8),
            -0x80..-32 => push(out, 0xd0, &(number as i8).to_be_bytes()),
            -0x8000..-0x80 => push(out, 0xd1, &(number as i16).to_be_bytes()),
            -0x8000_0000..-0x8000 => push(out, 0xd2, &(number as i32).to_be_bytes()),
            _ => push(out, 0xd3, &number.to_be_bytes()),
        }
    } else if let Ok(number) = text.parse::<u64>() {
        write_unsigned(number, out);
    } else {
        match text.parse::<f64>() {
            Ok(float) if float.is_finite() => push(out, 0xcb, &float.to_be_bytes()),
            _ => return Err(MsgpackError::Unwritable("a number that is neither an integer nor a float")),
        }
    }
    Ok(())
}

fn write_unsigned(number: u64, out: &mut Vec<u8>) {
    match number {
        0..=0x7f => out.push(number as u8),
        0x80..=0xff => out.extend([0xcc, number as u8]),
        0x100..=0xffff => push(out, 0xcd, &(number as u16).to_be_bytes()),
        0x1_0000..=0xffff_ffff => push(out, 0xce, &(number as u32).to_be_bytes()),
        _ => push(out, 0xcf, &number.to_be_bytes()),
    }
}

/// Seconds alone where they fit into 32 bits, with nanoseconds where they fit into 34, otherwise both in full.
fn write_time(time: &Timestamp, out: &mut Vec<u8>) {
    let total = time.as_nanosecond();
    let (seconds, nanos) = (total.div_euclid(1_000_000_000) as i64, total.rem_euclid(1_000_000_000) as u64);
    let time = TIME as u8;
    match (seconds as u64, nanos) {
        (seconds @ 0..=0xffff_ffff, 0) => {
            out.extend([0xd6, time]);
            out.extend((seconds as u32).to_be_bytes());
        }
        (seconds, nanos) if seconds >> 34 == 0 => {
            out.extend([0xd7, time]);
            out.extend((nanos << 34 | seconds).to_be_bytes());
        }
        (seconds, nanos) => {
            out.extend([0xc7, 12, time]);
            out.extend((nanos as u32).to_be_bytes());
            out.extend(seconds.to_be_bytes());
        }
    }
}

fn push(out: &mut Vec<u8>, code: u8, bytes: &[u8]) {
    out.push(code);
    out.extend_from_slice(bytes);
}
