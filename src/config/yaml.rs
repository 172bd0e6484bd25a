//! YAML (and so JSON) text to a config tree: the first document, with anchors, aliases and merge keys.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

use libyaml_safer::{Event, EventData, Mark, Parser, ScalarStyle};

use super::scalar::{fits, resolve};
use super::{Entry, Key, Node, NodeKind, Scalar, Style, Tag};
use crate::value::Str;

/// How deep lists and objects may nest; reading and linting recurse that far.
const MAX_DEPTH: usize = 500;

/// How many nodes aliases may bring in, so that nested ones cannot grow without bound.
const MAX_ALIASED: usize = 400_000;

/// Why a text is not YAML.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct YamlError {
    /// Counted from 1.
    pub line: u32,
    /// Counted from 1.
    pub column: u32,
    pub message: String,
}

impl fmt::Display for YamlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "yaml: line {}, column {}: {}", self.line, self.column, self.message)
    }
}

impl std::error::Error for YamlError {}

/// Reads the first document of `text`; an empty one is a null on line 0.
pub fn parse(text: &[u8]) -> Result<Node, YamlError> {
    let ended = ended(text);
    let mut input = &*ended;
    let mut parser = Parser::new();
    parser.set_input_string(&mut input);
    let mut builder = Builder::default();
    if ended.len() > text.len() {
        builder.added_line = Some(memchr::memchr_iter(b'\n', text).count() as u64 + 1);
    }
    loop {
        let event = parser.parse().map_err(|error| syntax(&error))?;
        let done = matches!(event.data, EventData::DocumentEnd { .. } | EventData::StreamEnd);
        if done {
            return Ok(builder.root.unwrap_or(Node::NULL));
        }
        builder.event(event)?;
    }
}

/// The text with a line break at its end: the parser does not survive a block that ends without one.
fn ended(text: &[u8]) -> Cow<'_, [u8]> {
    match text.last() {
        None | Some(b'\n' | b'\r') => Cow::Borrowed(text),
        Some(_) => Cow::Owned([text, b"\n"].concat()),
    }
}

fn syntax(error: &libyaml_safer::Error) -> YamlError {
    let mark = error.problem_mark().or(error.context_mark()).unwrap_or_default();
    let context = error.context().filter(|context| !context.is_empty());
    let message = match context {
        Some(context) => format!("{}, {context}", error.problem()),
        None => error.problem().to_owned(),
    };
    at(mark, message)
}

fn at(mark: Mark, message: impl Into<String>) -> YamlError {
    let (line, column) = place(mark);
    YamlError { line, column, message: message.into() }
}

fn place(mark: Mark) -> (u32, u32) {
    let one_based = |n: u64| u32::try_from(n + 1).unwrap_or(u32::MAX);
    (one_based(mark.line), one_based(mark.column))
}

/// Builds the tree bottom up from the parser's events.
#[derive(Default)]
struct Builder {
    root: Option<Node>,
    /// The lists and objects that are still open, outermost first.
    open: Vec<Open>,
    /// What each anchor names, with its size in nodes; none while it is still open.
    anchors: HashMap<String, Option<(Node, usize)>>,
    aliased: usize,
    /// The line that only exists because a line break was added to the text.
    added_line: Option<u64>,
}

/// A list or object under construction.
struct Open {
    items: Items,
    mark: Mark,
    anchor: Option<String>,
    size: usize,
}

enum Items {
    Seq(Vec<Node>),
    /// Entries, and the key that waits for its value.
    Map(Vec<Entry>, Option<Key>),
}

impl Builder {
    fn event(&mut self, event: Event) -> Result<(), YamlError> {
        let mark = event.start_mark;
        match event.data {
            EventData::Scalar { anchor, tag, mut value, style, .. } => {
                // The added line break is not part of the block that it ends.
                let block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
                if block && self.added_line == Some(event.end_mark.line) && value.ends_with('\n') {
                    value.pop();
                }
                let node = placed(NodeKind::Scalar(scalar(value, style, tag.as_deref(), mark)?), mark);
                self.close(node, 1, anchor, mark)
            }
            EventData::SequenceStart { anchor, .. } => self.open(Items::Seq(Vec::new()), anchor, mark),
            EventData::MappingStart { anchor, .. } => self.open(Items::Map(Vec::new(), None), anchor, mark),
            EventData::SequenceEnd | EventData::MappingEnd => {
                let Some(open) = self.open.pop() else { return Ok(()) };
                let value = match open.items {
                    Items::Seq(items) => NodeKind::Seq(items.into()),
                    Items::Map(entries, _) => NodeKind::Map(entries.into()),
                };
                self.close(placed(value, open.mark), open.size, open.anchor, open.mark)
            }
            EventData::Alias { anchor } => self.alias(&anchor, mark),
            _ => Ok(()),
        }
    }

