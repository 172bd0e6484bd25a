//! How calls of functions and methods are evaluated.

use std::borrow::Cow;

use smallvec::SmallVec;

use super::args::{Arg, Args, Params};
use super::eval::{ArgNode, ArgNodes, Call, Ctx, Method};
use super::spec::{FunctionRun, MethodRun, Result};
use crate::value::Value;

/// The arguments of one call; few have more than these.
type Values<'a> = SmallVec<[Arg<'a>; 3]>;

// === impl ArgNodes ===

impl ArgNodes {
    /// All arguments, where those that are no queries are known while compiling.
    pub fn constants(&self) -> Option<Vec<Arg<'_>>> {
        match self {
            ArgNodes::Constant(args) => Some(args.to_vec()),
            ArgNodes::Dynamic(nodes) => {
                let values = nodes.iter().map(|(node, _)| match node {
                    ArgNode::Value(_) => None,
                    ArgNode::Query(query) => Some(Arg::Query(query)),
                    ArgNode::Constant(value) => Some(Arg::Value(Cow::Borrowed(value))),
                    ArgNode::Absent => Some(Arg::Absent),
                });
                values.collect()
            }
        }
    }

    /// Evaluates the arguments of a call of `what` into `values`.
    fn resolve<'v, 'a: 'v>(
        &'a self,
        ctx: &Ctx<'a>,
        values: &'v mut Values<'a>,
        (kind, name, params): (&str, &str, &Params),
    ) -> Result<Args<'v>> {
        let nodes = match self {
            ArgNodes::Constant(values) => return Ok(Args { values }),
            ArgNodes::Dynamic(nodes) => nodes,
        };
        for (i, (node, ty)) in nodes.iter().enumerate() {
            values.push(match node {
                ArgNode::Value(node) => {
                    let value = node.eval(ctx).and_then(|value| ty.check(value));
                    Arg::Value(value.map_err(|error| {
                        let param = params.name_of(i);
                        error.context(format!("{kind} '{name}': failed to extract input arg '{param}'"))
                    })?)
                }
                ArgNode::Query(node) => Arg::Query(node),
                ArgNode::Constant(value) => Arg::Value(Cow::Borrowed(value)),
                ArgNode::Absent => Arg::Absent,
            });
        }
        Ok(Args { values })
    }
}

// === impl Call ===

impl Call {
    pub(super) fn eval<'a>(&'a self, ctx: &Ctx<'a>) -> Result<Cow<'a, Value>> {
        let mut values = Values::new();
        let args = self.args.resolve(ctx, &mut values, ("function", self.spec.name, &self.spec.params))?;
        match (&self.spec.run, &self.prepared) {
            (FunctionRun::Pure(run), _) => run(&args).map(Cow::Owned),
            (FunctionRun::Scoped(run), _) => run(&args, ctx),
            (FunctionRun::Prepared(_), Some(run)) => run(&args, ctx).map(Cow::Owned),
            (FunctionRun::Prepared(prepare), None) => {
                prepare(&args, &self.environment)?(&args, ctx).map(Cow::Owned)
            }
        }
    }
}

// === impl Method ===

impl Method {
    pub(super) fn eval<'a>(&'a self, ctx: &Ctx<'a>) -> Result<Cow<'a, Value>> {
        let mut values = Values::new();
        let args = self.args.resolve(ctx, &mut values, ("method", self.spec.name, &self.spec.params))?;
        let result = match (&self.spec.run, &self.prepared) {
            (MethodRun::Pure(run), _) => run(self.target.eval(ctx)?, &args).map(Cow::Owned),
            (MethodRun::Scoped(run), _) => run(self.target.eval(ctx)?, &args, ctx),
            (MethodRun::Prepared(_), Some(run)) => run(self.target.eval(ctx)?, &args).map(Cow::Owned),
            (MethodRun::Prepared(prepare), None) => {
                let run = prepare(&args, &self.environment)?;
                run(self.target.eval(ctx)?, &args).map(Cow::Owned)
            }
            (MethodRun::Query(run), _) => return run(&self.target, &args, ctx),
            (MethodRun::Fallible(run), _) => {
                let target = self.target.eval(ctx);
                if target.is_err() {
                    return run(target, &args, ctx);
                }
                run(target, &args, ctx)
            }
        };
        result.map_err(|error| error.located(|| self.target.source()))
    }
}
