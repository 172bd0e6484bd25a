//! The operators, and what they make of values: numbers where both are such, otherwise texts or booleans.

use std::borrow::Cow;

use super::super::error::Error;
use super::super::spec::Result;
use crate::value::number::{Num, parse_float};
use crate::value::{Value, text};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prefix {
    Minus,
    Not,
    Complement,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Infix {
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
    Power,
    Xor,
    BitAnd,
    BitOr,
    ShiftLeft,
    ShiftRight,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
    Equal,
    Unequal,
    And,
    Or,
    In,
    Coalesce,
    Matches,
    MatchesNot,
}

/// How operators are written, and how strongly they bind.
pub(super) const INFIX: [(&str, Infix, u8); 23] = [
    ("??", Infix::Coalesce, 0),
    ("||", Infix::Or, 20),
    ("&&", Infix::And, 21),
    ("==", Infix::Equal, 40),
    ("!=", Infix::Unequal, 40),
    (">", Infix::Greater, 40),
    (">=", Infix::GreaterOrEqual, 40),
    ("<", Infix::Less, 40),
    ("<=", Infix::LessOrEqual, 40),
    ("=~", Infix::Matches, 40),
    ("!~", Infix::MatchesNot, 40),
    ("in", Infix::In, 40),
    ("^", Infix::Xor, 60),
    ("&", Infix::BitAnd, 60),
    ("|", Infix::BitOr, 60),
    ("<<", Infix::ShiftLeft, 90),
    (">>", Infix::ShiftRight, 90),
    ("+", Infix::Add, 120),
    ("-", Infix::Subtract, 120),
    ("*", Infix::Multiply, 150),
    ("/", Infix::Divide, 150),
    ("%", Infix::Modulo, 150),
    ("**", Infix::Power, 200),
];

/// What stands before an operand.
pub(super) const PREFIX: [(char, Prefix); 3] =
    [('-', Prefix::Minus), ('!', Prefix::Not), ('~', Prefix::Complement)];

// === impl Prefix ===

impl Prefix {
    pub fn apply(self, value: &Value) -> Result<Value> {
        let wrong = |expected| Error::expected(expected, value);
        Ok(match self {
            Prefix::Minus => Value::Float(-number(value).ok_or_else(|| wrong("number"))?),
            Prefix::Not => Value::Bool(!boolean(value).ok_or_else(|| wrong("bool"))?),
            Prefix::Complement => {
                Value::Float(!(number(value).ok_or_else(|| wrong("number"))? as i64) as f64)
            }
        })
    }
}

// === impl Infix ===

impl Infix {
    /// The result, where the left operand alone decides it.
    pub fn short(self, left: &Value) -> Option<Value> {
        match (self, left) {
            (Infix::And, Value::Bool(false)) | (Infix::Or, Value::Bool(true)) => Some(left.clone()),
            (Infix::Coalesce, left) if !is_zero(left) => Some(left.clone()),
            _ => None,
        }
    }

    pub fn apply(self, left: &Value, right: &Value) -> Result<Value> {
        match self {
            Infix::Coalesce => return Ok(if is_zero(left) { right.clone() } else { left.clone() }),
            Infix::In => {
                let Value::Array(items) = right else { return Err(Error::expected("array", right)) };
                return Ok(Value::Bool(items.iter().any(|item| same(left, item))));
            }
            _ => {}
        }
        let strict = self.strict(left, right);
        let converted = || self.of_numbers(number(left)?, number(right)?);
        let booleans = || self.of_booleans(boolean(left)?, boolean(right)?);
        let texts = || match (left, right) {
            (Value::Null, _) | (_, Value::Null) => None,
            _ => self.of_texts(&shown(left), &shown(right)),
        };
        let result = strict.or_else(converted).or_else(booleans).or_else(texts);
        match (result, self) {
            (Some(result), _) => Ok(result),
            (None, Infix::Equal) => Ok(Value::Bool(same(left, right))),
            (None, Infix::Unequal) => Ok(Value::Bool(!same(left, right))),
            (None, _) => Err(Error::new(format!(
                "{self:?} does not go with {} and {}",
                left.type_name(),
                right.type_name()
            ))),
        }
    }

    /// The result where both are of one type to begin with.
    fn strict(self, left: &Value, right: &Value) -> Option<Value> {
        match (left, right) {
            (Value::Float(left), Value::Float(right)) => self.of_numbers(*left, *right),
            (Value::Bool(left), Value::Bool(right)) => self.of_booleans(*left, *right),
            (Value::String(left), Value::String(right)) => self.of_texts(left, right),
            _ => None,
        }
    }

    fn of_numbers(self, left: f64, right: f64) -> Option<Value> {
        let bits = |f: fn(i64, i64) -> i64| Value::Float(f(left as i64, right as i64) as f64);
        Some(match self {
            Infix::Add => Value::Float(left + right),
            Infix::Subtract => Value::Float(left - right),
            Infix::Multiply => Value::Float(left * right),
            Infix::Divide => Value::Float(left / right),
            Infix::Modulo => Value::Float(left % right),
            Infix::Power => Value::Float(left.powf(right)),
            Infix::Xor => bits(|l, r| l ^ r),
            Infix::BitAnd => bits(|l, r| l & r),
            Infix::BitOr => bits(|l, r| l | r),
            Infix::ShiftLeft => {
                bits(|l, r| u32::try_from(r).ok().and_then(|r| l.checked_shl(r)).unwrap_or(0))
            }
            Infix::ShiftRight => {
                bits(|l, r| u32::try_from(r).ok().and_then(|r| l.checked_shr(r)).unwrap_or(l >> 63))
            }
            Infix::Greater => Value::Bool(left > right),
            Infix::GreaterOrEqual => Value::Bool(left >= right),
            Infix::Less => Value::Bool(left < right),
            Infix::LessOrEqual => Value::Bool(left <= right),
            Infix::Equal => Value::Bool(left == right),
            Infix::Unequal => Value::Bool(left != right),
            _ => return None,
        })
    }

    fn of_booleans(self, left: bool, right: bool) -> Option<Value> {
        Some(Value::Bool(match self {
            Infix::And => left && right,
            Infix::Or => left || right,
            Infix::Equal => left == right,
            Infix::Unequal => left != right,
            _ => return None,
        }))
    }

    fn of_texts(self, left: &str, right: &str) -> Option<Value> {
        Some(match self {
            Infix::Add => Value::from(format!("{left}{right}")),
            Infix::Greater => Value::Bool(left > right),
            Infix::GreaterOrEqual => Value::Bool(left >= right),
            Infix::Less => Value::Bool(left < right),
            Infix::LessOrEqual => Value::Bool(left <= right),
            _ => return None,
        })
    }
}

/// A computed number, or the one that a text says; a number of a document is neither.
pub(super) fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Int(_) | Value::Float(_) | Value::Sized(_) => Num::of(value).map(Num::to_f64),
        Value::String(text) => parse_float(text).ok(),
        _ => None,
    }
}

