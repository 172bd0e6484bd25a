//! The functions of the language: one constant each, listed in the table of its category.

mod caches;
mod control;
mod environment;
mod fake;
mod identifiers;
mod ids;
mod message;
mod numbers;
mod vectors;

use std::collections::HashMap;
use std::sync::LazyLock;

use super::spec::FunctionSpec;

/// All categories.
const TABLES: &[&[&FunctionSpec]] = &[
    caches::FUNCTIONS,
    control::FUNCTIONS,
    environment::FUNCTIONS,
    fake::FUNCTIONS,
    identifiers::FUNCTIONS,
    ids::FUNCTIONS,
    message::FUNCTIONS,
    numbers::FUNCTIONS,
    vectors::FUNCTIONS,
];

static BY_NAME: LazyLock<HashMap<&'static str, &'static FunctionSpec>> =
    LazyLock::new(|| all().map(|spec| (spec.name, spec)).collect());

/// All functions, category by category.
pub fn all() -> impl Iterator<Item = &'static FunctionSpec> {
    TABLES.iter().copied().flatten().copied()
}

/// The function `name`.
pub fn find(name: &str) -> Option<&'static FunctionSpec> {
    BY_NAME.get(name).copied()
}
