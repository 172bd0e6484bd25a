//! Methods that read and change documents by path.

use std::borrow::Cow;
use std::sync::Arc;

use crate::bloblang::Environment;
use crate::bloblang::args::{Args, Param, Params};
use crate::bloblang::error::Error;
use crate::bloblang::spec::{Example, MethodRun, MethodSpec, PreparedMethod, Result, Status};
use crate::bloblang::{jsonpath, path};
use crate::value::Value;

pub const METHODS: &[&MethodSpec] = &[&JSON_PATH, &SET];

const CATEGORY: &str = "Object & Array Manipulation";

const JSON_PATH: MethodSpec = MethodSpec::new("json_path", CATEGORY, MethodRun::Prepared(json_path))
    .status(Status::Experimental)
    .doc("What a JSONPath expression yields: the element that it leads to, or an array where it can find several. Expressions may also join paths, texts and numbers by operators. Numbers of a document compare by their text unless they were computed.")
    .params(Params::Named(&[Param::string("expression", "The expression; `$` is the document.")]))
    .examples(&[
        Example { mapping: "root = this.json_path(\"$.pets[?(@.kind == 'cat')].name\")", cases: &[(r#"{"pets":[{"kind":"cat","name":"Mio"},{"kind":"dog","name":"Rex"}]}"#, r#"["Mio"]"#)] },
        Example { mapping: "root = this.json_path(\"$..id\")", cases: &[(r#"{"a":{"id":1},"id":2}"#, "[2,1]")] },
        Example { mapping: "root = this.json_path(\"$.first + ' ' + $.last\")", cases: &[(r#"{"first":"Ada","last":"L"}"#, "Ada L"), ("{}", "Error")] },
    ]);

fn json_path(args: &Args<'_>, _: &Environment) -> Result<PreparedMethod> {
    let expression = jsonpath::parse(args.str(0))
        .map_err(|error| error.context("failed to evaluate json path expression"))?;
    Ok(Arc::new(move |target, _| expression.over(&target)))
}

const SET: MethodSpec = MethodSpec::new("set", CATEGORY, MethodRun::Pure(set))
    .doc("The document with the value that a dot path leads to replaced, or removed if the new one is `deleted()`. Objects that are missing on the way are made; of an array an index must exist, and `-` appends.")
    .params(Params::Named(&[
        Param::string("path", "A dot path; `~1` stands for a dot in a key, `~0` for `~`."),
        Param::any("value", "The new value."),
    ]))
    .examples(&[
        Example { mapping: "root = this.set(\"a.b\", 2)", cases: &[(r#"{"a":{"b":1,"c":1}}"#, r#"{"a":{"b":2,"c":1}}"#), ("{}", r#"{"a":{"b":2}}"#)] },
        Example { mapping: "root = this.set(\"list.-\", 3)", cases: &[(r#"{"list":[1,2]}"#, r#"{"list":[1,2,3]}"#)] },
        Example { mapping: "root = this.set(\"a\", deleted())", cases: &[(r#"{"a":1,"b":2}"#, r#"{"b":2}"#), (r#"{"b":2}"#, "Error")] },
    ]);

fn set(target: Cow<'_, Value>, args: &Args<'_>) -> Result<Value> {
    let segments = path::split(args.str(0));
    let mut root = target.into_owned();
    match args.value(1) {
        Value::Delete => {
            if !path::remove(&mut root, &segments) {
                return Err(Error::new(format!("there is nothing at {} to remove", args.str(0))));
            }
        }
        Value::Nothing => path::set(&mut root, &segments, Value::Null)?,
        value => path::set(&mut root, &segments, value.clone())?,
    }
    Ok(root)
}
