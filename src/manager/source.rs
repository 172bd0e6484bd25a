//! A config as it was given and as it runs: text, variables filled in, tree, lint.

use std::sync::Arc;

use super::error::Error;
use crate::config::{self, Finding, Kind, LintOptions, LoadError, Node, NodeKind, Part, Specs};
use crate::value::{Str, Value};

/// Looks an environment variable up.
pub type Vars = Arc<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// A config with its variables filled in, and the same as it was given.
#[derive(Clone, Debug)]
pub struct Source {
    /// What runs, with positions.
    pub node: Node,
    /// What is stored and shown: variables are still references, so that no secret is ever shown.
    pub given: Value,
    /// What the linter says.
    pub findings: Vec<Finding>,
}

// === impl Source ===

impl Source {
    /// Reads and lints YAML or JSON.
    pub fn read(text: &[u8], part: Part, vars: &Vars, specs: &dyn Specs) -> Result<Self, Error> {
        let lookup = |name: &str| vars(name);
        let loaded = config::load(text, part, Some(&lookup), specs, &LintOptions::default());
        let loaded = loaded.map_err(|error| match error {
            LoadError::Outline(finding) => bad_config(finding),
            other => bad_config(other),
        })?;
        let given = given(text, &loaded.node);
        Ok(Self { node: loaded.node, given, findings: loaded.findings })
    }

    /// Reads and lints the config of one component.
    pub fn read_component(text: &[u8], kind: Kind, vars: &Vars, specs: &dyn Specs) -> Result<Self, Error> {
        let lookup = |name: &str| vars(name);
        let expanded = config::expand(text, &lookup).map_err(bad_config)?;
        let node = config::parse(&expanded.text).map_err(bad_config)?;
        let mut findings: Vec<_> = config::missing_variables(&expanded.missing).into_iter().collect();
        findings.extend(config::lint_component(kind, &node, specs, &LintOptions::default()));
        Ok(Self { given: given(text, &node), node, findings })
    }

    /// A config that was changed after it was read: variables are filled into every text of `given` by itself.
    pub fn fill(given: Value, vars: &Vars) -> Result<Self, Error> {
        let node = filled(&Node::from(&given), vars)?;
        Ok(Self { node, given, findings: Vec::new() })
    }
}

/// The text as it was given. A reference may break it as long as it is not filled in, as `{a: ${B}}` does; then it is
/// what runs.
pub(super) fn given(text: &[u8], node: &Node) -> Value {
    config::parse(text).unwrap_or_else(|_| node.clone()).to_value()
}

pub(super) fn bad_config(error: impl std::fmt::Display) -> Error {
    Error::BadConfig(error.to_string())
}

fn filled(node: &Node, vars: &Vars) -> Result<Node, Error> {
    let value = match &node.value {
        NodeKind::Scalar(scalar) if scalar.text.contains("${") => return text(&scalar.text, vars),
        NodeKind::Scalar(_) => return Ok(node.clone()),
        NodeKind::Seq(items) => {
            NodeKind::Seq(items.iter().map(|item| filled(item, vars)).collect::<Result<_, _>>()?)
        }
        NodeKind::Map(entries) => {
            let entry = |entry: &config::Entry| -> Result<_, Error> {
                Ok(config::Entry { key: entry.key.clone(), value: filled(&entry.value, vars)? })
            };
            NodeKind::Map(entries.iter().map(entry).collect::<Result<_, _>>()?)
        }
    };
    Ok(Node { value, ..node.clone() })
}

/// A text with its variables; what is nothing but a reference becomes a number or a bool where it looks like one.
fn text(text: &Str, vars: &Vars) -> Result<Node, Error> {
    let lookup = |name: &str| vars(name);
    let expanded = config::expand(text.as_bytes(), &lookup).map_err(bad_config)?;
    let whole = text.starts_with("${") && text.find('}') == Some(text.len() - 1);
    let scalar = config::parse(&expanded.text).ok().filter(|node| whole && node.as_scalar().is_some());
    let filled = || Node::text(String::from_utf8_lossy(&expanded.text).into_owned());
    Ok(scalar.map_or_else(filled, |node| Node { line: 0, column: 0, ..node }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::ComponentSpec;
    use crate::value::json::print;

    struct NoSpecs;

    impl Specs for NoSpecs {
        fn find(&self, _: Kind, _: &str) -> Option<&ComponentSpec> {
            None
        }

        fn names(&self, _: Kind) -> Vec<&str> {
            Vec::new()
        }
    }

    fn vars() -> Vars {
        Arc::new(|name| match name {
            "N" => Some("5".to_owned()),
            "S" => Some("s3cret: x".to_owned()),
            _ => None,
        })
    }

    fn shown(value: &Value) -> String {
        String::from_utf8(print(value).expect("finite")).expect("text")
    }

    #[test]
    fn what_is_given_keeps_its_references() {
        let text = b"{memory: {a: \"${N}\", b: '${S}', c: \"${NO}\"}}";
        let source = Source::read_component(text, Kind::Cache, &vars(), &NoSpecs).expect("a config");
        assert_eq!(shown(&source.given), r#"{"memory":{"a":"${N}","b":"${S}","c":"${NO}"}}"#);
        assert_eq!(shown(&source.node.to_value()), r#"{"memory":{"a":"5","b":"s3cret: x","c":""}}"#);
        assert_eq!(source.findings[0].message, "required environment variables were not set: [NO]");
        let again = Source::fill(source.given, &vars()).expect("a config");
        assert_eq!(shown(&again.node.to_value()), r#"{"memory":{"a":5,"b":"s3cret: x","c":null}}"#);
    }

    #[test]
    fn text_that_only_parses_with_its_variables_is_kept_as_it_runs() {
        let source = Source::read_component(b"{a: ${N}}", Kind::Cache, &vars(), &NoSpecs).expect("a config");
        assert_eq!(shown(&source.given), r#"{"a":5}"#);
    }
}
