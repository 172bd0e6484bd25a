//! Functions that read the world: clock, environment, files, host name, process-wide counters.

use std::borrow::Cow;
use std::sync::Arc;

use crate::bloblang::args::{Args, Constant, Param, Params};
use crate::bloblang::error::Error;
use crate::bloblang::eval::Ctx;
use crate::bloblang::methods::to_floats;
use crate::bloblang::scope::Environment;
use crate::bloblang::spec::{Example, FunctionRun, FunctionSpec, PreparedFunction, Result, Status};
use crate::value::{Value, json, text};

pub const FUNCTIONS: &[&FunctionSpec] = &[
    &COUNT,
    &ENV,
    &FILE,
    &FILE_REL,
    &FILE_REL_JSON,
    &HOSTNAME,
    &NOW,
    &TIMESTAMP_UNIX,
    &TIMESTAMP_UNIX_MICRO,
    &TIMESTAMP_UNIX_MILLI,
    &TIMESTAMP_UNIX_NANO,
];

const CATEGORY: &str = "Environment";

fn owned<'a>(value: impl Into<Value>) -> Result<Cow<'a, Value>> {
    Ok(Cow::Owned(value.into()))
}

const NOW: FunctionSpec =
    FunctionSpec::new("now", CATEGORY, FunctionRun::Scoped(|_, ctx| owned(text::rfc3339(&ctx.host().now()))))
        .doc("The present time as text, RFC 3339 with nanoseconds in the local zone.")
        .examples(&[
            Example { mapping: "root = now().type()", cases: &[("{}", "string")] },
            Example { mapping: "root = now().contains(\"T\")", cases: &[("{}", "true")] },
        ]);

fn unix<'a>(ctx: &Ctx<'a>, nanos_per_unit: i128) -> Result<Cow<'a, Value>> {
    let nanos = ctx.host().now().as_nanosecond();
    owned(i64::try_from(nanos.div_euclid(nanos_per_unit)).unwrap_or(i64::MAX))
}

const TIMESTAMP_UNIX: FunctionSpec =
    FunctionSpec::new("timestamp_unix", CATEGORY, FunctionRun::Scoped(|_, ctx| unix(ctx, 1_000_000_000)))
        .doc("The present time in seconds since 1970.")
        .examples(&[
            Example { mapping: "root = timestamp_unix() > 1700000000", cases: &[("{}", "true")] },
            Example { mapping: "root = timestamp_unix().type()", cases: &[("{}", "number")] },
        ]);

const TIMESTAMP_UNIX_MILLI: FunctionSpec =
    FunctionSpec::new("timestamp_unix_milli", CATEGORY, FunctionRun::Scoped(|_, ctx| unix(ctx, 1_000_000)))
        .doc("The present time in milliseconds since 1970.")
        .examples(&[
            Example { mapping: "root = timestamp_unix_milli() > 1700000000000", cases: &[("{}", "true")] },
            Example { mapping: "root = timestamp_unix_milli().type()", cases: &[("{}", "number")] },
        ]);

const TIMESTAMP_UNIX_MICRO: FunctionSpec =
    FunctionSpec::new("timestamp_unix_micro", CATEGORY, FunctionRun::Scoped(|_, ctx| unix(ctx, 1_000)))
        .doc("The present time in microseconds since 1970.")
        .examples(&[
            Example { mapping: "root = timestamp_unix_micro() > 1700000000000000", cases: &[("{}", "true")] },
            Example { mapping: "root = timestamp_unix_micro().type()", cases: &[("{}", "number")] },
        ]);

const TIMESTAMP_UNIX_NANO: FunctionSpec =
    FunctionSpec::new("timestamp_unix_nano", CATEGORY, FunctionRun::Scoped(|_, ctx| unix(ctx, 1)))
        .doc("The present time in nanoseconds since 1970.")
        .examples(&[
            Example {
                mapping: "root = timestamp_unix_nano() > 1700000000000000000",
                cases: &[("{}", "true")],
            },
            Example { mapping: "root = timestamp_unix_nano().type()", cases: &[("{}", "number")] },
        ]);

const HOSTNAME: FunctionSpec = FunctionSpec::new(
    "hostname",
    CATEGORY,
    FunctionRun::Scoped(|_, ctx| owned(ctx.host().hostname().map_err(Error::new)?)),
)
.impure()
.doc("The name of the machine.")
.examples(&[
    Example { mapping: "root = hostname().type()", cases: &[("{}", "string")] },
    Example { mapping: "root = hostname() == hostname()", cases: &[("{}", "true")] },
]);

const COUNT: FunctionSpec = FunctionSpec::new(
    "count",
    CATEGORY,
    FunctionRun::Scoped(|args, ctx| owned(ctx.host().count(args.str(0)))),
)
.impure()
.status(Status::Deprecated)
.doc("Counts the calls with one name over the whole process, from 1, whichever mapping or stream makes them.")
.params(Params::Named(&[Param::string("name", "The name of the counter.")]))
.examples(&[
    Example { mapping: "root = count(\"docs_example_a\")", cases: &[("{}", "1"), ("{}", "2")] },
    Example { mapping: "root = count(\"docs_example_b\") > 0", cases: &[("{}", "true")] },
]);

