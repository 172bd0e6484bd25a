//! The functions and methods of the language as a document.

use crate::bloblang::args::{Constant, Param, Params};
use crate::bloblang::spec::{Example, Status};
use crate::bloblang::{functions, methods};
use crate::value::json::{Style, print_string};
use crate::value::{Array, Object, Value};

/// All functions and methods that are not deprecated: name, category, doc, parameters and examples.
pub fn all() -> Value {
    let functions = functions::all().filter(|f| f.status != Status::Deprecated);
    let functions = functions.map(|f| entry(f.name, f.category, f.doc, &f.params, f.examples));
    let methods = methods::all().filter(|m| m.status != Status::Deprecated);
    let methods = methods.map(|m| entry(m.name, m.category, m.doc, &m.params, m.examples));
    object([
        ("functions", Value::Array(functions.collect::<Array>())),
        ("methods", Value::Array(methods.collect::<Array>())),
    ])
}

fn entry(name: &str, category: &str, doc: &str, params: &Params, examples: &[Example]) -> Value {
    let params = match params {
        Params::Named(params) => params.iter().map(param).collect::<Array>(),
        Params::Variadic => {
            Array::from([object([("name", "...".into()), ("doc", "Any number of values.".into())])])
        }
    };
    let examples: Array = examples.iter().map(|example| Value::from(example.mapping)).collect();
    object([
        ("name", name.into()),
        ("category", category.into()),
        ("doc", doc.into()),
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
