//! What a function or method is: name, parameters, docs, examples and how it runs. One constant each, listed in the
//! table of its category.

use std::borrow::Cow;
use std::sync::Arc;

use super::args::{Args, Params};
use super::error::Error;
use super::eval::{Ctx, Node};
use super::scope::Environment;
use crate::value::Value;

/// The result of anything that runs.
pub type Result<T> = std::result::Result<T, Error>;

/// What a function or a method is to those who call it, and how it runs.
pub struct CallSpec<R> {
    pub name: &'static str,
    pub category: &'static str,
    pub status: Status,
    /// Markdown: units, errors, defaults.
    pub doc: &'static str,
    pub params: Params,
    pub examples: &'static [Example],
    /// Whether it reads anything but messages and its arguments.
    pub impure: bool,
    /// Whether a call of a method on a literal with literal arguments is itself as good as a literal, so that its
    /// failure is a mistake in the text.
    pub folds: bool,
    pub run: R,
}

/// A function such as `now()`.
pub type FunctionSpec = CallSpec<FunctionRun>;

/// A method such as `.uppercase()`.
pub type MethodSpec = CallSpec<MethodRun>;

/// How far a function, a method or a component can be relied on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    Stable,
    Beta,
    Experimental,
    Deprecated,
}

/// A mapping at work, executed by the tests.
#[derive(Clone, Copy, Debug)]
pub struct Example {
    pub mapping: &'static str,
    /// Documents and what becomes of them, as JSON; an output that begins with `Error` is the start of an error text.
    pub cases: &'static [(&'static str, &'static str)],
}

/// How a function runs.
#[derive(Clone, Copy)]
pub enum FunctionRun {
    /// Depends on its arguments only: with constant arguments it is called while compiling.
    Pure(fn(&Args) -> Result<Value>),
    /// Sees messages and the world.
    Scoped(for<'a> fn(&Args, &Ctx<'a>) -> Result<Cow<'a, Value>>),
    /// Made once for each place where it is called, from its constant arguments.
    Prepared(fn(&Args, &Environment) -> Result<PreparedFunction>),
}

/// A function that was made for one place.
pub type PreparedFunction = Arc<dyn Fn(&Args, &Ctx<'_>) -> Result<Value> + Send + Sync>;

/// How a method runs.
#[derive(Clone, Copy)]
pub enum MethodRun {
    /// Depends on its target and arguments only: with constant ones it is called while compiling.
    Pure(fn(Cow<'_, Value>, &Args) -> Result<Value>),
    /// Made once for each place where it is called, from its constant arguments; such as a regular expression.
    Prepared(fn(&Args, &Environment) -> Result<PreparedMethod>),
    /// Sees the target's value, runs queries among its arguments, sees messages and the world.
    Scoped(for<'a> fn(Cow<'a, Value>, &Args, &Ctx<'a>) -> Result<Cow<'a, Value>>),
    /// Evaluates its target itself, such as over another message.
    Query(for<'a> fn(&'a Node, &Args, &Ctx<'a>) -> Result<Cow<'a, Value>>),
    /// Sees whether evaluating its target succeeded.
    Fallible(FallibleRun),
}

/// How a method runs that sees whether evaluating its target succeeded.
pub type FallibleRun = for<'a> fn(Result<Cow<'a, Value>>, &Args, &Ctx<'a>) -> Result<Cow<'a, Value>>;

/// A method that was made for one place.
pub type PreparedMethod = Arc<dyn Fn(Cow<'_, Value>, &Args) -> Result<Value> + Send + Sync>;

impl<R: Copy> CallSpec<R> {
    /// Stable and without parameters.
    pub const fn new(name: &'static str, category: &'static str, run: R) -> Self {
        Self {
            name,
            category,
            status: Status::Stable,
            doc: "",
            params: Params::NONE,
            examples: &[],
            impure: false,
            folds: false,
            run,
        }
    }

    pub const fn doc(self, doc: &'static str) -> Self {
        Self { doc, ..self }
    }

    pub const fn params(self, params: Params) -> Self {
        Self { params, ..self }
    }

    pub const fn examples(self, examples: &'static [Example]) -> Self {
        Self { examples, ..self }
    }

    pub const fn status(self, status: Status) -> Self {
        Self { status, ..self }
    }

    pub const fn impure(self) -> Self {
        Self { impure: true, ..self }
    }

    pub const fn folds(self) -> Self {
        Self { folds: true, ..self }
    }
}

impl Status {
    pub const ALL: [Status; 4] = [Status::Stable, Status::Beta, Status::Experimental, Status::Deprecated];

    /// The status of that name.
    pub fn parse(name: &str) -> Option<Status> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }

    pub const fn name(self) -> &'static str {
        match self {
            Status::Stable => "stable",
            Status::Beta => "beta",
            Status::Experimental => "experimental",
            Status::Deprecated => "deprecated",
        }
    }
}
