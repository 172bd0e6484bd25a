//! Compiled queries and how they are evaluated.

use std::borrow::Cow;

use super::args::{Arg, Args};
use smallvec::SmallVec;

use super::arithmetic;
use super::ast::Op;
use super::error::Error;
use super::path;
use super::program::{Block, Program, Target};
use super::scope::{Environment, Host, Scope};
use super::spec::{
    FunctionRun, FunctionSpec, MethodRun, MethodSpec, PreparedFunction, PreparedMethod, Result,
};
use crate::value::{Array, Object, Str, Value};

/// A compiled query.
pub enum Node {
    Constant(Value),
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
    pub scope: &'a dyn Scope,
    pub host: &'a dyn Host,
    /// The message that `content()`, `json()` and `meta()` read.
    pub index: usize,
    pub frame: &'a Frame<'a>,
    pub variables: &'a [Option<Value>],
    pub captured: Option<&'a Captured<'a>>,
    pub target: &'a Target,
    pub program: &'a Program,
    /// The mapping or map that is running.
    pub block: &'a Block,
    /// How many maps are running inside of each other.
    pub depth: u32,
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
    /// The document under construction.
    Root,
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

    /// The value of `this`.
    pub fn this(&self) -> Result<&'a Value> {
        match self.frame.this {
            This::Value(value) => Ok(value),
            This::Document(index) => self.scope.document(index).map_err(Error::new),
            This::Root => self.root(),
        }
    }

    /// The document under construction; null where there is none yet.
    pub fn root(&self) -> Result<&'a Value> {
        self.target.root_value(self.scope)
    }

    /// The metadata under construction.
    pub fn new_metadata(&self) -> Option<&'a Object> {
        self.target.metadata(self.scope)
    }

    /// The value of the variable `name`.
    pub fn variable(&self, name: &str) -> Option<&'a Value> {
        self.variables.get(*self.block.variables.get(name)?)?.as_ref()
    }

    /// The metadata of the present message.
    pub fn metadata(&self) -> Option<&'a Object> {
        self.scope.metadata(self.index)
    }
}

// === impl Node ===

impl Node {
    pub fn constant(&self) -> Option<&Value> {
        match self {
            Node::Constant(value) => Some(value),
            _ => None,
        }
    }

    /// Evaluates the query; what exists already is borrowed rather than copied.
    pub fn eval<'a>(&'a self, ctx: &Ctx<'a>) -> Result<Cow<'a, Value>> {
        match self {
            Node::Constant(value) => Ok(Cow::Borrowed(value)),
            Node::This => ctx.this().map(Cow::Borrowed),
            Node::ThisPath(segments) => Ok(path::get(ctx.this()?, segments)),
            Node::Root => ctx.root().map(Cow::Borrowed),
            Node::Meta(None) => {
                Ok(Cow::Owned(Value::Object(ctx.new_metadata().cloned().unwrap_or_default())))
            }
            Node::Meta(Some(key)) => {
                Ok(ctx.new_metadata().and_then(|m| m.get(key)).map_or(NULL, Cow::Borrowed))
            }
            Node::Variable(slot, name) => match ctx.variables.get(*slot) {
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
                other => Err(operand.located(Error::expected("bool", other))),
            },
            Node::Negate(operand) => {
                let value = operand.eval(ctx)?;
                arithmetic::apply(Op::Sub, &Value::Int(0), &value)
                    .map(Cow::Owned)
                    .map_err(|error| operand.located(error))
            }
            Node::Binary(op, left, right) => binary(*op, left, right, ctx),
            Node::If(branches, otherwise) => conditional(branches, otherwise.as_deref(), ctx),
            Node::Match(subject, cases) => match subject {
                None => matching(cases, ctx),
                Some(subject) => {
                    let value = subject.eval(ctx)?;
                    let frame = Frame { this: This::Value(&value), outer: Some(ctx.frame) };
                    matching(cases, &ctx.with_this(&frame)).map(owned)
                }
            },
            Node::Array(items) => array(items, ctx),
            Node::Object(entries) => object(entries, ctx),
            Node::DynamicObject(entries) => dynamic_object(entries, ctx),
        }
    }

