//! Names of queries, by which errors tell where a value came from.

use super::args::Arg;
use super::eval::{ArgNode, ArgNodes, Call, Method, Node};
use super::path;
use crate::value::{Str, Value};

impl Node {
    /// What the value of this query is called. Not always text that could be written in a mapping.
    pub fn source(&self) -> String {
        match self {
            Node::Constant(Value::Delete) => "delete".to_owned(),
            Node::Constant(Value::Nothing) => "nothing".to_owned(),
            Node::Constant(value) => format!("{} literal", value.type_name()),
            Node::Known(_, query) => query.source(),
            Node::This => "field `this`".to_owned(),
            Node::ThisPath(segments) => field("this", segments),
            Node::Root => "field `root`".to_owned(),
            Node::Meta(Some(key)) => format!("meta field {key}"),
            Node::Meta(None) => "meta object".to_owned(),
            Node::Variable(_, name) => format!("variable {name}"),
            Node::Captured(_, name) => field(name, &[]),
            Node::Field(base, segments) => match &**base {
                Node::Captured(_, name) => field(name, segments),
                Node::Root => field("root", segments),
                _ => format!("path `{}`", path::join(segments)),
            },
            Node::Map(_, query) | Node::Lambda(_, query) => query.source(),
            Node::Negate(operand) | Node::Binary(_, _, operand) => operand.source(),
            Node::Not(operand) => format!("not {}", operand.source()),
            Node::Call(call) => call_source(call),
            Node::Method(method) => method_source(method),
            Node::If(..) => "if expression".to_owned(),
            Node::Match(..) => "match expression".to_owned(),
            Node::Array(_) => "array literal".to_owned(),
            Node::Object(_) | Node::DynamicObject(_) => "object literal".to_owned(),
        }
    }
}

fn field(context: &str, segments: &[Str]) -> String {
    match segments {
        [] => format!("field `{context}`"),
        segments => format!("field `{context}.{}`", path::join(segments)),
    }
}

/// The first argument of a call, where it is a constant string.
fn first(args: &ArgNodes) -> Option<String> {
    let args = args.constants()?;
    match args.first()? {
        Arg::Value(value) => value.as_str().map(str::to_owned),
        _ => None,
    }
}

fn call_source(call: &Call) -> String {
    match (call.spec.name, first(&call.args)) {
        ("json", Some(path)) => format!("json path `{path}`"),
        (name @ ("meta" | "metadata" | "root_meta"), Some(key)) if key.is_empty() => format!("{name} object"),
        (name @ ("meta" | "metadata" | "root_meta"), Some(key)) => format!("{name} field {key}"),
        (name, _) => format!("function {name}"),
    }
}

fn method_source(method: &Method) -> String {
    match (method.spec.name, first(&method.args)) {
        ("apply", Some(map)) => format!("map {map}"),
        ("from", _) => format!("{} from another message", method.target.source()),
        (name, _) => match &method.args {
            ArgNodes::Dynamic(args) if name == "map" => match args.first() {
                Some((ArgNode::Query(query), _)) => query.source(),
                _ => "method map".to_owned(),
            },
            _ => format!("method {name}"),
        },
    }
}
