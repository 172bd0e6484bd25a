//! The methods of the language: one constant each, listed in the table of its category.

mod arrays;
mod cipher;
mod coercion;
pub mod compression;
mod control;
mod digest;
mod documents;
mod dynamic;
mod encoding;
mod escapes;
mod integers;
mod iterate;
mod numbers;
mod objects;
mod parsing;
mod regex;
pub mod schema;
mod sequences;
mod sort;
mod strings;
mod target;
mod time;

use std::collections::HashMap;
use std::sync::LazyLock;

use super::spec::MethodSpec;

/// All categories.
const TABLES: &[&[&MethodSpec]] = &[
    arrays::METHODS,
    cipher::METHODS,
    coercion::METHODS,
    compression::METHODS,
    control::METHODS,
    digest::METHODS,
    documents::METHODS,
    dynamic::METHODS,
    encoding::METHODS,
    escapes::METHODS,
    integers::METHODS,
    iterate::METHODS,
    numbers::METHODS,
    objects::METHODS,
    parsing::METHODS,
    regex::METHODS,
    schema::METHODS,
    sequences::METHODS,
    sort::METHODS,
    strings::METHODS,
    time::METHODS,
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
