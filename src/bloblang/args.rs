//! Parameters of functions and methods, and the arguments that a call gives them.

use std::borrow::Cow;

use super::error::Error;
use super::eval::{Ctx, Node};
use super::spec::Result;
use crate::value::json::go_lossy;
use crate::value::number::{self, Num};
use crate::value::{Array, Object, Timestamp, Value, compare};

/// What a function or method takes.
#[derive(Clone, Copy, Debug)]
pub enum Params {
    Named(&'static [Param]),
    /// Any number of positional arguments.
    Variadic,
}

#[derive(Clone, Copy, Debug)]
pub struct Param {
    pub name: &'static str,
    pub ty: ParamType,
    pub default: Option<Constant>,
    pub optional: bool,
    pub doc: &'static str,
    /// Whether the argument must be written as a constant.
    pub literal: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParamType {
    String,
    /// A string of any bytes.
    Bytes,
    Integer,
    Float,
    Number,
    Bool,
    Array,
    Object,
    Timestamp,
    Unknown,
    /// A query that the method itself runs, mostly over elements of its target.
    Query,
    /// A query, or a bare scalar that stands for itself.
    QueryOrScalar,
}

/// A default.
#[derive(Clone, Copy, Debug)]
pub enum Constant {
    String(&'static str),
    Int(i64),
    Float(f64),
    Bool(bool),
    Null,
    EmptyArray,
}

/// The arguments of one call, by position of their parameters. What was not given has its default, or null.
#[derive(Clone, Copy)]
pub struct Args<'a> {
    pub(super) values: &'a [Arg<'a>],
}

/// One argument.
#[derive(Clone)]
pub enum Arg<'a> {
    Value(Cow<'a, Value>),
    Query(&'a Node),
    Absent,
}

// === impl Params ===

impl Params {
    pub const NONE: Params = Params::Named(&[]);

    /// The name of parameter `i`; its number where it has none.
    pub fn name_of(&self, i: usize) -> Cow<'static, str> {
        match self {
            Params::Named(params) if i < params.len() => Cow::Borrowed(params[i].name),
            _ => Cow::Owned(i.to_string()),
        }
    }
}

// === impl Param ===

impl Param {
    pub const fn new(name: &'static str, ty: ParamType, doc: &'static str) -> Self {
        Self { name, ty, default: None, optional: false, doc, literal: false }
    }

    pub const fn default(mut self, default: Constant) -> Self {
        self.default = Some(default);
        self
    }

    pub const fn optional(mut self) -> Self {
        self.optional = true;
        self
    }

    /// The argument must be written as a constant.
    pub const fn literal(mut self) -> Self {
        self.literal = true;
        self
    }

    /// Shorthands for the usual types.
    pub const fn string(name: &'static str, doc: &'static str) -> Self {
        Self::new(name, ParamType::String, doc)
    }

    /// A string that need not be UTF-8.
    pub const fn bytes(name: &'static str, doc: &'static str) -> Self {
        Self::new(name, ParamType::Bytes, doc)
    }

    pub const fn integer(name: &'static str, doc: &'static str) -> Self {
        Self::new(name, ParamType::Integer, doc)
    }

    pub const fn boolean(name: &'static str, doc: &'static str) -> Self {
        Self::new(name, ParamType::Bool, doc)
    }

    pub const fn any(name: &'static str, doc: &'static str) -> Self {
        Self::new(name, ParamType::Unknown, doc)
    }

    pub const fn query(name: &'static str, doc: &'static str) -> Self {
        Self::new(name, ParamType::Query, doc)
    }
}

impl Constant {
    pub fn value(self) -> Value {
        match self {
            Constant::String(s) => Value::from(s),
            Constant::Int(i) => Value::Int(i),
            Constant::Float(f) => Value::Float(f),
            Constant::Bool(b) => Value::Bool(b),
            Constant::Null => Value::Null,
            Constant::EmptyArray => Value::Array(Array::new()),
        }
    }
}

impl ParamType {
    /// The name in docs and listings.
    pub const fn name(self) -> &'static str {
        match self {
            ParamType::String | ParamType::Bytes => "string",
            ParamType::Integer => "integer",
            ParamType::Float => "float",
            ParamType::Number => "number",
            ParamType::Bool => "bool",
            ParamType::Array => "array",
            ParamType::Object => "object",
            ParamType::Timestamp => "timestamp",
            ParamType::Unknown => "unknown",
            ParamType::Query | ParamType::QueryOrScalar => "query expression",
        }
    }

    pub const fn is_query(self) -> bool {
        matches!(self, ParamType::Query | ParamType::QueryOrScalar)
    }

