//! `list`: the components there are, and the functions and methods of mappings.

use std::process::ExitCode;

use super::args::{ListArgs, ListFormat, Shared};
use super::shell::out;
use super::{language, registry};
use crate::bloblang::{functions, methods};
use crate::component::Registry;
use crate::config::{Kind, Part, Specs, cue, describe, describe_fields, schema};
use crate::value::json::print;
use crate::value::{Object, Value};

/// The kinds under the names that the command line uses.
const KINDS: [(&str, &str, Listed); 11] = [
    ("inputs", "Inputs", Listed::Components(Kind::Input)),
    ("processors", "Processors", Listed::Components(Kind::Processor)),
    ("outputs", "Outputs", Listed::Components(Kind::Output)),
    ("caches", "Caches", Listed::Components(Kind::Cache)),
    ("rate-limits", "Rate Limits", Listed::Components(Kind::RateLimit)),
    ("buffers", "Buffers", Listed::Components(Kind::Buffer)),
    ("metrics", "Metrics", Listed::Components(Kind::Metrics)),
    ("tracers", "Tracers", Listed::Components(Kind::Tracer)),
    ("scanners", "Scanners", Listed::Components(Kind::Scanner)),
    ("bloblang-functions", "Bloblang Functions", Listed::Functions),
    ("bloblang-methods", "Bloblang Methods", Listed::Methods),
];

/// What is listed.
#[derive(Clone, Copy)]
enum Listed {
    Components(Kind),
    Functions,
    Methods,
}

pub fn run(shared: Shared, args: ListArgs) -> Result<ExitCode, String> {
    let shared = shared.and(Shared { templates: args.templates, ..Shared::default() });
    let registry = registry::load(&shared)?;
    let status = args.status.as_deref();
    let wanted: Vec<_> = KINDS
        .iter()
        .filter(|(kind, ..)| args.kinds.is_empty() || args.kinds.iter().any(|k| k == kind))
        .collect();
    let document = match args.format {
        ListFormat::Text => {
            let mut text = String::new();
            for (i, (_, title, listed)) in wanted.into_iter().enumerate() {
                let lines: String =
                    names(*listed, status, &registry).iter().map(|name| format!("  - {name}\n")).collect();
                text += &format!("{}{title}:\n{lines}", if i > 0 { "\n" } else { "" });
            }
            return out(text.as_bytes());
        }
        ListFormat::Json => {
            let names =
                |listed| names(listed, status, &registry).into_iter().map(Value::from).collect::<Vec<_>>();
            let entry = |(key, _, listed): &(&str, &str, Listed)| ((*key).into(), names(*listed).into());
            Value::Object(wanted.into_iter().map(entry).collect())
        }
        ListFormat::JsonFull => full(status, false, &registry),
        ListFormat::JsonFullScrubbed => full(status, true, &registry),
        ListFormat::Jsonschema => schema(Part::Run, &registry),
        ListFormat::Cue => return out(cue(Part::Run, &registry).as_bytes()),
    };
    let text = print(&document).map_err(|error| error.to_string())?;
    out(&[text.as_slice(), b"\n"].concat())
}

/// Everything there is to know; without texts if `scrubbed`.
fn full(status: Option<&str>, scrubbed: bool, registry: &Registry) -> Value {
    let mut object = Object::new();
    object.insert("version".into(), super::VERSION.0.into());
    object.insert("date".into(), super::VERSION.1.into());
    object.insert("config".into(), describe_fields(Part::Run.fields(), scrubbed));
    for (key, _, listed) in KINDS {
        let items = names(listed, status, registry).into_iter().filter_map(|name| match listed {
            Listed::Components(kind) => registry.find(kind, name).map(|spec| describe(spec, scrubbed)),
            Listed::Functions => functions::find(name).map(|spec| language::function(spec, scrubbed)),
            Listed::Methods => methods::find(name).map(|spec| language::method(spec, scrubbed)),
        });
        object.insert(key.into(), items.collect::<Vec<_>>().into());
    }
    Value::Object(object)
}

/// The names of a kind, sorted, of one status if that is asked for. What is deprecated is left out of components
/// otherwise; mappings that use it are still read, so functions and methods are all there.
fn names<'r>(listed: Listed, status: Option<&str>, registry: &'r Registry) -> Vec<&'r str> {
    let components = matches!(listed, Listed::Components(_));
    let shown = |name: &str| status.map_or(!components || name != "deprecated", |wanted| name == wanted);
    let all: Vec<(&str, &str)> = match listed {
        Listed::Components(kind) => {
            let templates = registry.templates.iter().map(|template| template.spec);
            let specs = registry.specs(kind).chain(templates.filter(|spec| spec.kind == kind));
            specs.map(|spec| (spec.name, spec.status.name())).collect()
        }
        Listed::Functions => functions::all().map(|spec| (spec.name, spec.status.name())).collect(),
        Listed::Methods => methods::all().map(|spec| (spec.name, spec.status.name())).collect(),
    };
    let mut names: Vec<_> =
        all.into_iter().filter(|(_, status)| shown(status)).map(|(name, _)| name).collect();
    names.sort_unstable();
    names.dedup();
    names
}
