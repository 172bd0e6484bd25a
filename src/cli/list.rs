//! `list`: the components there are.

use std::process::ExitCode;

use super::args::{ListArgs, ListFormat};
use crate::components::REGISTRY;
use crate::config::{Kind, Status};
use crate::value::json::print;
use crate::value::{Object, Value};

/// The kinds under the names that the command line uses.
const KINDS: [(&str, &str, Kind); 9] = [
    ("inputs", "Inputs", Kind::Input),
    ("processors", "Processors", Kind::Processor),
    ("outputs", "Outputs", Kind::Output),
    ("caches", "Caches", Kind::Cache),
    ("rate-limits", "Rate Limits", Kind::RateLimit),
    ("buffers", "Buffers", Kind::Buffer),
    ("metrics", "Metrics", Kind::Metrics),
    ("tracers", "Tracers", Kind::Tracer),
    ("scanners", "Scanners", Kind::Scanner),
];

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
fn names(kind: Kind, status: Option<&str>) -> Vec<&'static str> {
    let shown = |it: Status| status.map_or(it != Status::Deprecated, |wanted| it.name() == wanted);
    let mut names: Vec<_> =
        REGISTRY.specs(kind).filter(|spec| shown(spec.status)).map(|spec| spec.name).collect();
    names.sort_unstable();
    names
}
