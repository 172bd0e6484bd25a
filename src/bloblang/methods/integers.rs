//! Methods that turn numbers and texts into numbers of a certain size.

use std::borrow::Cow;

use crate::bloblang::args::Args;
use crate::bloblang::error::Error;
use crate::bloblang::spec::{Example, MethodRun, MethodSpec, Result};
use crate::value::number::{Num, parse_int, parse_uint};
use crate::value::{SizedNumber, Value, text};

use super::coercion::to_float;

pub const METHODS: &[&MethodSpec] =
    &[&INT8, &INT16, &INT32, &INT64, &UINT8, &UINT16, &UINT32, &UINT64, &FLOAT32, &FLOAT64];

const CATEGORY: &str = "Number Manipulation";

const SIGNED: &str = "A whole number between the limits of a signed integer of this size. Texts may have the prefixes `0x`, `0o`, `0b` or `0` and `_` between digits. Fractions and what does not fit are errors.";
const UNSIGNED: &str = "A whole number between 0 and the limit of an unsigned integer of this size. Texts may have the prefixes `0x`, `0o`, `0b` or `0` and `_` between digits. Fractions and what does not fit are errors.";

const INT8: MethodSpec = MethodSpec::new("int8", CATEGORY, MethodRun::Pure(|target, _| signed(&target, 8)))
    .doc(SIGNED)
    .examples(&[
        Example {
            mapping: "root = this.n.int8()",
            cases: &[(r#"{"n":"0x7f"}"#, "127"), (r#"{"n":128}"#, "Error")],
        },
        Example { mapping: "root = this.n.int8().catch(0)", cases: &[(r#"{"n":-129}"#, "0")] },
    ]);

const INT16: MethodSpec =
    MethodSpec::new("int16", CATEGORY, MethodRun::Pure(|target, _| signed(&target, 16)))
        .doc(SIGNED)
        .examples(&[
            Example {
                mapping: "root = this.n.int16()",
                cases: &[(r#"{"n":"-0b11"}"#, "-3"), (r#"{"n":32768}"#, "Error")],
            },
            Example { mapping: "root = this.n.floor().int16()", cases: &[(r#"{"n":7.9}"#, "7")] },
        ]);

const INT32: MethodSpec =
    MethodSpec::new("int32", CATEGORY, MethodRun::Pure(|target, _| signed(&target, 32)))
        .doc(SIGNED)
        .examples(&[
            Example {
                mapping: "root = this.n.int32()",
                cases: &[(r#"{"n":"1_000"}"#, "1000"), (r#"{"n":2147483648}"#, "Error")],
            },
            Example { mapping: "root = this.n.int32()", cases: &[(r#"{"n":1.5}"#, "Error")] },
        ]);

const INT64: MethodSpec =
    MethodSpec::new("int64", CATEGORY, MethodRun::Pure(|target, _| signed(&target, 64)))
        .doc(SIGNED)
        .examples(&[
            Example {
                mapping: "root = this.n.int64()",
                cases: &[(r#"{"n":"017"}"#, "15"), (r#"{"n":"seven"}"#, "Error")],
            },
            Example { mapping: "root = this.n.round().int64()", cases: &[(r#"{"n":41.6}"#, "42")] },
        ]);

const UINT8: MethodSpec =
    MethodSpec::new("uint8", CATEGORY, MethodRun::Pure(|target, _| unsigned(&target, 8)))
        .doc(UNSIGNED)
        .examples(&[
            Example {
                mapping: "root = this.n.uint8()",
                cases: &[(r#"{"n":255}"#, "255"), (r#"{"n":256}"#, "Error")],
            },
            Example { mapping: "root = this.n.uint8().or(0)", cases: &[(r#"{"n":-1}"#, "0")] },
        ]);

const UINT16: MethodSpec =
    MethodSpec::new("uint16", CATEGORY, MethodRun::Pure(|target, _| unsigned(&target, 16)))
        .doc(UNSIGNED)
        .examples(&[
            Example { mapping: "root = this.port.uint16()", cases: &[(r#"{"port":"8080"}"#, "8080")] },
            Example { mapping: "root = this.port.uint16()", cases: &[(r#"{"port":70000}"#, "Error")] },
        ]);

const UINT32: MethodSpec =
    MethodSpec::new("uint32", CATEGORY, MethodRun::Pure(|target, _| unsigned(&target, 32)))
        .doc(UNSIGNED)
        .examples(&[
            Example { mapping: "root = this.n.uint32()", cases: &[(r#"{"n":"0o777"}"#, "511")] },
            Example { mapping: "root = this.n.uint32()", cases: &[(r#"{"n":-1}"#, "Error")] },
        ]);

const UINT64: MethodSpec =
    MethodSpec::new("uint64", CATEGORY, MethodRun::Pure(|target, _| unsigned(&target, 64)))
        .doc(UNSIGNED)
        .examples(&[
            Example {
                mapping: "root = this.n.uint64()",
                cases: &[(r#"{"n":"18446744073709551615"}"#, "18446744073709551615")],
            },
            Example { mapping: "root = this.n.uint64()", cases: &[(r#"{"n":"-1"}"#, "Error")] },
        ]);

const FLOAT32: MethodSpec = MethodSpec::new("float32", CATEGORY, MethodRun::Pure(float32))
    .doc("A number, or a text that is one, rounded to a float of 32 bits.")
    .examples(&[
        Example { mapping: "root = this.n.float32()", cases: &[(r#"{"n":"0.1234567891"}"#, "0.12345679")] },
        Example { mapping: "root = this.n.float32()", cases: &[(r#"{"n":"x"}"#, "Error")] },
    ]);

const FLOAT64: MethodSpec =
    MethodSpec::new("float64", CATEGORY, MethodRun::Pure(|target, _| to_float(&target).map(Value::Float)))
        .doc("A number, or a text that is one, as a float of 64 bits.")
        .examples(&[
            Example { mapping: "root = this.n.float64()", cases: &[(r#"{"n":"1_000.5"}"#, "1000.5")] },
            Example { mapping: "root = this.n.float64()", cases: &[(r#"{"n":[]}"#, "Error")] },
        ]);

fn float32(target: Cow<'_, Value>, _: &Args<'_>) -> Result<Value> {
    let wide = to_float(&target)?;
    let narrow = wide as f32;
    if narrow.is_infinite() && wide.is_finite() {
        return Err(Error::new(format!(
            "strconv.ParseFloat: parsing \"{}\": value out of range",
            text::string(&target)
        )));
    }
    Ok(Value::Sized(SizedNumber::Single(narrow)))
}

fn signed(target: &Value, bits: u32) -> Result<Value> {
    let int =
        match number(target)? {
            Source::Int(i) => i,
            Source::Unsigned(n) => i64::try_from(n)
                .map_err(|_| Error::new("value is too large to be cast as a signed integer"))?,
            Source::Float(f) => whole(f, i64::MIN as f64, i64::MAX as f64)? as i64,
            Source::Text(text) => parse_int(&text)
                .map_err(|e| Error::new(format!("strconv.ParseInt: parsing {text:?}: {e}")))?,
        };
    let limit = i64::MAX >> (64 - bits);
    match int {
        int if int > limit => {
            Err(Error::new(format!("value is too large to be cast as a {bits}-bit signed integer")))
        }
        int if int < !limit => {
            Err(Error::new(format!("value is too small to be cast as a {bits}-bit signed integer")))
        }
        int => Ok(Value::Int(int)),
    }
}

fn unsigned(target: &Value, bits: u32) -> Result<Value> {
    let negative = || Error::new("a negative value cannot be cast as an unsigned integer");
    let uint = match number(target)? {
        Source::Int(i) => u64::try_from(i).map_err(|_| negative())?,
        Source::Unsigned(n) => n,
        Source::Float(f) if f < 0.0 => return Err(negative()),
        Source::Float(f) => whole(f, 0.0, u64::MAX as f64)? as u64,
        Source::Text(text) => {
            parse_uint(&text).map_err(|e| Error::new(format!("strconv.ParseUint: parsing {text:?}: {e}")))?
        }
    };
    if uint > u64::MAX >> (64 - bits) {
        return Err(Error::new(format!("value is too large to be cast as a {bits}-bit unsigned integer")));
    }
    Ok(Value::Sized(SizedNumber::Unsigned(uint)))
}

/// What an integer is made from.
enum Source<'v> {
    Int(i64),
    Unsigned(u64),
    Float(f64),
    Text(Cow<'v, str>),
}

fn number(target: &Value) -> Result<Source<'_>> {
    match target {
        Value::String(_) | Value::RawString(_) | Value::Bytes(_) => Ok(Source::Text(text::string(target))),
        // Of a document's numbers only those written as integers are whole.
        Value::Number(digits) if !digits.bytes().all(|b| b.is_ascii_digit() || b == b'-') => {
            Err(Error::new(format!("strconv.ParseInt: parsing {digits:?}: invalid syntax")))
        }
        Value::Number(digits) => match Num::from_text(digits) {
            Some(Num::Int(i)) => Ok(Source::Int(i)),
            _ => Err(Error::new(format!("strconv.ParseInt: parsing {digits:?}: value out of range"))),
        },
        Value::Int(i) => Ok(Source::Int(*i)),
        Value::Float(f) => Ok(Source::Float(*f)),
        Value::Sized(SizedNumber::Unsigned(n)) => Ok(Source::Unsigned(*n)),
        Value::Sized(SizedNumber::Single(f)) => Ok(Source::Float(f64::from(*f))),
        other => Err(Error::expected("number", other)),
    }
}

fn whole(f: f64, least: f64, most: f64) -> Result<f64> {
    if !f.is_finite() {
        return Err(Error::new("infinity and NaN cannot be converted to an integer"));
    }
    if f >= most || f < least {
        return Err(Error::new("the float value is too large or too small to be cast as an integer"));
    }
    if f.fract() != 0.0 {
        return Err(Error::new(
            "the float value has decimals and cannot be cast as an integer, use round() first",
        ));
    }
    Ok(f)
}
