//! The fields of unit tests of configs, under `tests` of a config or in a file of their own.

use super::{AnyField, Conf, Field, Node, field, regex};
use crate::value::{Str, Value};

const NO_ENTRIES: &[(&str, &str)] = &[];
const NO_MESSAGES: &[()] = &[];
const NO_BATCHES: &[&[()]] = &[];

pub const NAME: Field<Str> = field("name").doc("What the case is called.");
pub const ENVIRONMENT: Field<Option<Vec<(Str, Str)>>> =
    field("environment").default(NO_ENTRIES).doc("Environment variables while the target config is read.");
pub const TARGET_PROCESSORS: Field<Str> = field("target_processors").default("/pipeline/processors").doc(
    "Which processors are tested: a JSON pointer or a label, after `file#` where they stand in another file.",
);
pub const TARGET_MAPPING: Field<Str> = field("target_mapping")
    .default("")
    .doc("A file with a Bloblang mapping that is tested instead of processors.");
pub const MOCKS: Field<Option<Vec<(Str, Node)>>> = field("mocks")
    .default(NO_ENTRIES)
    .doc("Processors that replace those with a certain label or JSON pointer.");
pub const INPUT_BATCH: Field<Option<Vec<Conf>>> =
    field("input_batch").default(NO_MESSAGES).fields(MESSAGE).doc("One batch that is fed in.");
pub const INPUT_BATCHES: Field<Option<Vec<Vec<Conf>>>> = field("input_batches")
    .default(NO_BATCHES)
    .fields(MESSAGE)
    .doc("Batches that are fed in one after the other.");
pub const OUTPUT_BATCHES: Field<Option<Vec<Vec<Conf>>>> = field("output_batches")
    .default(NO_BATCHES)
    .fields(CONDITIONS)
    .doc("For every message of every resulting batch, what must hold.");

/// The fields of one case.
pub const CASE: &[&dyn AnyField] = &[
    &NAME,
    &ENVIRONMENT,
    &TARGET_PROCESSORS,
    &TARGET_MAPPING,
    &MOCKS,
    &INPUT_BATCH,
    &INPUT_BATCHES,
    &OUTPUT_BATCHES,
];

pub const CONTENT: Field<Option<Str>> = field("content").doc("The content of the message as text.");
pub const JSON_CONTENT: Field<Option<Value>> =
    field("json_content").doc("The content of the message as a value.");
pub const FILE_CONTENT: Field<Option<Str>> =
    field("file_content").doc("A file with the content of the message, relative to the test.");
pub const METADATA: Field<Option<Vec<(Str, Value)>>> =
    field("metadata").default(NO_ENTRIES).doc("The metadata of the message.");

/// The fields of a message that is fed in.
pub const MESSAGE: &[&dyn AnyField] = &[&CONTENT, &JSON_CONTENT, &FILE_CONTENT, &METADATA];

pub const BLOBLANG: Field<Option<Str>> =
    field("bloblang").bloblang().doc("A query that must be true for the message.");
pub const CONTENT_EQUALS: Field<Option<Str>> = field("content_equals").doc("What the content must be.");
pub const CONTENT_MATCHES: Field<Option<Str>> =
    field("content_matches").usable(regex).doc("A regular expression that the content must match.");
pub const METADATA_EQUALS: Field<Option<Vec<(Str, Value)>>> =
    field("metadata_equals").default(NO_ENTRIES).doc("Metadata that must be there with these values.");
pub const FILE_EQUALS: Field<Option<Str>> = field("file_equals").doc("A file that the content must equal.");
pub const FILE_JSON_EQUALS: Field<Option<Str>> =
    field("file_json_equals").doc("A JSON file that the content must equal as a value.");
pub const JSON_EQUALS: Field<Option<Value>> = field("json_equals").doc("The value that the content must be.");
pub const JSON_CONTAINS: Field<Option<Value>> =
    field("json_contains").doc("A value that must be part of the content.");
pub const FILE_JSON_CONTAINS: Field<Option<Str>> =
    field("file_json_contains").doc("A JSON file whose value must be part of the content.");

/// What can be asked of a message that comes out.
pub const CONDITIONS: &[&dyn AnyField] = &[
    &BLOBLANG,
    &CONTENT_EQUALS,
    &CONTENT_MATCHES,
    &METADATA_EQUALS,
    &FILE_EQUALS,
    &FILE_JSON_EQUALS,
    &JSON_EQUALS,
    &JSON_CONTAINS,
    &FILE_JSON_CONTAINS,
];
