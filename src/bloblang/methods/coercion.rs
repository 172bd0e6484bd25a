//! Methods that turn values into other types.

use std::borrow::Cow;

use bytes::Bytes;

use crate::bloblang::args::{Args, Param, ParamType, Params};
use crate::bloblang::error::Error;
use crate::bloblang::eval::Ctx;
use crate::bloblang::spec::{Example, MethodRun, MethodSpec, Result};
use crate::value::number::{Num, parse_float};
use crate::value::{Array, Value, compare, text};

pub const METHODS: &[&MethodSpec] = &[&ARRAY, &BOOL, &BYTES, &NUMBER, &STRING];

const CATEGORY: &str = "Type Coercion";

const STRING: MethodSpec = MethodSpec::new("string", CATEGORY, MethodRun::Pure(string))
    .doc("The text of any value. Arrays and objects become JSON in which `<`, `>` and `&` are escaped, null becomes `null`, numbers of a document keep their digits.")
    .examples(&[
        Example { mapping: "root.id = this.id.string()", cases: &[(r#"{"id":1.50}"#, r#"{"id":"1.50"}"#)] },
        Example { mapping: "root.inner = this.string()", cases: &[(r#"{"b":[1],"a":null}"#, r#"{"inner":"{\"a\":null,\"b\":[1]}"}"#)] },
    ]);

fn string(target: Cow<'_, Value>, _: &Args<'_>) -> Result<Value> {
    match &*target {
        Value::String(_) | Value::RawString(_) => Ok(target.into_owned()),
        Value::Bytes(bytes) => Ok(Value::text(bytes.as_ref().clone())),
        other => Ok(Value::from(text::string(other).as_ref())),
    }
}

const BYTES: MethodSpec = MethodSpec::new("bytes", CATEGORY, MethodRun::Pure(bytes))
    .doc("The bytes of a value's text, which is the one that `string` gives.")
    .examples(&[
        Example { mapping: "root = this.word.bytes().length()", cases: &[(r#"{"word":"né"}"#, "3")] },
        Example {
            mapping: "root.data = this.word.bytes()",
            cases: &[(r#"{"word":"hi"}"#, r#"{"data":"aGk="}"#)],
        },
    ]);

fn bytes(target: Cow<'_, Value>, _: &Args<'_>) -> Result<Value> {
    match &*target {
        Value::Bytes(_) => Ok(target.into_owned()),
        other => Ok(Value::from(Bytes::from(text::bytes(other).into_owned()))),
    }
}

const ARRAY: MethodSpec = MethodSpec::new("array", CATEGORY, MethodRun::Pure(array))
    .doc("An array as it is; any other value as the only element of one.")
    .examples(&[
        Example {
            mapping: "root = this.tags.array()",
            cases: &[(r#"{"tags":"new"}"#, r#"["new"]"#), (r#"{"tags":[1,2]}"#, "[1,2]")],
        },
        Example { mapping: "root = this.gone.array()", cases: &[("{}", "[null]")] },
    ]);

fn array(target: Cow<'_, Value>, _: &Args<'_>) -> Result<Value> {
    Ok(match target.into_owned() {
        array @ Value::Array(_) => array,
        other => Value::Array(Array::from([other])),
    })
}

const NUMBER: MethodSpec = MethodSpec::new("number", CATEGORY, MethodRun::Fallible(number))
    .doc("A number, or a text that is one in decimal notation, as a float. Anything else is an error, or yields the default.")
    .params(Params::Named(&[
        Param::new("default", ParamType::Float, "What to yield for what is not a number.").optional(),
    ]))
    .examples(&[
        Example { mapping: "root = this.price.number() * 2", cases: &[(r#"{"price":"2.25"}"#, "4.5")] },
        Example { mapping: "root = this.price.number(0)", cases: &[(r#"{"price":"free"}"#, "0"), (r#"{"price":true}"#, "0")] },
    ]);

fn number<'a>(target: Result<Cow<'a, Value>>, args: &Args<'_>, _: &Ctx<'a>) -> Result<Cow<'a, Value>> {
    or_default(target.and_then(|target| to_float(&target).map(Value::Float)), args)
}

/// The result, or the first argument where there is none. A target that could not be had counts as well.
pub(super) fn or_default<'a>(result: Result<Value>, args: &Args<'_>) -> Result<Cow<'a, Value>> {
    result.or_else(|error| args.get(0).cloned().ok_or(error)).map(Cow::Owned)
}

/// A number, or the number that a text stands for.
pub(super) fn to_float(value: &Value) -> Result<f64> {
    match value {
        Value::String(_) | Value::Bytes(_) => {
            let text = text::string(value);
            parse_float(&text).map_err(|e| Error::new(format!("strconv.ParseFloat: parsing {text:?}: {e}")))
        }
        // Not by way of an integer, which has no negative zero.
        Value::Number(text) => {
            text.parse().ok().filter(|f: &f64| f.is_finite()).ok_or_else(|| Error::expected("number", value))
        }
        other => Num::of(other).map(Num::to_f64).ok_or_else(|| Error::expected("number", other)),
    }
}

const BOOL: MethodSpec = MethodSpec::new("bool", CATEGORY, MethodRun::Fallible(bool))
    .doc("A boolean; a number, of which only 0 is false; or one of the texts `1 t T true True TRUE 0 f F false False FALSE`. Anything else is an error, or yields the default.")
    .params(Params::Named(&[Param::boolean("default", "What to yield for what is not a boolean.").optional()]))
    .examples(&[
        Example { mapping: "root = this.on.bool()", cases: &[(r#"{"on":"T"}"#, "true"), (r#"{"on":0}"#, "false")] },
        Example { mapping: "root = this.on.bool(true)", cases: &[(r#"{"on":"perhaps"}"#, "true")] },
    ]);

fn bool<'a>(target: Result<Cow<'a, Value>>, args: &Args<'_>, _: &Ctx<'a>) -> Result<Cow<'a, Value>> {
    or_default(target.and_then(|target| to_bool(&target).map(Value::Bool)), args)
}

fn to_bool(target: &Value) -> Result<bool> {
    let known = match target {
        Value::String(_) | Value::Bytes(_) => match text::string(target).as_ref() {
            "1" | "t" | "T" | "true" | "True" | "TRUE" => Some(true),
            "0" | "f" | "F" | "false" | "False" | "FALSE" => Some(false),
            _ => None,
        },
        other => compare::truth(other),
    };
    known.ok_or_else(|| Error::expected("bool", target))
}
