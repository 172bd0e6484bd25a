//! Compiled queries and how they are evaluated.

use std::borrow::Cow;

use bytes::Bytes;

use super::args::Arg;
use super::arithmetic::{self, Fault};
use super::ast::Op;
use super::depth::Depth;
use super::error::Error;
use super::go::format::sprintf;
use super::path;
use super::program::{Block, Program};
use super::scope::{Environment, Host, Scope};
use super::spec::{FunctionSpec, MethodSpec, PreparedFunction, PreparedMethod, Result};
use super::target::Target;
use crate::value::json::go_lossy;
use crate::value::{Array, Object, Str, Value, compare};

/// A compiled query.
pub enum Node {
    /// A literal, or an operation on literals.
    Constant(Value),
    /// A value that was computed while compiling, and from what.
    Known(Value, Box<Node>),
    This,
    /// `this.a.b` with its segments.
    ThisPath(Box<[Str]>),
    Root,
    Meta(Option<Str>),
    /// A variable by its slot.
    Variable(usize, Str),
    /// A context captured by a lambda, counted from the innermost.
    Captured(usize, Str),
    Field(Box<Node>, Box<[Str]>),
    /// `base.(query)`
    Map(Box<Node>, Box<Node>),
    Call(Box<Call>),
    Method(Box<Method>),
    /// Whether the value is captured under a name, and the body.
    Lambda(bool, Box<Node>),
    Not(Box<Node>),
    Negate(Box<Node>),
    Binary(Op, Box<Node>, Box<Node>),
    If(Vec<(Node, Node)>, Option<Box<Node>>),
    Match(Option<Box<Node>>, Vec<(Case, Node)>),
    Array(Vec<Node>),
    /// Constant keys in order, with the values.
    Object(Vec<(Str, Node)>),
    DynamicObject(Vec<(Node, Node)>),
}

/// What a case of a `match` tests.
pub enum Case {
    Any,
    Equals(Value),
    Holds(Node),
}

pub struct Call {
    pub spec: &'static FunctionSpec,
    pub args: ArgNodes,
    pub prepared: Option<PreparedFunction>,
    pub environment: Environment,
}

pub struct Method {
    pub spec: &'static MethodSpec,
    pub target: Node,
    pub args: ArgNodes,
    pub prepared: Option<PreparedMethod>,
    pub environment: Environment,
}

/// Arguments before they are evaluated.
pub enum ArgNodes {
    Constant(Box<[Arg<'static>]>),
    /// With the type that each value must have.
    Dynamic(Vec<(ArgNode, super::args::ParamType)>),
}

pub enum ArgNode {
    Value(Node),
    Query(Node),
    Constant(Value),
    Absent,
}

/// The state of an evaluation. Cheap to copy.
#[derive(Clone, Copy)]
pub struct Ctx<'a> {
    pub(super) run: &'a Run<'a>,
    /// The message that `content()`, `json()` and `meta()` read.
    pub index: usize,
    pub(super) frame: &'a Frame<'a>,
    pub(super) captured: Option<&'a Captured<'a>>,
}

/// What stays the same while an expression is evaluated.
pub(super) struct Run<'a> {
    pub scope: &'a dyn Scope,
    pub program: &'a Program,
    /// The mapping or map that is running.
    pub block: &'a Block,
    pub variables: &'a [Option<Value>],
    /// What is built: the new message or the result of a map; none where a query stands on its own.
    pub target: Option<&'a Target>,
    /// What has the metadata that `@` reads: the new message.
    pub message: &'a Target,
    /// How many maps are running inside of each other.
    pub depth: Depth,
}

/// What `this` is, and what it was outside of the present context.
#[derive(Clone, Copy)]
pub struct Frame<'a> {
    pub this: This<'a>,
    pub outer: Option<&'a Frame<'a>>,
}

#[derive(Clone, Copy)]
pub enum This<'a> {
    Value(&'a Value),
    /// The document of a message, read when it is first needed.
    Document(usize),
    /// The document of the message that is edited in place.
    Edited,
}

/// A value that a lambda gave a name.
pub struct Captured<'a> {
    value: &'a Value,
    outer: Option<&'a Captured<'a>>,
}

// === impl Frame ===

