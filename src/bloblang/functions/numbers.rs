//! Functions that make numbers and ids: counters, ranges, random values.

use std::sync::{Arc, Mutex, PoisonError};

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use crate::bloblang::args::{Args, Constant, Param, ParamType, Params};
use crate::bloblang::error::Error;
use crate::bloblang::eval::Ctx;
use crate::bloblang::scope::Environment;
use crate::bloblang::spec::{Example, FunctionRun, FunctionSpec, PreparedFunction, Result, Status};
use crate::value::number::Num;
use crate::value::{Array, Value};

pub const FUNCTIONS: &[&FunctionSpec] = &[&BYTES, &COUNTER, &PI, &RANDOM_INT, &RANGE];

/// The longest byte string that is made.
const LIMIT: i64 = 100_000_000;

/// The longest range that is made: a quarter of a gigabyte.
const RANGE_LIMIT: i64 = 10_000_000;

const PI: FunctionSpec =
    FunctionSpec::new("pi", "General", FunctionRun::Pure(|_| Ok(Value::Float(std::f64::consts::PI))))
        .doc("The ratio of a circle's circumference to its diameter.")
        .examples(&[
            Example { mapping: "root = pi().floor()", cases: &[("{}", "3")] },
            Example { mapping: "root = (pi() * 100).round()", cases: &[("{}", "314")] },
        ]);