    /// Where a value comes from, for errors about its type.
    pub fn source(&self) -> Option<String> {
        Some(match self {
            Node::This => "`this`".to_owned(),
            Node::ThisPath(segments) => format!("field `this.{}`", segments.join(".")),
            Node::Root => "`root`".to_owned(),
            Node::Meta(Some(key)) => format!("metadata `{key}`"),
            Node::Variable(_, name) => format!("variable `{name}`"),
            Node::Captured(_, name) => format!("context `{name}`"),
            Node::Field(base, segments) => match &**base {
                Node::Captured(_, name) => format!("field `{name}.{}`", segments.join(".")),
                Node::Root => format!("field `root.{}`", segments.join(".")),
                Node::Variable(_, name) => format!("field `{name}.{}`", segments.join(".")),
                _ => format!("path `{}`", segments.join(".")),
            },
            Node::Call(call) => format!("function `{}`", call.spec.name),
            Node::Method(method) => format!("method `{}`", method.spec.name),
            Node::Constant(value) => format!("{} literal", value.type_name()),
            _ => return None,
        })
    }

    fn located(&self, error: Error) -> Error {
        error.from_source(|| self.source())
    }
}

const NULL: Cow<'static, Value> = Cow::Owned(Value::Null);

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
                arithmetic::operand_truth(&value).map_err(|error| node.located(error))
            };
            let left = truth(left)?;
            let decided = left == (op == Op::Or);
            Ok(Cow::Owned(Value::Bool(if decided { left } else { truth(right)? })))
        }
        _ => {
            let (a, b) = (left.eval(ctx)?, right.eval(ctx)?);
            arithmetic::apply(op, &a, &b).map(Cow::Owned).map_err(|error| {
                arithmetic::with_sources(error, op, (&a, left.source()), (&b, right.source()))
            })
        }
    }
}

fn conditional<'a>(
    branches: &'a [(Node, Node)],
    otherwise: Option<&'a Node>,
    ctx: &Ctx<'a>,
) -> Result<Cow<'a, Value>> {
    for (condition, then) in branches {
        match &*condition.eval(ctx)? {
            Value::Bool(true) => return then.eval(ctx),
            Value::Bool(false) | Value::Null => {}
            other => return Err(not_boolean(other)),
        }
    }
    otherwise.map_or(Ok(Cow::Owned(Value::Nothing)), |node| node.eval(ctx))
}

/// A condition that is neither true nor false.
pub fn not_boolean(value: &Value) -> Error {
    Error::new(format!("if condition resolved to a non-boolean value: {}", Error::expected("bool", value)))
}

