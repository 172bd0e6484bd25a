//! What the parser makes of a mapping: statements and expressions with their places in the text.

use super::parser::Failure;
use crate::value::{Str, Value};

/// A place in the text, in bytes from its start.
pub type At = u32;

/// A whole mapping.
#[derive(Debug, Clone, Default)]
pub struct Document {
    pub statements: Vec<Statement>,
    /// The maps defined here, in order.
    pub maps: Vec<MapDef>,
    /// The files whose maps are imported, in order.
    pub imports: Vec<Import>,
    /// `from "file"`: the whole mapping is that file's.
    pub from: Option<Import>,
    /// Why a text that is a single expression is no list of statements.
    pub no_statements: Option<Failure>,
    /// Where the text cannot be read to its end: the calls and operations before that, in the order in which they were
    /// read, so that mistakes in these are not missed.
    pub fragments: Vec<Expr>,
}

#[derive(Debug, Clone)]
pub struct Import {
    pub at: At,
    pub end: At,
    pub file: Str,
}

#[derive(Debug, Clone)]
pub struct MapDef {
    pub at: At,
    pub end: At,
    pub name: Str,
    pub statements: Vec<Statement>,
}

#[derive(Debug, Clone)]
pub struct Statement {
    pub at: At,
    pub kind: StatementKind,
}

#[derive(Debug, Clone)]
pub enum StatementKind {
    Let(Str, Expr),
    /// `meta key = ..`, or all metadata where there is no key.
    Meta(Option<Str>, Expr),
    /// A path below `root`; empty for `root` itself.
    Root(Vec<Str>, Expr),
    /// Branches with their conditions; the last one may have none.
    If(Vec<(Option<Expr>, Vec<Statement>)>),
}

#[derive(Debug, Clone)]
pub struct Expr {
    pub at: At,
    /// Up to where the text was read before anything could be wrong with this expression as a whole.
    pub end: At,
    pub kind: ExprKind,
}

#[derive(Debug, Clone)]
pub enum ExprKind {
    Literal(Value),
    Array(Vec<Expr>),
    Object(Vec<(Expr, Expr)>),
    This,
    Root,
    /// `$name`
    Variable(Str),
    /// `@` or `@name`
    Meta(Option<Str>),
    /// A name at the start of a path: a captured context, or else a field of `this`.
    Name(Str),
    /// `base.segment`
    Field(Box<Expr>, Str),
    /// `base.(query)`
    Map(Box<Expr>, Box<Expr>),
    Call(Call),
    Method(Box<Expr>, Call),
    /// `name -> body`; the name `_` captures nothing.
    Lambda(Str, Box<Expr>),
    Not(Box<Expr>),
    Negate(Box<Expr>),
    Binary(Op, Box<Expr>, Box<Expr>),
    If(Vec<(Expr, Expr)>, Option<Box<Expr>>),
    Match(Option<Box<Expr>>, Vec<(Option<Expr>, Expr)>),
}

/// A call of a function or a method.
#[derive(Debug, Clone)]
pub struct Call {
    pub name: Str,
    pub args: Vec<Arg>,
    /// Behind the closing bracket, where mistakes in the call are reported.
    pub end: At,
}

#[derive(Debug, Clone)]
pub struct Arg {
    pub name: Option<Str>,
    pub value: Expr,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    Mul,
    Div,
    Mod,
    Coalesce,
    Add,
    Sub,
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    And,
    Or,
}

/// Operators as they are written; longer ones first where one begins like another.
pub const OPS: [(&str, Op); 14] = [
    ("+", Op::Add),
    ("-", Op::Sub),
    ("/", Op::Div),
    ("*", Op::Mul),
    ("%", Op::Mod),
    ("&&", Op::And),
    ("||", Op::Or),
    ("==", Op::Eq),
    ("!=", Op::Ne),
    (">=", Op::Ge),
    ("<=", Op::Le),
    (">", Op::Gt),
    ("<", Op::Lt),
    ("|", Op::Coalesce),
];

impl Op {
    /// Operators of a higher level bind tighter.
    pub const fn level(self) -> u8 {
        match self {
            Op::Mul | Op::Div | Op::Mod | Op::Coalesce => 3,
            Op::Add | Op::Sub => 2,
            Op::Eq | Op::Ne | Op::Lt | Op::Le | Op::Gt | Op::Ge => 1,
            Op::And | Op::Or => 0,
        }
    }
}
