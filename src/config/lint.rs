//! Lint: walks a config tree beside its fields and reports every mistake, in document order.

use std::collections::HashMap;

use super::component::{METRICS_MAPPING, explicit_type, infer};
use super::dynamic::check;
use super::label::check_label;
use super::{
    AnyField, Body, ComponentSpec, Conf, FieldInfo, FieldType, Finding, FindingKind, Kind, Node, NodeKind,
    Path, Shape, Specs, Tag, Type,
};
use crate::bloblang::did_you_mean;
use crate::value::Str;

/// What the linter is asked to report beyond mistakes.
#[derive(Clone, Copy, Debug, Default)]
pub struct LintOptions {
    /// Report deprecated fields and components.
    pub deprecated: bool,
    /// Report components without a label.
    pub labels: bool,
    /// Report `catch` processors, which do nothing while errors are handled strictly.
    pub strict_errors: bool,
}

/// Lints an object that has the given fields.
pub fn lint(fields: &[&dyn AnyField], node: &Node, specs: &dyn Specs, options: &LintOptions) -> Vec<Finding> {
    let mut linter = Linter::new(specs, *options);
    linter.object(fields, node);
    linter.finish()
}

/// Lints one component.
pub fn lint_component(kind: Kind, node: &Node, specs: &dyn Specs, options: &LintOptions) -> Vec<Finding> {
    let mut linter = Linter::new(specs, *options);
    linter.component(kind, node);
    linter.finish()
}

/// Lints a component that a template made, where templates may use each other `depth` more times.
pub(super) fn lint_within(kind: Kind, node: &Node, specs: &dyn Specs, depth: u8) -> Vec<Finding> {
    let mut linter = Linter { depth, ..Linter::new(specs, LintOptions::default()) };
    linter.component(kind, node);
    linter.finish()
}

/// How often templates may use each other.
const TEMPLATE_DEPTH: u8 = 16;

struct Linter<'a> {
    specs: &'a dyn Specs,
    options: LintOptions,
    found: Vec<Finding>,
    /// Findings that are shown after all others.
    last: Vec<Finding>,
    /// The line on which each label was first used.
    labels: HashMap<Str, u32>,
    /// How many templates more may stand for others.
    depth: u8,
}

impl<'a> Linter<'a> {
    fn new(specs: &'a dyn Specs, options: LintOptions) -> Self {
        Self {
            specs,
            options,
            found: Vec::new(),
            last: Vec::new(),
            labels: HashMap::new(),
            depth: TEMPLATE_DEPTH,
        }
    }

    fn finish(mut self) -> Vec<Finding> {
        self.found.append(&mut self.last);
        self.found
    }

    fn report(&mut self, line: u32, kind: FindingKind, message: impl Into<String>) {
        self.found.push(Finding::new(line, kind, message));
    }

    /// An object with known fields: each entry in turn, then what is missing.
    fn object(&mut self, fields: &[&dyn AnyField], node: &Node) {
        if !matches!(node.value, NodeKind::Map(_)) {
            return self.expected_object(node);
        }
        self.entries(fields, node);
        for info in fields.iter().map(|field| field.info()).filter(|info| info.required()) {
            if node.get(info.name).is_some() {
                continue;
            }
            if info.lint_required() {
                self.report(node.line, FindingKind::Missing, format!("field {} is required", info.name));
            } else if info.shape == Shape::Scalar || info.at_least > 0 {
                self.found.push(Finding::warning(node.line, format!("field {} is required", info.name)));
            }
        }
    }

    fn entries(&mut self, fields: &[&dyn AnyField], node: &Node) {
        for entry in node.entries() {
            if entry.key.merge && entry.value.aliased {
                self.entries(fields, &entry.value);
                continue;
            }
            match fields.iter().map(|field| field.info()).find(|info| info.name == entry.key.text) {
                Some(info) => self.field(info, &entry.value),
                None if entry.value.aliased => {}
                None => {
                    let names = fields.iter().map(|field| field.info().name);
                    let hint = did_you_mean(&entry.key.text, names);
                    let message = format!("field {} not recognised{hint}", entry.key.text);
                    self.report(entry.key.line, FindingKind::Unknown, message);
                }
            }
        }
    }

    fn field(&mut self, info: &FieldInfo, node: &Node) {
        self.shaped(info, info.shape, node);
    }

