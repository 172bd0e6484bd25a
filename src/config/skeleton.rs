//! Configs to begin with: components with all their fields and defaults written out.

use super::{AnyField, Body, ComponentSpec, Kind, Node, Part, STREAM_FIELDS, Shape, Specs, Type, to_yaml};

/// Writes a config with the components that an expression such as `stdin/mapping,log/stdout` names: inputs, processors
/// and outputs. An empty one makes the default config. With `small` only the stream itself is written, and no field
/// that few need.
pub fn skeleton(expression: &str, small: bool, specs: &dyn Specs) -> Result<String, String> {
    let mut parts: Vec<Vec<&str>> = expression.split('/').map(names).collect();
    if parts.iter().skip(3).any(|part| !part.is_empty()) {
        return Err("there are more slashes than the two between inputs, processors and outputs".to_owned());
    }
    parts.resize(3, Vec::new());
    let writer = Writer { specs, small };
    let root = if small { STREAM_FIELDS } else { Part::Run.fields() };
    let mut lines = Vec::new();
    for field in root {
        lines.extend(match field.info().name {
            "input" if !parts[0].is_empty() => under("input", writer.one_or_many(Kind::Input, &parts[0])?),
            "output" if !parts[2].is_empty() => under("output", writer.one_or_many(Kind::Output, &parts[2])?),
            "pipeline" if !parts[1].is_empty() => {
                let list = under("processors", writer.list(Kind::Processor, &parts[1])?);
                under("pipeline", ["threads: -1".to_owned()].into_iter().chain(list).collect())
            }
            _ => writer.field(*field),
        });
    }
    Ok(lines.join("\n") + "\n")
}

/// One component with its fields and defaults, without those that few need if `small`.
pub fn skeleton_of(spec: &ComponentSpec, small: bool, specs: &dyn Specs) -> String {
    Writer { specs, small }.component(spec).join("\n") + "\n"
}

fn names(part: &str) -> Vec<&str> {
    part.split(',').map(str::trim).filter(|name| !name.is_empty()).collect()
}

/// `lines` as the value of `key`.
fn under(key: &str, lines: Vec<String>) -> Vec<String> {
    match lines.is_empty() {
        true => vec![format!("{key}: {{}}")],
        false => {
            [format!("{key}:")].into_iter().chain(lines.into_iter().map(|line| format!("  {line}"))).collect()
        }
    }
}

/// `lines` as one item of a list.
fn item(lines: Vec<String>) -> Vec<String> {
    let mark = |(i, line)| format!("{}{line}", if i == 0 { "- " } else { "  " });
    lines.into_iter().enumerate().map(mark).collect()
}

struct Writer<'a> {
    specs: &'a dyn Specs,
    small: bool,
}

impl Writer<'_> {
    /// The only component, or a broker of many.
    fn one_or_many(&self, kind: Kind, names: &[&str]) -> Result<Vec<String>, String> {
        match names {
            [one] => Ok(self.component(self.find(kind, one)?)),
            many => Ok(under("broker", under(&format!("{kind}s"), self.list(kind, many)?))),
        }
    }

    fn list(&self, kind: Kind, names: &[&str]) -> Result<Vec<String>, String> {
        let mut lines = Vec::new();
        for name in names {
            lines.extend(item(self.component(self.find(kind, name)?)));
        }
        Ok(lines)
    }

    fn find(&self, kind: Kind, name: &str) -> Result<&ComponentSpec, String> {
        self.specs.find(kind, name).ok_or_else(|| {
            let hint = crate::bloblang::did_you_mean(name, self.specs.names(kind).into_iter());
            format!("unrecognised {kind} type '{name}'{hint}")
        })
    }

    fn component(&self, spec: &ComponentSpec) -> Vec<String> {
        match spec.body {
            Body::Object(fields) => under(spec.name, self.object(fields)),
            Body::Bare(field) => self.value(spec.name, field),
        }
    }

    fn object(&self, fields: &[&dyn AnyField]) -> Vec<String> {
        fields.iter().flat_map(|field| self.field(*field)).collect()
    }

    fn field(&self, field: &dyn AnyField) -> Vec<String> {
        let info = field.info();
        match info.deprecated || (self.small && info.advanced) {
            true => Vec::new(),
            false => self.value(info.name, field),
        }
    }

    fn value(&self, name: &str, field: &dyn AnyField) -> Vec<String> {
        let info = field.info();
        if info.ty == Type::Object && info.shape == Shape::Scalar && !info.fields.is_empty() {
            return under(name, self.object(info.fields));
        }
        match field.default_value() {
            Some(default) => yaml(name, &Node::from(&default)),
            None => {
                let why = if info.optional { "optional" } else { "required" };
                vec![format!("{name}: {} # No default ({why})", empty(info.ty, info.shape))]
            }
        }
    }
}

fn yaml(name: &str, value: &Node) -> Vec<String> {
    to_yaml(&Node::map([(name.into(), value.clone())])).lines().map(str::to_owned).collect()
}

/// What stands where somebody has to write something.
fn empty(ty: Type, shape: Shape) -> &'static str {
    match (shape, ty) {
        (Shape::Array | Shape::Array2, _) => "[]",
        (Shape::Map, _) | (_, Type::Object) => "{}",
        (_, Type::String) => "\"\"",
        (_, Type::Int) => "0",
        (_, Type::Float) => "0.0",
        (_, Type::Bool) => "false",
        (_, Type::Unknown | Type::Component(_)) => "null",
    }
}

#[cfg(test)]
mod tests {
    use super::super::reference::REFERENCE;
    use super::super::{LintOptions, lint, parse};
    use super::*;

    #[test]
    fn expressions_name_inputs_processors_and_outputs() {
        let small = skeleton("stdin,file/noop/drop", true, &*REFERENCE).expect("a config");
        let node = parse(small.as_bytes()).expect("YAML");
        let inputs =
            node.get("input").and_then(|input| input.get("broker")?.get("inputs")).expect("a broker");
        assert_eq!(inputs.items().len(), 2, "{small}");
        assert!(small.contains("paths: [] # No default (required)"), "{small}");
        assert!(node.get("pipeline").is_some() && node.get("http").is_none());
        assert!(skeleton("a/b/c/d", true, &*REFERENCE).is_err());
        assert_eq!(
            skeleton("stdn", true, &*REFERENCE).unwrap_err(),
            "unrecognised input type 'stdn' (did you mean 'stdin'?)"
        );
    }

    #[test]
    fn every_component_makes_a_config_that_can_be_read() {
        for (kind, before, after) in
            [(Kind::Input, "", "//"), (Kind::Processor, "/", "/"), (Kind::Output, "//", "")]
        {
            for name in REFERENCE.names(kind) {
                let text = skeleton(&format!("{before}{name}{after}"), false, &*REFERENCE).expect("a config");
                let node = parse(text.as_bytes()).unwrap_or_else(|error| panic!("{name}: {error}\n{text}"));
                let found = lint(Part::Run.fields(), &node, &*REFERENCE, &LintOptions::default());
                let unknown = found.iter().find(|finding| finding.kind == super::super::FindingKind::Unknown);
                assert!(unknown.is_none(), "{name}: {unknown:?}");
            }
        }
    }
}
