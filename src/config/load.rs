//! From text to a linted tree: variables filled in, YAML read, the outline checked, linted.

use std::collections::HashMap;
use std::fmt;

use super::component::infer;
use super::env::{EnvError, Lookup, expand};
use super::lint::lint;
use super::yaml::{YamlError, parse};
use super::{
    AnyField, Conf, FieldInfo, FieldType, Finding, FindingKind, Kind, LintOptions, Node, NodeKind, Part,
    Path, Shape, Specs, Type,
};

/// A config that can be read, with what the linter says about it.
#[derive(Debug)]
pub struct Loaded {
    pub node: Node,
    /// Variables that are not set, in order of appearance with repetitions.
    pub missing: Vec<String>,
    pub findings: Vec<Finding>,
    /// Whether the text asks not to be linted.
    pub unlinted: bool,
}

/// Why a config cannot be read at all; nothing is built from it.
#[derive(Clone, Debug)]
pub enum LoadError {
    Env(EnvError),
    Yaml(YamlError),
    /// A value of the outline has the wrong type, or a component of the outline is not known.
    Outline(Finding),
}

/// A text that begins with this is not linted.
const LINT_DISABLED: &[u8] = b"# BENTHOS LINT DISABLE";

/// Reads and lints a config document; variables are filled in if there is an `env` to take them from.
pub fn load(
    text: &[u8],
    part: Part,
    env: Option<Lookup<'_>>,
    specs: &dyn Specs,
    options: &LintOptions,
) -> Result<Loaded, LoadError> {
    let (text, missing) = match env {
        Some(lookup) => {
            let expanded = expand(text, lookup).map_err(LoadError::Env)?;
            (expanded.text, expanded.missing)
        }
        None => (text.into(), Vec::new()),
    };
    let node = parse(&text).map_err(LoadError::Yaml)?;
    let fields = part.fields();
    check_outline(fields, &node, specs).map_err(LoadError::Outline)?;
    let mut findings: Vec<_> = missing_variables(&missing).into_iter().collect();
    // What the API is sent is linted all the same.
    let unlinted = text.starts_with(LINT_DISABLED) && part != Part::StreamBody;
    if !unlinted {
        let options = LintOptions { strict_errors: options.strict_errors && is_strict(&node), ..*options };
        findings.extend(lint(fields, &node, specs, &options));
    }
    Ok(Loaded { node, missing, findings, unlinted })
}

/// The finding about variables that are not set, if there are any.
pub fn missing_variables(names: &[String]) -> Option<Finding> {
    let message = || format!("required environment variables were not set: [{}]", names.join(" "));
    (!names.is_empty()).then(|| Finding::new(1, FindingKind::MissingEnvVar, message()))
}

fn is_strict(root: &Node) -> bool {
    let handling = Conf::new(root.clone(), "root").get(&super::service::ERROR_HANDLING);
    handling.and_then(|conf| conf.get(&super::service::STRICT)).unwrap_or(false)
}

/// Checks what must hold before a config can be linted: the values of the root sections have the right types, and the
/// components of the outline are known.
pub fn check_outline(fields: &[&dyn AnyField], root: &Node, specs: &dyn Specs) -> Result<(), Finding> {
    Outline { complete: true }.types(fields, root, Path::Root("root"))?;
    known(fields, root, specs)
}

/// Checks that the values of `fields` have the right types, all the way down; fields may be missing.
pub(super) fn decode(fields: &[&dyn AnyField], root: &Node) -> Result<(), Finding> {
    Outline { complete: false }.types(fields, root, Path::Root("root"))
}

fn known(fields: &[&dyn AnyField], object: &Node, specs: &dyn Specs) -> Result<(), Finding> {
    for info in fields.iter().map(|field| field.info()) {
        let Some(node) = object.get(info.name) else { continue };
        match info.ty {
            Type::Component(kind) => components(kind, info.shape, node, specs)?,
            _ => known(info.fields, node, specs)?,
        }
    }
    Ok(())
}