impl<'a> Frame<'a> {
    /// A context with `value` as `this`, inside of the present one.
    pub fn new(value: &'a Value, ctx: &Ctx<'a>) -> Self {
        Self { this: This::Value(value), outer: Some(ctx.frame) }
    }
}

// === impl Ctx ===

impl<'a> Ctx<'a> {
    /// The same state in another context.
    pub fn with_this<'b>(&self, frame: &'b Frame<'b>) -> Ctx<'b>
    where
        'a: 'b,
    {
        Ctx { frame, ..*self }
    }

    /// The same state over another message.
    pub fn with_index(&self, index: usize) -> Self {
        Self { index, ..*self }
    }

    /// The messages.
    pub fn scope(&self) -> &'a dyn Scope {
        self.run.scope
    }

    /// The world outside of messages.
    pub fn host(&self) -> &'a dyn Host {
        &*self.run.program.host
    }

    /// The value of `this`.
    pub fn this(&self) -> Result<&'a Value> {
        match self.frame.this {
            This::Value(value) => Ok(value),
            This::Document(index) => self.scope().document(index).map_err(Error::no_document),
            This::Edited => self.run.message.edited_document(self.scope()),
        }
    }

    /// The document under construction.
    pub fn root(&self) -> Result<&'a Value> {
        let target =
            self.run.target.ok_or_else(|| Error::new("unable to reference `root` from this context"))?;
        Ok(target.root_value(self.scope()))
    }

    /// The metadata under construction.
    pub fn new_metadata(&self) -> Option<&'a Object> {
        self.run.message.metadata(self.scope())
    }

    /// The value of the variable `name`.
    pub fn variable(&self, name: &str) -> Option<&'a Value> {
        self.run.variables.get(*self.run.block.variables.get(name)?)?.as_ref()
    }

    /// The document of the present message, with the edits so far where it is edited in place.
    pub fn document(&self) -> Result<&'a Value> {
        match self.run.message.edits(self.index) {
            true => self.run.message.edited_document(self.scope()),
            false => self.scope().document(self.index).map_err(Error::new),
        }
    }

    /// The content of the present message, with the edits so far where it is edited in place; none if there is no such
    /// message.
    pub fn content(&self) -> Option<Bytes> {
        let edited = self.run.message.edits(self.index).then(|| self.run.message.edited_content()).flatten();
        edited.or_else(|| self.scope().content(self.index))
    }

    /// The metadata of the present message.
    pub fn metadata(&self) -> Option<&'a Object> {
        match self.run.message.edits(self.index) {
            true => self.new_metadata(),
            false => self.scope().metadata(self.index),
        }
    }
}

// === impl Node ===

impl Node {
    /// The value of a literal: mistakes that follow from it are mistakes in the text.
    pub fn constant(&self) -> Option<&Value> {
        match self {
            Node::Constant(value) => Some(value),
            _ => None,
        }
    }

    /// The value, where it depends on nothing.
    pub fn known(&self) -> Option<&Value> {
        match self {
            Node::Constant(value) | Node::Known(value, _) => Some(value),
            _ => None,
        }
    }

    /// Whether the value is a part of a document as it came, which nothing was computed from.
    pub fn only_reads(&self) -> bool {
        matches!(self, Node::This | Node::ThisPath(_))
    }

