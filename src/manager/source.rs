//! A config as it was given and as it runs: text, variables filled in, tree, lint.

use std::sync::Arc;

use super::error::Error;
use crate::config::{self, Finding, FindingKind, Node, NodeKind};
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
    /// Variables that are not set.
    pub missing: Vec<String>,
}

// === impl Source ===

impl Source {
    /// Reads YAML or JSON.
    pub fn read(text: &[u8], vars: &Vars) -> Result<Self, Error> {
        let lookup = |name: &str| vars(name);
        let expanded = config::expand(text, &lookup).map_err(|error| Error::BadConfig(error.to_string()))?;
        let node = config::parse(&expanded.text).map_err(|error| Error::BadConfig(error.to_string()))?;
        // A reference may break the text as long as it is not filled in, as `{a: ${B}}` does.
        let given = config::parse(text).unwrap_or_else(|_| node.clone()).to_value();
        Ok(Self { node, given, missing: expanded.missing })
    }

    /// A config that was changed after it was read: variables are filled into every text of `given` by itself.
    pub fn fill(given: Value, vars: &Vars) -> Result<Self, Error> {
        let mut missing = Vec::new();
        let node = filled(&Node::from(&given), vars, &mut missing)?;
        Ok(Self { node, given, missing })
    }

    /// The finding about variables that are not set, if there are any.
    pub fn missing(&self) -> Option<Finding> {
        let names = self.missing.join(" ");
        let text = format!("required environment variables were not set: [{names}]");
        (!self.missing.is_empty()).then(|| Finding::new(1, FindingKind::MissingEnvVar, text))
    }
}

fn filled(node: &Node, vars: &Vars, missing: &mut Vec<String>) -> Result<Node, Error> {
    let value = match &node.value {
        NodeKind::Scalar(scalar) if scalar.text.contains("${") => return text(&scalar.text, vars, missing),
        NodeKind::Scalar(_) => return Ok(node.clone()),
        NodeKind::Seq(items) => {
            NodeKind::Seq(items.iter().map(|item| filled(item, vars, missing)).collect::<Result<_, _>>()?)
        }
        NodeKind::Map(entries) => {
            let entry = |entry: &config::Entry| -> Result<_, Error> {
                Ok(config::Entry { key: entry.key.clone(), value: filled(&entry.value, vars, missing)? })
            };
            NodeKind::Map(entries.iter().map(entry).collect::<Result<_, _>>()?)
        }
    };
    Ok(Node { value, ..node.clone() })
}

/// A text with its variables; what is nothing but a reference becomes a number or a bool where it looks like one.
fn text(text: &Str, vars: &Vars, missing: &mut Vec<String>) -> Result<Node, Error> {
    let lookup = |name: &str| vars(name);
    let expanded =
        config::expand(text.as_bytes(), &lookup).map_err(|error| Error::BadConfig(error.to_string()))?;
    missing.extend(expanded.missing);
    let whole = text.starts_with("${") && text.find('}') == Some(text.len() - 1);
    let scalar = config::parse(&expanded.text).ok().filter(|node| whole && node.as_scalar().is_some());
    let filled = || Node::text(String::from_utf8_lossy(&expanded.text).into_owned());
    Ok(scalar.map_or_else(filled, |node| Node { line: 0, column: 0, ..node }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::json::print;

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
        let source = Source::read(b"a: ${N}\nb: '${S}'\nc: ${NO}\n", &vars()).expect("a config");
        assert_eq!(shown(&source.given), r#"{"a":"${N}","b":"${S}","c":"${NO}"}"#);
        assert_eq!(shown(&source.node.to_value()), r#"{"a":5,"b":"s3cret: x","c":null}"#);
        assert_eq!(source.missing, ["NO"]);
        let again = Source::fill(source.given, &vars()).expect("a config");
        assert_eq!(shown(&again.node.to_value()), r#"{"a":5,"b":"s3cret: x","c":null}"#);
    }

    #[test]
    fn text_that_only_parses_with_its_variables_is_kept_as_it_runs() {
        let source = Source::read(b"{a: ${N}}", &vars()).expect("a config");
        assert_eq!(shown(&source.given), r#"{"a":5}"#);
    }
}