    /// The value as this type, or why it is none. Numbers become integers by cutting off their fraction; zero counts as
    /// false and other numbers as true.
    pub fn check<'v>(self, value: Cow<'v, Value>) -> Result<Cow<'v, Value>> {
        let fits = match self {
            ParamType::Unknown | ParamType::Query | ParamType::QueryOrScalar => true,
            ParamType::String => matches!(*value, Value::String(_)),
            ParamType::Bytes => matches!(*value, Value::String(_) | Value::RawString(_) | Value::Bytes(_)),
            ParamType::Integer => matches!(*value, Value::Int(_)),
            ParamType::Float => matches!(*value, Value::Float(_)),
            ParamType::Number => matches!(*value, Value::Int(_) | Value::Float(_) | Value::Number(_)),
            ParamType::Bool => matches!(*value, Value::Bool(_)),
            ParamType::Array => matches!(*value, Value::Array(_)),
            ParamType::Object => matches!(*value, Value::Object(_)),
            ParamType::Timestamp => matches!(*value, Value::Timestamp(_)),
        };
        if fits { Ok(value) } else { self.convert(&value).map(Cow::Owned) }
    }

    fn convert(self, value: &Value) -> Result<Value> {
        let number = || Num::of(value).ok_or_else(|| Error::expected("number", value));
        match (self, value) {
            (ParamType::String, Value::Bytes(bytes) | Value::RawString(bytes)) => {
                Ok(Value::from(go_lossy(bytes).as_ref()))
            }
            (ParamType::Integer, _) => {
                number::integer(value).map(Value::Int).ok_or_else(|| Error::expected("number", value))
            }
            (ParamType::Float | ParamType::Number, _) => Ok(Value::Float(number()?.to_f64())),
            (ParamType::Bool, _) => {
                compare::truth(value).map(Value::Bool).ok_or_else(|| Error::expected("bool", value))
            }
            (ParamType::Timestamp, _) => super::time::timestamp(value).map(Value::from),
            _ => {
                let (wanted, got) = (self.name(), value.type_name());
                Err(Error::new(format!("wrong argument type, expected {wanted}, got {got}")))
            }
        }
    }
}

// === impl Args ===

impl<'a> Args<'a> {
    pub fn len(&self) -> usize {
        self.values.len()
    }

    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Argument `i`, if it was given or has a default.
    pub fn get(&self, i: usize) -> Option<&Value> {
        match self.values.get(i) {
            Some(Arg::Value(value)) => Some(value),
            _ => None,
        }
    }

    /// All values, in order.
    pub fn values(&self) -> impl Iterator<Item = &Value> {
        self.values.iter().filter_map(|arg| match arg {
            Arg::Value(value) => Some(&**value),
            _ => None,
        })
    }

    /// Argument `i`, null where it was not given.
    pub fn value(&self, i: usize) -> &Value {
        self.get(i).unwrap_or(&Value::Null)
    }

    /// Argument `i`, whose parameter is a string; empty where it was not given.
    pub fn str(&self, i: usize) -> &str {
        self.get(i).and_then(Value::as_str).unwrap_or_default()
    }

    pub fn opt_str(&self, i: usize) -> Option<&str> {
        self.get(i).and_then(Value::as_str)
    }

    /// Argument `i`, whose parameter is a string of any bytes; empty where it was not given.
    pub fn bytes(&self, i: usize) -> &[u8] {
        match self.get(i) {
            Some(Value::String(text)) => text.as_bytes(),
            Some(Value::RawString(bytes) | Value::Bytes(bytes)) => bytes,
            _ => &[],
        }
    }

    /// Argument `i`, whose parameter is an integer; 0 where it was not given.
    pub fn int(&self, i: usize) -> i64 {
        self.opt_int(i).unwrap_or_default()
    }

    pub fn opt_int(&self, i: usize) -> Option<i64> {
        match self.get(i) {
            Some(Value::Int(i)) => Some(*i),
            _ => None,
        }
    }

    /// Argument `i`, whose parameter is a float or number; 0 where it was not given.
    pub fn float(&self, i: usize) -> f64 {
        self.get(i).and_then(Num::of).map_or(0.0, Num::to_f64)
    }

    /// Argument `i`, whose parameter is a boolean; false where it was not given.
    pub fn bool(&self, i: usize) -> bool {
        matches!(self.get(i), Some(Value::Bool(true)))
    }

    pub fn array(&self, i: usize) -> Option<&Array> {
        match self.get(i) {
            Some(Value::Array(array)) => Some(array),
            _ => None,
        }
    }

    pub fn object(&self, i: usize) -> Option<&Object> {
        match self.get(i) {
            Some(Value::Object(object)) => Some(object),
            _ => None,
        }
    }

    pub fn timestamp(&self, i: usize) -> Option<&Timestamp> {
        match self.get(i) {
            Some(Value::Timestamp(t)) => Some(t),
            _ => None,
        }
    }

    /// Runs the query that argument `i` is.
    pub fn run<'c>(&self, i: usize, ctx: &Ctx<'c>) -> Result<Value>
    where
        'a: 'c,
    {
        match self.values.get(i) {
            Some(Arg::Query(node)) => node.eval(ctx).map(Cow::into_owned),
            Some(Arg::Value(value)) => Ok((**value).clone()),
            _ => Ok(Value::Null),
        }
    }

    /// Runs the query that argument `i` is with `value` as its context.
    pub fn run_with(&self, i: usize, ctx: &Ctx<'_>, value: &Value) -> Result<Value> {
        match self.values.get(i) {
            Some(Arg::Query(node)) => {
                node.eval(&ctx.with_this(&super::eval::Frame::new(value, ctx))).map(Cow::into_owned)
            }
            Some(Arg::Value(constant)) => Ok((**constant).clone()),
            _ => Ok(Value::Null),
        }
    }

    /// What the query that argument `i` is is called in errors.
    pub fn source(&self, i: usize) -> String {
        match self.values.get(i) {
            Some(Arg::Query(node)) => node.source(),
            _ => "argument".to_owned(),
        }
    }

    /// Whether argument `i` was given, or has a default.
    pub fn has(&self, i: usize) -> bool {
        !matches!(self.values.get(i), None | Some(Arg::Absent))
    }
}