/// A boolean, or what counts as one: null as false, numbers as not zero, some texts.
pub(super) fn boolean(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(b) => Some(*b),
        Value::Null => Some(false),
        Value::String(text) if text == "true" || text == "TRUE" => Some(true),
        Value::String(text) if text == "false" || text == "FALSE" => Some(false),
        value => number(value).map(|number| number != 0.0),
    }
}

/// The value as Go's `%v` shows it.
pub(super) fn shown(value: &Value) -> Cow<'_, str> {
    match value {
        Value::String(text) | Value::Number(text) => Cow::Borrowed(text),
        value => {
            let mut out = String::new();
            text::write_go(value, &mut out);
            Cow::Owned(out)
        }
    }
}

/// Whether a value counts as not there.
pub(super) fn is_zero(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) | Value::Int(0) => true,
        Value::Float(float) => *float == 0.0,
        Value::Sized(sized) => sized.is_zero(),
        Value::String(text) => text.is_empty(),
        _ => false,
    }
}

/// Whether two values are of one type and equal, through and through.
fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => left == right,
        (Value::Int(left), Value::Int(right)) => left == right,
        (Value::Float(left), Value::Float(right)) => left == right,
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| same(left, right))
        }
        (Value::Object(left), Value::Object(right)) => {
            let entries = left.iter().zip(right);
            left.len() == right.len() && { entries }.all(|(l, r)| l.0 == r.0 && same(&l.1, &r.1))
        }
        _ => left.type_name() == right.type_name() && left.type_name() != "number" && left == right,
    }
}
