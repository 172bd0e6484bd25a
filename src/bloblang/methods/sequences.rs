//! Methods on the parts of strings, bytes and arrays: length, slices, searching, splitting and joining. Positions and
//! lengths of strings count bytes.

use std::borrow::Cow;
use std::sync::Arc;

use memchr::memmem;

use super::target::{MAX_ELEMENTS, bytes, part, too_many};
use crate::bloblang::args::{Args, Param, Params};
use crate::bloblang::error::Error;
use crate::bloblang::scope::Environment;
use crate::bloblang::spec::{Example, MethodRun, MethodSpec, PreparedMethod, Result};
use crate::value::{Array, Value, compare, text};

pub const METHODS: &[&MethodSpec] = &[&CONTAINS, &INDEX_OF, &JOIN, &LENGTH, &SLICE, &SPLIT];

const STRINGS: &str = "String Manipulation";
const STRUCTURES: &str = "Object & Array Manipulation";

const LENGTH: MethodSpec = MethodSpec::new("length", STRINGS, MethodRun::Pure(length))
    .doc("The bytes of a string or of bytes, the elements of an array, or the keys of an object.")
    .examples(&[
        Example {
            mapping: "root = this.v.length()",
            cases: &[(r#"{"v":"né"}"#, "3"), (r#"{"v":[1,2]}"#, "2")],
        },
        Example { mapping: "root = this.length()", cases: &[(r#"{"a":1,"b":2,"c":3}"#, "3")] },
    ]);

fn length(target: Cow<'_, Value>, _: &Args<'_>) -> Result<Value> {
    let length = match &*target {
        Value::String(s) => s.len(),
        Value::Bytes(bytes) | Value::RawString(bytes) => bytes.len(),
        Value::Array(items) => items.len(),
        Value::Object(object) => object.len(),
        other => return Err(Error::expected("string, array or object", other)),
    };
    Ok(Value::Int(length as i64))
}

const SLICE: MethodSpec = MethodSpec::new("slice", STRINGS, MethodRun::Prepared(slice))
    .doc("The part of a string, bytes or an array from position `low` up to but without `high`. Negative positions count from the end; `high` may be beyond the end, `low` may not.")
    .params(Params::Named(&[
        Param::integer("low", "Where the part begins."),
        Param::integer("high", "Where the part ends; the end of the target by default.").optional(),
    ]))
    .examples(&[
        Example { mapping: "root = this.v.slice(1, 3)", cases: &[(r#"{"v":"abcde"}"#, "bc"), (r#"{"v":[1,2,3,4]}"#, "[2,3]")] },
        Example { mapping: "root = this.v.slice(-2)", cases: &[(r#"{"v":"abcde"}"#, "de"), (r#"{"v":[7]}"#, "[7]")] },
    ]);

fn slice(args: &Args<'_>, _: &Environment) -> Result<PreparedMethod> {
    let (low, high) = (args.int(0), args.opt_int(1));
    if let Some(high) = high.filter(|high| *high > 0 && low >= *high) {
        return Err(Error::new(format!("lower slice bound {low} must be lower than upper bound {high}")));
    }
    Ok(Arc::new(move |target, _| match &*target {
        Value::Array(items) => {
            let (start, end) = bounds(low, high, items.len())?;
            Ok(Value::Array(items[start..end].into()))
        }
        Value::String(_) | Value::RawString(_) | Value::Bytes(_) => {
            let (start, end) = bounds(low, high, bytes(&target)?.len())?;
            Ok(part(&target, start, end))
        }
        other => Err(Error::expected("string or array", other)),
    }))
}

/// The range that two positions stand for in a sequence of a certain length.
fn bounds(low: i64, high: Option<i64>, length: usize) -> Result<(usize, usize)> {
    let signed = i64::try_from(length).unwrap_or(i64::MAX);
    let high = match high {
        None => signed,
        Some(high) if high < 0 => high.saturating_add(signed).max(0),
        Some(high) => high.min(signed),
    };
    let low = if low < 0 { low.saturating_add(signed).max(0) } else { low };
    if low > signed || low > high {
        return Err(Error::new(format!(
            "lower slice bound {low} must be lower than or equal to upper bound ({high}) and target length ({length})"
        )));
    }
    let index = |n: i64| usize::try_from(n).unwrap_or(0);
    Ok((index(low), index(high)))
}

const INDEX_OF: MethodSpec = MethodSpec::new(
    "index_of",
    STRINGS,
    MethodRun::Pure(|target, args| {
        let found = memmem::find(bytes(&target)?, args.bytes(0));
        Ok(Value::Int(found.map_or(-1, |at| at as i64)))
    }),
)
.doc("The position of the first occurrence of another text; -1 if there is none.")
.params(Params::Named(&[Param::bytes("value", "What to look for.")]))
.examples(&[
    Example {
        mapping: "root = this.s.index_of(\"b\")",
        cases: &[(r#"{"s":"abb"}"#, "1"), (r#"{"s":"x"}"#, "-1")],
    },
    Example {
        mapping: "root = this.s.slice(this.s.index_of(\":\") + 1)",
        cases: &[(r#"{"s":"key:value"}"#, "value")],
    },
]);

const CONTAINS: MethodSpec = MethodSpec::new("contains", STRUCTURES, MethodRun::Pure(contains))
    .doc("Whether a string or bytes hold a text, or an array or an object holds a value. Numbers are equal by value.")
    .params(Params::Named(&[Param::any("value", "What to look for.")]))
    .examples(&[
        Example { mapping: "root = this.v.contains(\"ell\")", cases: &[(r#"{"v":"hello"}"#, "true"), (r#"{"v":["hello"]}"#, "false")] },
        Example { mapping: "root = this.v.contains(2)", cases: &[(r#"{"v":[1,2.0]}"#, "true"), (r#"{"v":{"a":"2"}}"#, "false")] },
    ]);

fn contains(target: Cow<'_, Value>, args: &Args<'_>) -> Result<Value> {
    let value = args.value(0);
    let found = match &*target {
        Value::Array(items) => items.iter().any(|item| compare::equal(value, item)),
        Value::Object(object) => object.values().any(|item| compare::equal(value, item)),
        Value::String(_) | Value::RawString(_) | Value::Bytes(_) => {
            memmem::find(bytes(&target)?, &text::bytes(value)).is_some()
        }
        other => return Err(Error::expected("string, array or object", other)),
    };
    Ok(Value::Bool(found))
}

const SPLIT: MethodSpec = MethodSpec::new("split", STRINGS, MethodRun::Pure(split))
    .doc("The parts of a text between the occurrences of a delimiter; its characters if the delimiter is empty.")
    .params(Params::Named(&[
        Param::bytes("delimiter", "What stands between the parts."),
        Param::boolean("empty_as_null", "Whether empty parts become null.")
            .default(crate::bloblang::args::Constant::Bool(false)),
    ]))
    .examples(&[
        Example { mapping: "root = this.s.split(\",\")", cases: &[(r#"{"s":"a,,b"}"#, r#"["a","","b"]"#)] },
        Example { mapping: "root = this.s.split(\",\", true)", cases: &[(r#"{"s":"a,,b"}"#, r#"["a",null,"b"]"#)] },
    ]);

fn split(target: Cow<'_, Value>, args: &Args<'_>) -> Result<Value> {
    let whole = bytes(&target)?;
    let delimiter = args.bytes(0);
    let mut parts = Array::with_capacity(room(whole, delimiter)?);
    let mut push = |start: usize, end: usize| {
        let empty = start == end && args.bool(1);
        parts.push(if empty { Value::Null } else { part(&target, start, end) });
    };
    if delimiter.is_empty() {
        let mut at = 0;
        for chunk in whole.utf8_chunks() {
            let widths = chunk.valid().chars().map(char::len_utf8).chain(chunk.invalid().iter().map(|_| 1));
            for width in widths {
                push(at, at + width);
                at += width;
            }
        }
        return Ok(Value::Array(parts));
    }
    let mut start = 0;
    for at in memmem::find_iter(whole, delimiter) {
        push(start, at);
        start = at + delimiter.len();
    }
    push(start, whole.len());
    Ok(Value::Array(parts))
}

/// How many parts there will be, for texts that are long: an array that grows needs its memory twice.
fn room(text: &[u8], delimiter: &[u8]) -> Result<usize> {
    if text.len() < 1 << 16 {
        return Ok(0);
    }
    let parts = match delimiter.is_empty() {
        true => text.len(),
        false => memmem::find_iter(text, delimiter).count() + 1,
    };
    if parts > MAX_ELEMENTS { Err(too_many()) } else { Ok(parts) }
}

const JOIN: MethodSpec = MethodSpec::new("join", STRUCTURES, MethodRun::Pure(join))
    .doc("The strings of an array one after the other, with a delimiter between them. Other elements are errors.")
    .params(Params::Named(&[Param::bytes("delimiter", "What to put between them; nothing by default.").optional()]))
    .examples(&[
        Example { mapping: "root = this.words.join(\" \")", cases: &[(r#"{"words":["a","b"]}"#, "a b"), (r#"{"words":[]}"#, "")] },
        Example { mapping: "root = this.ns.map_each(n -> n.string()).join()", cases: &[(r#"{"ns":[1,2]}"#, "12")] },
    ]);

fn join(target: Cow<'_, Value>, args: &Args<'_>) -> Result<Value> {
    let Value::Array(items) = &*target else { return Err(Error::expected("array", &target)) };
    let mut out = Vec::new();
    for (i, item) in items.iter().enumerate() {
        if i > 0 {
            out.extend_from_slice(args.bytes(0));
        }
        let text = bytes(item).map_err(|error| error.context(format!("failed to join element {i}")))?;
        out.extend_from_slice(text);
    }
    Ok(Value::text(out))
}
