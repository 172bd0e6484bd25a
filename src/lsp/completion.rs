//! What may be written at a place.

use lsp_types::{CompletionItem, CompletionItemKind};

use super::bloblang::{self, markdown};
use super::docs;
use super::document::{At, Document};
use super::place::Place;
use super::slot::{self, Slot};
use crate::config::{AnyField, FieldInfo, Kind, Part, Shape, Specs, Status, Type, components, parse};

/// What may be written at `at`.
pub fn at(document: &Document, at: At, specs: &dyn Specs) -> Vec<CompletionItem> {
    match Place::at(document, at) {
        Place::Key(steps, _) => match slot::at(&steps, specs) {
            Slot::Object(fields) => fields.iter().map(|field| of_field(*field)).collect(),
            Slot::Component(kind) => of_kind(kind, specs),
            _ => Vec::new(),
        },
        Place::Value(steps, text) => match slot::at(&steps, specs) {
            Slot::Leaf(info) if bloblang::is_code(info, &text) => bloblang::completions(&text),
            Slot::Leaf(info) => {
                let labels = info.refers.map(|kind| labels(document, kind, specs)).unwrap_or_default();
                values(info).chain(labels).collect()
            }
            _ => Vec::new(),
        },
    }
}

fn of_field(field: &dyn AnyField) -> CompletionItem {
    let info = field.info();
    let leaf = info.shape == Shape::Scalar && !matches!(info.ty, Type::Object | Type::Component(_));
    CompletionItem {
        label: info.name.to_owned(),
        kind: Some(CompletionItemKind::FIELD),
        insert_text: Some(format!("{}:{}", info.name, if leaf { " " } else { "" })),
        documentation: Some(markdown(&docs::field(field))),
        deprecated: Some(info.deprecated),
        // Fields that are hardly ever needed come last.
        sort_text: Some(format!("{}{}", u8::from(info.advanced || info.deprecated), info.name)),
        ..CompletionItem::default()
    }
}

/// The components of a kind, and the keys that may stand beside them.
fn of_kind(kind: Kind, specs: &dyn Specs) -> Vec<CompletionItem> {
    let known = specs.names(kind).into_iter().filter_map(|name| specs.find(kind, name));
    let components = known.filter(|spec| spec.status != Status::Deprecated).map(|spec| CompletionItem {
        label: spec.name.to_owned(),
        kind: Some(CompletionItemKind::CLASS),
        insert_text: Some(format!("{}:", spec.name)),
        detail: Some(spec.summary.to_owned()),
        documentation: Some(markdown(&docs::component(spec))),
        sort_text: Some(format!("0{}", spec.name)),
        ..CompletionItem::default()
    });
    let beside = ["label", "processors"].into_iter().filter(|key| kind.is_reserved(key));
    let beside = beside.map(|key| CompletionItem {
        label: key.to_owned(),
        kind: Some(CompletionItemKind::PROPERTY),
        insert_text: Some(format!("{key}:")),
        sort_text: Some(format!("1{key}")),
        ..CompletionItem::default()
    });
    components.chain(beside).collect()
}

/// The values that a field is known to take.
fn values(info: &FieldInfo) -> impl Iterator<Item = CompletionItem> + use<> {
    let options = match info.ty {
        Type::Bool => &["true", "false"],
        _ => info.options,
    };
    options.iter().map(|value| CompletionItem {
        label: (*value).to_owned(),
        kind: Some(CompletionItemKind::VALUE),
        ..CompletionItem::default()
    })
}

/// The labels of the resources of a kind that the document defines, as far as it can be read.
fn labels(document: &Document, kind: Kind, specs: &dyn Specs) -> Vec<CompletionItem> {
    let Ok(root) = parse(document.text.as_bytes()) else { return Vec::new() };
    let own = components(Part::Run.fields(), &root, specs);
    let own = own.iter().filter(|place| {
        place.kind == kind && place.path.first().is_some_and(|key| key.ends_with("_resources"))
    });
    own.filter_map(|place| place.label())
        .map(|label| CompletionItem {
            label: label.to_owned(),
            kind: Some(CompletionItemKind::REFERENCE),
            ..CompletionItem::default()
        })
        .collect()
}
