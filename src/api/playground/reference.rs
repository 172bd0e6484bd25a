//! The functions and methods of the language as a document.

use crate::bloblang::args::{Constant, Param, Params};
use crate::bloblang::spec::{CallSpec, Status};
use crate::bloblang::{functions, methods};
use crate::value::json::{Style, print_string};
use crate::value::{Array, Object, Value};

/// All functions and methods that are not deprecated: name, category, doc, parameters and examples.
pub fn all() -> Value {
    let functions = functions::all().filter(|f| f.status != Status::Deprecated);
    let functions = functions.map(entry);
    let methods = methods::all().filter(|m| m.status != Status::Deprecated);
    let methods = methods.map(entry);
    object([
        ("functions", Value::Array(functions.collect::<Array>())),
        ("methods", Value::Array(methods.collect::<Array>())),
    ])
}

fn entry<R>(call: &CallSpec<R>) -> Value {
    let params = match call.params {
        Params::Named(params) => params.iter().map(param).collect::<Array>(),
        Params::Variadic => {
            Array::from([object([("name", "...".into()), ("doc", "Any number of values.".into())])])
        }
    };
    let examples: Array = call.examples.iter().map(|example| Value::from(example.mapping)).collect();
    object([
        ("name", call.name.into()),
        ("category", call.category.into()),
        ("doc", call.doc.into()),
        ("params", Value::Array(params)),
        ("examples", Value::Array(examples)),
    ])
}

fn param(param: &Param) -> Value {
    let default = param.default.map(Constant::value);
    let default = default.and_then(|value| print_string(&value, Style::default()).ok());
    object([
        ("name", param.name.into()),
        ("doc", param.doc.into()),
        ("default", default.map_or(Value::Null, Value::from)),
        ("optional", (param.optional || param.default.is_some()).into()),
    ])
}

fn object<const N: usize>(members: [(&str, Value); N]) -> Value {
    Value::Object(members.into_iter().map(|(key, value)| (key.into(), value)).collect::<Object>())
}
