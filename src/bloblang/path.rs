//! Reading and writing by path.

use std::borrow::Cow;

use super::error::Error;
use super::spec::Result;
use crate::value::{Array, Object, Str, Value};

/// The value that `segments` lead to; null where something on the way is missing. A number is an index of an array,
/// `*` stands for all of its elements.
pub fn get<'a>(value: &'a Value, segments: &[Str]) -> Cow<'a, Value> {
    find(value, segments).unwrap_or(Cow::Owned(Value::Null))
}

/// As [`get`]; none where something is missing.
pub fn find<'a>(mut value: &'a Value, segments: &[Str]) -> Option<Cow<'a, Value>> {
    for (i, segment) in segments.iter().enumerate() {
        value = match value {
            Value::Object(object) => object.get(segment)?,
            Value::Array(items) if segment == "*" => {
                let rest = &segments[i + 1..];
                let found: Array =
                    items.iter().filter_map(|item| find(item, rest).map(Cow::into_owned)).collect();
                return (!found.is_empty()).then_some(Cow::Owned(Value::Array(found)));
            }
            Value::Array(items) => items.get(index(segment)?)?,
            _ => return None,
        };
    }
    Some(Cow::Borrowed(value))
}

/// An array index: digits only.
fn index(segment: &str) -> Option<usize> {
    segment.bytes().all(|b| b.is_ascii_digit()).then(|| segment.parse().ok())?
}

/// Splits a dot path, in which `~1` stands for a dot and `~0` for `~`.
pub fn split(path: &str) -> Vec<Str> {
    if path.is_empty() {
        return Vec::new();
    }
    let unescape = |segment: &str| -> Str {
        if segment.contains('~') {
            segment.replace("~1", ".").replace("~0", "~").into()
        } else {
            segment.into()
        }
    };
    path.split('.').map(unescape).collect()
}

/// Sets what `segments` lead to; missing objects on the way are made. Of an array an existing index can be set, and
/// `-` appends.
pub fn set(root: &mut Value, segments: &[Str], new: Value) -> Result<()> {
    let mut place = root;
    for (i, segment) in segments.iter().enumerate() {
        if matches!(place, Value::Null | Value::Delete | Value::Nothing) && i == 0 {
            *place = Value::Object(Object::new());
        }
        let last = i + 1 == segments.len();
        place = match place {
            Value::Object(object) => {
                if !last && !object.contains_key(segment) {
                    object.insert(segment.clone(), Value::Object(Object::new()));
                }
                object.entry(segment)
            }
            Value::Array(items) => {
                if segment == "-" {
                    items.push(if last { Value::Null } else { Value::Object(Object::new()) });
                    last_of(items)?
                } else {
                    element(items, segment, segments)?
                }
            }
            other => return Err(non_object(segments, i, other)),
        };
    }
    *place = new;
    Ok(())
}

/// Removes what `segments` lead to, if it is there. As in the reference, elements of a root that is itself an array
/// stay.
pub fn remove(root: &mut Value, segments: &[Str]) -> Result<()> {
    let Some((last, parents)) = segments.split_last() else { return Ok(()) };
    let mut place = root;
    for segment in parents {
        let next = match place {
            Value::Object(object) => object.get_mut(segment),
            Value::Array(items) => index(segment).and_then(|i| items.make_mut().get_mut(i)),
            _ => None,
        };
        match next {
            Some(next) => place = next,
            None => return Ok(()),
        }
    }
    match place {
        Value::Object(object) => {
            object.remove(last);
        }
        Value::Array(items) if !parents.is_empty() => {
            if let Some(i) = index(last).filter(|i| *i < items.len()) {
                items.remove(i);
            }
        }
        _ => {}
    }
    Ok(())
}

fn last_of(items: &mut Array) -> Result<&mut Value> {
    items.make_mut().last_mut().ok_or_else(|| Error::new("the array is empty"))
}

fn element<'v>(items: &'v mut Array, segment: &str, path: &[Str]) -> Result<&'v mut Value> {
    let failed = |why: &str| Error::new(format!("unable to set target path {}: {why}", path.join(".")));
    let i = index(segment).ok_or_else(|| failed(&format!("`{segment}` is not an index of an array")))?;
    let len = items.len();
    items
        .make_mut()
        .get_mut(i)
        .ok_or_else(|| failed(&format!("index {i} is out of bounds of an array of {len} elements")))
}

fn non_object(path: &[Str], upto: usize, value: &Value) -> Error {
    Error::new(format!(
        "unable to set target path {} as the value of {} was a non-object type ({})",
        path.join("."),
        if upto == 0 { "root".to_owned() } else { path[..upto].join(".") },
        value.type_name()
    ))
}
