//! The tree of a file's schema, which puts the entries of the columns together to rows.

use std::ops::Range;
use std::sync::Arc;

use ::parquet::basic::{ConvertedType, LogicalType, Repetition};
use ::parquet::schema::types::Type;

use super::column::{Column, Meaning};
use super::{Lists, Logical, ParquetError};
use crate::value::{Array, Object, Str, Value, text};

/// A part of a row. Definition and repetition levels are those of the format: how many optional and repeated parts
/// around a value are there, and how many lists around it go on.
pub(super) enum Node {
    /// A value, by its column.
    Leaf(usize),
    Group(Vec<(Str, Node)>),
    /// What may be missing, and from which definition on it is there.
    Optional(Box<Node>, i16, Range<usize>),
    /// A list, from which definition on it has elements, and the repetition of those.
    List(Box<Node>, (i16, i16), Range<usize>),
    /// An object by its keys and values, with levels as a list.
    Map(Box<(Node, Node)>, (i16, i16), Range<usize>),
    /// A list shown as it is stored.
    StoredList(Box<Node>),
}

/// Makes the tree; what it has seen so far.
pub(super) struct Builder {
    lists: Lists,
    logical: Logical,
    /// What the columns mean, in the order of the file.
    pub meanings: Vec<Meaning>,
}

/// Where a part stands.
#[derive(Clone, Copy, Default)]
struct Place {
    definition: i16,
    repetition: i16,
    in_map: bool,
    in_list: bool,
}

// === impl Builder ===

impl Builder {
    pub fn new(lists: Lists, logical: Logical) -> Self {
        Self { lists, logical, meanings: Vec::new() }
    }

    /// The tree of a whole row.
    pub fn row(&mut self, schema: &Type) -> Result<Node, ParquetError> {
        self.group(schema, Place::default())
    }

    /// A part that may be optional or repeated.
    fn part(&mut self, part: &Type, place: Place) -> Result<Node, ParquetError> {
        let first = self.meanings.len();
        match repetition_of(part) {
            Repetition::REQUIRED => self.required(part, place),
            Repetition::OPTIONAL => {
                let place = Place { definition: place.definition + 1, ..place };
                let inner = self.required(part, place)?;
                Ok(Node::Optional(Box::new(inner), place.definition, first..self.meanings.len()))
            }
            Repetition::REPEATED => {
                let place = place.repeated();
                let inner = self.required(part, place)?;
                let levels = (place.definition, place.repetition);
                Ok(Node::List(Box::new(inner), levels, first..self.meanings.len()))
            }
        }
    }

    /// A part whose own repetition is dealt with.
    fn required(&mut self, part: &Type, place: Place) -> Result<Node, ParquetError> {
        let info = part.get_basic_info();
        let logical = info.logical_type_ref();
        if part.is_primitive() {
            self.meanings.push(Meaning::of(part, place.in_map, self.logical));
            return Ok(Node::Leaf(self.meanings.len() - 1));
        }
        match info.converted_type() {
            ConvertedType::LIST => self.list(part, place),
            ConvertedType::MAP | ConvertedType::MAP_KEY_VALUE => self.map(part, place),
            _ if matches!(logical, Some(LogicalType::List)) => self.list(part, place),
            _ if matches!(logical, Some(LogicalType::Map)) => self.map(part, place),
            _ => self.group(part, place),
        }
    }

    fn group(&mut self, group: &Type, place: Place) -> Result<Node, ParquetError> {
        let part = |field: &Arc<Type>| Ok((Str::from(field.name()), self.part(field, place)?));
        group.get_fields().iter().map(part).collect::<Result<_, _>>().map(Node::Group)
    }

    /// A list is a group of a repeated group of its element.
    fn list(&mut self, list: &Type, place: Place) -> Result<Node, ParquetError> {
        let shape = || ParquetError::Shape(list.name().to_owned());
        let [element] = entries_of(list).ok_or_else(shape)? else { return Err(shape()) };
        let first = self.meanings.len();
        let inside = Place { in_list: true, ..place.repeated() };
        let element = self.part(element, inside)?;
        let levels = (inside.definition, inside.repetition);
        let node = Node::List(Box::new(element), levels, first..self.meanings.len());
        match self.lists {
            Lists::Stored if !place.in_list && !place.in_map => Ok(Node::StoredList(Box::new(node))),
            _ => Ok(node),
        }
    }

