//! Compiled mappings and how they run.

use std::collections::HashMap;
use std::sync::Arc;

use smallvec::SmallVec;

use super::error::Error;
use super::eval::{Ctx, Frame, Node, This, not_boolean};
use super::path;
use super::scope::{Host, Scope};
use super::spec::Result;
use crate::value::{Object, Str, Value};

/// A compiled mapping.
pub struct Program {
    pub(super) main: Block,
    /// The maps that it can apply, by name.
    pub(super) maps: HashMap<Str, Block>,
    pub(super) host: Arc<dyn Host>,
    pub(super) uses: Uses,
}

/// Statements with variables of their own: a mapping or a map.
#[derive(Default)]
pub struct Block {
    pub(super) statements: Vec<Statement>,
    /// The slots of its variables, by name.
    pub(super) variables: HashMap<Str, usize>,
}

/// What a mapping or query reads, as far as its text shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Uses {
    /// The document of the message.
    pub document: bool,
    /// The document under construction, or parts of it are assigned.
    pub root: bool,
}

pub(super) struct Statement {
    pub line: usize,
    pub kind: StatementKind,
}

pub(super) enum StatementKind {
    Variable(usize, Node),
    Meta(Option<Str>, Node),
    Root(Box<[Str]>, Node),
    If(Vec<(Option<Node>, Vec<Statement>)>),
}

/// What a mapping builds.
pub struct Target {
    pub root: Root,
    /// The metadata as assigned; none: untouched.
    pub meta: Option<Object>,
    /// The message whose document and metadata show through what was not assigned.
    index: usize,
    /// A document and metadata that show through instead of those of a message.
    over: Option<Box<(std::result::Result<Value, String>, Object)>>,
}

/// The document under construction.
#[derive(Debug)]
pub enum Root {
    /// Nothing was assigned, and reads as that.
    Unset,
    /// Nothing was assigned yet to the document of the message, which is edited in place.
    Original,
    Value(Value),
    Deleted,
}

/// Maps may run inside of each other this deep.
const MAX_DEPTH: u32 = 5000;

static NOTHING: Value = Value::Nothing;
static NULL: Value = Value::Null;

// === impl Target ===

impl Target {
    /// A new document; the metadata of message `index` shows through.
    pub fn fresh(index: usize) -> Self {
        Self { root: Root::Unset, meta: None, index, over: None }
    }

    /// The document and metadata of message `index`, to be edited.
    pub fn edit(index: usize) -> Self {
        Self { root: Root::Original, meta: None, index, over: None }
    }

    /// A document and its metadata, which belong to no message of the scope, to be edited.
    pub fn over(index: usize, document: std::result::Result<Value, String>, meta: Object) -> Self {
        Self { root: Root::Original, meta: None, index, over: Some(Box::new((document, meta))) }
    }

    fn original<'a>(&'a self, scope: &'a dyn Scope) -> Result<&'a Value> {
        match self.over.as_deref() {
            Some((document, _)) => document.as_ref().map_err(|e| Error::new(e.clone())),
            None => scope.document(self.index).map_err(Error::new),
        }
    }

    pub(super) fn root_value<'a>(&'a self, scope: &'a dyn Scope) -> Result<&'a Value> {
        match &self.root {
            Root::Unset => Ok(&NOTHING),
            Root::Deleted => Ok(&NULL),
            Root::Original => self.original(scope),
            Root::Value(value) => Ok(value),
        }
    }

    pub(super) fn metadata<'a>(&'a self, scope: &'a dyn Scope) -> Option<&'a Object> {
        let original = || match self.over.as_deref() {
            Some((_, meta)) => Some(meta),
            None => scope.metadata(self.index),
        };
        self.meta.as_ref().or_else(original)
    }

    fn assign_root(&mut self, path: &[Str], value: Value, scope: &dyn Scope) -> Result<()> {
        if path.is_empty() {
            self.root = match value {
                Value::Nothing => return Ok(()),
                Value::Delete => Root::Deleted,
                value => Root::Value(value),
            };
            return Ok(());
        }
        if matches!(value, Value::Nothing) {
            return Ok(());
        }
        if matches!(self.root, Root::Original) {
            self.root = Root::Value(self.original(scope)?.clone());
        }
        let root = match &mut self.root {
            Root::Value(root) => root,
            Root::Deleted => {
                return Err(Error::new(format!(
                    "unable to set target path {} as root was deleted",
                    path.join(".")
                )));
            }
            unset @ (Root::Unset | Root::Original) => {
                let original = matches!(unset, Root::Original);
                let value = if original {
                    scope.document(self.index).map_err(Error::new)?.clone()
                } else {
                    Value::Null
                };
                *unset = Root::Value(value);
                match unset {
                    Root::Value(root) => root,
                    _ => return Ok(()),
                }
            }
        };
        match value {
            Value::Delete => path::remove(root, path),
            value => path::set(root, path, value),
        }
    }