    fn open(&mut self, items: Items, anchor: Option<String>, mark: Mark) -> Result<(), YamlError> {
        if self.open.len() >= MAX_DEPTH {
            return Err(at(mark, format!("lists and objects nest deeper than {MAX_DEPTH} levels")));
        }
        if let Some(anchor) = &anchor {
            self.anchors.insert(anchor.clone(), None);
        }
        self.open.push(Open { items, mark, anchor, size: 1 });
        Ok(())
    }

    /// Takes a finished node: remembers its anchor and hands it to its parent.
    fn close(
        &mut self,
        node: Node,
        size: usize,
        anchor: Option<String>,
        mark: Mark,
    ) -> Result<(), YamlError> {
        if let Some(anchor) = anchor {
            self.anchors.insert(anchor, Some((node.clone(), size)));
        }
        self.place(node, size, mark)
    }

    fn alias(&mut self, anchor: &str, mark: Mark) -> Result<(), YamlError> {
        let (node, size) = match self.anchors.get(anchor) {
            Some(Some((node, size))) => (Node { aliased: true, ..node.clone() }, *size),
            Some(None) => return Err(at(mark, format!("anchor '{anchor}' contains itself"))),
            None => return Err(at(mark, format!("unknown anchor '{anchor}'"))),
        };
        self.aliased += size;
        if self.aliased > MAX_ALIASED {
            return Err(at(mark, format!("aliases bring in more than {MAX_ALIASED} values")));
        }
        self.place(node, size, mark)
    }

    /// Puts `node` where the document is: into the innermost open list or object, or at the top.
    fn place(&mut self, node: Node, size: usize, mark: Mark) -> Result<(), YamlError> {
        let Some(parent) = self.open.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        parent.size += size;
        match &mut parent.items {
            Items::Seq(items) => items.push(node),
            Items::Map(entries, key) => match key.take() {
                Some(key) => entries.push(Entry { key, value: node }),
                None => *key = Some(as_key(node, mark)),
            },
        }
        Ok(())
    }
}

fn placed(value: NodeKind, mark: Mark) -> Node {
    let (line, column) = place(mark);
    Node { value, line, column, aliased: false }
}

/// A key; one that is a list or an object has no name. Mostly it is a `{{ NAME }}` that nobody filled in, and of the wrong
/// type where it stands.
fn as_key(node: Node, mark: Mark) -> Key {
    let (line, column) = place(mark);
    match node.value {
        NodeKind::Scalar(scalar) => Key { merge: scalar.tag == Tag::Merge, text: scalar.text, line, column },
        _ => Key { merge: false, text: Str::new(), line, column },
    }
}

fn scalar(value: String, style: ScalarStyle, tag: Option<&str>, mark: Mark) -> Result<Scalar, YamlError> {
    let style = match style {
        ScalarStyle::SingleQuoted => Style::SingleQuoted,
        ScalarStyle::DoubleQuoted => Style::DoubleQuoted,
        ScalarStyle::Literal => Style::Literal,
        ScalarStyle::Folded => Style::Folded,
        _ => Style::Plain,
    };
    let tag = match tag {
        Some(tag) if tag != "!" => written_tag(tag, &value, mark)?,
        _ if style == Style::Plain && tag.is_none() => resolve(&value),
        _ => Tag::Str,
    };
    Ok(Scalar { text: value.into(), style, tag })
}

