//! Methods on objects: reading, picking, merging and reshaping.

use std::borrow::Cow;

use ecow::EcoVec;

use super::target::{MAX_TEXT, too_long};
use crate::bloblang::args::{Args, Constant, Param, Params};
use crate::bloblang::error::Error;
use crate::bloblang::path;
use crate::bloblang::spec::{Example, MethodRun, MethodSpec, Result};
use crate::value::{Array, Object, Str, Value};

pub const METHODS: &[&MethodSpec] = &[
    &ASSIGN,
    &COLLAPSE,
    &EXISTS,
    &EXPLODE,
    &GET,
    &KEYS,
    &KEY_VALUES,
    &MERGE,
    &SQUASH,
    &VALUES,
    &WITH,
    &WITHOUT,
];

const CATEGORY: &str = "Object & Array Manipulation";

const PATH: Params =
    Params::Named(&[Param::string("path", "A dot path; `~1` stands for a dot in a key, `~0` for `~`.")]);

fn object(value: &Value) -> Result<&Object> {
    match value {
        Value::Object(object) => Ok(object),
        other => Err(Error::expected("object", other)),
    }
}

const GET: MethodSpec = MethodSpec::new(
    "get",
    CATEGORY,
    MethodRun::Pure(|target, args| Ok(path::get(&target, &path::split(args.str(0))).into_owned())),
)
.doc("What a dot path leads to; null where it is missing.")
.params(PATH)
.examples(&[
    Example { mapping: "root = this.get(\"a.b\")", cases: &[(r#"{"a":{"b":1}}"#, "1")] },
    Example { mapping: "root = this.get(this.field) | \"none\"", cases: &[(r#"{"field":"x"}"#, "none")] },
]);

const EXISTS: MethodSpec = MethodSpec::new(
    "exists",
    CATEGORY,
    MethodRun::Pure(|target, args| Ok(Value::Bool(path::find(&target, &path::split(args.str(0))).is_some()))),
)
.doc("Whether a dot path leads to something, be it null.")
.params(PATH)
.examples(&[
    Example {
        mapping: "root = this.exists(\"a.b\")",
        cases: &[(r#"{"a":{"b":null}}"#, "true"), (r#"{"a":{}}"#, "false")],
    },
    Example { mapping: "root = this.exists(\"ns.1\")", cases: &[(r#"{"ns":[1,2]}"#, "true")] },
]);

const KEYS: MethodSpec = MethodSpec::new(
    "keys",
    CATEGORY,
    MethodRun::Pure(|target, _| {
        Ok(Value::Array(object(&target)?.keys().cloned().map(Value::String).collect()))
    }),
)
.doc("The keys of an object, sorted.")
.examples(&[
    Example { mapping: "root = this.keys()", cases: &[(r#"{"b":1,"a":2}"#, r#"["a","b"]"#)] },
    Example { mapping: "root = this.o.keys().length()", cases: &[(r#"{"o":{}}"#, "0")] },
]);

const VALUES: MethodSpec = MethodSpec::new(
    "values",
    CATEGORY,
    MethodRun::Pure(|target, _| Ok(Value::Array(object(&target)?.values().cloned().collect()))),
)
.doc("The values of an object in the order of their keys.")
.examples(&[
    Example { mapping: "root = this.values()", cases: &[(r#"{"b":1,"a":2}"#, "[2,1]")] },
    Example { mapping: "root = this.o.values()", cases: &[(r#"{"o":{}}"#, "[]")] },
]);

const KEY_VALUES: MethodSpec = MethodSpec::new("key_values", CATEGORY, MethodRun::Pure(key_values))
    .doc("The entries of an object as an array of `{\"key\":..,\"value\":..}`, sorted by key.")
    .examples(&[
        Example {
            mapping: "root = this.key_values()",
            cases: &[(r#"{"a":1}"#, r#"[{"key":"a","value":1}]"#)],
        },
        Example { mapping: "root = this.key_values().index(0).key", cases: &[(r#"{"b":1,"a":2}"#, "a")] },
    ]);

fn key_values(target: Cow<'_, Value>, _: &Args<'_>) -> Result<Value> {
    let entry = |(key, value): &(Str, Value)| {
        let fields = [("key".into(), Value::String(key.clone())), ("value".into(), value.clone())];
        Value::Object(fields.into_iter().collect())
    };
    Ok(Value::Array(object(&target)?.iter().map(entry).collect()))
}

const MERGE: MethodSpec = MethodSpec::new(
    "merge",
    CATEGORY,
    MethodRun::Pure(|target, args| combined(target, args, Collision::Join)),
)
.doc("Merges an object into this one, deeply; where both have a value that is no object, the two become an array. Arrays are joined.")
.params(Params::Named(&[Param::any("with", "What is merged in.")]))
.examples(&[
    Example { mapping: "root = this.a.merge(this.b)", cases: &[(r#"{"a":{"x":1,"y":2},"b":{"y":3}}"#, r#"{"x":1,"y":[2,3]}"#)] },
    Example { mapping: "root = this.ns.merge([3])", cases: &[(r#"{"ns":[1,2]}"#, "[1,2,3]")] },
]);

const ASSIGN: MethodSpec = MethodSpec::new(
    "assign",
    CATEGORY,
    MethodRun::Pure(|target, args| combined(target, args, Collision::Replace)),
)
.doc("Merges an object into this one, deeply; where both have a value that is no object, the other one's counts.")
.params(Params::Named(&[Param::any("with", "What is merged in.")]))
.examples(&[
    Example { mapping: "root = this.a.assign(this.b)", cases: &[(r#"{"a":{"x":1,"y":2},"b":{"y":3}}"#, r#"{"x":1,"y":3}"#)] },
    Example { mapping: "root = this.assign({\"seen\": true})", cases: &[(r#"{"id":1}"#, r#"{"id":1,"seen":true}"#)] },
]);

/// What becomes of two values under one key.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Collision {
    Join,
    Replace,
}

fn combined(target: Cow<'_, Value>, args: &Args<'_>, collision: Collision) -> Result<Value> {
    match (target.into_owned(), args.value(0)) {
        (Value::Array(mut items), with) => {
            match with {
                Value::Array(more) => items.extend(more.iter().cloned()),
                other => items.push(other.clone()),
            }
            Ok(Value::Array(items))
        }
        (Value::Object(mut into), Value::Object(from)) => {
            merge_into(&mut into, from, collision);
            Ok(Value::Object(into))
        }
        (target @ Value::Object(_), _) => Ok(target),
        (other, _) => Err(Error::expected("object or array", &other)),
    }
}

fn merge_into(into: &mut Object, from: &Object, collision: Collision) {
    for (key, value) in from {
        let Some(present) = into.get_mut(key) else {
            into.insert(key.clone(), value.clone());
            continue;
        };
        match (&mut *present, value) {
            (Value::Object(present), Value::Object(value)) => merge_into(present, value, collision),
            _ if collision == Collision::Replace => *present = value.clone(),
            (present, value) => {
                let mut joined = Array::new();
                for part in [&*present, value] {
                    match part {
                        Value::Array(items) => joined.extend(items.iter().cloned()),
                        other => joined.push(other.clone()),
                    }
                }
                *present = Value::Array(joined);
            }
        }
    }
}

const SQUASH: MethodSpec = MethodSpec::new("squash", CATEGORY, MethodRun::Pure(squash))
    .doc("Merges all objects of an array into one, as `merge` does.")
    .examples(&[
        Example {
            mapping: "root = this.os.squash()",
            cases: &[(r#"{"os":[{"a":1},{"b":2}]}"#, r#"{"a":1,"b":2}"#)],
        },
        Example {
            mapping: "root = this.os.squash()",
            cases: &[(r#"{"os":[{"a":1},{"a":2}]}"#, r#"{"a":[1,2]}"#)],
        },
    ]);

fn squash(target: Cow<'_, Value>, _: &Args<'_>) -> Result<Value> {
    let Value::Array(items) = &*target else { return Err(Error::expected("array", &target)) };
    let mut squashed = Object::new();
    for item in items {
        if let Value::Object(item) = item {
            merge_into(&mut squashed, item, Collision::Join);
        }
    }
    Ok(Value::Object(squashed))
}

/// The dot paths of a variadic call, split.
fn paths(args: &Args<'_>) -> Result<Vec<Vec<Str>>> {
    let split = |value: &Value| match value {
        Value::String(path) => Ok(path::split(path)),
        other => Err(Error::expected("string", other)),
    };
    args.values().map(split).collect()
}

const WITH: MethodSpec = MethodSpec::new(
    "with",
    CATEGORY,
    MethodRun::Prepared(|args, _| {
        let paths = paths(args)?;
        Ok(std::sync::Arc::new(move |target, _| {
            let paths: Vec<&[Str]> = paths.iter().map(Vec::as_slice).collect();
            Ok(Value::Object(picked(object(&target)?, &paths)))
        }))
    }),
)
.doc("Keeps of an object only what the given dot paths lead to. What is no object on the way is kept whole.")
.params(Params::Variadic)
.examples(&[
    Example {
        mapping: "root = this.with(\"a\", \"b.c\")",
        cases: &[(r#"{"a":1,"b":{"c":2,"d":3},"e":4}"#, r#"{"a":1,"b":{"c":2}}"#)],
    },
    Example { mapping: "root = this.with(\"none\")", cases: &[(r#"{"a":1}"#, "{}")] },
]);

fn picked(from: &Object, paths: &[&[Str]]) -> Object {
    let mut kept = EcoVec::new();
    for (key, value) in from {
        let below: Vec<&[Str]> =
            paths.iter().filter(|path| path.first() == Some(key)).map(|path| &path[1..]).collect();
        if below.is_empty() {
            continue;
        }
        let inner: Vec<&[Str]> = below.into_iter().filter(|rest| !rest.is_empty()).collect();
        kept.push(match value {
            Value::Object(object) if !inner.is_empty() => {
                (key.clone(), Value::Object(picked(object, &inner)))
            }
            _ => (key.clone(), value.clone()),
        });
    }
    Object::from_entries(kept)
}

const WITHOUT: MethodSpec = MethodSpec::new(
    "without",
    CATEGORY,
    MethodRun::Prepared(|args, _| {
        let paths = paths(args)?;
        Ok(std::sync::Arc::new(move |target, _| {
            let paths: Vec<&[Str]> = paths.iter().map(Vec::as_slice).collect();
            Ok(Value::Object(dropped(object(&target)?, &paths)))
        }))
    }),
)
.doc("Leaves out of an object what the given dot paths lead to. Nothing inside of arrays is left out.")
.params(Params::Variadic)
.examples(&[
    Example {
        mapping: "root = this.without(\"a\", \"b.c\")",
        cases: &[(r#"{"a":1,"b":{"c":2,"d":3}}"#, r#"{"b":{"d":3}}"#)],
    },
    Example { mapping: "root = this.without(\"none\")", cases: &[(r#"{"a":1}"#, r#"{"a":1}"#)] },
]);

fn dropped(from: &Object, paths: &[&[Str]]) -> Object {
    let mut kept = EcoVec::with_capacity(from.len());
    for (key, value) in from {
        let below: Vec<&[Str]> =
            paths.iter().filter(|path| path.first() == Some(key)).map(|path| &path[1..]).collect();
        match value {
            _ if below.iter().any(|rest| rest.is_empty()) => {}
            Value::Object(object) if !below.is_empty() => {
                kept.push((key.clone(), Value::Object(dropped(object, &below))));
            }
            value => kept.push((key.clone(), value.clone())),
        }
    }
    Object::from_entries(kept)
}

const COLLAPSE: MethodSpec = MethodSpec::new("collapse", CATEGORY, MethodRun::Pure(collapse))
    .doc("Flattens a document into one object whose keys are dot paths. Empty objects and arrays are left out unless asked for.")
    .params(Params::Named(&[
        Param::boolean("include_empty", "Whether empty objects and arrays stay.").default(Constant::Bool(false)),
    ]))
    .examples(&[
        Example { mapping: "root = this.collapse()", cases: &[(r#"{"a":{"b":1},"c":[2,3]}"#, r#"{"a.b":1,"c.0":2,"c.1":3}"#)] },
        Example { mapping: "root = this.collapse(true)", cases: &[(r#"{"a":{},"b":1}"#, r#"{"a":{},"b":1}"#)] },
    ]);

fn collapse(target: Cow<'_, Value>, args: &Args<'_>) -> Result<Value> {
    if !matches!(&*target, Value::Object(_) | Value::Array(_)) {
        return Err(Error::expected("object or array", &target));
    }
    let mut flat = Flat { entries: EcoVec::new(), include_empty: args.bool(0), length: 0 };
    flat.add("", &target)?;
    Ok(Value::Object(Object::from_entries(flat.entries)))
}

/// The leaves of a document under their dot paths.
struct Flat {
    entries: EcoVec<(Str, Value)>,
    include_empty: bool,
    /// Of all keys together, in bytes: the leaves of a deep document have long ones.
    length: usize,
}

impl Flat {
    fn add(&mut self, prefix: &str, value: &Value) -> Result<()> {
        let below = |key: &str| if prefix.is_empty() { key.to_owned() } else { format!("{prefix}.{key}") };
        match value {
            Value::Object(object) if !object.is_empty() => {
                object.iter().try_for_each(|(key, value)| self.add(&below(key), value))
            }
            Value::Array(items) if !items.is_empty() => {
                items.iter().enumerate().try_for_each(|(i, value)| self.add(&below(&i.to_string()), value))
            }
            Value::Object(_) | Value::Array(_) if !self.include_empty => Ok(()),
            leaf => {
                self.length += prefix.len();
                if self.length > MAX_TEXT {
                    return Err(too_long());
                }
                self.entries.push((prefix.into(), leaf.clone()));
                Ok(())
            }
        }
    }
}

const EXPLODE: MethodSpec = MethodSpec::new("explode", CATEGORY, MethodRun::Pure(explode))
    .doc("Spreads what a dot path leads to over copies of the document: an array makes an array of documents with one element each, an object makes an object of documents.")
    .params(PATH)
    .examples(&[
        Example { mapping: "root = this.explode(\"v\")", cases: &[(r#"{"id":1,"v":[2,3]}"#, r#"[{"id":1,"v":2},{"id":1,"v":3}]"#)] },
        Example { mapping: "root = this.explode(\"v\")", cases: &[(r#"{"id":1,"v":{"a":2}}"#, r#"{"a":{"id":1,"v":2}}"#)] },
    ]);

/// The most fields that copies of a document may have together.
const MAX_COPIED: usize = 1 << 26;

fn explode(target: Cow<'_, Value>, args: &Args<'_>) -> Result<Value> {
    object(&target)?;
    let segments = path::split(args.str(0));
    let spread = path::get(&target, &segments);
    let (fields, copies) = match (&*target, &*spread) {
        (Value::Object(object), Value::Array(items)) => (object.len(), items.len()),
        (Value::Object(object), Value::Object(parts)) => (object.len(), parts.len()),
        (_, other) => return Err(Error::expected("array or object", other)),
    };
    // A copy shares what is in its fields, but has these for itself.
    if fields.saturating_mul(copies) > MAX_COPIED {
        return Err(Error::new(format!(
            "{copies} copies of {fields} fields are more than {MAX_COPIED} fields"
        )));
    }
    let with = |part: &Value| -> Result<Value> {
        let mut copy = (*target).clone();
        path::set(&mut copy, &segments, part.clone())?;
        Ok(copy)
    };
    match &*spread {
        Value::Array(items) => Ok(Value::Array(items.iter().map(with).collect::<Result<_>>()?)),
        Value::Object(object) => {
            let entries = object.iter().map(|(key, part)| Ok((key.clone(), with(part)?)));
            Ok(Value::Object(entries.collect::<Result<Object>>()?))
        }
        other => Err(Error::expected("array or object", other)),
    }
}
