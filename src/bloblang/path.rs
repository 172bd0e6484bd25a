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

/// Splits a dot path, in which `~1` stands for a dot and `~0` for `~`. The empty path is that of an empty key.
pub fn split(path: &str) -> Vec<Str> {
    let unescape = |segment: &str| -> Str {
        if segment.contains('~') {
            segment.replace("~1", ".").replace("~0", "~").into()
        } else {
            segment.into()
        }
    };
    path.split('.').map(unescape).collect()
}

/// A dot path out of segments, in which `~1` stands for a dot and `~0` for `~`.
pub fn join(segments: &[Str]) -> String {
    let escaped: Vec<Str> = segments.iter().map(|s| s.replace("~", "~0").replace(".", "~1")).collect();
    escaped.join(".")
}

/// Sets what `segments` lead to; missing objects on the way are made. Of an array an existing index can be set, and
/// `-` appends.
pub fn set(root: &mut Value, segments: &[Str], new: Value) -> Result<()> {
    let mut place = root;
    for (i, segment) in segments.iter().enumerate() {
        if place.is_null() {
            *place = Value::Object(Object::new());
        }
        place = match place {
            Value::Object(object) => object.entry(segment),
            Value::Array(items) => element(items, segments, i)?,
            other => return Err(unsettable(segments, &segments[..i], other)),
        };
    }
    *place = new;
    Ok(())
}

/// Removes what `segments` lead to, if it is there. As in the reference, elements of a root that is itself an array
/// stay. Returns whether something was removed.
pub fn remove(root: &mut Value, segments: &[Str]) -> bool {
    let Some((last, parents)) = segments.split_last() else { return false };
    let mut place = root;
    for segment in parents {
        let next = match place {
            Value::Object(object) => object.get_mut(segment),
            Value::Array(items) => index(segment).and_then(|i| items.make_mut().get_mut(i)),
            _ => None,
        };
        match next {
            Some(next) => place = next,
            None => return false,
        }
    }
    match place {
        Value::Object(object) => object.remove(last).is_some(),
        Value::Array(items) if !parents.is_empty() => match index(last).filter(|i| *i < items.len()) {
            Some(i) => {
                items.remove(i);
                true
            }
            None => false,
        },
        _ => false,
    }
}

/// The element that segment `i` of a path leads to, for writing.
fn element<'v>(items: &'v mut Array, path: &[Str], i: usize) -> Result<&'v mut Value> {
    let failed = |why: String| {
        let path = join(path);
        Error::new(format!("unable to set target path {path}: failed to resolve path segment '{i}': {why}"))
    };
    let segment = &path[i];
    let index = if segment == "-" {
        items.push(Value::Null);
        items.len() - 1
    } else {
        let index = array_index(segment, items.len()).map_err(failed)?;
        if i + 1 < path.len() && items[index].is_null() {
            return Err(failed(format!("field '{segment}' was not found")));
        }
        index
    };
    Ok(&mut items.make_mut()[index])
}

/// The index that a segment is for an array of `len` elements, or why it is none.
fn array_index(segment: &str, len: usize) -> std::result::Result<usize, String> {
    match segment.parse::<i64>() {
        Err(_) => {
            Err(format!("found array but segment value '{segment}' could not be parsed into array index"))
        }
        Ok(i) => match usize::try_from(i) {
            Err(_) => Err(format!("found array but index '{segment}' is invalid")),
            Ok(i) if i < len => Ok(i),
            Ok(_) => Err(format!("found array but index '{segment}' exceeded target array size of '{len}'")),
        },
    }
}

/// The error of a path that cannot be set, as the value of what begins it is neither object nor array.
pub fn unsettable(path: &[Str], culprit: &[Str], value: &Value) -> Error {
    let culprit = if culprit.is_empty() { "the root".to_owned() } else { join(culprit) };
    let (path, type_name) = (join(path), value.type_name());
    Error::new(format!(
        "unable to set target path {path} as the value of {culprit} was a non-object type ({type_name})"
    ))
}
