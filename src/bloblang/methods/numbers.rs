//! Methods that calculate.

use std::borrow::Cow;

use crate::bloblang::args::{Args, Param, ParamType, Params};
use crate::bloblang::error::Error;
use crate::bloblang::go::math;
use crate::bloblang::spec::{Example, MethodRun, MethodSpec, Result};
use crate::value::Value;
use crate::value::number::{Num, integer};

pub const METHODS: &[&MethodSpec] = &[
    &ABS,
    &BITWISE_AND,
    &BITWISE_OR,
    &BITWISE_XOR,
    &CEIL,
    &COS,
    &FLOOR,
    &LOG,
    &LOG10,
    &MAX,
    &MIN,
    &POW,
    &ROUND,
    &SIN,
    &SUM,
    &TAN,
];

const CATEGORY: &str = "Number Manipulation";

fn number(value: &Value) -> Result<Num> {
    Num::of(value).ok_or_else(|| Error::expected("number", value))
}

fn float(value: &Value, calculate: fn(f64) -> f64) -> Result<Value> {
    Ok(Value::Float(calculate(to_float(value)?)))
}

/// The number as a float, which may be a negative zero.
fn to_float(value: &Value) -> Result<f64> {
    match value {
        Value::Number(text) if text == "-0" => Ok(-0.0),
        value => Ok(number(value)?.to_f64()),
    }
}

/// Rounds a float; the result is an integer if it fits one.
fn rounded(value: &Value, round: fn(f64) -> f64) -> Result<Value> {
    Ok(match number(value)? {
        Num::Int(i) => Value::Int(i),
        Num::Float(f) => match round(f) {
            f if f.abs() < i64::MAX as f64 => Value::Int(f as i64),
            f => Value::Float(f),
        },
    })
}

