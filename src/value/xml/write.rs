//! From objects to text. Nothing is escaped: what the texts of an object say is what is written.

use std::fmt::Write;

use super::{ATTRIBUTE, TEXT, XmlError};
use crate::value::{Object, Value, text};

/// The root of what is not one element.
const ROOT: &str = "doc";

/// Whether elements stand on lines of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout<'a> {
    /// All on one line.
    Compact,
    /// An element a line, indented once a level by this text.
    Indented(&'a str),
}

/// `object` as a document. Its root is `root`, otherwise its only key, otherwise `doc`.
pub fn write(object: &Object, layout: Layout<'_>, root: Option<&str>) -> Result<String, XmlError> {
    let mut writer = Writer { layout, out: String::new() };
    match (root, object.iter().as_slice()) {
        (None, [(key, value)]) if can_be_root(value, layout) => writer.element(key, value, 0)?,
        _ => writer.element_of(root.unwrap_or(ROOT), object, 0)?,
    }
    Ok(writer.out)
}

/// A list is no root, but that compactly one of objects alone is.
fn can_be_root(value: &Value, layout: Layout<'_>) -> bool {
    match value {
        Value::Array(items) => {
            layout == Layout::Compact && items.iter().all(|item| matches!(item, Value::Object(_)))
        }
        _ => true,
    }
}

struct Writer<'a> {
    layout: Layout<'a>,
    out: String,
}

impl Writer<'_> {
    fn element(&mut self, key: &str, value: &Value, level: usize) -> Result<(), XmlError> {
        match value {
            Value::Object(object) => return self.element_of(key, object, level),
            Value::Array(items) if items.is_empty() => {
                // The list itself is not indented, its elements would be; and the tag is closed on its own level.
                self.indent(level + 1);
                let _ = write!(self.out, "<{key}");
                self.indent(level);
                self.out.push_str("/>");
            }
            Value::Array(items) => {
                return items.iter().try_for_each(|item| self.element(key, item, level + 1));
            }
            scalar => {
                self.indent(level);
                let _ = write!(self.out, "<{key}");
                let at = self.out.len();
                match scalar {
                    Value::Null => {}
                    Value::Timestamp(time) => {
                        let _ = write!(self.out, "<Time>{}</Time>", text::rfc3339(time));
                    }
                    scalar => text::write_go(&as_text(scalar), &mut self.out),
                }
                if self.out.len() == at {
                    self.out.push_str("/>");
                } else {
                    self.out.insert(at, '>');
                    let _ = write!(self.out, "</{key}>");
                }
            }
        }
        self.end_line(level);
        Ok(())
    }

    fn element_of(&mut self, key: &str, object: &Object, level: usize) -> Result<(), XmlError> {
        self.indent(level);
        let _ = write!(self.out, "<{key}");
        let attributes = self.attributes(object)?;
        let text = object.get(TEXT);
        let elements = object.len() - attributes - usize::from(text.is_some());
        if object.len() == attributes {
            self.out.push_str("/>");
            self.end_line(level);
            return Ok(());
        }
        self.out.push('>');
        if let Some(text) = text {
            text::write_go(&as_text(text), &mut self.out);
        }
        if elements > 0 {
            if let Layout::Indented(_) = self.layout {
                self.out.push('\n');
            }
            let children = object.iter().filter(|(key, _)| key != TEXT && attribute(key).is_none());
            for (key, value) in children {
                // The elements of a list indent themselves.
                let level = if matches!(value, Value::Array(_)) { level } else { level + 1 };
                self.element(key, value, level)?;
            }
            self.indent(level);
        }
        let _ = write!(self.out, "</{key}>");
        self.end_line(level);
        Ok(())
    }

    /// Writes the attributes of an element; how many there are.
    fn attributes(&mut self, object: &Object) -> Result<usize, XmlError> {
        let mut count = 0;
        for (key, value) in object {
            let Some(name) = attribute(key) else { continue };
            match value {
                Value::Null | Value::Array(_) | Value::Object(_) | Value::Timestamp(_) => {
                    return Err(XmlError::Attribute(key.to_string()));
                }
                value => {
                    let _ = write!(self.out, " {name}=\"");
                    text::write_go(&as_text(value), &mut self.out);
                    self.out.push('"');
                }
            }
            count += 1;
        }
        Ok(count)
    }

    fn indent(&mut self, level: usize) {
        if let Layout::Indented(indent) = self.layout {
            (0..level).for_each(|_| self.out.push_str(indent));
        }
    }

    /// The root, on level 0, ends without a line break.
    fn end_line(&mut self, level: usize) {
        if level > 0 && self.layout != Layout::Compact {
            self.out.push('\n');
        }
    }
}

/// The name of the attribute that `key` stands for.
fn attribute(key: &str) -> Option<&str> {
    key.strip_prefix(ATTRIBUTE).filter(|name| !name.is_empty())
}

/// Bytes as the text they are, rather than as a list of numbers.
fn as_text(value: &Value) -> std::borrow::Cow<'_, Value> {
    match value {
        Value::Bytes(bytes) => std::borrow::Cow::Owned(Value::text(bytes.as_ref().clone())),
        _ => std::borrow::Cow::Borrowed(value),
    }
}
