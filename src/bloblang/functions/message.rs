//! Functions that read the message: content, document, metadata, errors, its place in the batch.

use std::borrow::Cow;

use crate::bloblang::args::{Args, Param, Params};
use crate::bloblang::eval::Ctx;
use crate::bloblang::path;
use crate::bloblang::spec::{Example, FunctionRun, FunctionSpec, Result, Status};
use crate::value::number::Num;
use crate::value::{Object, Value, json, text};

pub const FUNCTIONS: &[&FunctionSpec] = &[
    &BATCH_INDEX,
    &BATCH_SIZE,
    &CONTENT,
    &ERROR,
    &ERROR_SOURCE_LABEL,
    &ERROR_SOURCE_NAME,
    &ERROR_SOURCE_PATH,
    &ERROR_SOURCE_TYPE,
    &ERRORED,
    &FLOW_ID,
    &JSON,
    &META,
    &METADATA,
    &ROOT_META,
    &TRACING_ID,
    &TRACING_SPAN,
];

const CATEGORY: &str = "Message Info";

const KEY: Params = Params::Named(&[Param::string("key", "The metadata key; empty for all of it.")
    .default(crate::bloblang::args::Constant::String(""))]);

fn owned<'a>(value: impl Into<Value>) -> Result<Cow<'a, Value>> {
    Ok(Cow::Owned(value.into()))
}

