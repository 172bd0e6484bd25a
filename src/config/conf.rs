//! Typed reading: a [`Conf`] is an object of the config tree, asked for its fields by their constants.

use std::fmt;

use super::{Field, FieldType, Node, NodeKind};
use crate::value::Str;

/// One object of a config with its place in the whole, such as `root.input.broker`.
///
/// Cheap to clone. A missing object reads like an empty one: every field has its default.
#[derive(Clone, Debug)]
pub struct Conf {
    node: Node,
    path: Str,
}

impl Conf {
    pub fn new(node: Node, path: impl Into<Str>) -> Self {
        Self { node, path: path.into() }
    }

    /// The value of `field`: what is written, or its default, or an error that says what is missing or wrong.
    pub fn get<T: FieldType>(&self, field: &Field<T>) -> Result<T, ConfError> {
        let root = Path::Root(&self.path);
        let path = Path::Key(&root, field.name());
        match self.written(field.name())? {
            Some(node) => T::read(node, path),
            None => field.absent(path).map_err(|error| error.or_at(&self.node)),
        }
    }

    /// Whether `field` is written.
    pub fn has<T: FieldType>(&self, field: &Field<T>) -> bool {
        matches!(self.written(field.name()), Ok(Some(_)))
    }

    /// The part of the tree that stands behind this.
    pub fn node(&self) -> &Node {
        &self.node
    }

    /// Where this stands in the config, such as `root.input.broker`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The same object under another path, for components whose children do not follow their field names.
    pub fn at_path(mut self, path: impl Into<Str>) -> Self {
        self.path = path.into();
        self
    }

    /// An error about `field`, placed where its value is written, or else where this object is.
    pub fn error<T: FieldType>(&self, field: &Field<T>, message: impl Into<String>) -> ConfError {
        let root = Path::Root(&self.path);
        let node = self.node.get(field.name()).unwrap_or(&self.node);
        ConfError::at(node, Path::Key(&root, field.name()), message)
    }

    /// The node of field `name`, where an empty name stands for the whole value of a bare component.
    fn written(&self, name: &str) -> Result<Option<&Node>, ConfError> {
        match &self.node.value {
            NodeKind::Scalar(scalar) if name.is_empty() => {
                let placed = self.node.line > 0 || scalar.tag != super::Tag::Null;
                Ok(placed.then_some(&self.node))
            }
            _ if name.is_empty() => Ok(Some(&self.node)),
            NodeKind::Map(_) => Ok(self.node.get(name)),
            _ if self.node.is_null() => Ok(None),
            _ => Err(ConfError::expected("an object", &self.node, Path::Root(&self.path))),
        }
    }
}

/// Where a value stands in a config; text is made of it only when somebody asks.
#[derive(Clone, Copy, Debug)]
pub enum Path<'a> {
    Root(&'a str),
    /// A field; an empty name adds nothing.
    Key(&'a Path<'a>, &'a str),
    Index(&'a Path<'a>, usize),
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Path::Root(path) => f.write_str(path),
            Path::Key(parent, "") => parent.fmt(f),
            Path::Key(parent, key) => write!(f, "{parent}.{key}"),
            Path::Index(parent, index) => write!(f, "{parent}.{index}"),
        }
    }
}

/// Why a config cannot be read: what, where, why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfError {
    /// Counted from 1; 0 where no text stands behind the value.
    pub line: u32,
    pub column: u32,
    /// The place in the config, such as `root.input.generate.count`.
    pub path: String,
    pub message: String,
    /// Whether a value of another type stands where one is needed, which no engine could make sense of.
    pub mistyped: bool,
}

impl ConfError {
    /// An error about `node`, which stands at `path`.
    pub fn at(node: &Node, path: Path<'_>, message: impl Into<String>) -> Self {
        let (line, column) = (node.line, node.column);
        Self { line, column, path: path.to_string(), message: message.into(), mistyped: false }
    }

    /// `node` is not a `what`, such as "an object".
    pub(super) fn expected(what: &str, node: &Node, path: Path<'_>) -> Self {
        let got = match &node.value {
            NodeKind::Scalar(_) if node.is_null() => "nothing".to_owned(),
            NodeKind::Scalar(scalar) => format!("'{}'", scalar.text),
            NodeKind::Seq(_) => "a list".to_owned(),
            NodeKind::Map(_) => "an object".to_owned(),
        };
        Self { mistyped: true, ..Self::at(node, path, format!("expected {what}, got {got}")) }
    }

    pub(super) fn missing(path: Path<'_>) -> Self {
        let message = "this field is required".to_owned();
        Self { line: 0, column: 0, path: path.to_string(), message, mistyped: false }
    }

    /// Takes the place of `node` where it has none of its own.
    fn or_at(mut self, node: &Node) -> Self {
        if self.line == 0 {
            (self.line, self.column) = (node.line, node.column);
        }
        self
    }
}

impl fmt::Display for ConfError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.message)?;
        if self.line > 0 {
            write!(f, " (line {}, column {})", self.line, self.column)?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfError {}

#[cfg(test)]
mod tests;