/// The tag that was written before a scalar, which its text must fit.
fn written_tag(tag: &str, value: &str, mark: Mark) -> Result<Tag, YamlError> {
    let tag = match tag.strip_prefix("tag:yaml.org,2002:") {
        Some("null") => Tag::Null,
        Some("bool") => Tag::Bool,
        Some("int") => Tag::Int,
        Some("float") => Tag::Float,
        Some("timestamp") => Tag::Timestamp,
        Some("binary") => Tag::Binary,
        Some("str") => Tag::Str,
        Some("merge") => Tag::Merge,
        _ => Tag::Custom,
    };
    if fits(tag, value) {
        Ok(tag)
    } else {
        Err(at(mark, format!("'{value}' does not fit its tag {}", tag.name())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A node as JSON-like text with the place of every scalar.
    fn show(node: &Node) -> String {
        match &node.value {
            NodeKind::Scalar(scalar) => {
                format!(
                    "{}@{}:{}{}",
                    scalar.text,
                    node.line,
                    node.column,
                    if node.aliased { "*" } else { "" }
                )
            }
            NodeKind::Seq(items) => format!("[{}]", items.iter().map(show).collect::<Vec<_>>().join(", ")),
            NodeKind::Map(entries) => {
                let entry = |entry: &Entry| format!("{}: {}", entry.key.text, show(&entry.value));
                format!("{{{}}}", entries.iter().map(entry).collect::<Vec<_>>().join(", "))
            }
        }
    }

    #[test]
    fn nodes_know_their_place() {
        let cases = [
            ("a: 1\nb:\n  - x\n  - 'y'\n", "{a: 1@1:4, b: [x@3:5, y@4:5]}"),
            ("{\"a\": [1, {\"b\": true}]}", "{a: [1@1:8, {b: true@1:17}]}"),
            ("a: &x 1\nb: *x\n", "{a: 1@1:4, b: 1@1:4*}"),
            ("a: |\n  one\n  two\n", "{a: one\ntwo\n@1:4}"),
            ("a: 1\r\nb: 2\r\n", "{a: 1@1:4, b: 2@2:4}"),
            ("\u{feff}a: 1", "{a: 1@1:4}"),
            ("a: 1\n---\nb: 2\n", "{a: 1@1:4}"),
            ("# nothing\n", "@0:0"),
        ];
        for (text, want) in cases {
            assert_eq!(show(&parse(text.as_bytes()).unwrap()), want, "{text:?}");
        }
    }

    #[test]
    fn merge_keys_and_duplicates_resolve() {
        let node =
            parse(b"x: &x {a: 1, b: 2}\ny: {<<: *x, b: 3, b: 4}\nz: {<<: [*x, {a: 9, c: 5}]}").unwrap();
        let y = node.get("y").unwrap();
        assert_eq!(y.get("a").and_then(Node::as_text), Some("1"));
        assert_eq!(y.get("b").and_then(Node::as_text), Some("4"));
        let pairs: Vec<_> =
            y.pairs().into_iter().map(|(key, value)| (key.text.as_str(), value.as_text())).collect();
        assert_eq!(pairs, [("a", Some("1")), ("b", Some("4"))]);
        let z = node.get("z").unwrap().pairs();
        assert_eq!(z.iter().map(|(_, value)| value.as_text().unwrap()).collect::<String>(), "125");
    }

    #[test]
    fn blocks_may_end_with_the_text() {
        for (text, want) in [
            ("a: |\n  x", "x"),
            ("a: |\n  x\n", "x\n"),
            ("a: >\n  x\n  y", "x y"),
            ("a: |+\n  x\n\n", "x\n\n"),
            ("a: |", ""),
            ("a: |\n  x\n# end", "x\n"),
        ] {
            let node = parse(text.as_bytes()).unwrap();
            let scalar = node.get("a").and_then(Node::as_scalar).unwrap();
            assert_eq!(scalar.text, want, "{text:?}");
        }
    }

    #[test]
    fn broken_text_is_refused_with_its_place() {
        let cases = [
            ("a:\n\tb: 1\n", (2, 1)),
            ("a: {\n", (2, 1)),
            ("a: @x\n", (1, 4)),
            ("a: *x\n", (1, 4)),
            ("a: &x [*x]\n", (1, 8)),
            ("a: !!int x\n", (1, 4)),
        ];
        for (text, want) in cases {
            let error = parse(text.as_bytes()).unwrap_err();
            assert_eq!((error.line, error.column), want, "{text:?}: {error}");
        }
        assert!(parse("[".repeat(100_000).as_bytes()).is_err());
        let laughs: String = (0..40).map(|i| format!("a{}: &a{} [*a{i}, *a{i}]\n", i + 1, i + 1)).collect();
        assert!(parse(format!("a0: &a0 x\n{laughs}").as_bytes()).unwrap_err().message.contains("aliases"));
    }
}
