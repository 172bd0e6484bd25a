//! Methods that tell what differs between two values, and that apply such changes.

use std::borrow::Cow;
use std::sync::Arc;

use crate::bloblang::Environment;
use crate::bloblang::args::{Args, Param, Params};
use crate::bloblang::error::Error;
use crate::bloblang::path::join;
use crate::bloblang::spec::{Example, MethodRun, MethodSpec, PreparedMethod, Result, Status};
use crate::value::{Array, Object, Str, Value};

pub const METHODS: &[&MethodSpec] = &[&DIFF, &PATCH];

const CATEGORY: &str = "Object & Array Manipulation";

const DIFF: MethodSpec = MethodSpec::new("diff", CATEGORY, MethodRun::Pure(diff))
    .status(Status::Beta)
    .doc("The changes that make another value of this one: each with `Type` (create, update or delete), `Path`, `From` and `To`. The order of the elements of arrays does not count. Values of different types under one key are an error.")
    .params(Params::Named(&[Param::any("other", "The value after the changes.")]))
    .examples(&[
        Example { mapping: "root = this.old.diff(this.new)", cases: &[(r#"{"old":{"a":1,"b":2},"new":{"a":1,"b":3}}"#, r#"[{"From":2,"Path":["b"],"To":3,"Type":"update"}]"#)] },
        Example { mapping: "root = this.old.diff(this.new).index(0).Type", cases: &[(r#"{"old":{},"new":{"a":1}}"#, "create"), (r#"{"old":{"a":[]},"new":{"a":{}}}"#, "Error")] },
    ]);

fn diff(target: Cow<'_, Value>, args: &Args<'_>) -> Result<Value> {
    if target.is_null() {
        return Ok(Value::Null);
    }
    let mut changes = Changes::default();
    match (&*target, args.value(0)) {
        (Value::Object(object), Value::Null) => {
            for (key, value) in object {
                changes.path.push(key.clone());
                changes.note("delete", value, &Value::Null);
                changes.path.pop();
            }
        }
        (from, Value::Null) => changes.note("delete", from, &Value::Null),
        (from, to) => changes.between(from, to)?,
    }
    Ok(Value::Array(changes.found))
}

/// The changes that were found, and where the search is.
#[derive(Default)]
struct Changes {
    path: Vec<Str>,
    found: Array,
}

impl Changes {
    fn note(&mut self, kind: &str, from: &Value, to: &Value) {
        let path: Array = self.path.iter().cloned().map(Value::String).collect();
        self.found.push(Value::Object(Object::from_iter([
            ("Type".into(), Value::from(kind)),
            ("Path".into(), Value::Array(path)),
            ("From".into(), from.clone()),
            ("To".into(), to.clone()),
        ])));
    }

    /// What differs between what was at a place and what is; none of it is nothing at all.
    fn at(&mut self, place: Str, from: Option<&Value>, to: Option<&Value>) -> Result<()> {
        self.path.push(place);
        match (from, to) {
            (Some(from), Some(to)) => self.between(from, to)?,
            (Some(from), None) => self.note("delete", from, &Value::Null),
            (None, Some(to)) => self.note("create", &Value::Null, to),
            (None, None) => {}
        }
        self.path.pop();
        Ok(())
    }

    fn between(&mut self, from: &Value, to: &Value) -> Result<()> {
        match (from, to) {
            (Value::Null, Value::Null) => {}
            (Value::Null, _) | (_, Value::Null) => self.note("update", from, to),
            (Value::Object(before), Value::Object(after)) => {
                for (key, value) in before {
                    self.at(key.clone(), Some(value), after.get(key))?;
                }
                for (key, value) in after.iter().filter(|(key, _)| !before.contains_key(key)) {
                    self.at(key.clone(), None, Some(value))?;
                }
            }
            (Value::Array(before), Value::Array(after)) => {
                let (gone, come) = (unmatched(before, after), unmatched(after, before));
                let mut places: Vec<usize> = gone.iter().chain(&come).copied().collect();
                let mut seen = std::collections::HashSet::new();
                places.retain(|place| seen.insert(*place));
                for place in places {
                    let from = before.get(place).filter(|_| gone.contains(&place));
                    let to = after.get(place).filter(|_| come.contains(&place));
                    self.at(place.to_string().into(), from, to)?;
                }
            }
            // Numbers of a document are texts to the reference.
            (Value::String(left) | Value::Number(left), Value::String(right) | Value::Number(right)) => {
                if left != right {
                    self.note("update", from, to);
                }
            }
            _ if std::mem::discriminant(from) == std::mem::discriminant(to) => {
                if from != to {
                    self.note("update", from, to);
                }
            }
            _ => {
                let (from, to) = (from.type_name(), to.type_name());
                return Err(Error::new(format!(
                    "the types of {} do not match: {from}, {to}",
                    join(&self.path)
                )));
            }
        }
        Ok(())
    }
}

/// The places of the elements of `items` for which there is none in `others`; each of those stands for one only.
fn unmatched(items: &[Value], others: &[Value]) -> Vec<usize> {
    let mut taken = vec![false; others.len()];
    let mut places = Vec::new();
    for (place, item) in items.iter().enumerate() {
        let equal = |other: &Value| {
            let mut changes = Changes::default();
            changes.between(other, item).is_ok() && changes.found.is_empty()
        };
        match (0..others.len()).find(|i| !taken[*i] && equal(&others[*i])) {
            Some(i) => taken[i] = true,
            None => places.push(place),
        }
    }
    places
}

const PATCH: MethodSpec = MethodSpec::new("patch", CATEGORY, MethodRun::Prepared(patch))
    .status(Status::Beta)
    .doc("Applies changes as `diff` tells them. Objects on the way must be there; an index of an array must exist, or be the next one to create an element.")
    .params(Params::Named(&[Param::any("changelog", "The changes, an array.")]))
    .examples(&[
        Example { mapping: "root = this.doc.patch(this.changes)", cases: &[(r#"{"doc":{"a":1},"changes":[{"Type":"update","Path":["a"],"From":1,"To":2}]}"#, r#"{"a":2}"#)] },
        Example { mapping: "root = this.old.patch(this.old.diff(this.new))", cases: &[(r#"{"old":{"a":1,"b":[1]},"new":{"b":[1,2],"c":null}}"#, r#"{"b":[1,2],"c":null}"#)] },
    ]);

/// What is to be done at a place.
struct Change {
    kind: Option<Kind>,
    path: Vec<Str>,
    to: Value,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Set,
    Delete,
}

fn patch(args: &Args<'_>, _: &Environment) -> Result<PreparedMethod> {
    let changes = match args.value(0) {
        Value::Null => Vec::new(),
        Value::Array(changes) => changes.iter().map(Change::read).collect::<Result<Vec<_>>>()?,
        other => return Err(Error::expected("array", other)),
    };
    Ok(Arc::new(move |target, _| {
        let mut value = target.into_owned();
        if !value.is_null() {
            changes.iter().try_for_each(|change| change.apply(&mut value))?;
        }
        Ok(value)
    }))
}

impl Change {
    /// Reads a change; its keys may be of any case.
    fn read(change: &Value) -> Result<Self> {
        let fields = match change {
            Value::Object(fields) => fields,
            Value::Null => &Object::new(),
            other => return Err(Error::expected("object", other)),
        };
        let field =
            |name: &str| fields.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, v)| v);
        let text = |value: &Value| match value {
            Value::String(text) | Value::Number(text) => Ok(text.clone()),
            other => Err(Error::expected("string", other)),
        };
        let kind = match field("Type") {
            None | Some(Value::Null) => None,
            Some(kind) => match text(kind)?.as_str() {
                "create" | "update" => Some(Kind::Set),
                "delete" => Some(Kind::Delete),
                _ => None,
            },
        };
        let path = match field("Path") {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::Array(path)) => path.iter().map(text).collect::<Result<_>>()?,
            Some(other) => return Err(Error::expected("array", other)),
        };
        Ok(Self { kind, path, to: field("To").cloned().unwrap_or_default() })
    }

    fn apply(&self, root: &mut Value) -> Result<()> {
        let failed = || Error::new(format!("a change of {} cannot be applied", join(&self.path)));
        let Some(kind) = self.kind else { return Ok(()) };
        let Some((last, parents)) = self.path.split_last() else {
            if kind == Kind::Set {
                *root = self.to.clone();
            }
            return Ok(());
        };
        let mut place = root;
        for segment in parents {
            place = match place {
                Value::Object(object) => match (object.contains_key(segment), kind) {
                    (false, Kind::Delete) => return Ok(()),
                    _ => object.get_mut(segment).ok_or_else(failed)?,
                },
                Value::Array(items) => {
                    let index: usize = segment.parse().map_err(|_| failed())?;
                    items.make_mut().get_mut(index).ok_or_else(failed)?
                }
                _ => return Err(failed()),
            };
        }
        match (place, kind) {
            (Value::Object(object), Kind::Set) => {
                let is_set = object.get(last).is_some_and(|present| !present.is_null());
                if is_set && self.to.is_null() {
                    return Err(failed());
                }
                object.insert(last.clone(), self.to.clone());
            }
            (Value::Object(object), Kind::Delete) => {
                object.remove(last);
            }
            (Value::Array(items), kind) => {
                let index: usize = last.parse().map_err(|_| failed())?;
                match kind {
                    Kind::Set if index < items.len() => items.make_mut()[index] = self.to.clone(),
                    Kind::Set if index == items.len() => items.push(self.to.clone()),
                    Kind::Delete if index < items.len() => {
                        items.remove(index);
                    }
                    _ => return Err(failed()),
                }
            }
            _ => return Err(failed()),
        }
        Ok(())
    }
}
