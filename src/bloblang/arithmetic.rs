//! What operators do to values.

use super::ast::Op;
use crate::value::number::{self, Num, Pair};
use crate::value::{SizedNumber, Value, compare, text};

/// Why an operator has no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The operands are of types that it does not go with.
    Types,
    DivisionByZero,
}

type Result<T> = std::result::Result<T, Fault>;

/// Applies an operator that needs both of its operands.
pub fn apply(op: Op, left: &Value, right: &Value) -> Result<Value> {
    match op {
        Op::Eq => Ok(Value::Bool(compare::equal(left, right))),
        Op::Ne => Ok(Value::Bool(!compare::equal(left, right))),
        Op::Lt | Op::Le | Op::Gt | Op::Ge => ordered(op, left, right),
        Op::Add => add(left, right).ok_or(Fault::Types),
        Op::Mod => match (number::integer(left), number::integer(right)) {
            (Some(_), Some(0)) => Err(Fault::DivisionByZero),
            (Some(a), Some(b)) => Ok(Value::Int(a.wrapping_rem(b))),
            _ => Err(Fault::Types),
        },
        Op::Div => match (Num::of(left), Num::of(right).map(Num::to_f64)) {
            (Some(_), Some(0.0)) => Err(Fault::DivisionByZero),
            (Some(a), Some(b)) => Ok(Value::Float(a.to_f64() / b)),
            _ => Err(Fault::Types),
        },
        Op::Sub | Op::Mul => Pair::of(left, right).map(|pair| calculate(op, pair)).ok_or(Fault::Types),
        // These decide themselves which operands they need.
        Op::And | Op::Or | Op::Coalesce => Err(Fault::Types),
    }
}

fn ordered(op: Op, left: &Value, right: &Value) -> Result<Value> {
    let order = compare::order(left, right).map_err(|_| Fault::Types)?;
    Ok(Value::Bool(match (op, order) {
        (_, None) => false,
        (Op::Lt, Some(order)) => order.is_lt(),
        (Op::Le, Some(order)) => order.is_le(),
        (Op::Gt, Some(order)) => order.is_gt(),
        (_, Some(order)) => order.is_ge(),
    }))
}

fn add(left: &Value, right: &Value) -> Option<Value> {
    if let Some(pair) = Pair::of(left, right) {
        return Some(calculate(Op::Add, pair));
    }
    match (left, right) {
        (Value::String(a), Value::String(b)) => {
            let mut joined = a.clone();
            joined.push_str(b);
            Some(Value::String(joined))
        }
        // A timestamp may follow a text, but not begin one.
        (Value::String(_) | Value::RawString(_) | Value::Bytes(_), _) => {
            Some(Value::text([&*text::content(left)?, &*text::content(right)?].concat()))
        }
        _ => None,
    }
}

/// Adds, subtracts or multiplies; integers wrap.
fn calculate(op: Op, pair: Pair) -> Value {
    match pair {
        Pair::Signed(a, b) => Value::Int(match op {
            Op::Add => a.wrapping_add(b),
            Op::Sub => a.wrapping_sub(b),
            _ => a.wrapping_mul(b),
        }),
        Pair::Floats(a, b) => Value::Float(match op {
            Op::Add => a + b,
            Op::Sub => a - b,
            _ => a * b,
        }),
        Pair::Unsigned(a, b) => Value::Sized(SizedNumber::Unsigned(match op {
            Op::Add => a.wrapping_add(b),
            Op::Sub => a.wrapping_sub(b),
            _ => a.wrapping_mul(b),
        })),
    }
}

/// What an operator does, for errors.
pub fn verb(op: Op) -> &'static str {
    match op {
        Op::Add => "add",
        Op::Sub => "subtract",
        Op::Mul => "multiply",
        Op::Div => "divide",
        Op::Mod => "modulo",
        _ => "compare",
    }
}
