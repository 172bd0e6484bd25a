//! Fields and parameters as Markdown.

use crate::bloblang::args::{Param, Params};
use crate::config::{AnyField, Dialect, FieldInfo, Shape};
use crate::value::json::{Style, print_string};

/// A section for each field, those of objects below their object.
pub fn list(fields: &[&dyn AnyField]) -> String {
    let mut text = String::new();
    add(&mut text, "", fields);
    text
}

/// Adds the fields below `prefix`, such as `batching.`.
fn add(text: &mut String, prefix: &str, fields: &[&dyn AnyField]) {
    for field in fields {
        let info = field.info();
        let name = format!("{prefix}{}", info.name);
        if !info.name.is_empty() {
            text.push_str(&format!("### `{name}`\n\n"));
        }
        text.push_str(&entry(*field));
        add(text, &format!("{name}{}.", element(info.shape)), info.fields);
    }
}

/// How one of the values of a field is written behind its name.
fn element(shape: Shape) -> &'static str {
    match shape {
        Shape::Scalar => "",
        Shape::Array => "[]",
        Shape::Array2 => "[][]",
        Shape::Map => ".<name>",
    }
}

fn entry(field: &dyn AnyField) -> String {
    let info = field.info();
    let mut facts = vec![format!("Type: {}", type_of(info))];
    match field.default_value() {
        Some(value) => {
            facts.push(format!("Default: `{}`", print_string(&value, Style::default()).unwrap_or_default()));
        }
        None if info.required() => facts.push("Required".to_owned()),
        None => {}
    }
    if !info.options.is_empty() {
        let what = if info.enforced { "Options" } else { "Such as" };
        facts.push(format!("{what}: `{}`", info.options.join("`, `")));
    }
    if let Some((least, greatest)) = info.range {
        facts.push(format!("From {least} to {greatest}"));
    }
    match info.dialect {
        Dialect::Plain => {}
        Dialect::Interpolated => facts.push("Holds functions in `${! }`".to_owned()),
        Dialect::Bloblang => facts.push("A mapping or a query".to_owned()),
    }
    for (is, what) in [
        (info.advanced, "Advanced"),
        (info.deprecated, "Deprecated"),
        (info.secret, "Secret: it is never shown"),
    ] {
        if is {
            facts.push(what.to_owned());
        }
    }
    if !info.version.is_empty() {
        facts.push(format!("Since {}", info.version));
    }
    let doc = if info.doc.is_empty() { String::new() } else { format!("{}\n\n", info.doc) };
    format!("{doc}- {}\n\n", facts.join("\n- "))
}

/// The type of a field in words, such as `array of string`.
pub fn type_of(info: &FieldInfo) -> String {
    match info.shape {
        Shape::Scalar => info.ty.name().to_owned(),
        shape => format!("{} of {}", shape.name(), info.ty.name()),
    }
}

/// The names of parameters, those that may be left out with a question mark.
pub fn parameters(params: &Params) -> String {
    let Params::Named(params) = params else { return "...".to_owned() };
    let one = |param: &Param| {
        let may_lack = param.optional || param.default.is_some();
        format!("{}{}", param.name, if may_lack { "?" } else { "" })
    };
    params.iter().map(one).collect::<Vec<_>>().join(", ")
}
