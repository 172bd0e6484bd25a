//! Lists, and what stands in for values that are missing.

use super::{Line, MANY, empty, equal, int, list, truth};
use crate::value::Value;

pub const FUNCTIONS: &[Line] = &[
    ("list", 0, MANY, |args| Ok(args.to_vec().into())),
    ("tuple", 0, MANY, |args| Ok(args.to_vec().into())),
    ("first", 1, 1, |args| Ok(list(&args[0])?.first().cloned().unwrap_or(Value::Nothing))),
    ("last", 1, 1, |args| Ok(list(&args[0])?.last().cloned().unwrap_or(Value::Nothing))),
    ("rest", 1, 1, |args| Ok(list(&args[0])?.iter().skip(1).cloned().collect::<Vec<_>>().into())),
    ("initial", 1, 1, |args| {
        let items = list(&args[0])?;
        Ok(items[..items.len().saturating_sub(1)].to_vec().into())
    }),
    ("append", 2, 2, |args| Ok([list(&args[0])?, &args[1..]].concat().into())),
    ("push", 2, 2, |args| Ok([list(&args[0])?, &args[1..]].concat().into())),
    ("prepend", 2, 2, |args| Ok([&args[1..], list(&args[0])?].concat().into())),
    ("concat", 0, MANY, |args| {
        let lists = args.iter().map(list).collect::<Result<Vec<_>, _>>()?;
        Ok(lists.concat().into())
    }),
    ("reverse", 1, 1, |args| Ok(list(&args[0])?.iter().rev().cloned().collect::<Vec<_>>().into())),
    ("uniq", 1, 1, |args| {
        let mut unique: Vec<Value> = Vec::new();
        for item in list(&args[0])? {
            if !unique.iter().any(|known| equal(known, item)) {
                unique.push(item.clone());
            }
        }
        Ok(unique.into())
    }),
    ("without", 1, MANY, |args| {
        let kept = list(&args[0])?.iter().filter(|item| !args[1..].iter().any(|other| equal(item, other)));
        Ok(kept.cloned().collect::<Vec<_>>().into())
    }),
    ("has", 2, 2, |args| match &args[1] {
        Value::Null | Value::Nothing => Ok(Value::Bool(false)),
        items => Ok(list(items)?.iter().any(|item| equal(item, &args[0])).into()),
    }),
    ("compact", 1, 1, |args| {
        Ok(list(&args[0])?.iter().filter(|item| !empty(item)).cloned().collect::<Vec<_>>().into())
    }),
    ("chunk", 2, 2, |args| {
        let size = usize::try_from(int(&args[0]))
            .ok()
            .filter(|size| *size > 0)
            .ok_or("a chunk has at least one item")?;
        Ok(list(&args[1])?.chunks(size).map(|chunk| Value::from(chunk.to_vec())).collect::<Vec<_>>().into())
    }),
    ("default", 1, 2, |args| Ok(args.get(1).filter(|value| !empty(value)).unwrap_or(&args[0]).clone())),
    ("empty", 1, 1, |args| Ok(empty(&args[0]).into())),
    ("coalesce", 0, MANY, |args| Ok(args.iter().find(|arg| !empty(arg)).cloned().unwrap_or(Value::Nothing))),
    ("all", 0, MANY, |args| Ok(args.iter().all(|arg| !empty(arg)).into())),
    ("any", 0, MANY, |args| Ok(args.iter().any(|arg| !empty(arg)).into())),
    ("ternary", 3, 3, |args| Ok(if truth(&args[2]) { args[0].clone() } else { args[1].clone() })),
    ("fail", 1, 1, |args| Err(super::string(&args[0]))),
];
