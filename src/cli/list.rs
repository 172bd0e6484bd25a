//! `list`: the components there are, and the functions and methods of mappings.

use std::process::ExitCode;

use super::args::{ListArgs, ListFormat};
use crate::bloblang::{functions, methods};
use crate::components::REGISTRY;
use crate::config::Kind;
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

pub fn run(args: ListArgs) -> Result<ExitCode, String> {
    let wanted =
        KINDS.iter().filter(|(kind, ..)| args.kinds.is_empty() || args.kinds.iter().any(|k| k == kind));
    let mut object = Object::new();
    for (i, (key, title, kind)) in wanted.enumerate() {
        let names = names(*kind, args.status.as_deref());
        match args.format {
            ListFormat::Json => {
                let names: Vec<Value> = names.into_iter().map(Value::from).collect();
                object.insert((*key).into(), names.into());
            }
            ListFormat::Text => {
                let lines: String = names.iter().map(|name| format!("  - {name}\n")).collect();
                print!("{}{title}:\n{lines}", if i > 0 { "\n" } else { "" });
            }
        }
    }
    if args.format == ListFormat::Json {
        let text = print(&Value::Object(object)).map_err(|error| error.to_string())?;
        println!("{}", String::from_utf8_lossy(&text));
    }
    Ok(ExitCode::SUCCESS)
}

/// The names of a kind, sorted; of every status but deprecated, or of one status.
fn names(listed: Listed, status: Option<&str>) -> Vec<&'static str> {
    let shown = |name: &str| status.map_or(name != "deprecated", |wanted| name == wanted);
    let all: Vec<(&'static str, &'static str)> = match listed {
        Listed::Components(kind) => {
            REGISTRY.specs(kind).map(|spec| (spec.name, spec.status.name())).collect()
        }
        Listed::Functions => functions::all().map(|spec| (spec.name, spec.status.name())).collect(),
        Listed::Methods => methods::all().map(|spec| (spec.name, spec.status.name())).collect(),
    };
    let mut names: Vec<_> =
        all.into_iter().filter(|(_, status)| shown(status)).map(|(name, _)| name).collect();
    names.sort_unstable();
    names
}
