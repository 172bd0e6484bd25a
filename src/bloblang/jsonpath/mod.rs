//! JSONPath within the expression language of the reference's implementation: paths that begin with `$` or `@` are
//! operands beside texts, numbers, variables, arrays and objects, joined by operators.
//!
//! Numbers of a document that were not computed are opaque: they compare by their text, as in the reference.

mod eval;
mod lexer;
mod ops;
mod parse;
mod path;
#[cfg(test)]
mod tests;

pub use parse::parse;

use std::sync::Arc;

use super::go::regex::Pattern;
use crate::value::Value;

/// An expression.
#[derive(Debug)]
pub enum Node {
    Constant(Value),
    Path(Path),
    /// A field of the document, with what follows it.
    Variable(Vec<Node>),
    /// A call of what a variable leads to, which never is a function.
    Call(String),
    /// The point in time that a text says.
    Date(Vec<Node>),
    Prefix(ops::Prefix, Box<Node>),
    Infix(ops::Infix, Box<Node>, Box<Node>),
    /// Whether a text matches a pattern, or with `negated` does not.
    Matches {
        text: Box<Node>,
        pattern: Matcher,
        negated: bool,
    },
    /// Condition, and what its outcomes are.
    Choice(Box<(Node, Node, Node)>),
    Array(Vec<Node>),
    Object(Vec<(Node, Node)>),
}

/// A pattern: known, or made anew from what an expression yields.
#[derive(Debug)]
pub enum Matcher {
    Fixed(Arc<Pattern>),
    Dynamic(Box<Node>),
}

/// A path from the document, or from the present element of a filter.
#[derive(Debug)]
pub struct Path {
    pub from_current: bool,
    pub steps: Vec<Step>,
}

#[derive(Debug)]
pub enum Step {
    /// `.key`, `[key]`: the one element; an error where it is missing.
    Key(Node),
    /// `(expression)`: replaces the element.
    Script(Node),
    /// `*`, and below it steps that find any number of elements.
    All,
    Keys(Vec<Node>),
    /// `..`: the element and all below it.
    Descend,
    /// From, to, and how many at a time.
    Range(Box<[Node; 3]>),
    Filter(Node),
}
