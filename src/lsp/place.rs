//! Where in a config a place of the text is, told by indentation, as the text may be half written.

use super::document::{At, Document};

/// One step from the root of a config.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    Key(String),
    Index(usize),
}

/// What stands at a place of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A key, as far as it is written, of the object that the steps lead to.
    Key(Vec<Step>, String),
    /// The value of the key that the steps lead to, as far as it is written.
    Value(Vec<Step>, String),
}

/// Something that is still open on a line.
#[derive(Clone, Debug)]
struct Open {
    column: usize,
    step: Step,
}

/// The path of keys and list items at some line.
#[derive(Default)]
struct Outline {
    open: Vec<Open>,
    /// The column of the key whose block of text is being passed over.
    block: Option<usize>,
    /// Whether the last line lies inside such a block.
    inside: bool,
}

impl Place {
    /// What stands at `at`, where only the text before it counts.
    pub fn at(document: &Document, at: At) -> Self {
        let mut outline = Outline::default();
        document.lines().take(at.line).for_each(|line| {
            outline.line(line);
        });
        let before = &document.line(at.line)[..at.byte];
        outline.last(before)
    }
}

// === impl Outline ===

impl Outline {
    /// Follows a whole line. Returns what is left of it behind its keys and dashes.
    fn line<'l>(&mut self, line: &'l str) -> &'l str {
        let text = line.trim_start();
        let mut column = line.len() - text.len();
        if text.is_empty() || (text.starts_with('#') && self.block.is_none()) {
            self.inside = self.block.is_some();
            return "";
        }
        self.inside = self.block.is_some_and(|key| column > key);
        if self.inside {
            return line;
        }
        self.block = None;
        let mut rest = text;
        while let Some(behind) = dash(rest) {
            self.item(column);
            let inner = behind.trim_start();
            column += rest.len() - inner.len();
            rest = inner;
        }
        if let Some((key, value)) = key(rest) {
            self.open.retain(|open| open.column < column);
            self.open.push(Open { column, step: Step::Key(key.to_owned()) });
            if value.trim_start().starts_with(['|', '>']) {
                self.block = Some(column);
            }
            rest = value;
        }
        rest
    }

    /// A list item that begins at `column`; lists may stand as far left as the key they belong to.
    fn item(&mut self, column: usize) {
        let is_item = |open: &Open| matches!(open.step, Step::Index(_));
        let last = self.open.iter().find(|open| open.column == column && is_item(open));
        let index = match last.map(|open| &open.step) {
            Some(Step::Index(index)) => index + 1,
            _ => 0,
        };
        self.open.retain(|open| open.column < column || (open.column == column && !is_item(open)));
        self.open.push(Open { column, step: Step::Index(index) });
    }

    /// Follows the line of the place itself, up to the place.
    fn last(mut self, before: &str) -> Place {
        let in_block = self.block.is_some_and(|key| before.len() - before.trim_start().len() > key);
        if before.trim_start().is_empty() && !in_block {
            let column = before.len();
            let is_item = |open: &Open| matches!(open.step, Step::Index(_));
            self.open.retain(|open| open.column < column || (open.column == column && !is_item(open)));
            // A key at this very column is a sibling of what is about to be written.
            self.open.retain(|open| open.column < column);
            return Place::Key(self.steps(), String::new());
        }
        let depth = self.open.len();
        let rest = self.line(before).to_owned();
        if self.inside || (in_block && self.open.len() == depth) {
            return Place::Value(self.steps(), rest);
        }
        let has_key = rest.len() < before.trim_start().len()
            && before.trim_start()[..before.trim_start().len() - rest.len()].trim_end().ends_with(':');
        if has_key {
            return Place::Value(self.steps(), rest.trim_start().to_owned());
        }
        let column = before.len() - rest.len();
        self.open.retain(|open| open.column < column);
        Place::Key(self.steps(), rest)
    }

    fn steps(&self) -> Vec<Step> {
        self.open.iter().map(|open| open.step.clone()).collect()
    }
}

/// What stands behind the dash of a list item.
fn dash(text: &str) -> Option<&str> {
    let behind = text.strip_prefix('-')?;
    (behind.is_empty() || behind.starts_with(' ')).then_some(behind)
}

/// A key and what stands behind its colon.
fn key(text: &str) -> Option<(&str, &str)> {
    let colon = text.find(": ").or_else(|| text.ends_with(':').then(|| text.len() - 1))?;
    let key = text[..colon].trim_matches(['"', '\'']);
    let plain = !key.is_empty() && !key.contains(['{', '}', '[', ']', '#', ' ', '"', '\'']);
    plain.then(|| (key, &text[colon + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What stands at `|` in a text, shown as a path.
    fn at(text: &str) -> String {
        let (before, after) = text.split_once('¦').expect("a mark");
        let line = before.matches('\n').count();
        let byte = before.len() - before.rfind('\n').map_or(0, |at| at + 1);
        let document = Document::new(format!("{before}{after}"));
        let shown = |steps: &[Step]| {
            let one = |step: &Step| match step {
                Step::Key(key) => key.clone(),
                Step::Index(index) => index.to_string(),
            };
            steps.iter().map(one).collect::<Vec<_>>().join(".")
        };
        match Place::at(&document, At { line, byte }) {
            Place::Key(steps, text) => format!("key {} {text:?}", shown(&steps)),
            Place::Value(steps, text) => format!("value {} {text:?}", shown(&steps)),
        }
    }

    #[test]
    fn indentation_tells_the_place() {
        for (text, expected) in [
            ("¦", "key  \"\""),
            ("inp¦", "key  \"inp\""),
            ("input:\n  ¦", "key input \"\""),
            ("input:\n  gen¦", "key input \"gen\""),
            ("input:\n  generate:\n    count: 1\n    ¦\noutput:\n", "key input.generate \"\""),
            ("input:\n  generate:\n    count: 1\n  ¦", "key input \"\""),
            ("a:\n  - b: 1\n    c: 2\n  - d¦", "key a.1 \"d\""),
            ("a:\n- b: 1\n- c: 2\n- ¦", "key a.2 \"\""),
            ("a:\n- b: 1\n  ¦", "key a.0 \"\""),
            ("a:\n  - - b: 1\n    - c¦", "key a.0.1 \"c\""),
            ("a:\n  b: tr¦", "value a.b \"tr\""),
            ("a:\n  b: ¦", "value a.b \"\""),
            ("a:\n  - mapping: root = this.¦", "value a.0.mapping \"root = this.\""),
            (
                "a:\n  - mapping: |\n      root = x: 1\n      root = this.¦\n",
                "value a.0.mapping \"      root = this.\"",
            ),
            ("a:\n  - mapping: |\n      root = 1\n  - ¦", "key a.1 \"\""),
            ("# c\na:\n  # d\n  b¦", "key a \"b\""),
        ] {
            assert_eq!(at(text), expected, "{text:?}");
        }
    }
}
