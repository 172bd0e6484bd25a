//! Evaluating expressions.

use super::super::error::Error;
use super::super::go::layout_parse;
use super::super::go::regex;
use super::super::spec::Result;
use super::{Matcher, Node, ops};
use crate::value::{Array, Object, Value};

/// What an expression sees: the document, and within a filter or a script the present element.
#[derive(Clone, Copy)]
pub struct World<'a> {
    pub root: &'a Value,
    pub current: Option<&'a Value>,
}

/// The forms in which `date` takes points in time.
const DATES: [&str; 14] = [
    "Mon Jan _2 15:04:05 2006",
    "Mon Jan _2 15:04:05 MST 2006",
    "Mon Jan 02 15:04:05 -0700 2006",
    "3:04PM",
    "2006-01-02T15:04:05Z07:00",
    "2006-01-02T15:04:05.999999999Z07:00",
    "2006-01-02",
    "2006-01-02 15:04",
    "2006-01-02 15:04:05",
    "2006-01-02 15:04:05-07:00",
    "2006-01-02T15Z0700",
    "2006-01-02T15:04Z0700",
    "2006-01-02T15:04:05Z0700",
    "2006-01-02T15:04:05.999999999Z0700",
];

impl<'a> World<'a> {
    /// The same with another present element.
    pub fn at<'b>(self, current: &'b Value) -> World<'b>
    where
        'a: 'b,
    {
        World { root: self.root, current: Some(current) }
    }
}

impl Node {
    /// The value of the expression over `document`.
    pub fn over(&self, document: &Value) -> Result<Value> {
        self.eval(World { root: document, current: None })
    }

    pub(super) fn eval(&self, world: World<'_>) -> Result<Value> {
        let all = |nodes: &[Node]| nodes.iter().map(|node| node.eval(world)).collect::<Result<Array>>();
        match self {
            Node::Constant(value) => Ok(value.clone()),
            Node::Path(path) => path.eval(world),
            Node::Variable(keys) => variable(&all(keys)?, world.root),
            Node::Call(name) => Err(Error::new(format!("{name} is not a function"))),
            Node::Date(args) => date(&all(args)?),
            Node::Prefix(op, operand) => op.apply(&operand.eval(world)?),
            Node::Infix(op, left, right) => {
                let left = left.eval(world)?;
                match op.short(&left) {
                    Some(result) => Ok(result),
                    None => op.apply(&left, &right.eval(world)?),
                }
            }
            Node::Matches { text, pattern, negated } => {
                let text = text.eval(world)?;
                let pattern = match pattern {
                    Matcher::Fixed(pattern) => pattern.clone(),
                    Matcher::Dynamic(node) => regex::cached(&ops::shown(&node.eval(world)?))
                        .map_err(|error| Error::new(error.to_string()))?,
                };
                Ok(Value::Bool(pattern.regex().is_match(&ops::shown(&text)) != *negated))
            }
            Node::Choice(parts) => match ops::is_zero(&parts.0.eval(world)?) {
                false => parts.1.eval(world),
                true => parts.2.eval(world),
            },
            Node::Array(nodes) => all(nodes).map(Value::Array),
            Node::Object(entries) => {
                let entry = |(key, value): &(Node, Node)| {
                    let value = value.eval(world)?;
                    Ok((ops::shown(&key.eval(world)?).as_ref().into(), value))
                };
                entries.iter().map(entry).collect::<Result<Object>>().map(Value::Object)
            }
        }
    }
}

/// What the keys of a variable lead to: null where an object has none, and the same array where it has no such index.
fn variable(keys: &[Value], root: &Value) -> Result<Value> {
    let mut value = root;
    for key in keys {
        let key = ops::shown(key);
        value = match value {
            Value::Object(object) => object.get(&key).unwrap_or(&Value::Null),
            Value::Array(items) => key.parse().ok().and_then(|i: usize| items.get(i)).unwrap_or(value),
            _ => return Err(Error::new(format!("unknown parameter {key}"))),
        };
    }
    Ok(value.clone())
}

fn date(args: &[Value]) -> Result<Value> {
    let [Value::String(text)] = args else { return Err(Error::new("date takes one text")) };
    let found = DATES.iter().find_map(|form| layout_parse::parse(form, text).ok());
    found.map(Value::from).ok_or_else(|| Error::new(format!("date does not understand {text}")))
}
