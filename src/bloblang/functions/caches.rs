//! Functions that read and write the cache resources of a stream.

use std::sync::{Arc, Weak};

use bytes::Bytes;

use crate::bloblang::args::{Args, Param, Params};
use crate::bloblang::error::Error;
use crate::bloblang::scope::{Caches, Environment};
use crate::bloblang::spec::{Example, FunctionRun, FunctionSpec, PreparedFunction, Result, Status};
use crate::value::Value;

pub const FUNCTIONS: &[&FunctionSpec] = &[&CACHE_ADD, &CACHE_DELETE, &CACHE_GET, &CACHE_SET];

const CATEGORY: &str = "Environment";

const RESOURCE: Param = Param::string("resource", "The name of the cache resource.");
const KEY: Param = Param::string("key", "The key.");
const VALUE: Param = Param::bytes("value", "The value.");

const CACHE_GET: FunctionSpec = FunctionSpec::new(
    "cache_get",
    CATEGORY,
    FunctionRun::Prepared(|_, environment| prepared(environment, get)),
)
.impure()
.status(Status::Experimental)
.doc("The value of a key in a cache, as bytes. An error if the key or the cache does not exist.")
.params(Params::Named(&[RESOURCE, KEY]))
.examples(&[
    Example {
        mapping: "root = cache_get(\"shelf\", this.id).catch(\"not known\")",
        cases: &[(r#"{"id":"7"}"#, "not known")],
    },
    Example { mapping: "root = cache_get(\"shelf\", \"count\").number().catch(0)", cases: &[("{}", "0")] },
]);

const CACHE_SET: FunctionSpec = FunctionSpec::new(
    "cache_set",
    CATEGORY,
    FunctionRun::Prepared(|_, environment| prepared(environment, set)),
)
.impure()
.status(Status::Experimental)
.doc("Sets a key in a cache, whether it exists or not; the result is null.")
.params(Params::Named(&[RESOURCE, KEY, VALUE]))
.examples(&[
    Example {
        mapping: "root = cache_set(\"shelf\", this.id, content()).catch(\"no shelf\")",
        cases: &[(r#"{"id":"7"}"#, "no shelf")],
    },
    Example {
        mapping: "let seen = cache_set(\"shelf\", this.id, \"1\").catch(null)\nroot = this",
        cases: &[(r#"{"id":"7"}"#, r#"{"id":"7"}"#)],
    },
]);

const CACHE_ADD: FunctionSpec = FunctionSpec::new(
    "cache_add",
    CATEGORY,
    FunctionRun::Prepared(|_, environment| prepared(environment, add)),
)
.impure()
.status(Status::Experimental)
.doc("Sets a key in a cache that must not exist yet, which is an error; the result is null.")
.params(Params::Named(&[RESOURCE, KEY, VALUE]))
.examples(&[
    Example {
        mapping: "root = cache_add(\"seen\", this.id, \"1\").catch(\"seen before\")",
        cases: &[(r#"{"id":"7"}"#, "seen before")],
    },
    Example { mapping: "root = cache_add(\"seen\", \"a\", \"1\")", cases: &[("{}", "Error")] },
]);

const CACHE_DELETE: FunctionSpec = FunctionSpec::new(
    "cache_delete",
    CATEGORY,
    FunctionRun::Prepared(|_, environment| prepared(environment, delete)),
)
.impure()
.status(Status::Experimental)
.doc("Removes a key from a cache; the result is null.")
.params(Params::Named(&[RESOURCE, KEY]))
.examples(&[
    Example {
        mapping: "root = cache_delete(\"shelf\", this.id).catch(\"no shelf\")",
        cases: &[(r#"{"id":"7"}"#, "no shelf")],
    },
    Example { mapping: "root = cache_delete(\"shelf\", \"a\")", cases: &[("{}", "Error")] },
]);

/// What a function does with the caches and its arguments.
type Access = fn(&dyn Caches, &Args<'_>) -> std::result::Result<Value, String>;

/// `access` to the caches of the stream that the call is compiled for.
fn prepared(environment: &Environment, access: Access) -> Result<PreparedFunction> {
    let caches = environment.caches.clone();
    Ok(Arc::new(move |args, _| {
        let caches = caches.as_ref().and_then(Weak::upgrade);
        let caches = caches.ok_or_else(|| Error::new("there are no caches here"))?;
        access(&*caches, args).map_err(Error::new)
    }))
}

fn get(caches: &dyn Caches, args: &Args<'_>) -> std::result::Result<Value, String> {
    caches.get(args.str(0), args.str(1)).map(Value::from)
}

fn set(caches: &dyn Caches, args: &Args<'_>) -> std::result::Result<Value, String> {
    caches.set(args.str(0), args.str(1), Bytes::copy_from_slice(args.bytes(2))).map(|()| Value::Null)
}

fn add(caches: &dyn Caches, args: &Args<'_>) -> std::result::Result<Value, String> {
    caches.add(args.str(0), args.str(1), Bytes::copy_from_slice(args.bytes(2))).map(|()| Value::Null)
}

fn delete(caches: &dyn Caches, args: &Args<'_>) -> std::result::Result<Value, String> {
    caches.delete(args.str(0), args.str(1)).map(|()| Value::Null)
}
