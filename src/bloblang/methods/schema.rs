//! Methods on the shape of values: inferring a schema, and checking one.

use std::borrow::Cow;
use std::sync::Arc;

use jsonschema::{Draft, Retrieve, Uri, ValidationError};

use crate::bloblang::args::{Args, Param, Params};
use crate::bloblang::error::Error;
use crate::bloblang::scope::Environment;
use crate::bloblang::spec::{Example, MethodRun, MethodSpec, PreparedMethod, Result, Status};
use crate::value::number::Num;
use crate::value::shape::{Kind, Shape};
use crate::value::{SizedNumber, Str, Value, json};

pub const METHODS: &[&MethodSpec] = &[&INFER_SCHEMA, &JSON_SCHEMA];

const INFER_SCHEMA: MethodSpec = MethodSpec::new("infer_schema", "Parsing", MethodRun::Pure(infer_schema))
    .doc("A description of the value's shape: `type`, the `name` of a field, the `children` of objects and arrays, and a `fingerprint` that is the same for the same shape. The elements of an array must have one type.")
    .examples(&[
        Example { mapping: "root = this.infer_schema().without(\"fingerprint\")", cases: &[("5", r#"{"type":"INT64"}"#), (r#"[1,"a"]"#, "Error")] },
        Example { mapping: "root = this.infer_schema().children.map_each(c -> c.name + \" \" + c.type)", cases: &[(r#"{"id":"x","n":1.5}"#, r#"["id STRING","n FLOAT64"]"#)] },
    ]);

fn infer_schema(target: Cow<'_, Value>, _: &Args<'_>) -> Result<Value> {
    Ok(shape("", &target).map_err(Error::new)?.describe())
}

/// The shape of `value`, or where it has none, as a path and a reason.
fn shape(name: &str, value: &Value) -> std::result::Result<Shape, String> {
    let mut children = Vec::new();
    let kind = match value {
        Value::Null => Kind::Null,
        Value::Bool(_) => Kind::Boolean,
        Value::Int(_) => Kind::Int64,
        Value::Float(_) => Kind::Float64,
        Value::Sized(SizedNumber::Unsigned(_)) => Kind::Int64,
        Value::Sized(SizedNumber::Single(_)) => Kind::Float32,
        Value::Number(text) => match Num::from_text(text) {
            Some(Num::Int(_)) => Kind::Int64,
            Some(Num::Float(_)) => Kind::Float64,
            None => return Err(format!(" number {text:?} fits neither an integer nor a float")),
        },
        Value::String(_) | Value::RawString(_) => Kind::String,
        Value::Bytes(_) => Kind::ByteArray,
        Value::Timestamp(_) => Kind::Timestamp(None),
        Value::Array(items) => {
            for (i, item) in items.iter().enumerate() {
                let child = shape("", item).map_err(|e| format!(".{i}{e}"))?;
                match children.first() {
                    None => children.push(child),
                    Some(first) if first.kind == child.kind => {}
                    Some(first) => {
                        let (first, other) = (first.kind.name(), child.kind.name());
                        return Err(format!(".{i} mismatched array types, found {first} and {other}"));
                    }
                }
            }
            Kind::Array
        }
        Value::Object(object) => {
            for (key, value) in object {
                children.push(shape(key, value).map_err(|e| format!(".{key}{e}"))?);
            }
            Kind::Object
        }
        Value::Delete | Value::Nothing => {
            return Err(format!(" unsupported data type: {}", value.type_name()));
        }
    };
    Ok(Shape::new(name, kind).with(children))
}

const JSON_SCHEMA: MethodSpec =
    MethodSpec::new("json_schema", "Object & Array Manipulation", MethodRun::Prepared(json_schema))
        .status(Status::Beta)
        .doc("The value itself if it conforms to a JSON schema; otherwise an error that lists what does not, a line each.")
        .params(Params::Named(&[Param::string("schema", "The schema, as JSON.")]))
        .examples(&[
            Example { mapping: "root = this.json_schema(\"\"\"{\"type\":\"object\",\"required\":[\"id\"]}\"\"\")", cases: &[(r#"{"id":1}"#, r#"{"id":1}"#), ("{}", "Error")] },
            Example { mapping: "root = this.n.json_schema(this.schema)", cases: &[(r#"{"n":5,"schema":"{\"maximum\":4}"}"#, "Error"), (r#"{"n":3,"schema":"{\"maximum\":4}"}"#, "3")] },
        ]);

fn json_schema(args: &Args<'_>, _: &Environment) -> Result<PreparedMethod> {
    let schema = Schema::parse(args.str(0), None).map_err(Error::new)?;
    Ok(Arc::new(move |target, _| match schema.check(&target) {
        Ok(()) => Ok(target.into_owned()),
        Err(violations) => Err(Error::new(violations)),
    }))
}

/// A JSON schema, ready to check values; without `$schema` it is one of draft 7.
pub struct Schema(jsonschema::Validator);

/// Reads schemas that others refer to from files.
struct Files;

impl Retrieve for Files {
    fn retrieve(
        &self,
        uri: &Uri<String>,
    ) -> std::result::Result<serde_json::Value, Box<dyn std::error::Error + Send + Sync>> {
        if uri.scheme().as_str() != "file" {
            return Err(format!("{uri}: schemas are only read from files").into());
        }
        let path = percent_encoding::percent_decode_str(uri.path().as_str()).decode_utf8()?;
        Ok(serde_json::from_slice(&std::fs::read(&*path)?)?)
    }
}

impl Schema {
    /// Parses a schema; what it refers to is relative to `base`, a `file://` URI.
    pub fn parse(text: &str, base: Option<String>) -> std::result::Result<Self, String> {
        let failed = |what: String| format!("failed to parse json schema definition: {what}");
        let schema: serde_json::Value = serde_json::from_str(text).map_err(|e| failed(e.to_string()))?;
        let is_uuid = |text: &str| uuid::Uuid::try_parse(text).is_ok();
        let mut options = jsonschema::options()
            .should_validate_formats(true)
            .with_format("uuid", is_uuid)
            .with_retriever(Files);
        if schema.get("$schema").is_none() {
            options = options.with_draft(Draft::Draft7);
        }
        if let Some(base) = base {
            options = options.with_base_uri(base);
        }
        options.build(&schema).map(Self).map_err(|e| failed(e.to_string()))
    }

    /// Why a value does not conform, a line for each violation.
    pub fn check(&self, value: &Value) -> std::result::Result<(), String> {
        let text = json::print(value).map_err(|e| e.to_string())?;
        let document: serde_json::Value = serde_json::from_slice(&text).map_err(|e| e.to_string())?;
        let violations: Vec<String> = self.0.iter_errors(&document).map(|e| violation(&e)).collect();
        if violations.is_empty() { Ok(()) } else { Err(violations.join("\n")) }
    }
}

/// Where a value does not conform, as a dot path, and why.
fn violation(error: &ValidationError<'_>) -> String {
    let path: Str = error.instance_path().as_str().trim_start_matches('/').replace('/', ".").into();
    let place = if path.is_empty() { "(root)" } else { &path };
    format!("{place} {error}")
}