const NO_CACHE: Param = Param::boolean("no_cache", "Whether to read again at each call rather than once.")
    .default(Constant::Bool(false));

const ENV: FunctionSpec = FunctionSpec::new("env", CATEGORY, FunctionRun::Prepared(env))
    .impure()
    .doc("An environment variable, null where it is not set. It is read once unless `no_cache` is true.")
    .params(Params::Named(&[Param::string("name", "The name of the variable."), NO_CACHE]))
    .examples(&[
        Example { mapping: "root = env(\"NO_SUCH_VARIABLE_HERE\") | \"unset\"", cases: &[("{}", "unset")] },
        Example { mapping: "root = env(\"NO_SUCH_VARIABLE_HERE\")", cases: &[("{}", "null")] },
    ]);

fn env(args: &Args<'_>, environment: &Environment) -> Result<PreparedFunction> {
    let name = args.str(0).to_owned();
    let read =
        move |host: &dyn crate::bloblang::scope::Host| host.env(&name).map_or(Value::Null, Value::from);
    if args.bool(1) {
        return Ok(Arc::new(move |_, ctx| Ok(read(ctx.host()))));
    }
    let value = read(&*environment.host);
    Ok(Arc::new(move |_, _| Ok(value.clone())))
}

const FILE: FunctionSpec =
    FunctionSpec::new("file", CATEGORY, FunctionRun::Prepared(|args, environment| file(args, environment, "")))
        .impure()
        .doc("The content of a file as bytes; a relative path starts at the working directory. A constant path is read once, when the mapping is compiled, unless `no_cache` is true.")
        .params(Params::Named(&[Param::string("path", "The path of the file."), NO_CACHE]))
        .examples(&[
            Example { mapping: "root = file(\"/no/such/file\" + this.x, true).catch(\"none\")", cases: &[(r#"{"x":"y"}"#, "none")] },
            Example { mapping: "root = file(\"/dev/null\").length()", cases: &[("{}", "0")] },
        ]);

const FILE_REL: FunctionSpec = FunctionSpec::new(
    "file_rel",
    CATEGORY,
    FunctionRun::Prepared(|args, environment| file(args, environment, &environment.directory)),
)
.impure()
.doc("As `file`, but a relative path starts at the folder of the mapping's own file.")
.params(Params::Named(&[Param::string("path", "The path of the file."), NO_CACHE]))
.examples(&[
    Example { mapping: "root = file_rel(\"/dev/null\").length()", cases: &[("{}", "0")] },
    Example {
        mapping: "root = file_rel(\"no/such/\" + this.x, true).catch(\"none\")",
        cases: &[(r#"{"x":"y"}"#, "none")],
    },
]);

const FILE_REL_JSON: FunctionSpec =
    FunctionSpec::new("file_rel_json", CATEGORY, FunctionRun::Prepared(file_rel_json))
        .impure()
        .doc("The document of a JSON file, which is read once; a relative path starts at the working directory. Numbers become floats.")
        .params(Params::Named(&[Param::string("path", "The path of the file.")]))
        .examples(&[
            Example { mapping: "root = file_rel_json(\"no/such/\" + this.x).catch(\"none\")", cases: &[(r#"{"x":"y"}"#, "none")] },
            Example { mapping: "root = file_rel_json(this.path).catch(e -> \"no JSON\")", cases: &[(r#"{"path":"/dev/null"}"#, "no JSON")] },
        ]);

fn file_rel_json(args: &Args<'_>, environment: &Environment) -> Result<PreparedFunction> {
    let path = args.str(0);
    let failed = |why: &dyn std::fmt::Display| Error::new(format!("failed to parse JSON from {path}: {why}"));
    let content = environment.host.read_file(path).map_err(Error::new)?;
    let mut document = json::parse(&content).map_err(|e| failed(&e))?;
    to_floats(&mut document).map_err(|text| failed(&format!("number {text} does not fit a float")))?;
    Ok(Arc::new(move |_, _| Ok(document.clone())))
}

fn file(args: &Args<'_>, environment: &Environment, directory: &str) -> Result<PreparedFunction> {
    let path = match args.str(0) {
        path if directory.is_empty() || path.starts_with('/') => path.to_owned(),
        path => format!("{directory}/{path}"),
    };
    let read = move |host: &dyn crate::bloblang::scope::Host| -> Result<Value> {
        host.read_file(&path).map(|content| Value::from(bytes::Bytes::from(content))).map_err(Error::new)
    };
    if args.bool(1) {
        return Ok(Arc::new(move |_, ctx| read(ctx.host())));
    }
    let content = read(&*environment.host)?;
    Ok(Arc::new(move |_, _| Ok(content.clone())))
}
