//! The first document of a YAML text as a value.

use std::collections::HashMap;
use std::fmt;

use ecow::EcoVec;
use libyaml_safer::{Event, EventData, Mark, Parser, ScalarStyle};

use crate::value::{Array, Object, Str, Value, text, yaml_scalar};

/// Lists and objects may be nested this deep.
const MAX_DEPTH: usize = 1000;

/// How many values aliases may bring in, so that nested ones cannot grow without bound.
const MAX_ALIASED: usize = 400_000;

/// Why a text is not YAML.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct YamlError {
    /// Counted from 1.
    pub line: u64,
    pub what: String,
}

/// Reads the first document; an empty text is null. Keys that are no strings become their text.
pub fn parse(yaml: &str) -> Result<Value, YamlError> {
    let mut input = yaml.as_bytes();
    let mut parser = Parser::new();
    parser.set_input_string(&mut input);
    let mut builder = Builder::default();
    loop {
        let event = parser.parse().map_err(|error| {
            let mark = error.problem_mark().or(error.context_mark()).unwrap_or_default();
            fault(mark, error.problem())
        })?;
        if matches!(event.data, EventData::DocumentEnd { .. } | EventData::StreamEnd) {
            return Ok(builder.root);
        }
        builder.event(event)?;
    }
}

fn fault(mark: Mark, what: impl Into<String>) -> YamlError {
    YamlError { line: mark.line + 1, what: what.into() }
}

/// Builds the value from the inside out.
#[derive(Default)]
struct Builder {
    root: Value,
    open: Vec<Open>,
    /// What each anchor names and how many values that is; none while it is still open.
    anchors: HashMap<String, Option<(Value, usize)>>,
    aliased: usize,
}

/// A container that is being read.
struct Open {
    items: Items,
    anchor: Option<String>,
    size: usize,
}

enum Items {
    List(Array),
    Map(Map),
}

/// The entries of an object so far.
#[derive(Default)]
struct Map {
    entries: EcoVec<(Str, Value)>,
    /// What merge keys bring in, the most important first; keys of the object itself come before them.
    merged: Vec<Object>,
    key: Option<Key>,
}

/// A key that waits for its value.
enum Key {
    Plain(Str),
    Merge,
}

// === impl Builder ===

impl Builder {
    fn event(&mut self, event: Event) -> Result<(), YamlError> {
        let mark = event.start_mark;
        match event.data {
            EventData::Scalar { anchor, tag, value, style, .. } => {
                let is_plain = style == ScalarStyle::Plain && tag.is_none();
                if is_plain && value == "<<" && self.expects_key() {
                    self.place_key(Key::Merge);
                    return Ok(());
                }
                let scalar = match tag.as_deref() {
                    Some(tag) => yaml_scalar::resolve_tagged(tag, &value)
                        .ok_or_else(|| fault(mark, format!("cannot decode `{value}` as a {tag}")))?,
                    None if is_plain => yaml_scalar::resolve(&value),
                    None => Value::from(value),
                };
                self.finish(scalar, 1, anchor, mark)
            }
            EventData::SequenceStart { anchor, .. } => self.open(Items::List(Array::new()), anchor, mark),
            EventData::MappingStart { anchor, .. } => self.open(Items::Map(Map::default()), anchor, mark),
            EventData::SequenceEnd | EventData::MappingEnd => {
                let Some(open) = self.open.pop() else { return Ok(()) };
                let value = match open.items {
                    Items::List(items) => Value::Array(items),
                    Items::Map(map) => Value::Object(map.close(mark)?),
                };
                self.finish(value, open.size, open.anchor, mark)
            }
            EventData::Alias { anchor } => {
                let (value, size) = match self.anchors.get(&anchor) {
                    Some(Some(known)) => known.clone(),
                    Some(None) => {
                        return Err(fault(mark, format!("anchor '{anchor}' value contains itself")));
                    }
                    None => return Err(fault(mark, format!("unknown anchor '{anchor}' referenced"))),
                };
                self.aliased += size;
                if self.aliased > MAX_ALIASED {
                    return Err(fault(mark, "document contains excessive aliasing"));
                }
                self.place(value, size, mark)
            }
            _ => Ok(()),
        }
    }

    fn open(&mut self, items: Items, anchor: Option<String>, mark: Mark) -> Result<(), YamlError> {
        if self.open.len() >= MAX_DEPTH {
            return Err(fault(mark, "exceeded max depth"));
        }
        if let Some(anchor) = &anchor {
            self.anchors.insert(anchor.clone(), None);
        }
        self.open.push(Open { items, anchor, size: 1 });
        Ok(())
    }

    fn finish(
        &mut self,
        value: Value,
        size: usize,
        anchor: Option<String>,
        mark: Mark,
    ) -> Result<(), YamlError> {
        if let Some(anchor) = anchor {
            self.anchors.insert(anchor, Some((value.clone(), size)));
        }
        self.place(value, size, mark)
    }

    fn expects_key(&self) -> bool {
        matches!(self.open.last(), Some(Open { items: Items::Map(Map { key: None, .. }), .. }))
    }

    /// Puts a finished value where it belongs: it may be a key, or the value of one.
    fn place(&mut self, value: Value, size: usize, mark: Mark) -> Result<(), YamlError> {
        if self.expects_key() {
            if matches!(value, Value::Array(_) | Value::Object(_)) {
                return Err(fault(mark, "invalid map key: a list or an object"));
            }
            self.place_key(Key::Plain(text::string(&value).as_ref().into()));
            return Ok(());
        }
        let Some(parent) = self.open.last_mut() else {
            self.root = value;
            return Ok(());
        };
        parent.size += size;
        match &mut parent.items {
            Items::List(items) => items.push(value),
            Items::Map(map) => match map.key.take() {
                Some(Key::Plain(key)) => map.entries.push((key, value)),
                Some(Key::Merge) => map.merge(value, mark)?,
                None => {}
            },
        }
        Ok(())
    }

    fn place_key(&mut self, key: Key) {
        if let Some(Open { items: Items::Map(map), .. }) = self.open.last_mut() {
            map.key = Some(key);
        }
    }
}

// === impl Map ===

impl Map {
    fn merge(&mut self, value: Value, mark: Mark) -> Result<(), YamlError> {
        let sources = match value {
            Value::Array(items) => items,
            other => Array::from([other]),
        };
        for source in sources {
            match source {
                Value::Object(object) => self.merged.push(object),
                _ => return Err(fault(mark, "map merge requires map or sequence of maps as the value")),
            }
        }
        Ok(())
    }

    fn close(self, mark: Mark) -> Result<Object, YamlError> {
        let count = self.entries.len();
        let mut object = Object::from_entries(self.entries);
        if object.len() < count {
            return Err(fault(mark, "mapping key already defined"));
        }
        for (key, value) in self.merged.into_iter().flatten() {
            if !object.contains_key(&key) {
                object.insert(key, value);
            }
        }
        Ok(object)
    }
}

impl fmt::Display for YamlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "yaml: line {}: {}", self.line, self.what)
    }
}

impl std::error::Error for YamlError {}
