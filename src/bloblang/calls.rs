//! Checking and compiling calls of functions and methods.

use std::borrow::Cow;

use super::args::{Arg, Args, Param, ParamType, Params};
use super::ast;
use super::compile::Compiler;
use super::diagnostics::did_you_mean;
use super::eval::{ArgNode, ArgNodes, Call, Method, Node};
use super::spec::{FunctionRun, MethodRun};
use super::{functions, methods};
use crate::value::Value;

/// The category of functions that read messages.
const MESSAGE_INFO: &str = "Message Info";

/// Compiles a call of a function.
pub(super) fn function(compiler: &mut Compiler<'_>, call: &ast::Call) -> Node {
    let Some(spec) = functions::find(&call.name) else {
        let hint = did_you_mean(&call.name, functions::all().map(|f| f.name));
        return mistake(compiler, call, format!("unrecognised function '{}'{hint}", call.name));
    };
    if compiler.environment.isolated && (spec.impure || spec.category == MESSAGE_INFO) {
        return mistake(compiler, call, format!("function '{}' is not available here", call.name));
    }
    let args = match arguments(compiler, &spec.params, call) {
        Ok(args) => args,
        Err(message) => return mistake(compiler, call, message),
    };
    let environment = compiler.environment.clone();
    let mut call_node = Call { spec, args, prepared: None, environment };
    if let FunctionRun::Prepared(prepare) = spec.run
        && (compiler.environment.evaluates || !spec.impure)
        && let Some(args) = call_node.args.constants()
    {
        match prepare(&Args { values: &args }, compiler.environment) {
            Ok(prepared) => call_node.prepared = Some(prepared),
            Err(error) => return mistake(compiler, call, error.to_string()),
        }
    }
    if let FunctionRun::Pure(run) = spec.run
        && let ArgNodes::Constant(args) = &call_node.args
    {
        return match run(&Args { values: args }) {
            // These two are as good as literals.
            Ok(value @ (Value::Delete | Value::Nothing)) => Node::Constant(value),
            Ok(value) => Node::Known(value, Box::new(Node::Call(Box::new(call_node)))),
            Err(error) => mistake(compiler, call, error.to_string()),
        };
    }
    Node::Call(Box::new(call_node))
}

/// Compiles a call of a method.
pub(super) fn method(compiler: &mut Compiler<'_>, target: Node, call: &ast::Call) -> Node {
    let Some(spec) = methods::find(&call.name) else {
        let hint = did_you_mean(&call.name, methods::all().map(|m| m.name));
        return mistake(compiler, call, format!("unrecognised method '{}'{hint}", call.name));
    };
    let args = match arguments(compiler, &spec.params, call) {
        Ok(args) => args,
        Err(message) => return mistake(compiler, call, message),
    };
    let (known_target, literal) = (target.known().is_some(), target.constant().is_some());
    let environment = compiler.environment.clone();
    let mut method = Method { spec, target, args, prepared: None, environment };
    if let MethodRun::Prepared(prepare) = spec.run
        && (compiler.environment.evaluates || !spec.impure)
        && let Some(args) = method.args.constants()
    {
        match prepare(&Args { values: &args }, compiler.environment) {
            Ok(prepared) => method.prepared = Some(prepared),
            Err(error) => return mistake(compiler, call, error.to_string()),
        }
    }
    let pure = matches!(spec.run, MethodRun::Pure(_) | MethodRun::Prepared(_)) && !spec.impure;
    let known = pure && known_target && matches!(method.args, ArgNodes::Constant(_));
    let node = Node::Method(Box::new(method));
    if known && literal && spec.folds {
        return compiler.folded(call.end, call.end, node);
    }
    compiler.known_if(known, node)
}

fn mistake(compiler: &mut Compiler<'_>, call: &ast::Call, message: String) -> Node {
    compiler.error(call.end, call.end, message);
    Node::This
}

