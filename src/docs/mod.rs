//! Reference documentation: Markdown pages made of the specs that lint and typed reading use, so that what they say is so.

mod bloblang;
mod component;
mod field;
mod index;

pub use field::{parameters, type_of};

use crate::component::Registry;
use crate::config::{Kind, Part};

/// How every page begins; what begins otherwise was not written by [`pages`].
pub const MARK: &str = "<!-- Written by `nekton docs`, from the specs in the code. -->\n";

/// A page of the documentation.
pub struct Page {
    /// Below the folder of the documentation, such as `inputs/file.md`.
    pub path: String,
    pub text: String,
}

impl Page {
    fn new(path: impl Into<String>, text: &str) -> Self {
        Self { path: path.into(), text: format!("{MARK}{}\n", text.trim_end()) }
    }
}

/// All pages: an index, one for each component that is built in, those of the mapping language, and one on the config
/// around the components.
pub fn pages(registry: &Registry) -> Vec<Page> {
    let mut pages = vec![
        Page::new("README.md", &index::text(registry)),
        Page::new(
            "config.md",
            &format!("# The config\n\nThe fields of a whole config.\n\n{}", field::list(Part::Run.fields())),
        ),
        Page::new("bloblang/functions.md", &bloblang::functions()),
        Page::new("bloblang/methods.md", &bloblang::methods()),
    ];
    for kind in Kind::ALL {
        for spec in registry.specs(kind) {
            pages.push(Page::new(path_of(kind, spec.name), &component::text(spec, registry)));
        }
    }
    pages
}

/// The plural of a kind, which is also its folder.
fn plural(kind: Kind) -> String {
    match kind {
        Kind::Metrics => "metrics".to_owned(),
        kind => format!("{kind}s"),
    }
}

fn path_of(kind: Kind, name: &str) -> String {
    format!("{}/{name}.md", plural(kind))
}

/// A block of text as it is.
fn block(language: &str, text: &str) -> String {
    format!("```{language}\n{}\n```\n\n", text.trim_end())
}