    /// Evaluates the query; what exists already is borrowed rather than copied.
    pub fn eval<'a>(&'a self, ctx: &Ctx<'a>) -> Result<Cow<'a, Value>> {
        match self {
            Node::Constant(value) | Node::Known(value, _) => Ok(Cow::Borrowed(value)),
            Node::This => ctx.this().map(Cow::Borrowed),
            Node::ThisPath(segments) => match ctx.this() {
                Ok(this) => Ok(path::get(this, segments)),
                Err(error) => Err(error.wanting(|| path::join(segments))),
            },
            Node::Root => ctx.root().map(Cow::Borrowed),
            Node::Meta(key) => {
                let metadata = ctx.new_metadata().ok_or_else(no_metadata)?;
                Ok(match key {
                    None => Cow::Owned(Value::Object(metadata.clone())),
                    Some(key) => metadata.get(key).map_or(NULL, Cow::Borrowed),
                })
            }
            Node::Variable(slot, name) => match ctx.run.variables.get(*slot) {
                Some(Some(value)) => Ok(Cow::Borrowed(value)),
                _ => Err(Error::new(format!("variable '{name}' undefined"))),
            },
            Node::Captured(index, _) => Ok(captured(ctx.captured, *index)),
            Node::Field(base, segments) => match base.eval(ctx)? {
                Cow::Borrowed(value) => Ok(path::get(value, segments)),
                Cow::Owned(value) => Ok(Cow::Owned(path::get(&value, segments).into_owned())),
            },
            Node::Map(base, query) => {
                let value = base.eval(ctx)?;
                let frame = Frame { this: This::Value(&value), outer: Some(ctx.frame) };
                query.eval(&ctx.with_this(&frame)).map(owned)
            }
            Node::Call(call) => call.eval(ctx),
            Node::Method(method) => method.eval(ctx),
            Node::Lambda(captures, body) => lambda(*captures, body, ctx),
            Node::Not(operand) => match &*operand.eval(ctx)? {
                Value::Bool(b) => Ok(Cow::Owned(Value::Bool(!b))),
                other => Err(Error::expected("bool", other).located(|| operand.source())),
            },
            Node::Negate(operand) => {
                static ZERO: Node = Node::Constant(Value::Int(0));
                operation(Op::Sub, &ZERO, operand, ctx)
            }
            Node::Binary(op, left, right) => binary(*op, left, right, ctx),
            Node::If(branches, otherwise) => conditional(branches, otherwise.as_deref(), ctx),
            Node::Match(None, cases) => {
                // Without a subject it is `this`, or null where there is no document.
                let value = ctx.this().unwrap_or(&Value::Null);
                let frame = Frame { this: This::Value(value), outer: Some(ctx.frame) };
                matching(cases, &ctx.with_this(&frame)).map(owned)
            }
            Node::Match(Some(subject), cases) => {
                let value = subject.eval(ctx)?;
                let frame = Frame { this: This::Value(&value), outer: Some(ctx.frame) };
                matching(cases, &ctx.with_this(&frame)).map(owned)
            }
            Node::Array(items) => array(items, ctx),
            Node::Object(entries) => object(entries, ctx),
            Node::DynamicObject(entries) => dynamic_object(entries, ctx),
        }
    }
}

const NULL: Cow<'static, Value> = Cow::Owned(Value::Null);

fn no_metadata() -> Error {
    Error::new("metadata cannot be queried in this context")
}

/// What was evaluated in a context that ends here.
fn owned<'a>(value: Cow<'_, Value>) -> Cow<'a, Value> {
    Cow::Owned(value.into_owned())
}

fn captured<'a>(mut captured: Option<&'a Captured<'a>>, index: usize) -> Cow<'a, Value> {
    for _ in 0..index {
        captured = captured.and_then(|c| c.outer);
    }
    captured.map_or(NULL, |c| Cow::Borrowed(c.value))
}

/// The body of a lambda sees the value under its name, and `this` as it was outside.
fn lambda<'a>(captures: bool, body: &'a Node, ctx: &Ctx<'a>) -> Result<Cow<'a, Value>> {
    let value = ctx.this()?;
    let captured = Captured { value, outer: ctx.captured };
    let captured = if captures { Some(&captured) } else { ctx.captured };
    let inner = Ctx { frame: ctx.frame.outer.unwrap_or(ctx.frame), captured, ..*ctx };
    body.eval(&inner).map(owned)
}

fn binary<'a>(op: Op, left: &'a Node, right: &'a Node, ctx: &Ctx<'a>) -> Result<Cow<'a, Value>> {
    match op {
        Op::Coalesce => match left.eval(ctx) {
            Ok(value) if !matches!(*value, Value::Null | Value::Delete | Value::Nothing) => Ok(value),
            _ => right.eval(ctx),
        },
        Op::And | Op::Or => {
            let truth = |node: &'a Node| -> Result<bool> {
                let value = node.eval(ctx)?;
                let wrong = || Error::expected("bool", &value).located(|| node.source());
                compare::truth(&value).ok_or_else(wrong)
            };
            let left = truth(left)?;
            let decided = left == (op == Op::Or);
            Ok(Cow::Owned(Value::Bool(if decided { left } else { truth(right)? })))
        }
        _ => operation(op, left, right, ctx),
    }
}

