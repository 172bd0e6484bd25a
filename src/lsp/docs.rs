//! Docs of fields, components, functions and methods as Markdown.

use crate::bloblang::args::Params;
use crate::config::{AnyField, Body, ComponentSpec};
use crate::docs::{parameters, type_of};
use crate::value::json::{Style, print_string};

/// The docs of a field.
pub fn field(field: &dyn AnyField) -> String {
    let info = field.info();
    let mut text = format!("**{}** `{}`", info.name, type_of(info));
    if let Some(default) = field.default_value() {
        let default = print_string(&default, Style::default()).unwrap_or_default();
        text.push_str(&format!(" = `{default}`"));
    } else if info.required() {
        text.push_str(", required");
    }
    for (is, word) in [(info.advanced, "advanced"), (info.deprecated, "deprecated"), (info.secret, "secret")]
    {
        if is {
            text.push_str(&format!(", {word}"));
        }
    }
    text.push_str(&format!("\n\n{}", info.doc));
    if !info.options.is_empty() {
        text.push_str(&format!("\n\nOptions: `{}`", info.options.join("`, `")));
    }
    text
}

/// The docs of a component, with its fields.
pub fn component(spec: &ComponentSpec) -> String {
    let mut text = format!("**{}** {} ({})\n\n{}", spec.name, spec.kind, spec.status.name(), spec.summary);
    if !spec.description.is_empty() {
        text.push_str(&format!("\n\n{}", spec.description));
    }
    let fields = match spec.body {
        Body::Object(fields) => fields,
        Body::Bare(_) => &[],
    };
    if !fields.is_empty() {
        text.push('\n');
    }
    for info in fields.iter().map(|field| field.info()) {
        text.push_str(&format!("\n- `{}` {}: {}", info.name, type_of(info), info.doc));
    }
    text
}

/// The docs of a function (`call` is its name) or a method (`call` is its name after a dot).
pub fn call(call: &str, params: &Params, doc: &str) -> String {
    format!("**{call}({})**\n\n{doc}", parameters(params))
}
