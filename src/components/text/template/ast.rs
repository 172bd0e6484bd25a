//! Templates as trees.

use crate::value::{Str, Value};

#[derive(Debug)]
pub enum Node {
    Text(Str),
    Print(Pipe),
    If { check: Pipe, then: Vec<Node>, otherwise: Vec<Node> },
    With { value: Pipe, then: Vec<Node>, otherwise: Vec<Node> },
    Range { items: Pipe, body: Vec<Node>, otherwise: Vec<Node> },
    Template { name: Str, value: Option<Pipe> },
    Break,
    Continue,
}

/// Commands, each of which gets the result of the one before as its last argument.
#[derive(Debug)]
pub struct Pipe {
    /// Variables that take the result; for `range` one or two of them.
    pub variables: Vec<Str>,
    /// Whether they are new ones.
    pub declares: bool,
    pub commands: Vec<Command>,
}

/// An operand with arguments.
#[derive(Debug)]
pub struct Command(pub Vec<Operand>);

#[derive(Debug)]
pub enum Operand {
    Dot,
    Nil,
    Literal(Value),
    Variable(Str),
    /// A function, by its number in the table.
    Function(usize),
    Pipe(Box<Pipe>),
    /// A field of something.
    Field(Box<Operand>, Str),
}
