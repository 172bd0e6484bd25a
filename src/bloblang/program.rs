//! Compiled mappings and how they run.

use std::collections::HashMap;
use std::sync::Arc;

use smallvec::SmallVec;

use super::depth::Depth;
use super::error::Error;
use super::eval::{Ctx, Frame, Node, Run, This, not_boolean};
use super::needs;
use super::scope::{Host, NoMessages, Scope};
use super::spec::Result;
use super::target::{Root, Target};
use crate::value::json::Wanted;
use crate::value::{Str, Value};

/// A compiled mapping.
pub struct Program {
    pub(super) main: Block,
    /// The maps that it can apply, by name.
    pub(super) maps: HashMap<Str, Block>,
    pub(super) host: Arc<dyn Host>,
}

/// Statements with variables of their own: a mapping or a map.
#[derive(Default)]
pub struct Block {
    pub(super) statements: Vec<Statement>,
    /// The slots of its variables, by name.
    pub(super) variables: HashMap<Str, usize>,
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

// === impl Program ===

impl Program {
    /// Runs the mapping over message `index`, with `this` as its context, on to `target`. What was assigned before a
    /// failure stays in `target`.
    pub fn run(&self, scope: &dyn Scope, index: usize, this: This<'_>, target: &mut Target) -> Result<()> {
        let work = Work {
            program: self,
            block: &self.main,
            scope,
            index,
            this,
            message: None,
            depth: Depth::outside(),
        };
        work.run(target).map_err(|Failed { line, error }| error.in_mapping(line))
    }

    /// What the mapping reads of the document of its message, where it reads a part only and then replaces it.
    pub fn reads_part(&self) -> Option<Wanted> {
        let wanted = Some(needs::of_program(self)).filter(|wanted| wanted.is_part());
        wanted.filter(|_| needs::replaces_document(self))
    }

    /// Applies the map `name` to `value`: what it builds, or nothing where it assigns nothing.
    pub(super) fn apply(&self, name: &str, value: &Value, ctx: &Ctx<'_>) -> Result<Value> {
        let Some(block) = self.maps.get(name) else {
            return Err(Error::new(format!("map {name} was not found")));
        };
        let depth = ctx.run.depth.enter(name)?;
        let (message, this) = (Some(ctx.run.message), This::Value(value));
        let work = Work { program: self, block, scope: ctx.scope(), index: ctx.index, this, message, depth };
        work.value()
    }

    /// Runs the mapping for a value, with no message around it: what it builds, or nothing where it assigns nothing.
    pub(super) fn build(&self, value: &Value) -> Result<Value> {
        let (message, this) = (Target::fresh(0), This::Value(value));
        let message = Some(&message);
        let depth = Depth::outside().enter("of a dynamic mapping")?;
        Work { program: self, block: &self.main, scope: &NoMessages, index: 0, this, message, depth }.value()
    }
}

/// A mapping or map at work.
struct Work<'a> {
    program: &'a Program,
    block: &'a Block,
    scope: &'a dyn Scope,
    index: usize,
    this: This<'a>,
    /// The new message, where a map builds something else.
    message: Option<&'a Target>,
    depth: Depth,
}

/// What a mapping or map builds and remembers.
struct State<'a> {
    target: &'a mut Target,
    variables: &'a mut [Option<Value>],
}

/// Why a statement failed.
struct Failed {
    line: usize,
    error: Error,
}

// === impl Work ===

impl Work<'_> {
    /// What a map builds.
    fn value(&self) -> Result<Value> {
        let mut target = Target::fresh(self.index);
        self.run(&mut target).map_err(|Failed { line, error }| error.in_assignment(line))?;
        Ok(match target.root {
            Root::Value(value) => value,
            Root::Deleted => Value::Delete,
            Root::Unset | Root::Original => Value::Nothing,
        })
    }

    fn run(&self, target: &mut Target) -> std::result::Result<(), Failed> {
        let mut variables: SmallVec<[Option<Value>; 4]> = SmallVec::new();
        variables.resize(self.block.variables.len(), None);
        let mut state = State { target, variables: &mut variables };
        for statement in &self.block.statements {
            let failed = |error| Failed { line: statement.line, error };
            self.statement(&mut state, statement).map_err(failed)?;
        }
        Ok(())
    }

    fn statement(&self, state: &mut State<'_>, statement: &Statement) -> Result<()> {
        match &statement.kind {
            StatementKind::Variable(slot, node) => match self.eval(state, node)? {
                Value::Nothing => {}
                Value::Delete => state.variables[*slot] = None,
                value => state.variables[*slot] = Some(value),
            },
            StatementKind::Meta(key, node) => {
                let value = self.eval(state, node)?;
                if self.message.is_some() && !matches!(value, Value::Nothing) {
                    return Err(Error::new("unable to assign metadata in the current context"));
                }
                state.target.assign_meta(key.as_ref(), value, self.scope)?;
            }
            StatementKind::Root(path, node) => {
                let value = self.eval(state, node)?;
                if !node.only_reads() {
                    state.target.watch(&value);
                }
                state.target.assign_root(path, value, self.scope, self.block.statements.len())?;
            }
            StatementKind::If(branches) => self.branch(state, branches)?,
        }
        Ok(())
    }

    fn branch(&self, state: &mut State<'_>, branches: &[(Option<Node>, Vec<Statement>)]) -> Result<()> {
        for (i, (condition, statements)) in branches.iter().enumerate() {
            if let Some(condition) = condition {
                let failed = |error: Error| error.context(format!("failed to check if condition {}", i + 1));
                match self.eval(state, condition).map_err(failed)? {
                    Value::Bool(true) => {}
                    Value::Bool(false) => continue,
                    other => return Err(not_boolean(condition, &other)),
                }
            }
            return statements.iter().try_for_each(|statement| self.statement(state, statement));
        }
        Ok(())
    }

    fn eval(&self, state: &State<'_>, node: &Node) -> Result<Value> {
        let frame = Frame { this: self.this, outer: None };
        let run = Run {
            scope: self.scope,
            program: self.program,
            block: self.block,
            variables: state.variables,
            target: Some(state.target),
            message: self.message.unwrap_or(state.target),
            depth: self.depth,
        };
        let ctx = Ctx { run: &run, index: self.index, frame: &frame, captured: None };
        node.eval(&ctx).map(std::borrow::Cow::into_owned)
    }
}