const BATCH_INDEX: FunctionSpec =
    FunctionSpec::new("batch_index", CATEGORY, FunctionRun::Scoped(|_, ctx| owned(ctx.index as i64)))
        .doc("The position of the message in its batch, from 0.")
        .examples(&[
            Example { mapping: "root = batch_index()", cases: &[("{}", "0")] },
            Example { mapping: "root.first = batch_index() == 0", cases: &[("{}", r#"{"first":true}"#)] },
        ]);

const BATCH_SIZE: FunctionSpec = FunctionSpec::new(
    "batch_size",
    CATEGORY,
    FunctionRun::Scoped(|_, ctx| owned(ctx.scope().batch_size() as i64)),
)
.doc("How many messages the batch has.")
.examples(&[
    Example { mapping: "root = batch_size()", cases: &[("{}", "1")] },
    Example { mapping: "root.alone = batch_size() == 1", cases: &[("{}", r#"{"alone":true}"#)] },
]);

const CONTENT: FunctionSpec = FunctionSpec::new(
    "content",
    CATEGORY,
    FunctionRun::Scoped(|_, ctx| owned(ctx.content().unwrap_or_default())),
)
.doc("The content of the message as bytes, whether it is JSON or not.")
.examples(&[
    Example { mapping: "root = content().uppercase()", cases: &[("shout", "SHOUT")] },
    Example { mapping: "root.size = content().length()", cases: &[("abcd", r#"{"size":4}"#)] },
]);

const ERROR: FunctionSpec = FunctionSpec::new(
    "error",
    CATEGORY,
    FunctionRun::Scoped(|_, ctx| match ctx.scope().failure(ctx.index) {
        Some(failure) => owned(failure.text),
        None => owned(Value::Null),
    }),
)
.doc("Why the message is flagged as failed; null where it is not.")
.examples(&[
    Example { mapping: "root = error() | \"fine\"", cases: &[("{}", "fine")] },
    Example { mapping: "root.error = error()", cases: &[("{}", r#"{"error":null}"#)] },
]);

const ERRORED: FunctionSpec = FunctionSpec::new(
    "errored",
    CATEGORY,
    FunctionRun::Scoped(|_, ctx| owned(ctx.scope().failure(ctx.index).is_some())),
)
.doc("Whether the message is flagged as failed.")
.examples(&[
    Example { mapping: "root = errored()", cases: &[("{}", "false")] },
    Example { mapping: "root = if errored() { \"bad\" } else { \"good\" }", cases: &[("{}", "good")] },
]);

/// One part of where a failure came from; null where it was not recorded.
fn origin<'a>(ctx: &Ctx<'a>, part: fn((&'a str, &'a str, &'a str)) -> &'a str) -> Result<Cow<'a, Value>> {
    match ctx.scope().failure(ctx.index).and_then(|failure| failure.origin) {
        Some(origin) => owned(part(origin)),
        None => owned(Value::Null),
    }
}

const ERROR_SOURCE_NAME: FunctionSpec = FunctionSpec::new(
    "error_source_name",
    CATEGORY,
    FunctionRun::Scoped(|_, ctx| origin(ctx, |(name, _, _)| name)),
)
.doc("The type of the component that failed; null where that was not recorded.")
.examples(&[
    Example { mapping: "root = error_source_name() | \"none\"", cases: &[("{}", "none")] },
    Example { mapping: "root = error_source_name()", cases: &[("{}", "null")] },
]);

const ERROR_SOURCE_LABEL: FunctionSpec = FunctionSpec::new(
    "error_source_label",
    CATEGORY,
    FunctionRun::Scoped(|_, ctx| origin(ctx, |(_, label, _)| label)),
)
.doc("The label of the component that failed, empty if it has none; null where that was not recorded.")
.examples(&[
    Example { mapping: "root = error_source_label() | \"none\"", cases: &[("{}", "none")] },
    Example { mapping: "root = error_source_label()", cases: &[("{}", "null")] },
]);

const ERROR_SOURCE_PATH: FunctionSpec = FunctionSpec::new(
    "error_source_path",
    CATEGORY,
    FunctionRun::Scoped(|_, ctx| origin(ctx, |(_, _, path)| path)),
)
.doc("The place in the config of the component that failed; null where that was not recorded.")
.examples(&[
    Example { mapping: "root = error_source_path() | \"none\"", cases: &[("{}", "none")] },
    Example { mapping: "root = error_source_path()", cases: &[("{}", "null")] },
]);

const ERROR_SOURCE_TYPE: FunctionSpec = FunctionSpec::new(
    "error_source_type",
    CATEGORY,
    FunctionRun::Scoped(|_, ctx| origin(ctx, |(name, _, _)| name)),
)
.doc("The type of the component that failed, such as `mapping`; null where that was not recorded.")
.examples(&[
    Example { mapping: "root = error_source_type() | \"none\"", cases: &[("{}", "none")] },
    Example { mapping: "root = error_source_type()", cases: &[("{}", "null")] },
]);

const FLOW_ID: FunctionSpec = FunctionSpec::new(
    "flow_id",
    CATEGORY,
    FunctionRun::Scoped(|_, ctx| {
        owned(ctx.metadata().and_then(|meta| meta.get("flow_id")).map(meta_text).unwrap_or_default().as_ref())
    }),
)
.status(Status::Experimental)
.doc("The id that a message keeps on its way: its metadata `flow_id`, empty where it has none.")
.examples(&[
    Example { mapping: "root = flow_id()", cases: &[("{}", "")] },
    Example { mapping: "root = flow_id().length()", cases: &[("{}", "0")] },
]);

const JSON: FunctionSpec = FunctionSpec::new("json", CATEGORY, FunctionRun::Scoped(document))
    .doc("The document of the message, or what a dot path leads to in it, whatever `this` is; null where it is missing.")
    .params(Params::Named(&[
        Param::string("path", "A dot path into the document; empty for all of it.")
            .default(crate::bloblang::args::Constant::String("")),
    ]))
    .examples(&[
        Example { mapping: "root = json(\"user.name\")", cases: &[(r#"{"user":{"name":"Ada"}}"#, "Ada")] },
        Example {
            mapping: "root = this.items.map_each(item -> item + json(\"extra\"))",
            cases: &[(r#"{"items":[1,2],"extra":10}"#, "[11,12]")],
        },
    ]);

fn document<'a>(args: &Args<'_>, ctx: &Ctx<'a>) -> Result<Cow<'a, Value>> {
    let document = ctx.document()?;
    let found = match args.str(0) {
        "" => Cow::Borrowed(document),
        dotted => path::get(document, &path::split(dotted)),
    };
    // As in the reference a number loses its text: 1.0 becomes 1.
    Ok(match Num::of(&found) {
        Some(num) => Cow::Owned(num.into()),
        None => found,
    })
}

/// The text of a metadata value; arrays and objects as messages print them.
fn meta_text(value: &Value) -> Cow<'_, str> {
    match value {
        Value::Array(_) | Value::Object(_) => json::print(value)
            .map_or(Cow::Borrowed(""), |printed| Cow::Owned(String::from_utf8_lossy(&printed).into_owned())),
        value => text::string(value),
    }
}

/// The old form of metadata: always text, null where it is missing or empty.
fn text_form<'a>(meta: Option<&'a Object>, key: &str) -> Result<Cow<'a, Value>> {
    let Some(meta) = meta else { return owned(Value::Null) };
    if key.is_empty() {
        let texts = meta.iter().map(|(key, value)| (key.clone(), Value::from(&*meta_text(value))));
        return owned(texts.collect::<Object>());
    }
    match meta.get(key) {
        Some(value) => match &*meta_text(value) {
            "" => owned(Value::Null),
            text => owned(text),
        },
        None => owned(Value::Null),
    }
}

const META: FunctionSpec = FunctionSpec::new(
    "meta",
    CATEGORY,
    FunctionRun::Scoped(|args, ctx| text_form(ctx.metadata(), args.str(0))),
)
.status(Status::Deprecated)
.doc("A metadata value as text, null where it is missing or empty; or all metadata. `@key` and `metadata` keep types.")
.params(KEY)
.examples(&[
    Example { mapping: "root = meta(\"topic\") | \"none\"", cases: &[("{}", "none")] },
    Example { mapping: "root = meta()", cases: &[("{}", "{}")] },
]);

const ROOT_META: FunctionSpec = FunctionSpec::new(
    "root_meta",
    CATEGORY,
    FunctionRun::Scoped(|args, ctx| text_form(ctx.new_metadata(), args.str(0))),
)
.status(Status::Deprecated)
.doc("As `meta`, but of the message under construction.")
.params(KEY)
.examples(&[
    Example { mapping: "meta kind = \"a\"\nroot = root_meta(\"kind\")", cases: &[("{}", "a")] },
    Example { mapping: "root = root_meta(\"kind\") | \"none\"", cases: &[("{}", "none")] },
]);

const METADATA: FunctionSpec = FunctionSpec::new("metadata", CATEGORY, FunctionRun::Scoped(metadata))
    .doc("A metadata value with its type, null where it is missing; or all metadata. It does not see what the mapping has assigned: `@key` does.")
    .params(KEY)
    .examples(&[
        Example { mapping: "root = metadata(\"topic\") | \"none\"", cases: &[("{}", "none")] },
        Example { mapping: "meta n = 1\nroot = [metadata(\"n\"), @n]", cases: &[("{}", "[null,1]")] },
    ]);

fn metadata<'a>(args: &Args<'_>, ctx: &Ctx<'a>) -> Result<Cow<'a, Value>> {
    match (ctx.metadata(), args.str(0)) {
        (None, "") => owned(Object::new()),
        (Some(meta), "") => owned(meta.clone()),
        (meta, key) => match meta.and_then(|meta| meta.get(key)) {
            Some(value) => Ok(Cow::Borrowed(value)),
            None => owned(Value::Null),
        },
    }
}

/// The id of no trace.
const NO_TRACE: &str = "00000000000000000000000000000000";

const TRACING_ID: FunctionSpec = FunctionSpec::new(
    "tracing_id",
    CATEGORY,
    FunctionRun::Scoped(|_, ctx| owned(ctx.scope().trace_id(ctx.index).as_deref().unwrap_or(NO_TRACE))),
)
.status(Status::Experimental)
.doc("The id of the message's trace; 32 zeros where there is none.")
.examples(&[
    Example { mapping: "root = tracing_id().length()", cases: &[("{}", "32")] },
    Example { mapping: "root = tracing_id().trim(\"0\")", cases: &[("{}", "")] },
]);

const TRACING_SPAN: FunctionSpec = FunctionSpec::new(
    "tracing_span",
    CATEGORY,
    FunctionRun::Scoped(|_, ctx| owned(ctx.scope().trace_span(ctx.index))),
)
.status(Status::Experimental)
.doc("The trace context of the message as an object of text fields; empty where there is none.")
.examples(&[
    Example { mapping: "root = tracing_span()", cases: &[("{}", "{}")] },
    Example { mapping: "root = tracing_span().length()", cases: &[("{}", "0")] },
]);
