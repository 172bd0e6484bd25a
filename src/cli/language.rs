//! Functions and methods of mappings as values, for programs that read `list --format json-full`.

use crate::bloblang::args::{Constant, Param, Params};
use crate::bloblang::spec::{CallSpec, Example, FunctionSpec, MethodSpec};
use crate::value::{Object, Str, Value};

/// Everything about a function; without texts if `scrubbed`.
pub fn function(spec: &FunctionSpec, scrubbed: bool) -> Value {
    described(("category".into(), spec.category.into()), spec, scrubbed)
}

/// Everything about a method; without texts if `scrubbed`.
pub fn method(spec: &MethodSpec, scrubbed: bool) -> Value {
    let category: Object = [("Category".into(), spec.category.into())].into_iter().collect();
    described(("categories".into(), Value::Array(vec![Value::Object(category)].into())), spec, scrubbed)
}

/// What functions and methods have in common, beside the `category`, which each of them has in its own form.
fn described<R>(category: (Str, Value), spec: &CallSpec<R>, scrubbed: bool) -> Value {
    let params = match spec.params {
        Params::Variadic => ("variadic".into(), true.into()),
        Params::Named(params) => ("named".into(), Value::Array(params.iter().map(param).collect())),
    };
    let facts = [
        category,
        ("name".into(), spec.name.into()),
        ("status".into(), spec.status.name().into()),
        ("impure".into(), spec.impure.into()),
        ("params".into(), Value::Object([params].into_iter().collect())),
    ];
    let texts = texts(spec.doc, spec.examples).into_iter().filter(|_| !scrubbed);
    Value::Object(facts.into_iter().chain(texts).collect())
}

fn texts(doc: &str, examples: &[Example]) -> [(Str, Value); 2] {
    let example = |example: &Example| {
        let case = |(from, to): &(&str, &str)| Value::Array(vec![(*from).into(), (*to).into()].into());
        let results = Value::Array(example.cases.iter().map(case).collect());
        let entries = [("mapping".into(), example.mapping.into()), ("results".into(), results)];
        Value::Object(entries.into_iter().collect())
    };
    [
        ("description".into(), doc.into()),
        ("examples".into(), Value::Array(examples.iter().map(example).collect())),
    ]
}

fn param(param: &Param) -> Value {
    let mut object = Object::new();
    object.insert("name".into(), param.name.into());
    object.insert("description".into(), param.doc.into());
    object.insert("type".into(), param.ty.name().into());
    object.insert("no_dynamic".into(), param.literal.into());
    if param.optional {
        object.insert("is_optional".into(), true.into());
    }
    if let Some(default) = param.default.map(Constant::value) {
        object.insert("default".into(), default);
    }
    Value::Object(object)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bloblang::{functions, methods};
    use crate::value::json::print;

    #[test]
    fn parameters_are_listed() {
        let shown = |value: &Value| String::from_utf8_lossy(&print(value).expect("finite")).into_owned();
        let range = shown(&function(functions::find("range").expect("a function"), true));
        assert!(range.contains(r#""default":1,"#) && range.contains(r#""name":"step""#), "{range}");
        let slice = shown(&method(methods::find("slice").expect("a method"), false));
        assert!(slice.contains(r#""is_optional":true"#) && slice.contains(r#""mapping":"#), "{slice}");
    }
}
