//! Methods that put arrays in order.

use std::borrow::Cow;

use crate::bloblang::args::{Args, Param, Params};
use crate::bloblang::error::Error;
use crate::bloblang::eval::{Ctx, Node};
use crate::bloblang::spec::{Example, MethodRun, MethodSpec, Result};
use crate::value::number::Num;
use crate::value::{Array, Value, text};

pub const METHODS: &[&MethodSpec] = &[&SORT, &SORT_BY];

const CATEGORY: &str = "Object & Array Manipulation";

/// An element with its position and what it is sorted by.
struct Item {
    position: usize,
    key: Value,
    value: Value,
}

const SORT: MethodSpec = MethodSpec::new("sort", CATEGORY, MethodRun::Query(sort))
    .doc("Sorts an array of numbers or of strings, ascending; or any array by a query that sees `{\"left\":..,\"right\":..}` and is true where the left one comes first.")
    .params(Params::Named(&[Param::query("compare", "Whether `left` comes before `right`.").optional()]))
    .examples(&[
        Example { mapping: "root = this.ns.sort()", cases: &[(r#"{"ns":[3,1,2]}"#, "[1,2,3]")] },
        Example { mapping: "root = this.ns.sort(e -> e.left > e.right)", cases: &[(r#"{"ns":[1,3,2]}"#, "[3,2,1]")] },
    ]);

fn sort<'a>(target: &'a Node, args: &Args<'_>, ctx: &Ctx<'a>) -> Result<Cow<'a, Value>> {
    let value = target.eval(ctx)?;
    if let (Value::Array(items), false) = (&*value, args.has(0))
        && items.iter().all(|item| matches!(item, Value::String(_)))
    {
        let mut items = items.clone();
        items.make_mut().sort_by(|a, b| a.as_str().cmp(&b.as_str()));
        return Ok(Cow::Owned(Value::Array(items)));
    }
    let keyed =
        |position: usize, value: &Value| Ok(Item { position, key: value.clone(), value: value.clone() });
    let items = items(target, &value, keyed)?;
    if !args.has(0) {
        return sorted(items, |a, b| before(a, b, |i, error| error.context(format!("sort element {i}"))));
    }
    sorted(items, |a, b| {
        let fields = [("left".into(), a.key.clone()), ("right".into(), b.key.clone())];
        match args.run_with(0, ctx, &Value::Object(fields.into_iter().collect()))? {
            Value::Bool(before) => Ok(before),
            other => Err(Error::expected("bool", &other).located(|| "sort argument".to_owned())),
        }
    })
}

const SORT_BY: MethodSpec = MethodSpec::new("sort_by", CATEGORY, MethodRun::Query(sort_by))
    .doc("Sorts an array by what a query yields for each element: all numbers or all strings, ascending.")
    .params(Params::Named(&[Param::query("query", "What an element is sorted by.")]))
    .examples(&[
        Example {
            mapping: "root = this.ps.sort_by(p -> p.n)",
            cases: &[(r#"{"ps":[{"n":2},{"n":1}]}"#, r#"[{"n":1},{"n":2}]"#)],
        },
        Example {
            mapping: "root = this.ws.sort_by(this.length())",
            cases: &[(r#"{"ws":["ccc","a","bb"]}"#, r#"["a","bb","ccc"]"#)],
        },
    ]);

fn sort_by<'a>(target: &'a Node, args: &Args<'_>, ctx: &Ctx<'a>) -> Result<Cow<'a, Value>> {
    let value = target.eval(ctx)?;
    let keyed = |position: usize, value: &Value| {
        let key = args.run_with(0, ctx, value)?;
        Ok(Item { position, key, value: value.clone() })
    };
    sorted(items(target, &value, keyed)?, |a, b| {
        before(a, b, |i, error| error.located(|| args.source(0)).context(format!("sort_by element {i}")))
    })
}

/// The elements of the array that the target must be. A single one needs no order, and so no key.
fn items(target: &Node, value: &Value, keyed: impl Fn(usize, &Value) -> Result<Item>) -> Result<Vec<Item>> {
    match value {
        Value::Array(items) if items.len() == 1 => {
            Ok(vec![Item { position: 0, key: Value::Null, value: items[0].clone() }])
        }
        Value::Array(items) => items.iter().enumerate().map(|(i, item)| keyed(i, item)).collect(),
        other => Err(Error::expected("array", other).located(|| target.source())),
    }
}

/// Whether `left` comes before `right`: both must be numbers, or both strings.
fn before(left: &Item, right: &Item, failed: impl Fn(usize, Error) -> Error) -> Result<bool> {
    if let Some(a) = Num::of(&left.key) {
        let b = Num::of(&right.key);
        let b = b.ok_or_else(|| failed(right.position, Error::expected("number", &right.key)))?;
        return Ok(a.to_f64() < b.to_f64());
    }
    let a = text::content(&left.key);
    let a = a.ok_or_else(|| failed(left.position, Error::expected("number or string", &left.key)))?;
    let b = text::content(&right.key);
    let b = b.ok_or_else(|| failed(right.position, Error::expected("string", &right.key)))?;
    Ok(a < b)
}

/// The values in order, or the first error of comparing two of them.
fn sorted<'a>(items: Vec<Item>, before: impl Fn(&Item, &Item) -> Result<bool>) -> Result<Cow<'a, Value>> {
    let mut failure = None;
    let mut holds = |left: &Item, right: &Item| {
        failure.is_none()
            && before(left, right).unwrap_or_else(|error| {
                failure = Some(error);
                false
            })
    };
    let items = merge_sorted(items, &mut holds);
    match failure {
        Some(error) => Err(error),
        None => Ok(Cow::Owned(Value::Array(items.into_iter().map(|item| item.value).collect::<Array>()))),
    }
}

/// A merge sort: unlike the one of the standard library it stands an order that contradicts itself.
fn merge_sorted(mut items: Vec<Item>, before: &mut dyn FnMut(&Item, &Item) -> bool) -> Vec<Item> {
    if items.len() < 2 {
        return items;
    }
    let right = items.split_off(items.len() / 2);
    let mut left = merge_sorted(items, before).into_iter().peekable();
    let mut right = merge_sorted(right, before).into_iter().peekable();
    let mut merged = Vec::with_capacity(left.len() + right.len());
    while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
        let next = if before(b, a) { right.next() } else { left.next() };
        merged.extend(next);
    }
    merged.extend(left);
    merged.extend(right);
    merged
}
