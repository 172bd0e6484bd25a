//! The docs of what stands at a place.

use lsp_types::{Hover, HoverContents, MarkupContent, MarkupKind};

use super::document::{At, Document};
use super::place::Place;
use super::slot::{self, Slot};
use super::{bloblang, docs};
use crate::config::Specs;

/// The docs of the word at `at`, if it is one that has docs.
pub fn at(document: &Document, at: At, specs: &dyn Specs) -> Option<Hover> {
    let (from, to) = document.word_bounds(at);
    let line = document.line(at.line);
    let word = line.get(from..to).filter(|word| !word.is_empty())?;
    let text = match Place::at(document, At { byte: from, ..at }) {
        Place::Key(steps, _) => match slot::at(&steps, specs) {
            Slot::Object(fields) => docs::field(*fields.iter().find(|field| field.info().name == word)?),
            Slot::Component(kind) => docs::component(specs.find(kind, word)?),
            _ => return None,
        },
        Place::Value(steps, before) => match slot::at(&steps, specs) {
            Slot::Leaf(info) if bloblang::is_code(info, &before) => {
                bloblang::docs_of(word, before.ends_with('.'))?
            }
            _ => return None,
        },
    };
    let contents = HoverContents::Markup(MarkupContent { kind: MarkupKind::Markdown, value: text });
    Some(Hover { contents, range: Some(document.range(at.line, from, to)) })
}
