//! Methods on arrays: elements, joining, reshaping.

use std::borrow::Cow;

use crate::bloblang::args::{Args, Param, Params};
use crate::bloblang::error::Error;
use crate::bloblang::spec::{Example, MethodRun, MethodSpec, Result};
use crate::value::number::{Num, widened};
use crate::value::{Array, Value};

pub const METHODS: &[&MethodSpec] = &[&APPEND, &CONCAT, &ENUMERATED, &FLATTEN, &INDEX, &VECTOR, &ZIP];

const CATEGORY: &str = "Object & Array Manipulation";

fn array(target: Cow<'_, Value>) -> Result<Array> {
    match target.into_owned() {
        Value::Array(items) => Ok(items),
        other => Err(Error::expected("array", &other)),
    }
}

const VECTOR: MethodSpec = MethodSpec::new("vector", "SQL", MethodRun::Pure(vector))
    .doc("An array of numbers as a vector for a database: each is rounded to single precision.")
    .examples(&[
        Example {
            mapping: "root = this.ns.vector()",
            cases: &[(r#"{"ns":[1,0.5]}"#, "[1,0.5]"), (r#"{"ns":["x"]}"#, "Error")],
        },
        Example {
            mapping: "root = this.ns.vector().index(0)",
            cases: &[(r#"{"ns":[0.123456789]}"#, "0.12345679")],
        },
    ]);

fn vector(target: Cow<'_, Value>, _: &Args<'_>) -> Result<Value> {
    let single = |item: Value| match Num::of(&item) {
        Some(number) => Ok(Value::Float(widened(number.to_f64() as f32))),
        None => Err(Error::expected("number", &item)),
    };
    array(target)?.into_iter().map(single).collect::<Result<Array>>().map(Value::Array)
}

const APPEND: MethodSpec = MethodSpec::new(
    "append",
    CATEGORY,
    MethodRun::Pure(|target, args| {
        let mut items = array(target)?;
        items.extend(args.values().cloned());
        Ok(Value::Array(items))
    }),
)
.doc("The array with the arguments as further elements.")
.params(Params::Variadic)
.examples(&[
    Example { mapping: "root = this.ns.append(3, \"x\")", cases: &[(r#"{"ns":[1]}"#, r#"[1,3,"x"]"#)] },
    Example { mapping: "root = this.ns.append([2])", cases: &[(r#"{"ns":[1]}"#, "[1,[2]]")] },
]);

const CONCAT: MethodSpec = MethodSpec::new(
    "concat",
    CATEGORY,
    MethodRun::Prepared(|args, _| {
        // Constant arguments that are no arrays are a mistake in the text.
        concatenated(Array::new(), args)?;
        Ok(std::sync::Arc::new(|target, args| concatenated(array(target)?, args)))
    }),
)
.doc("The array with the elements of further arrays behind its own.")
.params(Params::Variadic)
.examples(&[
    Example { mapping: "root = this.a.concat(this.b, [9])", cases: &[(r#"{"a":[1],"b":[2]}"#, "[1,2,9]")] },
    Example { mapping: "root = this.a.concat(this.b)", cases: &[(r#"{"a":[1],"b":2}"#, "Error")] },
]);

fn concatenated(mut items: Array, args: &Args<'_>) -> Result<Value> {
    for more in args.values() {
        match more {
            Value::Array(more) => items.extend(more.iter().cloned()),
            other => return Err(Error::expected("array", other)),
        }
    }
    Ok(Value::Array(items))
}

const ENUMERATED: MethodSpec = MethodSpec::new("enumerated", CATEGORY, MethodRun::Pure(enumerated))
    .doc("An array of `{\"index\":..,\"value\":..}`, one for each element.")
    .examples(&[
        Example {
            mapping: "root = this.ws.enumerated()",
            cases: &[(r#"{"ws":["a"]}"#, r#"[{"index":0,"value":"a"}]"#)],
        },
        Example { mapping: "root = this.ws.enumerated().length()", cases: &[(r#"{"ws":[]}"#, "0")] },
    ]);

fn enumerated(target: Cow<'_, Value>, _: &Args<'_>) -> Result<Value> {
    let numbered = array(target)?.into_iter().enumerate().map(|(i, value)| {
        let fields = [("index".into(), Value::Int(i as i64)), ("value".into(), value)];
        Value::Object(fields.into_iter().collect())
    });
    Ok(Value::Array(numbered.collect()))
}

const FLATTEN: MethodSpec = MethodSpec::new("flatten", CATEGORY, MethodRun::Pure(flatten))
    .doc("Puts the elements of inner arrays in their place, one level deep.")
    .examples(&[
        Example { mapping: "root = this.v.flatten()", cases: &[(r#"{"v":[1,[2,[3]]]}"#, "[1,2,[3]]")] },
        Example { mapping: "root = this.v.flatten()", cases: &[(r#"{"v":[]}"#, "[]")] },
    ]);

fn flatten(target: Cow<'_, Value>, _: &Args<'_>) -> Result<Value> {
    let mut flat = Array::new();
    for item in array(target)? {
        match item {
            Value::Array(inner) => flat.extend(inner),
            other => flat.push(other),
        }
    }
    Ok(Value::Array(flat))
}

const INDEX: MethodSpec = MethodSpec::new("index", CATEGORY, MethodRun::Pure(index))
    .doc("The element at a position from 0, or from the end where it is negative; of bytes the byte as a number. A position that does not exist is an error.")
    .params(Params::Named(&[Param::integer("index", "The position.")]))
    .examples(&[
        Example { mapping: "root = this.ns.index(-1)", cases: &[(r#"{"ns":[1,2]}"#, "2")] },
        Example { mapping: "root = this.ns.index(5)", cases: &[(r#"{"ns":[1,2]}"#, "Error")] },
    ]);

fn index(target: Cow<'_, Value>, args: &Args<'_>) -> Result<Value> {
    let wanted = args.int(0);
    let place = |len: usize| -> Result<usize> {
        let place = if wanted < 0 { wanted + len as i64 } else { wanted };
        usize::try_from(place)
            .ok()
            .filter(|i| *i < len)
            .ok_or_else(|| Error::new(format!("index '{wanted}' was out of bounds for array size: {len}")))
    };
    match &*target {
        Value::Array(items) => Ok(items[place(items.len())?].clone()),
        Value::Bytes(bytes) => Ok(Value::Int(i64::from(bytes[place(bytes.len())?]))),
        other => Err(Error::expected("array", other)),
    }
}

const ZIP: MethodSpec = MethodSpec::new(
    "zip",
    CATEGORY,
    MethodRun::Prepared(|args, _| {
        // Constant arguments that are no arrays, or of different lengths, are a mistake in the text.
        if !args.is_empty() {
            zipped(Vec::new(), args)?;
        }
        Ok(std::sync::Arc::new(|target, args| zipped(vec![array(target)?], args)))
    }),
)
.doc("Arrays of the first elements, the second ones, and so on, of this array and others of the same length.")
.params(Params::Variadic)
.examples(&[
    Example {
        mapping: "root = this.a.zip(this.b)",
        cases: &[(r#"{"a":[1,2],"b":["x","y"]}"#, r#"[[1,"x"],[2,"y"]]"#)],
    },
    Example { mapping: "root = this.a.zip(this.b)", cases: &[(r#"{"a":[1,2],"b":[]}"#, "Error")] },
]);

fn zipped(mut arrays: Vec<Array>, args: &Args<'_>) -> Result<Value> {
    if args.is_empty() {
        return Err(Error::new("zip requires at least one argument"));
    }
    for arg in args.values() {
        match arg {
            Value::Array(items) => arrays.push(items.clone()),
            other => return Err(Error::expected("array", other)),
        }
    }
    let len = arrays[0].len();
    if arrays.iter().any(|items| items.len() != len) {
        return Err(Error::new("can't zip arrays of different lengths"));
    }
    let rows = (0..len).map(|i| Value::Array(arrays.iter().map(|items| items[i].clone()).collect()));
    Ok(Value::Array(rows.collect()))
}
