//! The config tree: what the text said, with the line and column of every part.
//!
//! Containers are shared, so that a clone of any part of a tree costs one reference count, and an alias is the very
//! node that its anchor named.

use std::collections::HashMap;
use std::sync::Arc;

use crate::value::Str;

/// One value of a config with its place in the text.
#[derive(Clone, Debug)]
pub struct Node {
    pub value: NodeKind,
    /// Counted from 1; 0 for a node that no text stands behind (a default, or one converted from a value).
    pub line: u32,
    /// Counted from 1.
    pub column: u32,
    /// Whether this place holds an alias (`*name`); line and column are then those of the anchored node.
    pub aliased: bool,
}

#[derive(Clone, Debug)]
pub enum NodeKind {
    Scalar(Scalar),
    Seq(Arc<[Node]>),
    Map(Arc<[Entry]>),
}

/// A key and its value, in document order; a key may occur twice.
#[derive(Clone, Debug)]
pub struct Entry {
    pub key: Key,
    pub value: Node,
}

/// A mapping key: always a scalar, taken as text.
#[derive(Clone, Debug)]
pub struct Key {
    pub text: Str,
    pub line: u32,
    pub column: u32,
    /// Whether this is the merge key `<<`.
    pub merge: bool,
}

/// A scalar as written.
#[derive(Clone, Debug)]
pub struct Scalar {
    pub text: Str,
    pub style: Style,
    /// The tag that was written, or else the one that the text resolves to.
    pub tag: Tag,
}

/// How a scalar was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    Plain,
    SingleQuoted,
    DoubleQuoted,
    /// A block after `|`: its text begins on the line below.
    Literal,
    /// A block after `>`.
    Folded,
}

/// The YAML type of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tag {
    Null,
    Bool,
    Int,
    Float,
    Str,
    Binary,
    Timestamp,
    Merge,
    Seq,
    Map,
    /// A tag that is not YAML's own; the value is read as text.
    Custom,
}

impl Tag {
    /// The short form that error texts show, such as `!!null`.
    pub const fn name(self) -> &'static str {
        match self {
            Tag::Null => "!!null",
            Tag::Bool => "!!bool",
            Tag::Int => "!!int",
            Tag::Float => "!!float",
            Tag::Str => "!!str",
            Tag::Binary => "!!binary",
            Tag::Timestamp => "!!timestamp",
            Tag::Merge => "!!merge",
            Tag::Seq => "!!seq",
            Tag::Map => "!!map",
            Tag::Custom => "!custom",
        }
    }
}

impl Entry {
    /// An entry that no text stands behind.
    pub fn unplaced(key: Str, value: Node) -> Self {
        Entry { key: Key { text: key, line: 0, column: 0, merge: false }, value }
    }
}

impl Node {
    /// A null that no text stands behind.
    pub const NULL: Node =
        Node::unplaced(NodeKind::Scalar(Scalar { text: Str::new(), style: Style::Plain, tag: Tag::Null }));

    /// A node that no text stands behind.
    pub const fn unplaced(value: NodeKind) -> Self {
        Node { value, line: 0, column: 0, aliased: false }
    }

    /// A string scalar that no text stands behind.
    pub fn text(text: impl Into<Str>) -> Self {
        Self::scalar(text, Tag::Str)
    }

    /// A scalar with the given tag that no text stands behind.
    pub fn scalar(text: impl Into<Str>, tag: Tag) -> Self {
        Self::unplaced(NodeKind::Scalar(Scalar { text: text.into(), style: Style::Plain, tag }))
    }

    /// A list that no text stands behind.
    pub fn seq(items: impl IntoIterator<Item = Node>) -> Self {
        Self::unplaced(NodeKind::Seq(items.into_iter().collect()))
    }

    /// An object that no text stands behind.
    pub fn map(entries: impl IntoIterator<Item = (Str, Node)>) -> Self {
        let entries = entries.into_iter().map(|(key, value)| Entry::unplaced(key, value));
        Self::unplaced(NodeKind::Map(entries.collect()))
    }