    /// A map is a group of a repeated group of a key and a value.
    fn map(&mut self, map: &Type, place: Place) -> Result<Node, ParquetError> {
        let shape = || ParquetError::Shape(map.name().to_owned());
        let [key, value] = entries_of(map).ok_or_else(shape)? else { return Err(shape()) };
        let first = self.meanings.len();
        let inside = Place { in_map: true, ..place.repeated() };
        let parts = Box::new((self.part(key, inside)?, self.part(value, inside)?));
        Ok(Node::Map(parts, (inside.definition, inside.repetition), first..self.meanings.len()))
    }
}

fn repetition_of(part: &Type) -> Repetition {
    let info = part.get_basic_info();
    if info.has_repetition() { info.repetition() } else { Repetition::REQUIRED }
}

/// The fields of the repeated group that a list or a map consists of.
fn entries_of(container: &Type) -> Option<&[Arc<Type>]> {
    match container.get_fields() {
        [entries] if !entries.is_primitive() && repetition_of(entries) == Repetition::REPEATED => {
            Some(entries.get_fields())
        }
        _ => None,
    }
}

impl Place {
    /// Inside of what is repeated here.
    fn repeated(self) -> Self {
        Self { definition: self.definition + 1, repetition: self.repetition + 1, ..self }
    }
}

// === impl Node ===

impl Node {
    /// Puts together what the next entries of the columns hold of this part.
    pub fn assemble(&self, columns: &mut [Column]) -> Value {
        match self {
            Node::Leaf(column) => columns[*column].take(),
            Node::Group(fields) => {
                let field = |(name, node): &(Str, Node)| (name.clone(), node.assemble(columns));
                Value::Object(fields.iter().map(field).collect())
            }
            Node::Optional(inner, definition, range) => match is_there(columns, range, *definition) {
                true => inner.assemble(columns),
                false => skip(columns, range),
            },
            Node::List(element, (definition, repetition), range) => {
                let mut elements = Array::new();
                if !is_there(columns, range, *definition) {
                    skip(columns, range);
                    return Value::Array(elements);
                }
                loop {
                    elements.push(element.assemble(columns));
                    if !goes_on(columns, range, *repetition) {
                        return Value::Array(elements);
                    }
                }
            }
            Node::Map(parts, (definition, repetition), range) => {
                let mut object = Object::new();
                if !is_there(columns, range, *definition) {
                    skip(columns, range);
                    return Value::Object(object);
                }
                loop {
                    let (key, value) = (parts.0.assemble(columns), parts.1.assemble(columns));
                    object.insert(text::string(&key).as_ref().into(), value);
                    if !goes_on(columns, range, *repetition) {
                        return Value::Object(object);
                    }
                }
            }
            Node::StoredList(list) => match list.assemble(columns) {
                Value::Array(elements) => {
                    let named = |element: Value| single("element", element);
                    single("list", Value::Array(elements.into_iter().map(named).collect()))
                }
                other => other,
            },
        }
    }
}

fn single(key: &str, value: Value) -> Value {
    Value::Object(Object::from_iter([(key.into(), value)]))
}

/// Whether the part that `range` are the columns of is there; a part without columns always is.
fn is_there(columns: &[Column], range: &Range<usize>, definition: i16) -> bool {
    let first = columns[range.clone()].first();
    first.is_none_or(|column| column.definition().is_some_and(|found| found >= definition))
}

/// Whether the next entries are one more element of the list with this repetition.
fn goes_on(columns: &[Column], range: &Range<usize>, repetition: i16) -> bool {
    let first = columns[range.clone()].first();
    first.and_then(Column::repetition).is_some_and(|found| found >= repetition)
}

/// Takes the entries that stand for what is missing.
fn skip(columns: &mut [Column], range: &Range<usize>) -> Value {
    for column in &mut columns[range.clone()] {
        column.take();
    }
    Value::Null
}
