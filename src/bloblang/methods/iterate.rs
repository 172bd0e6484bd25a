//! Methods that run a query over the elements of an array or the entries of an object.

use std::borrow::Cow;
use std::collections::HashSet;

use smallvec::SmallVec;

use super::control::test;
use crate::bloblang::args::{Args, Param, Params};
use crate::bloblang::error::Error;
use crate::bloblang::eval::Ctx;
use crate::bloblang::spec::{Example, MethodRun, MethodSpec, Result, Status};
use crate::value::number::Num;
use crate::value::{Array, Object, Str, Value, compare, text};

pub const METHODS: &[&MethodSpec] = &[
    &ALL,
    &ANY,
    &FILTER,
    &FIND,
    &FIND_ALL,
    &FIND_ALL_BY,
    &FIND_BY,
    &FOLD,
    &MAP_EACH,
    &MAP_EACH_KEY,
    &UNIQUE,
];

const CATEGORY: &str = "Object & Array Manipulation";

const TEST: Params = Params::Named(&[Param::query("test", "A query that yields a boolean for an element.")]);
const QUERY: Params = Params::Named(&[Param::query("query", "A query on an element.")]);

fn array(target: &Value) -> Result<&Array> {
    match target {
        Value::Array(items) => Ok(items),
        other => Err(Error::expected("array", other)),
    }
}

fn owned<'a>(value: impl Into<Value>) -> Result<Cow<'a, Value>> {
    Ok(Cow::Owned(value.into()))
}

/// The entries of an object as queries see them, one after the other in the same place.
#[derive(Default)]
struct Entry(Value);

impl Entry {
    fn show(&mut self, key: &Str, value: &Value) -> &Value {
        match &mut self.0 {
            Value::Object(entry) => {
                // In order: `key`, `value`.
                let new = [Value::String(key.clone()), value.clone()];
                entry.values_mut().zip(new).for_each(|(old, new)| *old = new);
            }
            first => {
                let fields = [("key".into(), Value::String(key.clone())), ("value".into(), value.clone())];
                *first = Value::Object(fields.into_iter().collect());
            }
        }
        &self.0
    }
}

