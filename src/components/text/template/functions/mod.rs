//! The functions that templates may call: those of Go's templates, and those that Sprig adds to them.

mod compare;
mod dates;
mod dicts;
mod encoding;
mod lists;
mod math;
mod text;

use std::cmp::Ordering;

use crate::expr::Mapping;
use crate::message::{Message, batch_of};
use crate::value::{Str, Value, compare as values, number};

pub type Plain = fn(&[Value]) -> Result<Value, String>;

/// A function by name.
pub struct Function {
    pub name: Str,
    /// The fewest and the most arguments.
    pub args: (usize, usize),
    pub call: Call,
    /// Arguments are not looked at behind the first one with this truth.
    pub stops_at: Option<bool>,
    /// Whether the result takes the place of the variable that is the first argument.
    pub changes: bool,
}

pub enum Call {
    Plain(Plain),
    /// A metadata value.
    Meta,
    Mapping(Mapping),
}

/// A line of a table: name, fewest and most arguments, body.
type Line = (&'static str, usize, usize, Plain);

const MANY: usize = usize::MAX;

const TABLES: &[&[Line]] = &[
    compare::FUNCTIONS,
    text::FUNCTIONS,
    math::FUNCTIONS,
    lists::FUNCTIONS,
    dicts::FUNCTIONS,
    encoding::FUNCTIONS,
    dates::FUNCTIONS,
];

/// Those that change their first argument.
const CHANGING: &[&str] = &["set", "unset", "merge", "mergeOverwrite"];

/// All functions that are always there.
pub fn all() -> Vec<Function> {
    let plain = TABLES.iter().copied().flatten().map(|(name, fewest, most, call)| Function {
        name: (*name).into(),
        args: (*fewest, *most),
        call: Call::Plain(*call),
        stops_at: match *name {
            "and" => Some(false),
            "or" => Some(true),
            _ => None,
        },
        changes: CHANGING.contains(name),
    });
    let meta =
        Function { name: "meta".into(), args: (1, 1), call: Call::Meta, stops_at: None, changes: false };
    plain.chain([meta]).collect()
}

// === impl Function ===

impl Function {
    /// A function of the config's own.
    pub fn mapping(name: Str, mapping: Mapping) -> Self {
        Self { name, args: (1, 1), call: Call::Mapping(mapping), stops_at: None, changes: false }
    }

    /// Whether it can be called with so many arguments.
    pub fn accepts(&self, count: usize) -> Result<(), String> {
        let (fewest, most) = self.args;
        if (fewest..=most).contains(&count) {
            return Ok(());
        }
        Err(format!("wrong number of args for {}: {count}", self.name))
    }
}

/// What a mapping makes of a value.
pub fn mapped(mapping: &Mapping, value: &Value) -> Result<Value, String> {
    let message = Message::default().with_document(value.clone());
    mapping.query(&batch_of(message), 0).map_err(|error| error.to_string())
}

/// Whether a value counts as true: one that is not empty.
pub fn truth(value: &Value) -> bool {
    match value {
        Value::Null | Value::Nothing | Value::Delete => false,
        Value::Bool(b) => *b,
        Value::Int(n) => *n != 0,
        Value::Float(f) => *f != 0.0,
        Value::Sized(sized) => !sized.is_zero(),
        Value::Number(text) => !text.is_empty(),
        Value::String(text) => !text.is_empty(),
        Value::RawString(bytes) | Value::Bytes(bytes) => !bytes.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(object) => !object.is_empty(),
        Value::Timestamp(_) => true,
    }
}

/// Whether a value is what Sprig calls empty: as [`truth`], with numbers of documents by their value.
fn empty(value: &Value) -> bool {
    match value {
        Value::Number(_) => float(value) == 0.0,
        value => !truth(value),
    }
}

/// The text of a value.
fn string(value: &Value) -> String {
    match value {
        Value::String(text) => text.to_string(),
        Value::Bytes(bytes) | Value::RawString(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        Value::Null | Value::Nothing => String::new(),
        value => {
            let mut out = String::new();
            crate::value::text::write_go(value, &mut out);
            out
        }
    }
}

/// The number that a value stands for, 0 where it is none.
fn float(value: &Value) -> f64 {
    match value {
        Value::Int(n) => *n as f64,
        Value::Float(f) => *f,
        Value::Sized(sized) => sized.num().to_f64(),
        Value::Bool(b) => f64::from(u8::from(*b)),
        Value::Number(text) | Value::String(text) => number::parse_float(text).unwrap_or(0.0),
        _ => 0.0,
    }
}

/// The integer that a value stands for, 0 where it is none.
fn int(value: &Value) -> i64 {
    match value {
        Value::Int(n) => *n,
        Value::Number(text) | Value::String(text) => {
            number::parse_int(text).unwrap_or_else(|_| float(value) as i64)
        }
        value => float(value) as i64,
    }
}

fn list(value: &Value) -> Result<&[Value], String> {
    match value {
        Value::Array(items) => Ok(items),
        other => Err(format!("a value of type {} is no list", other.type_name())),
    }
}

fn equal(left: &Value, right: &Value) -> bool {
    values::equal(left, right)
}

fn order(left: &Value, right: &Value) -> Ordering {
    string(left).cmp(&string(right))
}