fn matching<'a>(cases: &'a [(Case, Node)], ctx: &Ctx<'a>) -> Result<Cow<'a, Value>> {
    for (i, (case, result)) in cases.iter().enumerate() {
        let holds = match case {
            Case::Any => true,
            Case::Equals(value) => ctx.this().is_ok_and(|this| crate::value::compare::equal(this, value)),
            Case::Holds(test) => {
                let value =
                    test.eval(ctx).map_err(|e| e.context(&format!("failed to check match case {i}")))?;
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
        let value = node.eval(ctx)?;
        if !is_left_out(&value) {
            object.insert(key.clone(), value.into_owned());
        }
    }
    Ok(Cow::Owned(Value::Object(object)))
}

fn dynamic_object<'a>(entries: &'a [(Node, Node)], ctx: &Ctx<'a>) -> Result<Cow<'a, Value>> {
    let mut object = Object::with_capacity(entries.len());
    for (key, node) in entries {
        let key = match key.eval(ctx)?.into_owned() {
            Value::String(key) => key,
            Value::Bytes(key) => String::from_utf8_lossy(&key).as_ref().into(),
            other => {
                let error = Error::expected("string", &other);
                return Err(key.located(error).context("mapping returned invalid key type"));
            }
        };
        let value = node.eval(ctx)?;
        if !is_left_out(&value) {
            object.insert(key, value.into_owned());
        }
    }
    Ok(Cow::Owned(Value::Object(object)))
}

// === impl ArgNodes ===

impl ArgNodes {
    /// Whether every argument that is no query is known while compiling.
    pub fn constants(&self) -> Option<Vec<Arg<'_>>> {
        match self {
            ArgNodes::Constant(args) => Some(args.to_vec()),
            ArgNodes::Dynamic(nodes) => {
                let values = nodes.iter().map(|(node, _)| match node {
                    ArgNode::Value(_) => None,
                    ArgNode::Query(query) => Some(Arg::Query(query)),
                    ArgNode::Constant(value) => Some(Arg::Value(value.clone())),
                    ArgNode::Absent => Some(Arg::Absent),
                });
                values.collect()
            }
        }
    }

    fn eval<'a, T>(&'a self, ctx: &Ctx<'a>, run: impl FnOnce(&Args<'_>) -> Result<T>) -> Result<T> {
        let nodes = match self {
            ArgNodes::Constant(values) => return run(&Args { values }),
            ArgNodes::Dynamic(nodes) => nodes,
        };
        let mut values: SmallVec<[Arg<'_>; 3]> = SmallVec::new();
        for (node, ty) in nodes {
            values.push(match node {
                ArgNode::Value(node) => {
                    let value = node.eval(ctx)?.into_owned();
                    Arg::Value(ty.check(value).map_err(|error| node.located(error))?)
                }
                ArgNode::Query(node) => Arg::Query(node),
                ArgNode::Constant(value) => Arg::Value(value.clone()),
                ArgNode::Absent => Arg::Absent,
            });
        }
        run(&Args { values: &values })
    }
}

// === impl Call ===

impl Call {
    fn eval<'a>(&'a self, ctx: &Ctx<'a>) -> Result<Cow<'a, Value>> {
        self.args.eval(ctx, |args| match (&self.spec.run, &self.prepared) {
            (FunctionRun::Pure(run), _) => run(args).map(Cow::Owned),
            (FunctionRun::Scoped(run), _) => run(args, ctx),
            (FunctionRun::Prepared(_), Some(run)) => run(args, ctx).map(Cow::Owned),
            (FunctionRun::Prepared(prepare), None) => {
                prepare(args, &self.environment)?(args, ctx).map(Cow::Owned)
            }
        })
    }
}

// === impl Method ===

impl Method {
    fn eval<'a>(&'a self, ctx: &Ctx<'a>) -> Result<Cow<'a, Value>> {
        match &self.spec.run {
            MethodRun::Query(run) => return self.args.eval(ctx, |args| run(&self.target, args, ctx)),
            MethodRun::Fallible(run) => {
                let target = self.target.eval(ctx);
                return self.args.eval(ctx, |args| run(target, args, ctx));
            }
            _ => {}
        }
        let target = self.target.eval(ctx)?;
        let result = self.args.eval(ctx, |args| match (&self.spec.run, &self.prepared) {
            (MethodRun::Pure(run), _) => run(target, args).map(Cow::Owned),
            (MethodRun::Scoped(run), _) => run(target, args, ctx),
            (MethodRun::Prepared(_), Some(run)) => run(target, args).map(Cow::Owned),
            (MethodRun::Prepared(prepare), None) => {
                prepare(args, &self.environment)?(target, args).map(Cow::Owned)
            }
            (MethodRun::Query(run), _) => run(&self.target, args, ctx),
            (MethodRun::Fallible(run), _) => run(Ok(target), args, ctx),
        });
        result.map_err(|error| self.target.located(error))
    }
}