const ALL: MethodSpec = MethodSpec::new("all", CATEGORY, MethodRun::Scoped(all))
    .doc("Whether the test holds for every element of an array; false for an empty one.")
    .params(TEST)
    .examples(&[
        Example {
            mapping: "root = this.ns.all(n -> n > 1)",
            cases: &[(r#"{"ns":[2,3]}"#, "true"), (r#"{"ns":[1,2]}"#, "false")],
        },
        Example { mapping: "root = this.ns.all(this > 1)", cases: &[(r#"{"ns":[]}"#, "false")] },
    ]);

fn all<'a>(target: Cow<'a, Value>, args: &Args<'_>, ctx: &Ctx<'a>) -> Result<Cow<'a, Value>> {
    let items = array(&target)?;
    for (i, item) in items.iter().enumerate() {
        if !test(args, ctx, item).map_err(|error| error.context(format!("element {i}")))? {
            return owned(false);
        }
    }
    owned(!items.is_empty())
}

const ANY: MethodSpec = MethodSpec::new("any", CATEGORY, MethodRun::Scoped(any))
    .doc("Whether the test holds for at least one element of an array.")
    .params(TEST)
    .examples(&[
        Example { mapping: "root = this.ns.any(n -> n > 2)", cases: &[(r#"{"ns":[1,3]}"#, "true")] },
        Example { mapping: "root = this.ns.any(this > 2)", cases: &[(r#"{"ns":[]}"#, "false")] },
    ]);

fn any<'a>(target: Cow<'a, Value>, args: &Args<'_>, ctx: &Ctx<'a>) -> Result<Cow<'a, Value>> {
    for (i, item) in array(&target)?.iter().enumerate() {
        if test(args, ctx, item).map_err(|error| error.context(format!("element {i}")))? {
            return owned(true);
        }
    }
    owned(false)
}

const FILTER: MethodSpec = MethodSpec::new("filter", CATEGORY, MethodRun::Scoped(filter))
    .doc("Keeps the elements for which the test is true. Of an object the entries, which the test sees as `{\"key\":..,\"value\":..}`.")
    .params(TEST)
    .examples(&[
        Example { mapping: "root = this.ns.filter(n -> n > 1)", cases: &[(r#"{"ns":[1,2,3]}"#, "[2,3]")] },
        Example { mapping: "root = this.filter(e -> e.value > 1)", cases: &[(r#"{"a":1,"b":2}"#, r#"{"b":2}"#)] },
    ]);

fn filter<'a>(target: Cow<'a, Value>, args: &Args<'_>, ctx: &Ctx<'a>) -> Result<Cow<'a, Value>> {
    let holds = |value: &Value| Ok::<_, Error>(matches!(args.run_with(0, ctx, value)?, Value::Bool(true)));
    match &*target {
        Value::Array(items) => {
            let mut kept = Array::new();
            for item in items {
                if holds(item)? {
                    kept.push(item.clone());
                }
            }
            owned(kept)
        }
        Value::Object(object) => {
            let mut kept = ecow::EcoVec::new();
            let mut seen = Entry::default();
            for (key, value) in object {
                if holds(seen.show(key, value))? {
                    kept.push((key.clone(), value.clone()));
                }
            }
            owned(Object::from_entries(kept))
        }
        other => Err(Error::expected("array or object", other)),
    }
}

const FIND: MethodSpec = MethodSpec::new("find", CATEGORY, MethodRun::Pure(find))
    .status(Status::Beta)
    .doc("The position of the first element that equals a value; -1 if there is none.")
    .params(Params::Named(&[Param::any("value", "What to look for.")]))
    .examples(&[
        Example { mapping: "root = this.ns.find(3)", cases: &[(r#"{"ns":[1,3,3]}"#, "1")] },
        Example { mapping: "root = this.ns.find(\"x\")", cases: &[(r#"{"ns":[1]}"#, "-1")] },
    ]);

fn find(target: Cow<'_, Value>, args: &Args<'_>) -> Result<Value> {
    let position = array(&target)?.iter().position(|item| compare::equal(args.value(0), item));
    Ok(Value::Int(position.map_or(-1, |i| i as i64)))
}

const FIND_ALL: MethodSpec = MethodSpec::new("find_all", CATEGORY, MethodRun::Pure(find_all))
    .status(Status::Beta)
    .doc("The positions of all elements that equal a value.")
    .params(Params::Named(&[Param::any("value", "What to look for.")]))
    .examples(&[
        Example { mapping: "root = this.ns.find_all(3)", cases: &[(r#"{"ns":[1,3,3]}"#, "[1,2]")] },
        Example { mapping: "root = this.ns.find_all(9)", cases: &[(r#"{"ns":[1]}"#, "[]")] },
    ]);

fn find_all(target: Cow<'_, Value>, args: &Args<'_>) -> Result<Value> {
    let items = array(&target)?.iter().enumerate();
    let found = items.filter(|(_, item)| compare::equal(args.value(0), item));
    Ok(Value::Array(found.map(|(i, _)| Value::Int(i as i64)).collect()))
}

const FIND_BY: MethodSpec = MethodSpec::new("find_by", CATEGORY, MethodRun::Scoped(find_by))
    .status(Status::Beta)
    .doc("The position of the first element for which a query is true; -1 if there is none.")
    .params(QUERY)
    .examples(&[
        Example { mapping: "root = this.ns.find_by(n -> n > 1)", cases: &[(r#"{"ns":[1,3]}"#, "1")] },
        Example { mapping: "root = this.ns.find_by(this > 5)", cases: &[(r#"{"ns":[1,3]}"#, "-1")] },
    ]);

fn find_by<'a>(target: Cow<'a, Value>, args: &Args<'_>, ctx: &Ctx<'a>) -> Result<Cow<'a, Value>> {
    for (i, item) in array(&target)?.iter().enumerate() {
        if found_at(args, ctx, item, i)? {
            return owned(i as i64);
        }
    }
    owned(-1)
}

/// Whether element `i` is one that is looked for.
fn found_at(args: &Args<'_>, ctx: &Ctx<'_>, item: &Value, i: usize) -> Result<bool> {
    let failed = |error: Error| error.context(format!("query returned an error for index {i}"));
    match args.run_with(0, ctx, item).map_err(failed)? {
        Value::Bool(found) => Ok(found),
        other => {
            let attempt = format!("query returned a non-boolean value for index {i}");
            Err(Error::expected("bool", &other).context(attempt))
        }
    }
}

const FIND_ALL_BY: MethodSpec = MethodSpec::new("find_all_by", CATEGORY, MethodRun::Scoped(find_all_by))
    .status(Status::Beta)
    .doc("The positions of all elements for which a query is true.")
    .params(QUERY)
    .examples(&[
        Example {
            mapping: "root = this.ns.find_all_by(n -> n > 1)",
            cases: &[(r#"{"ns":[1,2,3]}"#, "[1,2]")],
        },
        Example { mapping: "root = this.ns.find_all_by(this > 5)", cases: &[(r#"{"ns":[1,3]}"#, "[]")] },
    ]);

fn find_all_by<'a>(target: Cow<'a, Value>, args: &Args<'_>, ctx: &Ctx<'a>) -> Result<Cow<'a, Value>> {
    let mut found = Array::new();
    for (i, item) in array(&target)?.iter().enumerate() {
        if found_at(args, ctx, item, i)? {
            found.push(Value::Int(i as i64));
        }
    }
    owned(found)
}

const FOLD: MethodSpec = MethodSpec::new("fold", CATEGORY, MethodRun::Scoped(fold))
    .doc("Reduces an array to one value: the query sees `{\"tally\":..,\"value\":..}` for each element and yields the next tally.")
    .params(Params::Named(&[
        Param::any("initial", "The first tally."),
        Param::query("query", "Yields the next tally."),
    ]))
    .examples(&[
        Example { mapping: "root = this.ns.fold(0, e -> e.tally + e.value)", cases: &[(r#"{"ns":[1,2,3]}"#, "6")] },
        Example { mapping: "root = this.ws.fold(\"\", this.tally + this.value)", cases: &[(r#"{"ws":["a","b"]}"#, "ab")] },
    ]);

fn fold<'a>(target: Cow<'a, Value>, args: &Args<'_>, ctx: &Ctx<'a>) -> Result<Cow<'a, Value>> {
    let mut tally = args.value(0).clone();
    for item in array(&target)? {
        let fields = [("tally".into(), tally), ("value".into(), item.clone())];
        let context = Value::Object(fields.into_iter().collect());
        tally = args.run_with(1, ctx, &context)?;
    }
    Ok(Cow::Owned(tally))
}

const MAP_EACH: MethodSpec = MethodSpec::new("map_each", CATEGORY, MethodRun::Scoped(map_each))
    .doc("Replaces every element of an array by the result of a query. Of an object the values; the query sees `{\"key\":..,\"value\":..}`. Elements whose result is deleted are left out, nothing keeps them as they are.")
    .params(QUERY)
    .examples(&[
        Example { mapping: "root = this.ns.map_each(n -> n * 2)", cases: &[(r#"{"ns":[1,2]}"#, "[2,4]")] },
        Example {
            mapping: "root = this.map_each(e -> if e.key == \"b\" { deleted() } else { e.value + 1 })",
            cases: &[(r#"{"a":1,"b":2}"#, r#"{"a":2}"#)],
        },
    ]);

fn map_each<'a>(target: Cow<'a, Value>, args: &Args<'_>, ctx: &Ctx<'a>) -> Result<Cow<'a, Value>> {
    let failed = |error: Error, element: &dyn std::fmt::Display| {
        error.located(|| args.source(0)).context(format!("failed to process element {element}"))
    };
    match &*target {
        Value::Array(items) => {
            let mut mapped = Array::with_capacity(items.len());
            for (i, item) in items.iter().enumerate() {
                match args.run_with(0, ctx, item).map_err(|error| failed(error, &i))? {
                    Value::Delete => {}
                    Value::Nothing => mapped.push(item.clone()),
                    value => mapped.push(value),
                }
            }
            owned(mapped)
        }
        Value::Object(object) => {
            let mut mapped = ecow::EcoVec::with_capacity(object.len());
            let mut seen = Entry::default();
            for (key, value) in object {
                let result = args.run_with(0, ctx, seen.show(key, value));
                match result.map_err(|error| failed(error, key))? {
                    Value::Delete => {}
                    Value::Nothing => mapped.push((key.clone(), value.clone())),
                    new => mapped.push((key.clone(), new)),
                }
            }
            owned(Object::from_entries(mapped))
        }
        other => Err(Error::expected("array", other)),
    }
}

const MAP_EACH_KEY: MethodSpec = MethodSpec::new("map_each_key", CATEGORY, MethodRun::Scoped(map_each_key))
    .doc("Renames the keys of an object: the query sees a key and yields the new one, which must be a string. Of keys that become equal one wins.")
    .params(QUERY)
    .examples(&[
        Example { mapping: "root = this.map_each_key(k -> k.uppercase())", cases: &[(r#"{"a":1}"#, r#"{"A":1}"#)] },
        Example {
            mapping: "root = this.map_each_key(k -> if k == \"a\" { \"id\" })",
            cases: &[(r#"{"a":1,"b":2}"#, r#"{"b":2,"id":1}"#)],
        },
    ]);

fn map_each_key<'a>(target: Cow<'a, Value>, args: &Args<'_>, ctx: &Ctx<'a>) -> Result<Cow<'a, Value>> {
    let Value::Object(object) = &*target else { return Err(Error::expected("object", &target)) };
    let mut renamed = ecow::EcoVec::with_capacity(object.len());
    for (key, value) in object {
        match args.run_with(0, ctx, &Value::String(key.clone()))? {
            Value::String(new) => renamed.push((new, value.clone())),
            Value::Nothing => renamed.push((key.clone(), value.clone())),
            other => {
                return Err(Error::expected("string", &other).context("unexpected result from key mapping"));
            }
        }
    }
    owned(Object::from_entries(renamed))
}

const UNIQUE: MethodSpec = MethodSpec::new("unique", CATEGORY, MethodRun::Scoped(unique))
    .doc("Leaves out elements that came before: numbers and strings, which are never equal to each other, or whatever a query yields of them.")
    .params(Params::Named(&[Param::query("emit", "What of an element is compared.").optional()]))
    .examples(&[
        Example { mapping: "root = this.vs.unique()", cases: &[(r#"{"vs":["a","b","a"]}"#, r#"["a","b"]"#)] },
        Example { mapping: "root = this.vs.unique(v -> v.id)", cases: &[(r#"{"vs":[{"id":1},{"id":1}]}"#, r#"[{"id":1}]"#)] },
    ]);

fn unique<'a>(target: Cow<'a, Value>, args: &Args<'_>, ctx: &Ctx<'a>) -> Result<Cow<'a, Value>> {
    let mut seen = Seen::default();
    let mut kept = Array::new();
    for (i, item) in array(&target)?.iter().enumerate() {
        let failed = |error: Error| error.context(format!("index {i}"));
        let key = match args.has(0) {
            true => Key::of(&args.run_with(0, ctx, item).map_err(failed)?).map(Key::into_owned),
            false => Key::of(item),
        };
        if seen.insert(key.map_err(failed)?) {
            kept.push(item.clone());
        }
    }
    owned(kept)
}

/// What `unique` tells elements apart by.
#[derive(PartialEq, Eq, Hash)]
enum Key<'v> {
    /// The bits of a float.
    Number(u64),
    Text(Cow<'v, [u8]>),
}

/// Keys that came before. Few are compared one by one, which is faster than hashing them.
#[derive(Default)]
struct Seen<'v> {
    few: SmallVec<[Key<'v>; 16]>,
    more: HashSet<Key<'v>>,
}

impl<'v> Key<'v> {
    fn of(value: &'v Value) -> Result<Self> {
        if let Some(number) = Num::of(value) {
            return Ok(Self::Number(number.to_f64().to_bits()));
        }
        text::content(value).map(Self::Text).ok_or_else(|| Error::expected("string or number", value))
    }

    fn into_owned(self) -> Key<'static> {
        match self {
            Self::Number(bits) => Key::Number(bits),
            Self::Text(text) => Key::Text(text.into_owned().into()),
        }
    }
}

impl<'v> Seen<'v> {
    /// Whether the key is new.
    fn insert(&mut self, key: Key<'v>) -> bool {
        if self.few.contains(&key) {
            return false;
        }
        if self.few.len() < self.few.inline_size() {
            self.few.push(key);
            return true;
        }
        self.more.insert(key)
    }
}
