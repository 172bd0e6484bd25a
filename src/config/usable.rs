//! Values that a field may or may not be able to use.

use super::{Finding, Node};
use crate::bloblang::go::regex::Pattern;

/// Says why a text cannot be the value of a field.
pub type Usable = fn(&str) -> Result<(), String>;

/// A text that must be a regular expression.
pub fn regex(pattern: &str) -> Result<(), String> {
    Pattern::new(pattern)
        .map(|_| ())
        .map_err(|error| format!("'{pattern}' is not a regular expression: {error}"))
}

/// The rule of a field that only means something to other engines: a value that asks for something is a warning.
pub fn without_effect(node: &Node, found: &mut Vec<Finding>) {
    if !matches!(node.as_text(), None | Some("" | "false")) {
        let text = "this has no effect here: nothing does what it asks for";
        found.push(Finding::warning(node.line, text));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_asks_for_something_is_told() {
        for (text, expected) in [("false", 0), ("''", 0), ("null", 0), ("true", 1), ("1s", 1)] {
            let mut found = Vec::new();
            without_effect(&super::super::parse(text.as_bytes()).expect("YAML"), &mut found);
            assert_eq!(found.len(), expected, "{text}");
        }
    }
}
