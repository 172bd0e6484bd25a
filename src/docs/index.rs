//! The page that leads to all others.

use std::collections::BTreeSet;

use super::{path_of, plural};
use crate::component::Registry;
use crate::config::{Kind, Specs};

pub fn text(registry: &Registry) -> String {
    let mut text = "# Reference\n\n\
        - [The config](config.md): what stands around the components\n\
        - [Functions](bloblang/functions.md) and [methods](bloblang/methods.md) of mappings\n\n"
        .to_owned();
    for kind in Kind::ALL {
        text.push_str(&format!("## {}\n\n", heading(kind)));
        let mut built: Vec<_> = registry.specs(kind).collect();
        built.sort_by_key(|spec| spec.name);
        for spec in &built {
            text.push_str(&format!("- [`{}`]({}): {}\n", spec.name, path_of(kind, spec.name), spec.summary));
        }
        let built: BTreeSet<_> = built.iter().map(|spec| spec.name).collect();
        let known: BTreeSet<_> =
            registry.names(kind).into_iter().filter(|name| !built.contains(name)).collect();
        if !known.is_empty() {
            let names: Vec<_> = known.into_iter().map(|name| format!("`{name}`")).collect();
            text.push_str(&format!("\nKnown to lint, but not built in: {}.\n", names.join(", ")));
        }
        text.push('\n');
    }
    text
}

/// The plural of a kind as a heading, such as `Rate limits`.
fn heading(kind: Kind) -> String {
    let words = plural(kind).replace('_', " ");
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