    /// The value of a field, or a part of it that has the remaining `shape`.
    fn shaped(&mut self, info: &FieldInfo, shape: Shape, node: &Node) {
        if self.options.deprecated && info.deprecated {
            self.report(node.line, FindingKind::Deprecated, format!("field {} is deprecated", info.name));
        }
        if let Some(rule) = info.rule {
            rule(node, &mut self.found);
        }
        match (shape, &node.value) {
            (Shape::Scalar, _) => self.scalar(info, node),
            (Shape::Array | Shape::Array2, NodeKind::Seq(items)) => {
                if items.len() < info.at_least {
                    let message =
                        format!("this list needs at least {} items, it has {}", info.at_least, items.len());
                    self.found.push(Finding::warning(node.line, message));
                }
                let inner = if shape == Shape::Array2 { Shape::Array } else { Shape::Scalar };
                for item in items.iter() {
                    self.shaped(info, inner, item);
                }
            }
            (Shape::Array | Shape::Array2, _) => {
                self.report(node.line, FindingKind::ExpectedArray, "expected array value");
            }
            (Shape::Map, NodeKind::Map(_)) => {
                for entry in node.entries() {
                    self.shaped(info, Shape::Scalar, &entry.value);
                }
            }
            (Shape::Map, _) => self.expected_object(node),
        }
    }

    fn scalar(&mut self, info: &FieldInfo, node: &Node) {
        match info.ty {
            Type::Component(kind) => self.component(kind, node),
            Type::Object if !info.fields.is_empty() => self.object(info.fields, node),
            Type::Object => self.free_object(node),
            Type::Unknown => {}
            Type::String | Type::Int | Type::Float | Type::Bool => match &node.value {
                NodeKind::Scalar(scalar) => {
                    let text = if scalar.tag == Tag::Null { "" } else { scalar.text.as_str() };
                    if info.enforced && !info.options.iter().any(|option| option.eq_ignore_ascii_case(text)) {
                        let hint = did_you_mean(text, info.options.iter().copied());
                        let message = format!("value {text} is not a valid option for this field{hint}");
                        self.report(node.text_line(), FindingKind::InvalidOption, message);
                    }
                    self.range(info, node);
                    self.usable(info, node, text);
                    if let Some(rule) = info.type_rule {
                        rule(node, &mut self.found);
                    }
                    check(info.dialect, node, &mut self.found);
                }
                _ => {
                    let message = format!("expected {} value", info.ty.name());
                    self.report(node.line, FindingKind::ExpectedScalar, message);
                }
            },
        }
    }

    /// A number outside of what is allowed; what is no number is not looked at here.
    fn range(&mut self, info: &FieldInfo, node: &Node) {
        let Some((least, greatest)) = info.range else { return };
        let Ok(number) = f64::read(node, Path::Root("")) else { return };
        if number < least || number > greatest {
            let allowed = match (least.is_finite(), greatest.is_finite()) {
                (true, true) => format!("between {least} and {greatest}"),
                (true, false) => format!("at least {least}"),
                _ => format!("at most {greatest}"),
            };
            self.report(node.line, FindingKind::Custom, format!("value {number} must be {allowed}"));
        }
    }

    /// A text that no component can be built with.
    fn usable(&mut self, info: &FieldInfo, node: &Node, text: &str) {
        if let Some(Err(why)) = info.usable.filter(|_| !text.is_empty()).map(|usable| usable(text)) {
            self.found.push(Finding::warning(node.line, why));
        }
    }

    fn free_object(&mut self, node: &Node) {
        if !matches!(node.value, NodeKind::Map(_)) {
            self.expected_object(node);
        }
    }

    fn expected_object(&mut self, node: &Node) {
        let message = format!("expected object value, got {}", node.tag().name());
        self.report(node.line, FindingKind::ExpectedObject, message);
    }

