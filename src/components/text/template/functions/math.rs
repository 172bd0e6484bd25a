//! Numbers. Integers of documents and texts count as what they show.

use super::{Line, MANY, float, int, string};
use crate::value::Value;

/// How long a list of numbers may be.
const MAX_ITEMS: usize = 1_000_000;

pub const FUNCTIONS: &[Line] = &[
    ("add", 0, MANY, |args| Ok(Value::Int(args.iter().map(int).fold(0, i64::wrapping_add)))),
    ("add1", 1, 1, |args| Ok(Value::Int(int(&args[0]).wrapping_add(1)))),
    ("sub", 2, 2, |args| Ok(Value::Int(int(&args[0]).wrapping_sub(int(&args[1]))))),
    ("mul", 1, MANY, |args| Ok(Value::Int(args.iter().map(int).fold(1, i64::wrapping_mul)))),
    ("div", 2, 2, |args| int(&args[0]).checked_div(int(&args[1])).map(Value::Int).ok_or_else(divided)),
    ("mod", 2, 2, |args| int(&args[0]).checked_rem(int(&args[1])).map(Value::Int).ok_or_else(divided)),
    ("max", 1, MANY, |args| Ok(Value::Int(args.iter().map(int).max().unwrap_or(0)))),
    ("biggest", 1, MANY, |args| Ok(Value::Int(args.iter().map(int).max().unwrap_or(0)))),
    ("min", 1, MANY, |args| Ok(Value::Int(args.iter().map(int).min().unwrap_or(0)))),
    ("addf", 0, MANY, |args| Ok(Value::Float(args.iter().map(float).sum()))),
    ("add1f", 1, 1, |args| Ok(Value::Float(float(&args[0]) + 1.0))),
    ("subf", 1, MANY, |args| {
        Ok(Value::Float(args[1..].iter().fold(float(&args[0]), |n, arg| n - float(arg))))
    }),
    ("mulf", 1, MANY, |args| Ok(Value::Float(args.iter().map(float).product()))),
    ("divf", 1, MANY, |args| {
        Ok(Value::Float(args[1..].iter().fold(float(&args[0]), |n, arg| n / float(arg))))
    }),
    ("maxf", 1, MANY, |args| Ok(Value::Float(args.iter().map(float).fold(f64::NEG_INFINITY, f64::max)))),
    ("minf", 1, MANY, |args| Ok(Value::Float(args.iter().map(float).fold(f64::INFINITY, f64::min)))),
    ("floor", 1, 1, |args| Ok(Value::Float(float(&args[0]).floor()))),
    ("ceil", 1, 1, |args| Ok(Value::Float(float(&args[0]).ceil()))),
    ("round", 2, 3, |args| {
        let factor = 10f64.powi(int(&args[1]).clamp(-300, 300) as i32);
        let half = args.get(2).map_or(0.5, float);
        let scaled = float(&args[0]) * factor;
        let rounded =
            if scaled.fract().abs() >= half { scaled.trunc() + scaled.signum() } else { scaled.trunc() };
        Ok(Value::Float(rounded / factor))
    }),
    ("int", 1, 1, |args| Ok(Value::Int(int(&args[0])))),
    ("int64", 1, 1, |args| Ok(Value::Int(int(&args[0])))),
    ("float64", 1, 1, |args| Ok(Value::Float(float(&args[0])))),
    ("atoi", 1, 1, |args| Ok(Value::Int(string(&args[0]).parse().unwrap_or(0)))),
    ("toDecimal", 1, 1, |args| Ok(Value::Int(i64::from_str_radix(&string(&args[0]), 8).unwrap_or(0)))),
    ("until", 1, 1, |args| steps(0, int(&args[0]), if int(&args[0]) < 0 { -1 } else { 1 })),
    ("untilStep", 3, 3, |args| steps(int(&args[0]), int(&args[1]), int(&args[2]))),
    ("seq", 0, 3, |args| {
        let (from, step, to) = match args {
            [] => return Ok("".into()),
            [to] => (1, if int(to) < 1 { -1 } else { 1 }, int(to)),
            [from, to] => (int(from), if int(to) < int(from) { -1 } else { 1 }, int(to)),
            [from, step, to, ..] => (int(from), int(step), int(to)),
        };
        let numbers = steps(from, to.saturating_add(step.signum()), step)?;
        let numbers = super::list(&numbers)?.iter().map(string).collect::<Vec<_>>();
        Ok(numbers.join(" ").into())
    }),
];

fn divided() -> String {
    "division by zero".to_owned()
}

/// Numbers from one up or down to another, which is not there any more.
fn steps(from: i64, to: i64, step: i64) -> Result<Value, String> {
    let mut numbers = Vec::new();
    let mut n = from;
    while step != 0 && (if step > 0 { n < to } else { n > to }) {
        if numbers.len() == MAX_ITEMS {
            return Err(format!("more than {MAX_ITEMS} numbers"));
        }
        numbers.push(Value::Int(n));
        n = n.saturating_add(step);
    }
    Ok(numbers.into())
}
