//! Values of unions, which may say by a tag what they are.

use super::schema::{Id, Kind, Schema};
use crate::value::{Object, Str, Value};

/// Whether and how values of unions are tagged where they are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tags {
    None,
    /// By the name of the type, with its logical type.
    Qualified,
}

/// The branch of a union that a value takes: what `attempt` makes of the first one that it accepts. What may be a tag is
/// followed if that works; where no tags are expected, only if nothing else does.
pub fn choose<T>(
    schema: &Schema,
    branches: &[Id],
    value: &Value,
    tags: Tags,
    mut attempt: impl FnMut(usize, Id, &Value) -> Result<T, String>,
) -> Result<T, String> {
    let inside = match value {
        Value::Object(object) if object.len() == 1 => object.iter().next(),
        _ => None,
    };
    let inside = inside.and_then(|(tag, inner)| Some((tagged(schema, branches, tag)?, inner)));
    if let Some((at, inner)) = inside.filter(|_| tags != Tags::None)
        && let Ok(done) = attempt(at, branches[at], inner)
    {
        return Ok(done);
    }
    let mut failure = None;
    for (at, branch) in branches.iter().enumerate() {
        match attempt(at, *branch, value) {
            Ok(done) => return Ok(done),
            Err(error) if !matches!(schema.node(*branch).kind, Kind::Null) => failure = Some(error),
            Err(_) => {}
        }
    }
    if let Some((at, inner)) = inside.filter(|_| tags == Tags::None)
        && let Ok(done) = attempt(at, branches[at], inner)
    {
        return Ok(done);
    }
    let reason =
        failure.filter(|_| branches.len() <= 2).map(|error| format!(": {error}")).unwrap_or_default();
    Err(format!("a value of type {} fits no type of the union{reason}", value.type_name()))
}

/// The branch that a tag names, with a logical type or without.
fn tagged(schema: &Schema, branches: &[Id], tag: &str) -> Option<usize> {
    let exact = branches.iter().position(|id| schema.node(*id).name() == tag);
    exact.or_else(|| {
        let base = tag.split_once('.')?.0;
        branches.iter().position(|id| schema.node(*id).name() == base)
    })
}

/// A value of a branch as it is written; null never has a tag.
pub fn tag(schema: &Schema, branch: Id, value: Value, tags: Tags) -> Value {
    if tags == Tags::None || matches!(schema.node(branch).kind, Kind::Null) {
        return value;
    }
    Value::Object(Object::from_iter([(Str::from(schema.node(branch).qualified()), value)]))
}