    /// A component object: its own config first, then the keys beside it.
    fn component(&mut self, kind: Kind, node: &Node) {
        let specs = self.specs;
        let spec = match infer(specs, kind, node) {
            Ok(spec) => spec,
            // An empty place is only noticed when the config is built.
            Err(problem) if node.entries().is_empty() && node.items().is_empty() => {
                return self.found.push(Finding::warning(node.line, problem.message));
            }
            Err(problem) => return self.report(node.line, problem.kind, problem.message),
        };
        if self.options.deprecated && spec.status == super::Status::Deprecated {
            self.report(node.line, FindingKind::Deprecated, format!("component {} is deprecated", spec.name));
        }
        if self.options.strict_errors && kind == Kind::Processor && spec.name == "catch" {
            let message = "a catch processor recovers nothing while error_handling.strict is on, because failed messages \
                           skip it; put the failing step and its recovery into a try_catch processor";
            self.last.push(Finding::custom(node.line, message));
        }
        let before = self.found.len();
        let own = node.entries().iter().position(|entry| entry.key.text == spec.name);
        if let Some(own) = own {
            self.body(spec, &node.entries()[own].value);
        }
        self.beside(spec, node, own.is_some());
        let template = specs.template(kind, spec.name).filter(|_| self.found[before..].is_empty());
        if let Some(template) = template {
            match self.depth.checked_sub(1) {
                Some(depth) => self.found.extend(template.lint_use(node, specs, depth)),
                None => {
                    self.found.push(Finding::warning(node.line, "templates stand for each other without end"))
                }
            }
        }
        let labelled = node.entries().iter().any(|entry| entry.key.text == "label");
        if self.options.labels && kind.has_label() && !labelled && spec.name != "resource" {
            self.report(node.line, FindingKind::MissingLabel, format!("label is required for {}", spec.name));
        }
    }

    fn body(&mut self, spec: &ComponentSpec, node: &Node) {
        if let Some(rule) = spec.rule {
            rule(&Conf::new(node.clone(), spec.name), &mut self.found);
        }
        match spec.body {
            // Without fields anything goes.
            Body::Object([]) if matches!(node.value, NodeKind::Map(_)) => {}
            Body::Object(fields) => self.object(fields, node),
            Body::Bare(field) => self.field(field.info(), node),
        }
    }

    /// The keys beside a component's own: reserved ones, and strays.
    fn beside(&mut self, spec: &ComponentSpec, node: &Node, has_body: bool) {
        for entry in node.entries() {
            let (key, value) = (&entry.key, &entry.value);
            match key.text.as_str() {
                name if name == spec.name => {}
                "type" => {}
                "plugin" => {
                    if has_body {
                        self.report(key.line, FindingKind::ShouldOmit, "plugin object is ineffective");
                    } else {
                        self.body(spec, value);
                    }
                    self.free_object(value);
                }
                "meta" => self.free_object(value),
                "label" if spec.kind.has_label() => self.label(node, value),
                "processors" if spec.kind.has_processors() => self.processors(value),
                "mapping" if spec.kind == Kind::Metrics => self.field(METRICS_MAPPING.info(), value),
                other => {
                    let message = format!(
                        "field {other} is invalid when the component type is {} ({})",
                        spec.name, spec.kind
                    );
                    self.report(key.line, FindingKind::Unknown, message);
                }
            }
        }
    }

    fn label(&mut self, component: &Node, value: &Node) {
        let resource =
            component.get("resource").and_then(Node::as_string).is_some_and(|text| !text.is_empty());
        if resource || explicit_type(component) == Some("resource") {
            let message = "label field should be omitted when pointing to a resource";
            self.report(value.line, FindingKind::ShouldOmit, message);
        }
        let NodeKind::Scalar(_) = value.value else {
            return self.report(value.line, FindingKind::ExpectedScalar, "expected string value");
        };
        let Some(label) = value.as_text().filter(|label| !label.is_empty()) else { return };
        if let Err(message) = check_label(label) {
            return self.report(value.line, FindingKind::BadLabel, message);
        }
        match self.labels.get(label) {
            Some(line) => {
                let message =
                    format!("label '{label}' collides with a previously defined label at line {line}");
                self.report(value.line, FindingKind::DuplicateLabel, message);
            }
            None => {
                self.labels.insert(label.into(), value.line);
            }
        }
    }

    fn processors(&mut self, value: &Node) {
        if value.items().is_empty() && value.entries().is_empty() {
            self.report(value.line, FindingKind::ShouldOmit, "field processors is empty and can be removed");
        }
        match &value.value {
            NodeKind::Seq(items) => items.iter().for_each(|item| self.component(Kind::Processor, item)),
            _ => self.report(value.line, FindingKind::ExpectedArray, "expected array value"),
        }
    }
}

#[cfg(test)]
mod tests;
