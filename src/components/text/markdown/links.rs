//! Links whose targets are defined elsewhere in the document.

use std::collections::HashMap;
use std::sync::LazyLock;

use regex::{Captures, Regex};

static DEFINITION: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"^ {0,3}\[([^\]]+)\]:\s*<?([^\s>]+)>?(?:\s+["'(](.*)["')])?\s*$"#).ok());

static REFERENCE: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"\[([^\[\]]+)\](?:\[([^\[\]]*)\]|(\())?").ok());

/// Targets by their labels, which have no case.
#[derive(Debug, Default)]
pub struct Links(HashMap<String, String>);

impl Links {
    /// Takes in a line if it defines a target; the first definition counts.
    pub fn define(&mut self, line: &str) -> bool {
        let Some(found) = DEFINITION.as_ref().and_then(|definition| definition.captures(line)) else {
            return false;
        };
        let target = match found.get(3) {
            Some(title) => format!("{} \"{}\"", &found[2], title.as_str()),
            None => found[2].to_owned(),
        };
        self.0.entry(found[1].to_lowercase()).or_insert(target);
        true
    }

    /// A text in which every link has its target beside it.
    pub fn written_out(&self, text: &str) -> String {
        let Some(reference) = REFERENCE.as_ref().filter(|_| !self.0.is_empty()) else {
            return text.to_owned();
        };
        let link = |found: &Captures| {
            let label = found.get(2).map(|label| label.as_str()).filter(|label| !label.is_empty());
            match self.0.get(&label.unwrap_or(&found[1]).to_lowercase()) {
                Some(target) if found.get(3).is_none() => format!("[{}]({target})", &found[1]),
                _ => found[0].to_owned(),
            }
        };
        reference.replace_all(text, link).into_owned()
    }
}
