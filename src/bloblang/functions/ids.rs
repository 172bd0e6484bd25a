//! Ids that sort by when they were made.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use crate::bloblang::args::{Args, Constant, Param, Params};
use crate::bloblang::error::Error;
use crate::bloblang::scope::Environment;
use crate::bloblang::spec::{Example, FunctionRun, FunctionSpec, PreparedFunction, Result, Status};
use crate::value::Value;

pub const FUNCTIONS: &[&FunctionSpec] = &[&SNOWFLAKE_ID, &ULID];

const CATEGORY: &str = "General";

const SNOWFLAKE_ID: FunctionSpec =
    FunctionSpec::new("snowflake_id", CATEGORY, FunctionRun::Prepared(snowflake_id))
        .doc("A snowflake id as digits: milliseconds since November 2010, the number of a node, and a count within the millisecond.")
        .params(Params::Named(&[
            Param::integer("node_id", "The number of this node, 0 to 1023.").default(Constant::Int(1)),
        ]))
        .examples(&[
            Example { mapping: "root = snowflake_id().type()", cases: &[("{}", "string")] },
            Example { mapping: "root = [snowflake_id(7), snowflake_id(7)].unique().length()", cases: &[("{}", "2")] },
        ]);

/// The millisecond from which snowflake ids count.
const SNOWFLAKE_EPOCH: i64 = 1_288_834_974_657;

/// The millisecond of the last snowflake id of the process, and behind it 12 bits that count within.
static LAST: AtomicI64 = AtomicI64::new(0);

fn snowflake_id(args: &Args<'_>, _: &Environment) -> Result<PreparedFunction> {
    let node = args.int(0);
    if !(0..1024).contains(&node) {
        return Err(Error::new(format!("node_id must be between 0 and 1023, got {node}")));
    }
    Ok(Arc::new(move |_, ctx| {
        let now = ctx.host().now().as_millisecond() << 12;
        let next = |last: i64| now.max(last + 1);
        let last = LAST.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |last| Some(next(last)));
        let (millisecond, count) = {
            let id = next(last.unwrap_or_default());
            (id >> 12, id & 0xfff)
        };
        Ok(Value::from(((millisecond - SNOWFLAKE_EPOCH) << 22 | node << 12 | count).to_string()))
    }))
}

const ULID: FunctionSpec = FunctionSpec::new("ulid", CATEGORY, FunctionRun::Prepared(ulid))
    .status(Status::Experimental)
    .doc("A ULID: 48 bits of the present millisecond and 80 random ones, in 26 letters and digits or 32 hexadecimal digits.")
    .params(Params::Named(&[
        Param::string("encoding", "crockford or hex.").default(Constant::String("crockford")),
        Param::string("random_source", "secure_random or fast_random; both are secure.")
            .default(Constant::String("secure_random")),
    ]))
    .examples(&[
        Example { mapping: "root = ulid().length()", cases: &[("{}", "26")] },
        Example { mapping: "root = ulid(encoding: \"hex\").re_match(\"^[0-9a-f]{32}$\")", cases: &[("{}", "true")] },
    ]);

fn ulid(args: &Args<'_>, _: &Environment) -> Result<PreparedFunction> {
    let hexadecimal = match args.str(0) {
        "crockford" => false,
        "hex" => true,
        other => return Err(Error::new(format!("invalid ulid encoding: {other}"))),
    };
    if !["secure_random", "fast_random"].contains(&args.str(1)) {
        return Err(Error::new(format!("invalid randomness source: {}", args.str(1))));
    }
    Ok(Arc::new(move |_, ctx| {
        let host = ctx.host();
        let millisecond = u64::try_from(host.now().as_millisecond()).unwrap_or_default();
        let random = u128::from(host.random()) << 64 | u128::from(host.random());
        let id = ulid::Ulid::from_parts(millisecond, random);
        Ok(Value::from(if hexadecimal { format!("{:032x}", id.0) } else { id.to_string() }))
    }))
}
