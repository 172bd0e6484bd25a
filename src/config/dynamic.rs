//! Reading mappings, checks and interpolated texts, and what the linter says of them.

use super::{ConfError, Dialect, FieldType, Finding, FindingKind, Node, NodeKind, Path, Rule, Style, Type};
use crate::expr::{Check, Mapping, ParseError, Template};
use crate::value::{Str, Value};

impl FieldType for Mapping {
    type Default = &'static str;

    const TYPE: Type = Type::String;
    const DIALECT: Dialect = Dialect::Bloblang;
    const RULE: Option<Rule> = Some(|node, found| compiles(node, found, Mapping::compile));

    fn read(node: &Node, path: Path<'_>) -> Result<Self, ConfError> {
        read(node, path, Mapping::compile)
    }

    fn default_value(default: &'static str) -> Value {
        Value::from(default)
    }
}

impl FieldType for Check {
    type Default = &'static str;

    const TYPE: Type = Type::String;
    const DIALECT: Dialect = Dialect::Bloblang;
    const RULE: Option<Rule> = Some(|node, found| compiles(node, found, Check::compile));

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
    const RULE: Option<Rule> = Some(|node, found| compiles(node, found, Template::compile));

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

/// Adds what is wrong with the text of `node`, at its places in the file.
fn compiles<T>(node: &Node, found: &mut Vec<Finding>, compile: Compile<T>) {
    let NodeKind::Scalar(scalar) = &node.value else { return };
    let Err(errors) = compile(&scalar.text) else { return };
    // In a literal block the text begins on the line after its `|`, elsewhere right where the value stands.
    let block = scalar.style == Style::Literal;
    for error in errors.into_iter().take(1) {
        let line = node.line + error.line as u32 - u32::from(!block);
        let column = if block || error.line > 1 { error.column } else { node.column as usize + error.column };
        let finding = Finding::new(line, FindingKind::BadBloblang, error.message);
        found.push(Finding { column: column as u32, ..finding });
    }
}