const ABS: MethodSpec = MethodSpec::new(
    "abs",
    CATEGORY,
    MethodRun::Pure(|target, _| {
        Ok(match number(&target)? {
            Num::Int(i) => Value::Int(i.saturating_abs()),
            Num::Float(f) => Value::Float(f.abs()),
        })
    }),
)
.doc("The number without its sign.")
.examples(&[
    Example { mapping: "root = this.n.abs()", cases: &[(r#"{"n":-7}"#, "7"), (r#"{"n":-0.5}"#, "0.5")] },
    Example { mapping: "root = (this.a - this.b).abs()", cases: &[(r#"{"a":3,"b":10}"#, "7")] },
]);

const CEIL: MethodSpec =
    MethodSpec::new("ceil", CATEGORY, MethodRun::Pure(|target, _| rounded(&target, f64::ceil)))
        .doc("The smallest whole number that is not below the number.")
        .examples(&[
            Example {
                mapping: "root = this.n.ceil()",
                cases: &[(r#"{"n":2.1}"#, "3"), (r#"{"n":-2.1}"#, "-2")],
            },
            Example {
                mapping: "root.boxes = (this.items / 6).ceil()",
                cases: &[(r#"{"items":13}"#, r#"{"boxes":3}"#)],
            },
        ]);

const FLOOR: MethodSpec =
    MethodSpec::new("floor", CATEGORY, MethodRun::Pure(|target, _| rounded(&target, f64::floor)))
        .doc("The largest whole number that is not above the number.")
        .examples(&[
            Example {
                mapping: "root = this.n.floor()",
                cases: &[(r#"{"n":2.9}"#, "2"), (r#"{"n":-2.1}"#, "-3")],
            },
            Example {
                mapping: "root.minutes = (this.seconds / 60).floor()",
                cases: &[(r#"{"seconds":119}"#, r#"{"minutes":1}"#)],
            },
        ]);

const ROUND: MethodSpec =
    MethodSpec::new("round", CATEGORY, MethodRun::Pure(|target, _| rounded(&target, f64::round)))
        .doc("The nearest whole number; halves are rounded away from zero.")
        .examples(&[
            Example {
                mapping: "root = this.n.round()",
                cases: &[(r#"{"n":2.5}"#, "3"), (r#"{"n":-2.5}"#, "-3")],
            },
            Example { mapping: "root = (this.n * 100).round() / 100", cases: &[(r#"{"n":1.2399}"#, "1.24")] },
        ]);

const LOG: MethodSpec =
    MethodSpec::new("log", CATEGORY, MethodRun::Pure(|target, _| float(&target, math::log)))
        .doc("The natural logarithm.")
        .examples(&[
            Example { mapping: "root = this.n.log()", cases: &[(r#"{"n":1}"#, "0")] },
            Example { mapping: "root = (this.n.log() * 1000).round()", cases: &[(r#"{"n":2}"#, "693")] },
        ]);

const LOG10: MethodSpec =
    MethodSpec::new("log10", CATEGORY, MethodRun::Pure(|target, _| float(&target, math::log10)))
        .doc("The logarithm to base 10.")
        .examples(&[
            Example { mapping: "root = this.n.log10()", cases: &[(r#"{"n":1000}"#, "3")] },
            Example {
                mapping: "root.digits = this.n.log10().floor() + 1",
                cases: &[(r#"{"n":4711}"#, r#"{"digits":4}"#)],
            },
        ]);

const SIN: MethodSpec =
    MethodSpec::new("sin", CATEGORY, MethodRun::Pure(|target, _| float(&target, math::sin)))
        .doc("The sine of an angle in radians.")
        .examples(&[
            Example { mapping: "root = this.n.sin()", cases: &[(r#"{"n":0}"#, "0")] },
            Example { mapping: "root = (pi() / 2).sin()", cases: &[("{}", "1")] },
        ]);

const COS: MethodSpec =
    MethodSpec::new("cos", CATEGORY, MethodRun::Pure(|target, _| float(&target, math::cos)))
        .doc("The cosine of an angle in radians.")
        .examples(&[
            Example { mapping: "root = this.n.cos()", cases: &[(r#"{"n":0}"#, "1")] },
            Example { mapping: "root = pi().cos()", cases: &[("{}", "-1")] },
        ]);

const TAN: MethodSpec =
    MethodSpec::new("tan", CATEGORY, MethodRun::Pure(|target, _| float(&target, math::tan)))
        .doc("The tangent of an angle in radians.")
        .examples(&[
            Example { mapping: "root = this.n.tan()", cases: &[(r#"{"n":0}"#, "0")] },
            Example { mapping: "root = (pi() / 4).tan().round()", cases: &[("{}", "1")] },
        ]);

const POW: MethodSpec = MethodSpec::new(
    "pow",
    CATEGORY,
    MethodRun::Pure(|target, args| Ok(Value::Float(math::pow(to_float(&target)?, args.float(0))))),
)
.doc("The number raised to a power.")
.params(Params::Named(&[Param::new("exponent", ParamType::Float, "The power.")]))
.examples(&[
    Example { mapping: "root = this.n.pow(3)", cases: &[(r#"{"n":2}"#, "8")] },
    Example { mapping: "root = this.n.pow(-0.5)", cases: &[(r#"{"n":16}"#, "0.25")] },
]);

const BITS: Params = Params::Named(&[Param::integer("value", "The other operand.")]);

/// Combines the bits of the target with those of the argument.
fn bits(target: &Value, args: &Args<'_>, combine: fn(i64, i64) -> i64) -> Result<Value> {
    match integer(target) {
        Some(n) => Ok(Value::Int(combine(n, args.int(0)))),
        None => Err(Error::expected("integer", target)),
    }
}

const BITWISE_AND: MethodSpec = MethodSpec::new(
    "bitwise_and",
    CATEGORY,
    MethodRun::Pure(|target, args| bits(&target, args, |l, r| l & r)),
)
.doc("The bits that are set in both numbers; fractions are cut off.")
.params(BITS)
.examples(&[
    Example { mapping: "root = this.flags.bitwise_and(6)", cases: &[(r#"{"flags":12}"#, "4")] },
    Example { mapping: "root.odd = this.n.bitwise_and(1) == 1", cases: &[(r#"{"n":7}"#, r#"{"odd":true}"#)] },
]);

const BITWISE_OR: MethodSpec = MethodSpec::new(
    "bitwise_or",
    CATEGORY,
    MethodRun::Pure(|target, args| bits(&target, args, |l, r| l | r)),
)
.doc("The bits that are set in at least one of the numbers; fractions are cut off.")
.params(BITS)
.examples(&[
    Example { mapping: "root = this.flags.bitwise_or(3)", cases: &[(r#"{"flags":8}"#, "11")] },
    Example { mapping: "root = this.n.bitwise_or(0)", cases: &[(r#"{"n":5.9}"#, "5")] },
]);

const BITWISE_XOR: MethodSpec = MethodSpec::new(
    "bitwise_xor",
    CATEGORY,
    MethodRun::Pure(|target, args| bits(&target, args, |l, r| l ^ r)),
)
.doc("The bits that are set in exactly one of the numbers; fractions are cut off.")
.params(BITS)
.examples(&[
    Example { mapping: "root = this.flags.bitwise_xor(5)", cases: &[(r#"{"flags":6}"#, "3")] },
    Example { mapping: "root = this.n.bitwise_xor(-1)", cases: &[(r#"{"n":0}"#, "-1")] },
]);

/// The element that wins against all others, as a float.
fn extreme(target: &Value, wins: fn(&f64, &f64) -> bool) -> Result<Value> {
    let mut found: Option<f64> = None;
    for f in floats(target)? {
        let f = f?;
        if found.is_none_or(|best| wins(&f, &best)) {
            found = Some(f);
        }
    }
    found.map(Value::Float).ok_or_else(|| Error::new("the array was empty"))
}

fn floats(target: &Value) -> Result<impl Iterator<Item = Result<f64>>> {
    let Value::Array(items) = target else { return Err(Error::expected("array", target)) };
    Ok(items.iter().enumerate().map(|(i, item)| match number(item) {
        Ok(num) => Ok(num.to_f64()),
        Err(error) => Err(error.context(format!("index {i} of array"))),
    }))
}

const MAX: MethodSpec =
    MethodSpec::new("max", CATEGORY, MethodRun::Pure(|target, _| extreme(&target, f64::gt)))
        .doc("The largest number of an array. An empty array and other elements are errors.")
        .examples(&[
            Example {
                mapping: "root = this.ns.max()",
                cases: &[(r#"{"ns":[3,7.5,-1]}"#, "7.5"), (r#"{"ns":[]}"#, "Error")],
            },
            Example { mapping: "root = [this.n, 10].max()", cases: &[(r#"{"n":4}"#, "10")] },
        ]);

const MIN: MethodSpec =
    MethodSpec::new("min", CATEGORY, MethodRun::Pure(|target, _| extreme(&target, f64::lt)))
        .doc("The smallest number of an array. An empty array and other elements are errors.")
        .examples(&[
            Example {
                mapping: "root = this.ns.min()",
                cases: &[(r#"{"ns":[3,7.5,-1]}"#, "-1"), (r#"{"ns":["1"]}"#, "Error")],
            },
            Example { mapping: "root = [this.n, 10].min()", cases: &[(r#"{"n":4}"#, "4")] },
        ]);

const SUM: MethodSpec = MethodSpec::new("sum", "Object & Array Manipulation", MethodRun::Pure(sum))
    .doc("The sum of an array of numbers; 0 if it is empty. Other elements are errors. A single number is its own sum.")
    .examples(&[
        Example {
            mapping: "root = this.ns.sum()",
            cases: &[(r#"{"ns":[3,0.5]}"#, "3.5"), (r#"{"ns":[]}"#, "0")],
        },
        Example {
            mapping: "root = this.items.map_each(item -> item.price).sum()",
            cases: &[(r#"{"items":[{"price":2},{"price":5}]}"#, "7")],
        },
    ]);

fn sum(target: Cow<'_, Value>, _: &Args<'_>) -> Result<Value> {
    if Num::of(&target).is_some() {
        return Ok(target.into_owned());
    }
    let mut total = 0.0;
    for f in floats(&target)? {
        total += f?;
    }
    Ok(Value::Float(total))
}
