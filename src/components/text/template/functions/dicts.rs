//! Objects, and what values are.

use super::{Line, MANY, list, string};
use crate::value::{Object, SizedNumber, Value};

pub const FUNCTIONS: &[Line] = &[
    ("dict", 0, MANY, |args| {
        let pairs = args
            .chunks(2)
            .map(|pair| (string(&pair[0]).into(), pair.get(1).cloned().unwrap_or_else(|| "".into())));
        Ok(Value::Object(pairs.collect::<Object>()))
    }),
    ("get", 2, 2, |args| Ok(object(&args[0])?.get(&string(&args[1])).cloned().unwrap_or_else(|| "".into()))),
    ("set", 3, 3, |args| {
        let mut changed = object(&args[0])?.clone();
        changed.insert(string(&args[1]).into(), args[2].clone());
        Ok(Value::Object(changed))
    }),
    ("unset", 2, 2, |args| {
        let mut changed = object(&args[0])?.clone();
        changed.remove(&string(&args[1]));
        Ok(Value::Object(changed))
    }),
    ("hasKey", 2, 2, |args| Ok(object(&args[0])?.contains_key(&string(&args[1])).into())),
    ("pluck", 1, MANY, |args| {
        let key = string(&args[0]);
        let found = args[1..].iter().filter_map(|arg| arg.get(&key).cloned());
        Ok(found.collect::<Vec<_>>().into())
    }),
    ("keys", 0, MANY, |args| {
        let objects = args.iter().map(object).collect::<Result<Vec<_>, _>>()?;
        Ok(objects
            .iter()
            .flat_map(|object| object.keys())
            .map(|key| Value::from(key.clone()))
            .collect::<Vec<_>>()
            .into())
    }),
    ("values", 1, 1, |args| Ok(object(&args[0])?.values().cloned().collect::<Vec<_>>().into())),
    ("pick", 1, MANY, |args| chosen(args, true)),
    ("omit", 1, MANY, |args| chosen(args, false)),
    ("merge", 1, MANY, |args| merged(args, false)),
    ("mergeOverwrite", 1, MANY, |args| merged(args, true)),
    ("dig", 3, MANY, |args| {
        let (keys, [default, value]) = args.split_at(args.len() - 2) else {
            return Err("dig needs a default and an object".to_owned());
        };
        let found = keys.iter().try_fold(value, |value, key| value.get(&string(key)));
        Ok(found.unwrap_or(default).clone())
    }),
    ("deepCopy", 1, 1, |args| Ok(args[0].clone())),
    ("deepEqual", 2, 2, |args| Ok(super::equal(&args[0], &args[1]).into())),
    ("kindOf", 1, 1, |args| Ok(kind(&args[0]).into())),
    ("kindIs", 2, 2, |args| Ok((string(&args[0]) == kind(&args[1])).into())),
    ("typeOf", 1, 1, |args| Ok(type_of(&args[0]).into())),
    ("typeIs", 2, 2, |args| Ok((string(&args[0]) == type_of(&args[1])).into())),
];

fn object(value: &Value) -> Result<&Object, String> {
    match value {
        Value::Object(object) => Ok(object),
        other => Err(format!("a value of type {} is no object", other.type_name())),
    }
}

/// The entries with keys that are named, or the others.
fn chosen(args: &[Value], named: bool) -> Result<Value, String> {
    let keys: Vec<String> =
        args[1..].iter().flat_map(|arg| list(arg).unwrap_or(std::slice::from_ref(arg))).map(string).collect();
    let entries =
        object(&args[0])?.iter().filter(|(key, _)| keys.iter().any(|known| known == key.as_str()) == named);
    Ok(Value::Object(entries.cloned().collect::<Object>()))
}

fn merged(args: &[Value], overwrite: bool) -> Result<Value, String> {
    let mut into = object(&args[0])?.clone();
    for from in &args[1..] {
        merge(&mut into, object(from)?, overwrite);
    }
    Ok(Value::Object(into))
}

fn merge(into: &mut Object, from: &Object, overwrite: bool) {
    for (key, value) in from {
        match (into.get_mut(key), value) {
            (Some(Value::Object(inner)), Value::Object(value)) => merge(inner, value, overwrite),
            (Some(known), value) if overwrite || super::empty(known) => *known = value.clone(),
            (Some(_), _) => {}
            (None, value) => {
                into.insert(key.clone(), value.clone());
            }
        }
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null | Value::Nothing | Value::Delete => "invalid",
        Value::Bool(_) => "bool",
        Value::Int(_) => "int64",
        Value::Float(_) => "float64",
        Value::Sized(SizedNumber::Unsigned(_)) => "uint64",
        Value::Sized(SizedNumber::Single(_)) => "float32",
        Value::Number(_) | Value::String(_) | Value::RawString(_) => "string",
        Value::Bytes(_) | Value::Array(_) => "slice",
        Value::Object(_) => "map",
        Value::Timestamp(_) => "struct",
    }
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null | Value::Nothing | Value::Delete => "<nil>",
        Value::Number(_) => "json.Number",
        Value::Bytes(_) => "[]uint8",
        Value::Array(_) => "[]interface {}",
        Value::Object(_) => "map[string]interface {}",
        Value::Timestamp(_) => "time.Time",
        plain => kind(plain),
    }
}
