//! What Go's templates have themselves: comparisons, printing, indexing.

use super::{Line, MANY, float, int, string, truth};
use crate::bloblang::go::format::sprintf;
use crate::bloblang::go::html;
use crate::bloblang::go::url::{self, Part};
use crate::value::number::Num;
use crate::value::{Value, text};

pub const FUNCTIONS: &[Line] = &[
    ("and", 1, MANY, |args| Ok(args.last().cloned().unwrap_or_default())),
    ("or", 1, MANY, |args| Ok(args.last().cloned().unwrap_or_default())),
    ("not", 1, 1, |args| Ok(Value::Bool(!truth(&args[0])))),
    ("eq", 2, MANY, |args| {
        for other in &args[1..] {
            if same(&args[0], other)? {
                return Ok(Value::Bool(true));
            }
        }
        Ok(Value::Bool(false))
    }),
    ("ne", 2, 2, |args| Ok(Value::Bool(!same(&args[0], &args[1])?))),
    ("lt", 2, 2, |args| Ok(Value::Bool(less(&args[0], &args[1])?))),
    ("le", 2, 2, |args| Ok(Value::Bool(less(&args[0], &args[1])? || same(&args[0], &args[1])?))),
    ("gt", 2, 2, |args| Ok(Value::Bool(!less(&args[0], &args[1])? && !same(&args[0], &args[1])?))),
    ("ge", 2, 2, |args| Ok(Value::Bool(!less(&args[0], &args[1])?))),
    ("print", 0, MANY, |args| Ok(printed(args, false).into())),
    ("println", 0, MANY, |args| Ok((printed(args, true) + "\n").into())),
    ("printf", 1, MANY, |args| {
        let args: Vec<Value> = args
            .iter()
            .map(|arg| if matches!(arg, Value::Nothing) { Value::Null } else { arg.clone() })
            .collect();
        Ok(sprintf(&string(&args[0]), &args[1..]).into())
    }),
    ("html", 0, MANY, |args| Ok(html::escape(&printed(args, false)).into())),
    ("js", 0, MANY, |args| Ok(js(&printed(args, false)).into())),
    ("urlquery", 0, MANY, |args| Ok(url::escape(printed(args, false), Part::Query).into())),
    ("len", 1, 1, |args| {
        Ok(Value::Int(match &args[0] {
            Value::Array(items) => items.len() as i64,
            Value::Object(object) => object.len() as i64,
            text @ (Value::String(_) | Value::Number(_) | Value::Bytes(_) | Value::RawString(_)) => {
                text::bytes(text).len() as i64
            }
            other => return Err(format!("len of type {}", other.type_name())),
        }))
    }),
    ("index", 1, MANY, |args| args[1..].iter().try_fold(args[0].clone(), |value, key| index(&value, key))),
    ("slice", 1, 4, |args| {
        let cut = |length: usize| {
            let bound = |at: usize, default: usize| args.get(at).map_or(default as i64, int);
            let (from, to) = (bound(1, 0), bound(2, length));
            let fits = 0 <= from && from <= to && to <= length as i64;
            if fits {
                Ok(from as usize..to as usize)
            } else {
                Err(format!("the slice {from}:{to} is out of range"))
            }
        };
        match &args[0] {
            Value::Array(items) => Ok(Value::from(items[cut(items.len())?].to_vec())),
            Value::String(text) => Ok(Value::text(text.as_bytes()[cut(text.len())?].to_vec())),
            other => Err(format!("can't slice type {}", other.type_name())),
        }
    }),
];

/// What values are to comparisons. Numbers of a document are texts, as they are in Go.
#[derive(PartialEq)]
enum Basic<'v> {
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(&'v str),
    Nil,
}

fn basic(value: &Value) -> Result<Basic<'_>, String> {
    Ok(match value {
        Value::Bool(b) => Basic::Bool(*b),
        Value::Int(n) => Basic::Int(*n),
        Value::Float(f) => Basic::Float(*f),
        Value::Sized(sized) => match sized.num() {
            Num::Int(n) => Basic::Int(n),
            Num::Float(f) => Basic::Float(f),
        },
        Value::Number(text) | Value::String(text) => Basic::Text(text),
        Value::Null | Value::Nothing => Basic::Nil,
        other => return Err(format!("a value of type {} cannot be compared", other.type_name())),
    })
}

fn same(left: &Value, right: &Value) -> Result<bool, String> {
    match (basic(left)?, basic(right)?) {
        (Basic::Nil, _) | (_, Basic::Nil) => {
            Ok(matches!((left, right), (Value::Null | Value::Nothing, Value::Null | Value::Nothing)))
        }
        (a, b) if std::mem::discriminant(&a) == std::mem::discriminant(&b) => Ok(a == b),
        _ => Err("incompatible types for comparison".to_owned()),
    }
}

fn less(left: &Value, right: &Value) -> Result<bool, String> {
    match (basic(left)?, basic(right)?) {
        (Basic::Int(a), Basic::Int(b)) => Ok(a < b),
        (Basic::Float(a), Basic::Float(b)) => Ok(a < b),
        (Basic::Text(a), Basic::Text(b)) => Ok(a < b),
        _ => Err("incompatible types for comparison".to_owned()),
    }
}

/// Values one after another, with blanks between those that are no texts, or between all of them.
fn printed(args: &[Value], spaced: bool) -> String {
    let is_text = |value: &Value| matches!(value, Value::String(_) | Value::Number(_));
    let mut out = String::new();
    for (i, arg) in args.iter().enumerate() {
        if i > 0 && (spaced || !is_text(arg) && !is_text(&args[i - 1])) {
            out.push(' ');
        }
        match arg {
            Value::Nothing if args.len() == 1 => out.push_str("<no value>"),
            Value::Nothing => out.push_str("<nil>"),
            arg => text::write_go(arg, &mut out),
        }
    }
    out
}

fn js(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\'' => out.push_str("\\'"),
            '"' => out.push_str("\\\""),
            '<' | '>' | '&' | '=' => out.push_str(&format!("\\u{:04X}", u32::from(c))),
            c if c < ' ' => out.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => out.push(c),
        }
    }
    out
}

fn index(value: &Value, key: &Value) -> Result<Value, String> {
    match value {
        Value::Object(object) => Ok(object.get(&string(key)).cloned().unwrap_or(Value::Nothing)),
        Value::Array(items) if matches!(key, Value::Int(_) | Value::Float(_)) => {
            let at = float(key);
            let item = if at < 0.0 { None } else { items.get(at as usize) };
            item.cloned().ok_or_else(|| format!("index out of range: {at}"))
        }
        Value::String(text) if matches!(key, Value::Int(_)) => {
            let byte = usize::try_from(int(key)).ok().and_then(|at| text.as_bytes().get(at));
            byte.map(|byte| Value::Int((*byte).into())).ok_or_else(|| "index out of range".to_owned())
        }
        Value::Array(_) | Value::String(_) => {
            Err(format!("cannot index with a value of type {}", key.type_name()))
        }
        Value::Null | Value::Nothing => Err("index of untyped nil".to_owned()),
        other => Err(format!("can't index a value of type {}", other.type_name())),
    }
}