const BYTES: FunctionSpec = FunctionSpec::new("bytes", "General", FunctionRun::Pure(bytes))
    .doc("So many zero bytes. A negative length is an error.")
    .params(Params::Named(&[Param::integer("length", "How many bytes.")]))
    .examples(&[
        Example { mapping: "root = bytes(3).length()", cases: &[("{}", "3")] },
        Example { mapping: "root.empty = bytes(2)", cases: &[("{}", r#"{"empty":"AAA="}"#)] },
    ]);

fn bytes(args: &Args<'_>) -> Result<Value> {
    let length = args.int(0);
    match usize::try_from(length) {
        Ok(n) if length <= LIMIT => Ok(Value::from(bytes::Bytes::from(vec![0; n]))),
        _ => Err(Error::new(format!("length must be between 0 and {LIMIT}, got {length}"))),
    }
}

const RANGE: FunctionSpec = FunctionSpec::new("range", "General", FunctionRun::Pure(range))
    .doc("An array of integers from `start` up to but without `stop`, `step` apart; a last step that is not whole is left out.")
    .params(Params::Named(&[
        Param::integer("start", "The first element."),
        Param::integer("stop", "Where it ends."),
        Param::integer("step", "How far apart the elements are.").default(Constant::Int(1)),
    ]))
    .examples(&[
        Example { mapping: "root = range(0, 4)", cases: &[("{}", "[0,1,2,3]")] },
        Example { mapping: "root = range(10, 0, -5)", cases: &[("{}", "[10,5]")] },
    ]);

fn range(args: &Args<'_>) -> Result<Value> {
    let (start, stop, step) = (args.int(0), args.int(1), args.int(2));
    if step == 0 {
        return Err(Error::new("step must be greater than or less than 0"));
    }
    let distance = i128::from(stop) - i128::from(start);
    let n = distance / i128::from(step);
    if if step > 0 { distance <= 0 } else { distance > 0 } {
        let word = if step < 0 { "negative" } else { "positive" };
        return Err(Error::new(format!("with {word} step arg stop ({stop}) must be beyond start ({start})")));
    }
    if n > i128::from(RANGE_LIMIT) {
        return Err(Error::new(format!(
            "a range has at most {RANGE_LIMIT} elements, this one would have {n}"
        )));
    }
    let items: Array = (0..n as i64).map(|i| Value::Int(start + i * step)).collect();
    Ok(Value::Array(items))
}

const COUNTER: FunctionSpec = FunctionSpec::new("counter", "General", FunctionRun::Prepared(counter))
    .status(Status::Experimental)
    .doc("Counts its own calls: each place in a mapping has a counter of its own, which starts at `min` and starts again after `max`. When `set` yields an integer the counter is set to it and that is returned; when it yields null the present count is returned and not raised.")
    .params(Params::Named(&[
        Param::new("min", ParamType::QueryOrScalar, "The first count.").default(Constant::Int(1)),
        Param::new("max", ParamType::QueryOrScalar, "The last count.").default(Constant::Int(i64::MAX)),
        Param::query("set", "A query that sets or holds the counter.").optional(),
    ]))
    .examples(&[
        Example { mapping: "root = counter()", cases: &[("{}", "1"), ("{}", "2")] },
        Example { mapping: "root = counter(min: 5, max: 6)", cases: &[("{}", "5"), ("{}", "6"), ("{}", "5")] },
    ]);

/// A counter at one place of a mapping.
struct Counter {
    /// The last count; one below `min` before the first.
    count: i64,
    min: i64,
    max: i64,
}

fn counter(_: &Args<'_>, _: &Environment) -> Result<PreparedFunction> {
    let state: Mutex<Option<Counter>> = Mutex::new(None);
    Ok(Arc::new(move |args, ctx| {
        let set = if args.has(2) { Some(args.run(2, ctx).map_err(set_failed)?) } else { None };
        let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
        let counter = match &mut *state {
            Some(counter) => counter,
            unset => unset.insert(Counter::new(args, ctx)?),
        };
        match set {
            Some(Value::Null) => {}
            None | Some(Value::Nothing) => counter.advance(),
            Some(Value::Delete) => {
                counter.count = counter.min - 1;
                counter.advance();
            }
            Some(value) => {
                let num = Num::of(&value).ok_or_else(|| set_failed(Error::expected("number", &value)))?;
                counter.count = num.to_i64();
            }
        }
        Ok(Value::Int(counter.count))
    }))
}

fn set_failed(error: Error) -> Error {
    error.context("failed to resolve set argument")
}

impl Counter {
    /// Its bounds are those of the first call.
    fn new(args: &Args<'_>, ctx: &Ctx<'_>) -> Result<Self> {
        let bound = |i: usize, name: &str| -> Result<i64> {
            let failed = |error: Error| error.context(format!("failed to resolve {name} argument"));
            let value = args.run(i, ctx).map_err(failed)?;
            Num::of(&value).map(Num::to_i64).ok_or_else(|| failed(Error::expected("number", &value)))
        };
        let (min, max) = (bound(0, "min")?, bound(1, "max")?);
        if min < 0 {
            return Err(Error::new(format!("min argument must be >0, got {min}")));
        }
        if max <= min {
            return Err(Error::new(format!("max argument must be >0 and >min, got {max}")));
        }
        Ok(Self { count: min - 1, min, max })
    }

    fn advance(&mut self) {
        self.count = if self.count >= self.max { self.min } else { self.count.saturating_add(1) };
    }
}

const RANDOM_INT: FunctionSpec = FunctionSpec::new("random_int", "General", FunctionRun::Prepared(random_int))
    .doc("A random integer between `min` and `max`, both included. The seed is evaluated once, at the first call; the same seed gives the same numbers.")
    .params(Params::Named(&[
        Param::new("seed", ParamType::QueryOrScalar, "Where the sequence starts.").default(Constant::Int(0)),
        Param::integer("min", "The smallest number.").default(Constant::Int(0)).literal(),
        Param::integer("max", "The largest number.").default(Constant::Int(i64::MAX - 1)).literal(),
    ]))
    .examples(&[
        Example { mapping: "root = random_int(min: 4, max: 4)", cases: &[("{}", "4")] },
        Example {
            mapping: "let n = random_int(seed: timestamp_unix_nano(), min: 1, max: 6)\nroot = $n >= 1 && $n <= 6",
            cases: &[("{}", "true")],
        },
    ]);

fn random_int(args: &Args<'_>, _: &Environment) -> Result<PreparedFunction> {
    let (min, max) = (args.int(1), args.int(2));
    if min < 0 {
        return Err(Error::new(format!("min ({min}) must be a positive number")));
    }
    if max == i64::MAX {
        return Err(Error::new(format!("max must be smaller than {}", i64::MAX)));
    }
    if min > max {
        return Err(Error::new(format!("min ({min}) must be smaller or equal than max ({max})")));
    }
    let state: Mutex<Option<StdRng>> = Mutex::new(None);
    Ok(Arc::new(move |args: &Args<'_>, ctx: &Ctx<'_>| {
        let mut random = state.lock().unwrap_or_else(PoisonError::into_inner);
        if random.is_none() {
            let seed = args.run(0, ctx)?;
            let seed = Num::of(&seed).ok_or_else(|| Error::expected("number", &seed))?;
            *random = Some(StdRng::seed_from_u64(seed.to_i64() as u64));
        }
        let random = random.get_or_insert_with(|| StdRng::seed_from_u64(0));
        Ok(Value::Int(random.random_range(min..=max)))
    }))
}
