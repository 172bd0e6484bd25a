//! Reading mappings, checks and interpolated texts, and what the linter says of them.

use super::{ConfError, Dialect, FieldType, Finding, FindingKind, Node, Path, Tag, Type};
use crate::bloblang::{compile, split_template};
use crate::expr::{Check, Mapping, ParseError, Template, environment};
use crate::value::{Str, Value};

impl FieldType for Mapping {
    type Default = &'static str;

    const TYPE: Type = Type::String;
    const DIALECT: Dialect = Dialect::Bloblang;

    fn read(node: &Node, path: Path<'_>) -> Result<Self, ConfError> {
        read(node, path, |text| if text.is_empty() { Ok(Self::default()) } else { Mapping::compile(text) })
    }

    fn default_value(default: &'static str) -> Value {
        Value::from(default)
    }
}

impl FieldType for Check {
    type Default = &'static str;

    const TYPE: Type = Type::String;
    const DIALECT: Dialect = Dialect::Bloblang;

    fn read(node: &Node, path: Path<'_>) -> Result<Self, ConfError> {
        read(node, path, Check::compile)
    }

    fn default_value(default: &'static str) -> Value {
        Value::from(default)
    }
}

impl FieldType for Template {
    type Default = &'static str;

    const TYPE: Type = Type::String;
    const DIALECT: Dialect = Dialect::Interpolated;

    fn read(node: &Node, path: Path<'_>) -> Result<Self, ConfError> {
        read(node, path, Template::compile)
    }

    fn default_value(default: &'static str) -> Value {
        Value::from(default)
    }
}

type Compile<T> = fn(&str) -> Result<T, Vec<ParseError>>;

fn read<T>(node: &Node, path: Path<'_>, compile: Compile<T>) -> Result<T, ConfError> {
    let text = Str::read(node, path)?;
    compile(&text).map_err(|errors| {
        let first = errors.first().map(ToString::to_string).unwrap_or_default();
        ConfError::at(node, path, first)
    })
}

/// Adds the first mistake in a text of the given dialect, if there is one. An empty text has none.
pub(super) fn check(dialect: Dialect, node: &Node, found: &mut Vec<Finding>) {
    let Some(scalar) = node.as_scalar().filter(|scalar| scalar.tag != Tag::Null && !scalar.text.is_empty())
    else {
        return;
    };
    let errors = match dialect {
        Dialect::Plain => return,
        Dialect::Interpolated => split_template(&scalar.text, &environment()).err(),
        Dialect::Bloblang => compile(&scalar.text, &environment()).err(),
    };
    let Some(error) = errors.into_iter().flatten().next() else { return };
    // A block begins on the line below its mark; elsewhere lines are counted from the first one of the text.
    let first = node.text_line();
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let line = first.saturating_add(count(error.line)) - 1;
    let column = node.column.saturating_add(count(error.column));
    found.push(Finding { column, ..Finding::new(line, FindingKind::BadBloblang, error.message) });
}
