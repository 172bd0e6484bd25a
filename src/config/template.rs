//! Templates: components that a mapping turns into configs of other components.

use super::catalogue::of_type;
use super::lint::lint_within;
use super::load::decode;
use super::{
    AnyField, Component, ComponentConf, ComponentSpec, Conf, ConfError, Dialect, FieldInfo, FieldType,
    Finding, FindingKind, Kind, LintOptions, Node, NodeKind, Path, Shape, Specs, Status, Type, YamlError,
    field, lint, lint_component, parse,
};
use crate::expr::{ExprError, Mapping, ParseError};
use crate::value::{Object, Str, Value, json};

mod file;
pub use file::FIELDS as TEMPLATE_FIELDS;

/// The kinds of components that a template can be.
const KINDS: [Kind; 5] = [Kind::Cache, Kind::Input, Kind::Output, Kind::Processor, Kind::RateLimit];

/// A template that can be used.
pub struct Template {
    /// What its configs may say; lives as long as the process.
    pub spec: &'static ComponentSpec,
    /// The file that it comes from.
    pub file: String,
    mapping: Mapping,
    /// Where the mapping stands in the file.
    line: u32,
    /// The text of the mapping of its metrics, or empty.
    metrics: String,
}

/// A template file that was read.
pub struct TemplateFile {
    /// What the linter says about it.
    pub findings: Vec<Finding>,
    /// The template, or why the file is none.
    pub template: Result<Template, Finding>,
    tests: Vec<Test>,
    kind: Option<Kind>,
}

/// A config and what a template makes of it.
struct Test {
    name: String,
    label: String,
    config: Node,
    expected: Option<Node>,
}

// === impl TemplateFile ===

impl TemplateFile {
    /// Reads and lints a template. Err: it cannot be read at all, and nothing more is known of it.
    pub fn read(text: &[u8], file: &str, specs: &dyn Specs) -> Result<Self, Finding> {
        let unreadable = |message| Finding::new(1, FindingKind::FailedRead, message);
        let root = parse(text).map_err(|error: YamlError| unreadable(error.to_string()))?;
        decode(file::FIELDS, &root)?;
        let findings = lint(file::FIELDS, &root, specs, &LintOptions::default());
        let kind = Kind::parse(&file::text(&root, "type")).filter(|kind| KINDS.contains(kind));
        let tests = root.get("tests").map_or(&[][..], Node::items).iter().map(Test::read).collect();
        Ok(Self { findings, template: compile(&root, file, kind).map_err(unreadable), tests, kind })
    }

    /// Runs the tests of the template.
    pub fn test(&self, specs: &dyn Specs) -> Vec<Finding> {
        let failed = |message| Finding::new(1, FindingKind::FailedRead, message);
        let (template, kind) = match (&self.template, self.kind) {
            (Ok(template), Some(kind)) => (template, kind),
            (Ok(_), None) => return Vec::new(),
            (Err(finding), _) => return vec![finding.clone()],
        };
        let mut findings = Vec::new();
        for test in &self.tests {
            let conf = Conf::new(test.config.clone(), "config");
            match template.render(&conf, &test.label) {
                Err(error) => findings.push(failed(format!("test '{}': {error}", test.name))),
                Ok(config) => findings.extend(test.failures(&config, kind, specs).into_iter().map(failed)),
            }
        }
        findings
    }
}

impl Test {
    fn read(node: &Node) -> Self {
        Self {
            name: file::text(node, "name").into(),
            label: file::text(node, "label").into(),
            config: node.get("config").cloned().unwrap_or(Node::NULL),
            expected: node.get("expected").filter(|expected| !expected.entries().is_empty()).cloned(),
        }
    }