    fn assign_meta(&mut self, key: Option<&Str>, value: Value, scope: &dyn Scope) -> Result<()> {
        let Some(key) = key else {
            self.meta = Some(match value {
                Value::Nothing => return Ok(()),
                Value::Delete => Object::new(),
                Value::Object(meta) => meta,
                other => {
                    let error = Error::expected("object", &other);
                    return Err(error.context("setting all metadata"));
                }
            });
            return Ok(());
        };
        if matches!(value, Value::Nothing) {
            return Ok(());
        }
        if self.meta.is_none() {
            self.meta = Some(self.metadata(scope).cloned().unwrap_or_default());
        }
        let meta = self.meta.get_or_insert_default();
        match value {
            Value::Delete => {
                meta.remove(key);
            }
            value => {
                meta.insert(key.clone(), value);
            }
        }
        Ok(())
    }
}

// === impl Program ===

impl Program {
    /// Runs the mapping over message `index`, with `this` as its context, on to `target`. What was assigned before a
    /// failure stays in `target`.
    pub fn run(&self, scope: &dyn Scope, index: usize, this: This<'_>, target: &mut Target) -> Result<()> {
        self.main.run(self, scope, index, this, target, 0)
    }

    /// What the mapping reads.
    pub fn uses(&self) -> Uses {
        self.uses
    }

    /// Applies the map `name` to `value`: what it builds, or nothing where it assigns nothing.
    pub(super) fn apply(&self, name: &str, value: &Value, ctx: &Ctx<'_>) -> Result<Value> {
        let Some(map) = self.maps.get(name) else {
            return Err(Error::new(format!("map {name} was not found")));
        };
        if ctx.depth >= MAX_DEPTH {
            return Err(Error::new(format!(
                "map {name} was applied inside of itself more than {MAX_DEPTH} times"
            )));
        }
        let mut target = Target::fresh(ctx.target.index);
        map.run(self, ctx.scope, ctx.index, This::Value(value), &mut target, ctx.depth + 1)?;
        Ok(match target.root {
            Root::Value(value) => value,
            Root::Deleted => Value::Delete,
            Root::Unset | Root::Original => Value::Nothing,
        })
    }
}

// === impl Block ===

impl Block {
    fn run(
        &self,
        program: &Program,
        scope: &dyn Scope,
        index: usize,
        this: This<'_>,
        target: &mut Target,
        depth: u32,
    ) -> Result<()> {
        let mut variables: SmallVec<[Option<Value>; 4]> = SmallVec::new();
        variables.resize(self.variables.len(), None);
        let mut run =
            Run { program, block: self, scope, index, this, target, variables: &mut variables, depth };
        run.all(&self.statements)
    }
}

/// A mapping at work.
struct Run<'a> {
    program: &'a Program,
    block: &'a Block,
    scope: &'a dyn Scope,
    index: usize,
    this: This<'a>,
    target: &'a mut Target,
    variables: &'a mut [Option<Value>],
    depth: u32,
}

impl Run<'_> {
    fn all(&mut self, statements: &[Statement]) -> Result<()> {
        for statement in statements {
            match &statement.kind {
                StatementKind::If(branches) => self.branch(statement.line, branches)?,
                _ => self.assign(statement).map_err(|error| failed(statement.line, error))?,
            }
        }
        Ok(())
    }

    fn assign(&mut self, statement: &Statement) -> Result<()> {
        match &statement.kind {
            StatementKind::Variable(slot, node) => {
                self.variables[*slot] = match self.eval(node)? {
                    Value::Delete => None,
                    Value::Nothing => return Ok(()),
                    value => Some(value),
                };
                Ok(())
            }
            StatementKind::Meta(..) if self.depth > 0 => {
                Err(Error::new("unable to assign metadata in the current context"))
            }
            StatementKind::Meta(key, node) => {
                let value = self.eval(node)?;
                self.target.assign_meta(key.as_ref(), value, self.scope)
            }
            StatementKind::Root(path, node) => {
                let value = self.eval(node)?;
                self.target.assign_root(path, value, self.scope)
            }
            StatementKind::If(_) => Ok(()),
        }
    }

    fn branch(&mut self, line: usize, branches: &[(Option<Node>, Vec<Statement>)]) -> Result<()> {
        for (condition, statements) in branches {
            let holds = match condition {
                None => true,
                Some(condition) => match self.eval(condition).map_err(|error| failed(line, error))? {
                    Value::Bool(holds) => holds,
                    other => return Err(failed(line, not_boolean(&other))),
                },
            };
            if holds {
                return self.all(statements);
            }
        }
        Ok(())
    }

    fn eval(&self, node: &Node) -> Result<Value> {
        let frame = Frame { this: self.this, outer: None };
        let ctx = Ctx {
            scope: self.scope,
            host: &*self.program.host,
            index: self.index,
            frame: &frame,
            variables: self.variables,
            captured: None,
            target: self.target,
            program: self.program,
            block: self.block,
            depth: self.depth,
        };
        node.eval(&ctx).map(std::borrow::Cow::into_owned)
    }
}

fn failed(line: usize, error: Error) -> Error {
    error.context(&format!("failed assignment (line {line})"))
}
