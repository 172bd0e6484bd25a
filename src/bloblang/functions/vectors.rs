//! Functions over vectors and over bytes on their way to others.

use std::borrow::Cow;

use bytes::Bytes;

use crate::bloblang::args::{Args, Param, Params};
use crate::bloblang::error::Error;
use crate::bloblang::spec::{Example, FunctionRun, FunctionSpec, Result};
use crate::value::number::Num;
use crate::value::{Value, text};

pub const FUNCTIONS: &[&FunctionSpec] = &[&COSINE_SIMILARITY, &WITH_SCHEMA_REGISTRY_HEADER];

const COSINE_SIMILARITY: FunctionSpec =
    FunctionSpec::new("cosine_similarity", "General", FunctionRun::Scoped(|args, _| cosine_similarity(args).map(Cow::Owned)))
        .doc("How far two vectors point into one direction: 1 if they do, 0 if they are at right angles, -1 if they are opposed. Both are arrays of as many numbers; those of a document must be made such with `.number()`.")
        .params(Params::Named(&[Param::any("a", "A vector."), Param::any("b", "The other one.")]))
        .examples(&[
            Example { mapping: "root = cosine_similarity([3, 4], [4, 3])", cases: &[("{}", "0.96")] },
            Example { mapping: "root = cosine_similarity([1], [1, 2])", cases: &[("{}", "Error")] },
        ]);

fn cosine_similarity(args: &Args<'_>) -> Result<Value> {
    let (left, right) = (vector(args.value(0))?, vector(args.value(1))?);
    if left.len() != right.len() {
        return Err(Error::new(format!("the vectors have {} and {} numbers", left.len(), right.len())));
    }
    let product = |left: &[f64], right: &[f64]| -> f64 { left.iter().zip(right).map(|(l, r)| l * r).sum() };
    let lengths = product(&left, &left).sqrt() * product(&right, &right).sqrt();
    if lengths == 0.0 {
        return Err(Error::new("a vector of length zero has no direction"));
    }
    Ok(Value::Float(product(&left, &right) / lengths))
}

fn vector(value: &Value) -> Result<Vec<f64>> {
    let Value::Array(items) = value else { return Err(Error::expected("array", value)) };
    // As in the reference, numbers of a document are none before they were computed with.
    let number = |item: &Value| match item {
        Value::Int(_) | Value::Float(_) | Value::Sized(_) => Num::of(item).map(Num::to_f64),
        _ => None,
    };
    let number = |item: &Value| number(item).ok_or_else(|| Error::expected("number", item));
    items.iter().map(number).collect()
}

const WITH_SCHEMA_REGISTRY_HEADER: FunctionSpec = FunctionSpec::new(
    "with_schema_registry_header",
    "Encoding",
    FunctionRun::Pure(with_schema_registry_header),
)
.doc("Bytes behind the header that consumers with a schema registry expect: a zero and four bytes that say which schema.")
.params(Params::Named(&[
    Param::any("schema_id", "The number of the schema, 0 to 4294967295."),
    Param::any("message", "The content, a string or bytes."),
]))
.examples(&[
    Example { mapping: "root = with_schema_registry_header(258, \"hi\").encode(\"hex\")", cases: &[("{}", "00000001026869")] },
    Example { mapping: "root = with_schema_registry_header(-1, content())", cases: &[("{}", "Error")] },
]);

fn with_schema_registry_header(args: &Args<'_>) -> Result<Value> {
    let id = match args.value(0) {
        Value::Int(id) => Some(*id as f64),
        Value::Float(id) => Some(*id),
        Value::Sized(id) => Some(id.num().to_f64()),
        other => return Err(Error::expected("number", other)),
    };
    let id = id.filter(|id| id.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(id));
    let id = id.ok_or_else(|| Error::new("the schema ID must be an integer between 0 and 4294967295"))?;
    let message = args.value(1);
    let content = text::content(message).ok_or_else(|| Error::expected("string", message))?;
    let mut out = Vec::with_capacity(content.len() + 5);
    out.push(0);
    out.extend((id as u32).to_be_bytes());
    out.extend_from_slice(&content);
    Ok(Value::from(Bytes::from(out)))
}
