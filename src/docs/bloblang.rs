//! The pages of the mapping language's functions and methods.

use super::{block, field};
use crate::bloblang::args::{Constant, Params};
use crate::bloblang::spec::{CallSpec, Status};
use crate::bloblang::{functions as all_functions, methods as all_methods};
use crate::value::json::{Style, print_string};

pub fn functions() -> String {
    page("Functions", "Called by their name, such as `now()`.", "", all_functions::all())
}

pub fn methods() -> String {
    page("Methods", "Called on a value, such as `this.name.uppercase()`.", ".", all_methods::all())
}

/// All of `calls`, by category and name; those that only old mappings use come last.
fn page<R: 'static>(
    title: &str,
    about: &str,
    dot: &str,
    calls: impl Iterator<Item = &'static CallSpec<R>>,
) -> String {
    let mut calls: Vec<_> = calls.collect();
    calls.sort_by_key(|call| (call.status == Status::Deprecated, call.category, call.name));
    let mut text =
        format!("# {title}\n\n{about} A question mark stands behind parameters that may be left out.\n\n");
    let mut chapter = "";
    for call in calls {
        let its = if call.status == Status::Deprecated { "Deprecated" } else { call.category };
        if its != chapter {
            chapter = its;
            text.push_str(&format!("## {chapter}\n\n"));
        }
        text.push_str(&entry(dot, call));
    }
    text
}

fn entry<R>(dot: &str, call: &CallSpec<R>) -> String {
    let mut text = format!("### `{dot}{}({})`\n\n", call.name, field::parameters(&call.params));
    if matches!(call.status, Status::Beta | Status::Experimental) {
        text.push_str(&format!("*{}* ", call.status.name()));
    }
    text.push_str(&format!("{}\n\n", call.doc));
    if let Params::Named(params) = call.params
        && !params.is_empty()
    {
        for param in params {
            let default = param.default.map(Constant::value);
            let default = default.and_then(|value| print_string(&value, Style::default()).ok());
            let default = default.map(|text| format!(", default `{text}`")).unwrap_or_default();
            text.push_str(&format!("- `{}` ({}{default}): {}\n", param.name, param.ty.name(), param.doc));
        }
        text.push('\n');
    }
    for example in call.examples {
        let cases = example.cases.iter().map(|(input, output)| format!("# in:  {input}\n# out: {output}"));
        let lines: Vec<_> = std::iter::once(example.mapping.to_owned()).chain(cases).collect();
        text.push_str(&block("text", &lines.join("\n")));
    }
    text
}