    /// What is wrong with the resulting config.
    fn failures(&self, config: &Value, kind: Kind, specs: &dyn Specs) -> Vec<String> {
        let found = lint_component(kind, &Node::from(config), specs, &LintOptions::default());
        let errors = found.into_iter().filter(Finding::is_error);
        let lints = errors.map(|finding| {
            format!("test '{}': lint error in the resulting config: {}", self.name, finding.message)
        });
        let shown =
            |value: &Value| String::from_utf8_lossy(&json::print(value).unwrap_or_default()).into_owned();
        let expected = self.expected.as_ref().map(|node| shown(&node.to_value()));
        let got = shown(config);
        let differs = expected.filter(|expected| *expected != got).map(|expected| {
            format!("test '{}': the resulting config is not the expected one\n  expected: {expected}\n  got:      {got}", self.name)
        });
        lints.chain(differs).collect()
    }
}

// === impl Template ===

fn compile(root: &Node, file: &str, kind: Option<Kind>) -> Result<Template, String> {
    let fields = root.get("fields").map_or(&[][..], Node::items);
    let fields = fields.iter().enumerate().map(|(i, node)| {
        let field = file::field_of(node).map_err(|error| format!("field {i}: {error}"))?;
        Ok(&*Box::leak(Box::new(field)) as &dyn AnyField)
    });
    let fields = fields.collect::<Result<Vec<_>, String>>()?;
    let mapping =
        compiled(&file::text(root, "mapping")).map_err(|error| format!("parse mapping: {error}"))?;
    let metrics = file::text(root, "metrics_mapping");
    if !metrics.is_empty() {
        compiled(&metrics).map_err(|error| format!("parse metrics mapping: {error}"))?;
    }
    let leak = |text: Str| -> &'static str { Box::leak(String::from(text).into_boxed_str()) };
    let categories = root.get("categories").map_or(&[][..], Node::items).iter();
    let spec = ComponentSpec {
        status: Status::parse(&file::text(root, "status")).unwrap_or(Status::Stable),
        summary: leak(file::text(root, "summary")),
        description: leak(file::text(root, "description")),
        categories: categories.filter_map(Node::as_text).map(|it| leak(it.into())).collect::<Vec<_>>().leak(),
        ..ComponentSpec::new(kind.unwrap_or(Kind::Processor), leak(file::text(root, "name")))
    };
    let spec = Box::leak(Box::new(spec.fields(fields.leak())));
    let line = root.get("mapping").map_or(1, |node| node.line);
    Ok(Template { spec, file: file.to_owned(), mapping, line, metrics: metrics.into() })
}

fn compiled(text: &str) -> Result<Mapping, String> {
    Mapping::compile(text)
        .map_err(|errors: Vec<ParseError>| errors.first().map(ToString::to_string).unwrap_or_default())
}

impl Template {
    /// The config that stands for `found`, a use of this template.
    pub fn expand(&self, found: &Component<'_>) -> Result<Node, ConfError> {
        let rendered = self.render(&found.conf, &found.label).and_then(|value| match value {
            Value::Object(_) => Ok(Node::from(&value)),
            other => Err(format!("the mapping made {} instead of a config", other.type_name())),
        });
        rendered.map_err(|error| self.blame(ConfError::at(found.conf.node(), Path::Root(&found.path), error)))
    }

    /// An error in what this template made, which says so.
    pub fn blame(&self, error: ConfError) -> ConfError {
        let message = format!("template '{}' ({}): {}", self.spec.name, self.file, error.message);
        ConfError { message, ..error }
    }

    /// What is wrong with the config that this template makes of `node`, a component that names it. Older engines only
    /// notice when they build it, if at all. Templates may use each other `depth` times.
    pub(super) fn lint_use(&self, node: &Node, specs: &dyn Specs, depth: u8) -> Vec<Finding> {
        let (kind, name) = (self.spec.kind, self.spec.name);
        let place = format!("template '{name}' ({}:{})", self.file, self.line);
        let warning = |message: String| Finding::warning(node.line, message);
        let component = ComponentConf::new(kind, node.clone(), "");
        let Ok(found) = component.resolve(specs) else { return Vec::new() };
        let made = match self.render(&found.conf, &found.label) {
            Ok(Value::Object(made)) => Node::from(&Value::Object(made)),
            Ok(other) => {
                let type_name = other.type_name();
                return vec![warning(format!("{place}: the mapping made {type_name} instead of a config"))];
            }
            Err(error) => return vec![warning(format!("{place}: {error}"))],
        };
        let wrong = lint_within(kind, &made, specs, depth);
        wrong
            .into_iter()
            .map(|it| warning(format!("{place} makes a mistake of this: {}", it.message)))
            .collect()
    }

