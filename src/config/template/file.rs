//! What stands in a template file.

use super::{AnyField, Dialect, Node, NodeKind, Shape, Type, field, of_type};
use crate::config::field::Described;
use crate::config::{Conf, Field};
use crate::value::{Str, Value};

const TYPES: &[&str] =
    &["bloblang", "bool", "float", "int", "string", "string_annotated_enum", "string_enum", "unknown"];

const NAME: Field<Str> = field("name").doc("The name of the component that the template makes.");
const KIND: Field<Str> = field("type")
    .options(&["cache", "input", "output", "processor", "rate_limit"])
    .doc("What kind of component it makes.");
const STATUS: Field<Str> = field("status")
    .default("stable")
    .options(&["stable", "beta", "experimental", "deprecated"])
    .doc("How far it can be relied on.");
const CATEGORIES: Field<Vec<Str>> =
    field("categories").default_list(&[]).doc("Tags by which documentation groups components.");
const SUMMARY: Field<Str> = field("summary").default("").doc("What it does, in a sentence.");
const DESCRIPTION: Field<Str> = field("description").default("").doc("How to use it, in Markdown.");
const FIELD_LIST: Field<Vec<Conf>> =
    field("fields").fields(FIELD).doc("What a config of the component may say; the mapping sees it.");
const MAPPING: Field<Str> = field("mapping")
    .bloblang()
    .doc("Makes the config that stands for the component: `this` are its fields, `@label` its label.");
const METRICS: Field<Str> = field("metrics_mapping")
    .default("")
    .bloblang()
    .doc("Renames or drops the metrics of the component; `$label` is its label.");
const TESTS: Field<Vec<Conf>> =
    field("tests").default_list(&[]).fields(TEST).doc("Configs, and what the template must make of them.");

/// The fields of a template file.
pub const FIELDS: &[&dyn AnyField] =
    &[&NAME, &KIND, &STATUS, &CATEGORIES, &SUMMARY, &DESCRIPTION, &FIELD_LIST, &MAPPING, &METRICS, &TESTS];

const FIELD_NAME: Field<Str> = field("name").doc("The name of the field.");
const FIELD_DESCRIPTION: Field<Str> = field("description").default("").doc("What it is for.");
const FIELD_TYPE: Field<Str> = field("type").options(TYPES).doc("What a value of it is.");
const FIELD_KIND: Field<Str> =
    field("kind").default("scalar").options(&["scalar", "map", "list"]).doc("How many values it holds.");
const FIELD_DEFAULT: Field<Option<Value>> =
    field("default").doc("What it is where a config does not say it; without one it is required.");
const FIELD_ADVANCED: Field<bool> = field("advanced").default(false).doc("Whether few need it.");
const FIELD_OPTIONS: Field<Option<Value>> =
    field("options").doc("The allowed values: a list, or an object that says of each what it means.");

const FIELD: &[&dyn AnyField] = &[
    &FIELD_NAME,
    &FIELD_DESCRIPTION,
    &FIELD_TYPE,
    &FIELD_KIND,
    &FIELD_DEFAULT,
    &FIELD_ADVANCED,
    &FIELD_OPTIONS,
];

const TEST_NAME: Field<Str> = field("name").doc("What the test is called.");
const TEST_LABEL: Field<Str> = field("label").default("").doc("The label of the component.");
const TEST_CONFIG: Field<Option<Conf>> = field("config").doc("The config of the component.");
const TEST_EXPECTED: Field<Option<Conf>> =
    field("expected").doc("The config that the template must make of it.");

const TEST: &[&dyn AnyField] = &[&TEST_NAME, &TEST_LABEL, &TEST_CONFIG, &TEST_EXPECTED];

/// The text of a field, or empty text.
pub fn text(node: &Node, key: &str) -> Str {
    node.get(key).and_then(Node::as_text).map(Str::from).unwrap_or_default()
}

/// The field that `node` describes; it lives as long as the process.
pub fn field_of(node: &Node) -> Result<impl AnyField + use<>, String> {
    let leak = |text: Str| -> &'static str { Box::leak(String::from(text).into_boxed_str()) };
    let default = node.get("default").filter(|default| !default.is_null()).map(Node::to_value);
    let mut info = *field::<Value>(leak(text(node, "name"))).info();
    let name = node.get("type").and_then(Node::as_text).ok_or("the type is missing")?;
    info.ty = match name {
        "bloblang" | "string_enum" | "string_annotated_enum" => Type::String,
        name => of_type(name),
    };
    if name == "bloblang" {
        info.dialect = Dialect::Bloblang;
    }
    if let "string_enum" | "string_annotated_enum" = name {
        info.options = options(node.get("options"), name == "string_enum")?
            .into_iter()
            .map(leak)
            .collect::<Vec<_>>()
            .leak();
        info.enforced = true;
    }
    info.shape = match node.get("kind").and_then(Node::as_text) {
        None | Some("scalar") => Shape::Scalar,
        Some("map") => Shape::Map,
        Some("list") => Shape::Array,
        Some(other) => return Err(format!("there is no kind '{other}'")),
    };
    info.doc = leak(text(node, "description"));
    info.advanced = text(node, "advanced") == "true";
    info.has_default = default.is_some();
    Ok(Described { info, default })
}

/// The values that an enumeration allows: a list of different texts, or an object of texts.
fn options(node: Option<&Node>, plain: bool) -> Result<Vec<Str>, String> {
    let is_text = |node: &Node| matches!(node.to_value(), Value::String(_));
    let options: Vec<Str> = match (node.map(|node| &node.value), plain) {
        (Some(NodeKind::Seq(items)), true) => {
            let texts = items.iter().filter(|item| is_text(item)).filter_map(Node::as_text).map(Str::from);
            let texts: Vec<Str> = texts.collect();
            if texts.len() < items.len() {
                return Err("options must be texts".to_owned());
            }
            texts
        }
        (Some(NodeKind::Map(entries)), false) => {
            if let Some(entry) = entries.iter().find(|entry| !is_text(&entry.value)) {
                return Err(format!("what option '{}' means must be a text", entry.key.text));
            }
            entries.iter().map(|entry| entry.key.text.clone()).collect()
        }
        (_, true) => return Err("options must be a list".to_owned()),
        (_, false) => return Err("options must be an object".to_owned()),
    };
    let mut sorted = options.clone();
    sorted.sort();
    match sorted.windows(2).any(|pair| pair[0] == pair[1]) {
        true => Err("an option stands there twice".to_owned()),
        false if options.is_empty() => Err("there must be at least one option".to_owned()),
        false => Ok(options),
    }
}