/// The arguments of a call in the order of the parameters.
fn arguments(compiler: &mut Compiler<'_>, params: &Params, call: &ast::Call) -> Result<ArgNodes, String> {
    let named = call.args.iter().filter(|arg| arg.name.is_some()).count();
    if named > 0 && named < call.args.len() {
        return Err("cannot mix named and nameless arguments".to_owned());
    }
    let nodes: Result<Vec<_>, String> = match params {
        Params::Variadic if named > 0 => {
            return Err(format!("{} does not take named arguments", call.name));
        }
        Params::Variadic => {
            let any = Param::any("", "");
            call.args.iter().map(|arg| Ok((argument(compiler, &any, &arg.value)?, any.ty))).collect()
        }
        Params::Named(params) => {
            let given = if named > 0 { by_name(params, call)? } else { by_position(params, call)? };
            params
                .iter()
                .zip(given)
                .map(|(param, given)| match given {
                    Some(expr) => Ok((argument(compiler, param, expr)?, param.ty)),
                    None => Ok((absent(param)?, param.ty)),
                })
                .collect()
        }
    };
    nodes.map(settled)
}

fn by_position<'a>(params: &[Param], call: &'a ast::Call) -> Result<Vec<Option<&'a ast::Expr>>, String> {
    if call.args.len() > params.len() {
        let (given, most) = (call.args.len(), params.len());
        return Err(format!("wrong number of arguments, expected {most}, got {given}"));
    }
    let mut given: Vec<Option<&ast::Expr>> = call.args.iter().map(|arg| Some(&arg.value)).collect();
    given.resize(params.len(), None);
    Ok(given)
}

fn by_name<'a>(params: &[Param], call: &'a ast::Call) -> Result<Vec<Option<&'a ast::Expr>>, String> {
    let mut given = vec![None; params.len()];
    for arg in &call.args {
        let name = arg.name.as_deref().unwrap_or_default();
        let Some(i) = params.iter().position(|param| param.name == name) else {
            let hint = did_you_mean(name, params.iter().map(|p| p.name));
            return Err(format!("unknown parameter '{name}'{hint}"));
        };
        if given[i].replace(&arg.value).is_some() {
            return Err(format!("duplicate named arg: {name}"));
        }
    }
    Ok(given)
}

fn absent(param: &Param) -> Result<ArgNode, String> {
    match param.default {
        Some(default) => Ok(ArgNode::Constant(default.value())),
        None if param.optional => Ok(ArgNode::Absent),
        None => Err(format!("missing parameter: {}", param.name)),
    }
}

fn argument(compiler: &mut Compiler<'_>, param: &Param, expr: &ast::Expr) -> Result<ArgNode, String> {
    let node = compiler.expr(expr);
    let node = match node {
        Node::Constant(value) if param.ty == ParamType::Query => {
            return Ok(ArgNode::Query(Node::Constant(value)));
        }
        Node::Constant(value) => {
            let checked = param.ty.check(Cow::Owned(value));
            let checked = checked.map_err(|e| format!("field {}: {e}", param.name))?;
            return Ok(ArgNode::Constant(checked.into_owned()));
        }
        node => node,
    };
    if param.literal {
        return Err(format!("argument {} must be a literal", param.name));
    }
    Ok(if param.ty.is_query() { ArgNode::Query(node) } else { ArgNode::Value(node) })
}

/// Arguments that are all constants are kept as such.
fn settled(nodes: Vec<(ArgNode, ParamType)>) -> ArgNodes {
    let constant = nodes.iter().all(|(node, _)| matches!(node, ArgNode::Constant(_) | ArgNode::Absent));
    if !constant {
        return ArgNodes::Dynamic(nodes);
    }
    let values = nodes.into_iter().map(|(node, _)| match node {
        ArgNode::Constant(value) => Arg::Value(Cow::Owned(value)),
        _ => Arg::Absent,
    });
    ArgNodes::Constant(values.collect())
}