    /// The same place with another value.
    pub fn with(&self, value: NodeKind) -> Self {
        Node { value, line: self.line, column: self.column, aliased: false }
    }

    /// The YAML type, as error texts show it.
    pub fn tag(&self) -> Tag {
        match &self.value {
            NodeKind::Scalar(scalar) => scalar.tag,
            NodeKind::Seq(_) => Tag::Seq,
            NodeKind::Map(_) => Tag::Map,
        }
    }

    pub fn is_null(&self) -> bool {
        self.tag() == Tag::Null
    }

    pub fn as_scalar(&self) -> Option<&Scalar> {
        match &self.value {
            NodeKind::Scalar(scalar) => Some(scalar),
            _ => None,
        }
    }

    /// The source text, if this is a scalar other than null.
    pub fn as_text(&self) -> Option<&str> {
        self.as_scalar().filter(|scalar| scalar.tag != Tag::Null).map(|scalar| scalar.text.as_str())
    }

    /// The text, if this is a string and not a number or another word with a meaning.
    pub fn as_string(&self) -> Option<&str> {
        self.as_scalar().filter(|scalar| scalar.tag == Tag::Str).map(|scalar| scalar.text.as_str())
    }

    /// The items, if this is a list; otherwise none.
    pub fn items(&self) -> &[Node] {
        match &self.value {
            NodeKind::Seq(items) => items,
            _ => &[],
        }
    }

    /// The line on which the text of a scalar begins: in a literal block that is the one below its indicator.
    pub fn text_line(&self) -> u32 {
        let literal = matches!(&self.value, NodeKind::Scalar(scalar) if scalar.style == Style::Literal);
        self.line + u32::from(literal)
    }

    /// The entries as written, merge keys and duplicates included, if this is an object; otherwise none.
    pub fn entries(&self) -> &[Entry] {
        match &self.value {
            NodeKind::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The value of `key`: of duplicates the last, and what merge keys bring in only where the key itself is missing.
    pub fn get(&self, key: &str) -> Option<&Node> {
        let entries = self.entries();
        let own = entries.iter().rev().find(|entry| entry.key.text == key && !entry.key.merge);
        own.map(|entry| &entry.value).or_else(|| {
            let merges = entries.iter().filter(|entry| entry.key.merge);
            merges.flat_map(|entry| merged(&entry.value)).find_map(|source| source.get(key))
        })
    }

    /// Keys and values with merge keys applied, in document order; of duplicates the last wins.
    pub fn pairs(&self) -> Vec<(&Key, &Node)> {
        let entries = self.entries();
        let mut pairs: Vec<(&Key, &Node)> = Vec::with_capacity(entries.len());
        if is_plain(entries) {
            pairs.extend(entries.iter().map(|entry| (&entry.key, &entry.value)));
            return pairs;
        }
        let mut places: HashMap<&str, usize> = HashMap::with_capacity(entries.len());
        for entry in entries {
            if entry.key.merge {
                for (key, value) in merged(&entry.value).iter().flat_map(Node::pairs) {
                    places.entry(&key.text).or_insert_with(|| {
                        pairs.push((key, value));
                        pairs.len() - 1
                    });
                }
            } else if let Some(place) = places.get(entry.key.text.as_str()) {
                pairs[*place] = (&entry.key, &entry.value);
            } else {
                places.insert(&entry.key.text, pairs.len());
                pairs.push((&entry.key, &entry.value));
            }
        }
        pairs
    }
}

/// The objects that a merge key's value brings in, first one strongest.
fn merged(value: &Node) -> &[Node] {
    match &value.value {
        NodeKind::Seq(items) => items,
        _ => std::slice::from_ref(value),
    }
}

/// Whether few entries are all there is: no merge key, no duplicate.
fn is_plain(entries: &[Entry]) -> bool {
    let differs = |i: usize, entry: &Entry| entries[..i].iter().all(|other| other.key.text != entry.key.text);
    entries.len() <= 16 && entries.iter().enumerate().all(|(i, entry)| !entry.key.merge && differs(i, entry))
}