fn components(kind: Kind, shape: Shape, node: &Node, specs: &dyn Specs) -> Result<(), Finding> {
    if shape != Shape::Scalar {
        if !node.entries().is_empty() {
            return Err(Finding::new(node.line, FindingKind::ExpectedArray, "expected array value"));
        }
        return node.items().iter().try_for_each(|item| components(kind, Shape::Scalar, item, specs));
    }
    infer(specs, kind, node).map_err(|problem| Finding::new(node.line, problem.kind, problem.message))?;
    let own = node.entries().iter().filter(|entry| kind.has_processors() && entry.key.text == "processors");
    own.map(|entry| &entry.value).try_for_each(|list| components(Kind::Processor, Shape::Array, list, specs))
}

/// How the types of a document are checked.
struct Outline {
    /// Whether required fields must be there.
    complete: bool,
}

impl Outline {
    fn types(&self, fields: &[&dyn AnyField], object: &Node, path: Path<'_>) -> Result<(), Finding> {
        for (i, entry) in object.entries().iter().enumerate() {
            let name = &entry.key.text;
            let first = || object.entries()[..i].iter().all(|earlier| earlier.key.text != *name);
            match fields.iter().map(|field| field.info()).find(|info| info.name == *name && first()) {
                Some(info) => self.shape(info, info.shape, &entry.value, Path::Key(&path, name))?,
                None => free(&entry.value)?,
            }
        }
        let missing =
            |info: &&FieldInfo| self.complete && info.lint_required() && object.get(info.name).is_none();
        match fields.iter().map(|field| field.info()).find(missing) {
            Some(info) => Err(wrong(object, Path::Key(&path, info.name), "this field is required")),
            None => Ok(()),
        }
    }

    fn shape(&self, info: &FieldInfo, left: Shape, node: &Node, path: Path<'_>) -> Result<(), Finding> {
        let each = |inner| {
            let mut items = node.items().iter().enumerate();
            items.try_for_each(|(i, item)| self.shape(info, inner, item, Path::Index(&path, i)))
        };
        match (left, &node.value) {
            (Shape::Scalar, _) => self.scalar(info, node, path),
            (Shape::Array, NodeKind::Seq(_)) => each(Shape::Scalar),
            (Shape::Array2, NodeKind::Seq(_)) => each(Shape::Array),
            (Shape::Map, NodeKind::Map(_)) => node
                .pairs()
                .into_iter()
                .try_for_each(|(key, value)| self.scalar(info, value, Path::Key(&path, &key.text))),
            (Shape::Map, _) => Err(wrong(node, path, "expected an object")),
            _ => Err(wrong(node, path, "expected a list")),
        }
    }

    fn scalar(&self, info: &FieldInfo, node: &Node, path: Path<'_>) -> Result<(), Finding> {
        let read = match info.ty {
            Type::String => String::read(node, path).err(),
            Type::Int => i64::read(node, path).err(),
            Type::Float => f64::read(node, path).err(),
            Type::Bool => bool::read(node, path).err(),
            Type::Object => return self.types(info.fields, node, path),
            Type::Unknown => return free(node),
            Type::Component(_) => None,
        };
        read.map_or(Ok(()), |error| Err(Finding::new(1, FindingKind::FailedRead, error.to_string())))
    }
}

/// Checks a value of any type: no object in it may hold a key twice.
fn free(node: &Node) -> Result<(), Finding> {
    let mut keys = HashMap::new();
    for entry in node.entries() {
        if let Some(line) = keys.insert(&entry.key.text, entry.key.line) {
            let message = format!(
                "yaml: line {}: the key '{}' was set before, on line {line}",
                entry.key.line, entry.key.text
            );
            return Err(Finding::new(1, FindingKind::FailedRead, message));
        }
        free(&entry.value)?;
    }
    node.items().iter().try_for_each(free)
}

fn wrong(node: &Node, path: Path<'_>, message: &str) -> Finding {
    Finding::new(1, FindingKind::FailedRead, super::ConfError::at(node, path, message).to_string())
}

impl LoadError {
    /// The single finding that stands for a config that cannot be read.
    pub fn finding(&self) -> Finding {
        match self {
            LoadError::Outline(finding) => finding.clone(),
            other => Finding::new(1, FindingKind::FailedRead, other.to_string()),
        }
    }
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LoadError::Env(error) => error.fmt(f),
            LoadError::Yaml(error) => error.fmt(f),
            LoadError::Outline(finding) => f.write_str(&finding.message),
        }
    }
}

impl std::error::Error for LoadError {}
