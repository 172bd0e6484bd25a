//! The methods of the language: one constant each, listed in the table of its category.

mod arrays;
mod changes;
mod cipher;
mod coercion;
pub mod compression;
mod control;
mod digest;
mod documents;
mod dynamic;
mod encoding;
mod escapes;
mod geoip;
mod html;
mod integers;
mod iterate;
mod numbers;
mod objects;
mod parsing;
mod paths;
mod regex;
pub mod schema;
mod secrets;
mod segments;
mod sequences;
mod slug;
mod sort;
mod strings;
mod target;
mod time;
mod tokens;

use std::collections::HashMap;
use std::sync::LazyLock;

use super::spec::MethodSpec;

pub(super) use parsing::to_floats;

/// All categories.
const TABLES: &[&[&MethodSpec]] = &[
    arrays::METHODS,
    changes::METHODS,
    cipher::METHODS,
    coercion::METHODS,
    compression::METHODS,
    control::METHODS,
    digest::METHODS,
    documents::METHODS,
    dynamic::METHODS,
    encoding::METHODS,
    escapes::METHODS,
    geoip::METHODS,
    html::METHODS,
    integers::METHODS,
    iterate::METHODS,
    numbers::METHODS,
    objects::METHODS,
    parsing::METHODS,
    paths::METHODS,
    regex::METHODS,
    schema::METHODS,
    secrets::METHODS,
    segments::METHODS,
    sequences::METHODS,
    slug::METHODS,
    sort::METHODS,
    strings::METHODS,
    time::METHODS,
    tokens::METHODS,
];

static BY_NAME: LazyLock<HashMap<&'static str, &'static MethodSpec>> =
    LazyLock::new(|| all().map(|spec| (spec.name, spec)).collect());

/// All methods, category by category.
pub fn all() -> impl Iterator<Item = &'static MethodSpec> {
    TABLES.iter().copied().flatten().copied()
}

/// The method `name`.
pub fn find(name: &str) -> Option<&'static MethodSpec> {
    BY_NAME.get(name).copied()
}