/// An operator that needs both of its operands.
fn operation<'a>(op: Op, left: &'a Node, right: &'a Node, ctx: &Ctx<'a>) -> Result<Cow<'a, Value>> {
    let (a, b) = (left.eval(ctx)?, right.eval(ctx)?);
    arithmetic::apply(op, &a, &b).map(Cow::Owned).map_err(|fault| match fault {
        Fault::Types => Error::operands(arithmetic::verb(op), (&a, &left.source()), (&b, &right.source())),
        Fault::DivisionByZero => Error::new("attempted to divide by zero").located(|| right.source()),
    })
}

fn conditional<'a>(
    branches: &'a [(Node, Node)],
    otherwise: Option<&'a Node>,
    ctx: &Ctx<'a>,
) -> Result<Cow<'a, Value>> {
    for (i, (condition, then)) in branches.iter().enumerate() {
        match &*condition.eval(ctx).map_err(|error| condition_failed(error, i))? {
            Value::Bool(true) => return then.eval(ctx),
            Value::Bool(false) | Value::Null => {}
            other => return Err(not_boolean(condition, other)),
        }
    }
    otherwise.map_or(Ok(Cow::Owned(Value::Nothing)), |node| node.eval(ctx))
}

fn condition_failed(error: Error, i: usize) -> Error {
    match i {
        0 => error.context("failed to check if condition"),
        i => error.context(format!("failed to check if condition {i}")),
    }
}

/// A condition that is neither true nor false.
pub fn not_boolean(condition: &Node, value: &Value) -> Error {
    let shown = sprintf("%v (%T)", &[value.clone(), value.clone()]);
    Error::new(format!("{} resolved to a non-boolean value {shown}", condition.source()))
}

fn matching<'a>(cases: &'a [(Case, Node)], ctx: &Ctx<'a>) -> Result<Cow<'a, Value>> {
    for (i, (case, result)) in cases.iter().enumerate() {
        let holds = match case {
            Case::Any => true,
            Case::Equals(value) => ctx.this().is_ok_and(|this| crate::value::compare::equal(this, value)),
            Case::Holds(test) => {
                let failed = |error: Error| error.context(format!("failed to check match case {i}"));
                let value = test.eval(ctx).map_err(failed)?;
                matches!(*value, Value::Bool(true))
            }
        };
        if holds {
            return result.eval(ctx);
        }
    }
    Ok(Cow::Owned(Value::Nothing))
}

fn is_left_out(value: &Value) -> bool {
    matches!(value, Value::Delete | Value::Nothing)
}

fn array<'a>(items: &'a [Node], ctx: &Ctx<'a>) -> Result<Cow<'a, Value>> {
    let mut values = Array::with_capacity(items.len());
    for item in items {
        let value = item.eval(ctx)?;
        if !is_left_out(&value) {
            values.push(value.into_owned());
        }
    }
    Ok(Cow::Owned(Value::Array(values)))
}

fn object<'a>(entries: &'a [(Str, Node)], ctx: &Ctx<'a>) -> Result<Cow<'a, Value>> {
    let mut object = Object::with_capacity(entries.len());
    for (key, node) in entries {
        let value = node.eval(ctx).map_err(|error| value_failed(error, key))?;
        if !is_left_out(&value) {
            object.insert(key.clone(), value.into_owned());
        }
    }
    Ok(Cow::Owned(Value::Object(object)))
}

fn dynamic_object<'a>(entries: &'a [(Node, Node)], ctx: &Ctx<'a>) -> Result<Cow<'a, Value>> {
    let mut object = Object::with_capacity(entries.len());
    for (key, node) in entries {
        let resolved = key.eval(ctx).map_err(|error| error.context("failed to resolve key"))?;
        let key = match resolved.into_owned() {
            Value::String(key) => key,
            Value::Bytes(key) | Value::RawString(key) => go_lossy(&key).as_ref().into(),
            other => {
                return Err(Error::new(sprintf("mapping returned invalid key type: %T", &[other])));
            }
        };
        let value = node.eval(ctx).map_err(|error| value_failed(error, &key))?;
        if !is_left_out(&value) {
            object.insert(key, value.into_owned());
        }
    }
    Ok(Cow::Owned(Value::Object(object)))
}

fn value_failed(error: Error, key: &str) -> Error {
    error.context(format!("failed to resolve '{key}' value"))
}