    /// The mapping of metrics for a use under `label`, which the mapping sees as `$label`.
    pub fn metrics(&self, label: &str) -> Option<Mapping> {
        let label = json::print(&Value::from(label)).unwrap_or_default();
        let text = format!("let label = {}\n{}", String::from_utf8_lossy(&label), self.metrics);
        // It was compiled once without the variable.
        (!self.metrics.is_empty()).then(|| Mapping::compile(&text).ok()).flatten()
    }

    fn render(&self, conf: &Conf, label: &str) -> Result<Value, String> {
        let super::Body::Object(fields) = self.spec.body else { return Ok(Value::Null) };
        let document =
            complete(fields, conf.node(), Path::Root(conf.path())).map_err(|error| error.to_string())?;
        let mapped = self.mapping.apply(document.clone(), &[("label", label)]);
        match mapped.map_err(|error: ExprError| format!("the mapping failed: {error}"))?.0 {
            Value::Nothing => Ok(document),
            Value::Delete => Err("the mapping deleted its root".to_owned()),
            value => Ok(value),
        }
    }
}

/// The values of all fields: those that are written, in their types, and the defaults of the others.
fn complete(fields: &[&dyn AnyField], node: &Node, path: Path<'_>) -> Result<Value, ConfError> {
    let mut object = Object::new();
    for field in fields {
        let info = field.info();
        let path = Path::Key(&path, info.name);
        let value = match (node.get(info.name), field.default_value()) {
            (Some(node), _) => typed(info, info.shape, node, path)?,
            (None, Some(default)) => default,
            (None, None) => {
                return Err(ConfError { line: node.line, column: node.column, ..ConfError::missing(path) });
            }
        };
        object.insert(info.name.into(), value);
    }
    Ok(Value::Object(object))
}

fn typed(info: &FieldInfo, shape: Shape, node: &Node, path: Path<'_>) -> Result<Value, ConfError> {
    match (shape, &node.value) {
        (Shape::Array | Shape::Array2, NodeKind::Seq(items)) => {
            let inner = if shape == Shape::Array2 { Shape::Array } else { Shape::Scalar };
            let item = |(i, item)| typed(info, inner, item, Path::Index(&path, i));
            Ok(Value::Array(items.iter().enumerate().map(item).collect::<Result<_, _>>()?))
        }
        (Shape::Array | Shape::Array2, _) => Err(ConfError::expected("a list", node, path)),
        (Shape::Map, NodeKind::Map(_)) => {
            let entry = |(key, value): (&super::Key, &Node)| {
                Ok((key.text.clone(), typed(info, Shape::Scalar, value, Path::Key(&path, &key.text))?))
            };
            Ok(Value::Object(node.pairs().into_iter().map(entry).collect::<Result<_, ConfError>>()?))
        }
        (Shape::Map, _) => Err(ConfError::expected("an object", node, path)),
        (Shape::Scalar, _) => match info.ty {
            Type::String => Str::read(node, path).map(Value::String),
            Type::Int => i64::read(node, path).map(Value::Int),
            Type::Float => f64::read(node, path).map(Value::Float),
            Type::Bool => bool::read(node, path).map(Value::Bool),
            Type::Object | Type::Unknown | Type::Component(_) => Ok(node.to_value()),
        },
    }
}

#[cfg(test)]
mod tests;
