//! Methods that direct the evaluation: contexts, maps, fallbacks, other messages.

use std::borrow::Cow;

use crate::bloblang::args::{Args, Param, ParamType, Params};
use crate::bloblang::error::Error;
use crate::bloblang::eval::{Ctx, Node};
use crate::bloblang::spec::{Example, MethodRun, MethodSpec, Result};
use crate::value::{Array, Value};

pub const METHODS: &[&MethodSpec] =
    &[&APPLY, &CATCH, &FROM, &FROM_ALL, &MAP, &NOT, &NOT_EMPTY, &NOT_NULL, &OR, &TYPE];

const CATEGORY: &str = "General";

const APPLY: MethodSpec = MethodSpec::new("apply", CATEGORY, MethodRun::Query(apply))
    .doc("Runs a map of the mapping with the value as `this`, and yields what the map assigns to `root`; nothing where it assigns nothing. An unknown map is an error.")
    .params(Params::Named(&[Param::string("mapping", "The name of the map.")]))
    .examples(&[
        Example {
            mapping: "map double { root = this * 2 }\nroot = this.n.apply(\"double\")",
            cases: &[(r#"{"n":4}"#, "8")],
        },
        Example {
            mapping: "map label { root = if this > 9 { \"high\" } }\nroot.level = \"low\"\nroot.level = this.n.apply(\"label\")",
            cases: &[(r#"{"n":12}"#, r#"{"level":"high"}"#), (r#"{"n":2}"#, r#"{"level":"low"}"#)],
        },
    ]);

fn apply<'a>(target: &'a Node, args: &Args<'_>, ctx: &Ctx<'a>) -> Result<Cow<'a, Value>> {
    let value = target.eval(ctx)?;
    ctx.run.program.apply(args.str(0), &value, ctx).map(Cow::Owned)
}

const MAP: MethodSpec = MethodSpec::new("map", CATEGORY, MethodRun::Query(map))
    .doc("Evaluates a query with the value as `this`; the same as `.(query)`.")
    .params(Params::Named(&[Param::query("query", "The query.")]))
    .examples(&[
        Example {
            mapping: "root = this.user.map(this.first + this.last)",
            cases: &[(r#"{"user":{"first":"A","last":"B"}}"#, "AB")],
        },
        Example { mapping: "root = this.n.map(n -> n * n)", cases: &[(r#"{"n":5}"#, "25")] },
    ]);

fn map<'a>(target: &'a Node, args: &Args<'_>, ctx: &Ctx<'a>) -> Result<Cow<'a, Value>> {
    let value = target.eval(ctx)?;
    args.run_with(0, ctx, &value).map(Cow::Owned)
}

const CATCH: MethodSpec = MethodSpec::new("catch", CATEGORY, MethodRun::Query(catch))
    .doc("A value to use where evaluating the target failed; a query as argument sees the text of the error as `this`.")
    .params(Params::Named(&[Param::new("fallback", ParamType::QueryOrScalar, "What stands in.")]))
    .examples(&[
        Example { mapping: "root = this.n.number().catch(0)", cases: &[(r#"{"n":"x"}"#, "0"), (r#"{"n":"7"}"#, "7")] },
        Example { mapping: "root = throw(\"no way\").catch(err -> \"failed: \" + err)", cases: &[("{}", "failed: no way")] },
    ]);

fn catch<'a>(target: &'a Node, args: &Args<'_>, ctx: &Ctx<'a>) -> Result<Cow<'a, Value>> {
    match target.eval(ctx) {
        Ok(value) => Ok(value),
        Err(error) => args.run_with(0, ctx, &Value::from(error.to_string())).map(Cow::Owned),
    }
}

const OR: MethodSpec = MethodSpec::new("or", CATEGORY, MethodRun::Query(or))
    .doc("A value to use where the target is null, deleted or nothing, or evaluating it failed.")
    .params(Params::Named(&[Param::new("fallback", ParamType::QueryOrScalar, "What stands in.")]))
    .examples(&[
        Example {
            mapping: "root = this.name.or(\"unknown\")",
            cases: &[("{}", "unknown"), (r#"{"name":"x"}"#, "x")],
        },
        Example { mapping: "root = this.a.or(this.b)", cases: &[(r#"{"b":3}"#, "3")] },
    ]);

fn or<'a>(target: &'a Node, args: &Args<'_>, ctx: &Ctx<'a>) -> Result<Cow<'a, Value>> {
    match target.eval(ctx) {
        Ok(value) if !matches!(*value, Value::Null | Value::Delete | Value::Nothing) => Ok(value),
        _ => args.run(0, ctx).map(Cow::Owned),
    }
}

const NOT: MethodSpec = MethodSpec::new(
    "not",
    CATEGORY,
    MethodRun::Pure(|target, _| match &*target {
        Value::Bool(b) => Ok(Value::Bool(!b)),
        other => Err(Error::expected("bool", other)),
    }),
)
.doc("The opposite of a boolean.")
.examples(&[
    Example { mapping: "root = this.ok.not()", cases: &[(r#"{"ok":true}"#, "false")] },
    Example { mapping: "root = this.s.contains(\"a\").not()", cases: &[(r#"{"s":"xyz"}"#, "true")] },
]);

const NOT_NULL: MethodSpec = MethodSpec::new(
    "not_null",
    "Coercion",
    MethodRun::Pure(|target, _| match &*target {
        Value::Null => Err(Error::new("value is null")),
        _ => Ok(target.into_owned()),
    }),
)
.doc("The value itself; an error if it is null.")
.examples(&[
    Example { mapping: "root = this.a.not_null()", cases: &[(r#"{"a":1}"#, "1"), ("{}", "Error")] },
    Example { mapping: "root = this.a.not_null().catch(\"none\")", cases: &[("{}", "none")] },
]);

const NOT_EMPTY: MethodSpec = MethodSpec::new("not_empty", "Coercion", MethodRun::Pure(not_empty))
    .doc("The value itself; an error if it is an empty string, array or object, or anything else.")
    .examples(&[
        Example {
            mapping: "root = this.a.not_empty()",
            cases: &[(r#"{"a":"x"}"#, "x"), (r#"{"a":""}"#, "Error")],
        },
        Example { mapping: "root = this.a.not_empty().catch(\"none\")", cases: &[(r#"{"a":[]}"#, "none")] },
    ]);

fn not_empty(target: Cow<'_, Value>, _: &Args<'_>) -> Result<Value> {
    let (empty, what) = match &*target {
        Value::String(s) => (s.is_empty(), "string"),
        Value::Array(a) => (a.is_empty(), "array"),
        Value::Object(o) => (o.is_empty(), "object"),
        other => return Err(Error::expected("string, array or object", other)),
    };
    if empty { Err(Error::new(format!("{what} value is empty"))) } else { Ok(target.into_owned()) }
}

const TYPE: MethodSpec = MethodSpec::new(
    "type",
    "Coercion",
    MethodRun::Pure(|target, _| Ok(Value::from(target.type_name()))),
)
.doc("The name of the value's type: string, bytes, number, bool, array, object, null, timestamp, delete or nothing.")
.examples(&[
    Example { mapping: "root = this.a.type()", cases: &[(r#"{"a":1.5}"#, "number"), ("{}", "null")] },
    Example { mapping: "root = content().type()", cases: &[("x", "bytes")] },
]);

const FROM: MethodSpec = MethodSpec::new("from", CATEGORY, MethodRun::Query(from))
    .doc("Evaluates the target over another message of the batch, given by its position from 0. `this` and `@` stay those of the present one.")
    .params(Params::Named(&[Param::integer("index", "The position of the message.")]))
    .examples(&[
        Example { mapping: "root = json(\"a\").from(0)", cases: &[(r#"{"a":1}"#, "1")] },
        Example { mapping: "root = json().from(7).catch(\"no such message\")", cases: &[("{}", "no such message")] },
    ]);

fn from<'a>(target: &'a Node, args: &Args<'_>, ctx: &Ctx<'a>) -> Result<Cow<'a, Value>> {
    // Negative positions count from the end. What reads a message that does not exist finds out itself.
    let size = i64::try_from(ctx.scope().batch_size()).unwrap_or(i64::MAX);
    let index = if args.int(0) < 0 { args.int(0).saturating_add(size) } else { args.int(0) };
    target.eval(&ctx.with_index(usize::try_from(index).unwrap_or(usize::MAX)))
}

const FROM_ALL: MethodSpec = MethodSpec::new("from_all", CATEGORY, MethodRun::Query(from_all))
    .doc("Evaluates the target over every message of the batch, and yields an array of the results.")
    .examples(&[
        Example { mapping: "root = json(\"a\").from_all()", cases: &[(r#"{"a":1}"#, "[1]")] },
        Example { mapping: "root = content().from_all().length()", cases: &[("x", "1")] },
    ]);

fn from_all<'a>(target: &'a Node, _: &Args<'_>, ctx: &Ctx<'a>) -> Result<Cow<'a, Value>> {
    let mut all = Array::new();
    for index in 0..ctx.scope().batch_size() {
        all.push(target.eval(&ctx.with_index(index))?.into_owned());
    }
    Ok(Cow::Owned(Value::Array(all)))
}

/// Evaluates `test` with `value` as its context; anything but a boolean is an error.
pub(super) fn test(args: &Args<'_>, ctx: &Ctx<'_>, value: &Value) -> Result<bool> {
    match args.run_with(0, ctx, value)? {
        Value::Bool(b) => Ok(b),
        other => Err(Error::expected("bool", &other)),
    }
}
