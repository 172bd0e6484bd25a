//! What operators do to values.

use super::ast::Op;
use super::error::Error;
use super::spec::Result;
use crate::value::number::Num;
use crate::value::{Value, compare, text};

/// Applies an operator that needs both of its operands.
pub fn apply(op: Op, left: &Value, right: &Value) -> Result<Value> {
    match op {
        Op::Eq => Ok(Value::Bool(compare::equal(left, right))),
        Op::Ne => Ok(Value::Bool(!compare::equal(left, right))),
        Op::Lt | Op::Le | Op::Gt | Op::Ge => ordered(op, left, right),
        Op::Add => match add(left, right) {
            Some(sum) => Ok(sum),
            None => Err(mismatch(op, left, right)),
        },
        Op::Sub | Op::Mul | Op::Div | Op::Mod => match (Num::of(left), Num::of(right)) {
            (Some(a), Some(b)) => calculate(op, a, b),
            _ => Err(mismatch(op, left, right)),
        },
        Op::And | Op::Or | Op::Coalesce => Err(Error::new("this operator decides which operands it needs")),
    }
}

/// What an operand of `&&` or `||` counts as: booleans as they are, numbers as true unless they are zero.
pub fn operand_truth(value: &Value) -> Result<bool> {
    match value {
        Value::Bool(b) => Ok(*b),
        value => match Num::of(value) {
            Some(num) => Ok(num.to_f64() != 0.0),
            None => Err(Error::expected("bool", value)),
        },
    }
}

fn ordered(op: Op, left: &Value, right: &Value) -> Result<Value> {
    let order = compare::order(left, right).map_err(|_| {
        Error::new(format!("cannot compare types {} and {}", left.type_name(), right.type_name()))
    })?;
    Ok(Value::Bool(match (op, order) {
        (_, None) => false,
        (Op::Lt, Some(order)) => order.is_lt(),
        (Op::Le, Some(order)) => order.is_le(),
        (Op::Gt, Some(order)) => order.is_gt(),
        (_, Some(order)) => order.is_ge(),
    }))
}

fn add(left: &Value, right: &Value) -> Option<Value> {
    if let (Some(a), Some(b)) = (Num::of(left), Num::of(right)) {
        return calculate(Op::Add, a, b).ok();
    }
    match (left, right) {
        (Value::String(a), Value::String(b)) => {
            let mut joined = a.clone();
            joined.push_str(b);
            Some(Value::String(joined))
        }
        _ => {
            let (a, b) = (text::content(left)?, text::content(right)?);
            let joined = [&*a, &*b].concat();
            Some(match String::from_utf8(joined) {
                Ok(text) => Value::from(text),
                Err(error) => Value::from(bytes::Bytes::from(error.into_bytes())),
            })
        }
    }
}

fn calculate(op: Op, left: Num, right: Num) -> Result<Value> {
    if op == Op::Div {
        return match right.to_f64() {
            0.0 => Err(Error::new("attempted to divide by zero")),
            divisor => Ok(Value::Float(left.to_f64() / divisor)),
        };
    }
    if op == Op::Mod {
        return match right.to_i64() {
            0 => Err(Error::new("attempted to divide by zero")),
            divisor => Ok(Value::Int(left.to_i64().wrapping_rem(divisor))),
        };
    }
    Ok(match (left, right) {
        (Num::Int(a), Num::Int(b)) => Value::Int(match op {
            Op::Add => a.wrapping_add(b),
            Op::Sub => a.wrapping_sub(b),
            _ => a.wrapping_mul(b),
        }),
        (a, b) => {
            let (a, b) = (a.to_f64(), b.to_f64());
            Value::Float(match op {
                Op::Add => a + b,
                Op::Sub => a - b,
                _ => a * b,
            })
        }
    })
}

fn verb(op: Op) -> &'static str {
    match op {
        Op::Add => "add",
        Op::Sub => "subtract",
        Op::Mul => "multiply",
        Op::Div => "divide",
        Op::Mod => "modulo",
        _ => "compare",
    }
}

fn mismatch(op: Op, left: &Value, right: &Value) -> Error {
    Error::new(format!("cannot {} types {} and {}", verb(op), left.type_name(), right.type_name()))
}

/// The error of an operator with where its operands came from.
pub fn with_sources(
    error: Error,
    op: Op,
    (left, left_source): (&Value, Option<String>),
    (right, right_source): (&Value, Option<String>),
) -> Error {
    if !error.to_string().starts_with("cannot ") {
        return error;
    }
    let side = |value: &Value, source: Option<String>| match source {
        Some(source) => format!("{} (from {source})", value.type_name()),
        None => value.type_name().to_owned(),
    };
    let (left, right) = (side(left, left_source), side(right, right_source));
    Error::new(format!("cannot {} types {left} and {right}", verb(op)))
}
