//! The functions of the language: one constant each, listed in the table of its category.

mod control;
mod environment;
mod identifiers;
mod message;
mod numbers;

use std::collections::HashMap;
use std::sync::LazyLock;

use super::spec::FunctionSpec;

/// All categories.
const TABLES: &[&[&FunctionSpec]] = &[
    control::FUNCTIONS,
    environment::FUNCTIONS,
    identifiers::FUNCTIONS,
    message::FUNCTIONS,
    numbers::FUNCTIONS,
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
