//! From tags to objects.

use super::lexer::{Lexer, Name, Token};
use super::{ATTRIBUTE, TEXT, XmlError};
use crate::value::number::parse_float;
use crate::value::{Array, Object, Str, Value};

/// Elements may be nested this deep, as the containers of JSON.
const MAX_DEPTH: usize = 10_000;

/// What is cut off both ends of texts.
const SPACE: [char; 5] = ['\t', '\r', '\u{8}', '\n', ' '];

/// An element whose end tag has not come yet.
struct Open {
    name: Name,
    /// Its attributes and elements, and the text that came after one of them.
    children: Object,
    /// The text that came before them.
    text: Option<Value>,
}

/// The first element of a document as an object with one key; what follows it is ignored. With `cast`, texts that are
/// numbers or booleans become such.
pub fn read(document: &[u8], cast: bool) -> Result<Object, XmlError> {
    let mut lexer = Lexer::new(document);
    let mut open: Vec<Open> = Vec::new();
    loop {
        match lexer.next()? {
            None if open.is_empty() => return Err(XmlError::Empty),
            None => return lexer.error("unexpected end of the text"),
            Some(Token::Text(text)) => {
                if let Some(element) = open.last_mut() {
                    element.add_text(text.trim_matches(SPACE), cast);
                }
            }
            Some(Token::Start { name, attributes, empty }) => {
                if open.len() >= MAX_DEPTH {
                    return Err(XmlError::TooDeep);
                }
                open.push(Open::new(name, attributes, cast));
                if empty && let Some(whole) = close(&mut open) {
                    return Ok(whole);
                }
            }
            Some(Token::End(name)) => {
                // It ends all elements up to the one with its name.
                loop {
                    let Some(innermost) = open.last() else {
                        return lexer.error(format!("unexpected end tag </{}>", name.local));
                    };
                    let matches = innermost.name.local == name.local;
                    if matches && innermost.name.prefix != name.prefix {
                        return lexer.error(format!(
                            "an element is closed by </{}> of another name space",
                            name.local
                        ));
                    }
                    if let Some(whole) = close(&mut open) {
                        return Ok(whole);
                    }
                    if matches {
                        break;
                    }
                }
            }
        }
    }
}

/// Ends the innermost element; the document, if that was the outermost one.
fn close(open: &mut Vec<Open>) -> Option<Object> {
    let element = open.pop()?;
    let (key, value) = element.finish();
    match open.last_mut() {
        Some(parent) => {
            parent.add_element(key, value);
            None
        }
        None => Some(Object::from_iter([(key, value)])),
    }
}

// === impl Open ===

impl Open {
    fn new(name: Name, attributes: Vec<(Name, String)>, cast: bool) -> Self {
        let entry = |(name, value): (Name, String)| {
            (Str::from(format!("{ATTRIBUTE}{}", name.local)), value_of(&value, cast))
        };
        Self { name, children: attributes.into_iter().map(entry).collect(), text: None }
    }

    fn add_text(&mut self, text: &str, cast: bool) {
        if text.is_empty() {
            return;
        }
        if self.children.is_empty() {
            self.text = Some(value_of(text, cast));
        } else {
            self.children.insert(TEXT.into(), value_of(text, cast));
        }
    }

    /// Adds an element; several of one name become an array.
    fn add_element(&mut self, key: Str, value: Value) {
        match self.children.get_mut(&key) {
            Some(Value::Array(values)) => values.push(value),
            Some(single) => *single = Value::Array(Array::from([std::mem::take(single), value])),
            None => {
                self.children.insert(key, value);
            }
        }
    }

    fn finish(mut self) -> (Str, Value) {
        let value = match self.text {
            text if self.children.is_empty() => text.unwrap_or_else(|| Value::from("")),
            Some(text) => {
                self.children.insert(TEXT.into(), text);
                Value::Object(self.children)
            }
            None => Value::Object(self.children),
        };
        (self.name.local.into(), value)
    }
}

/// A text as a value; with `cast` numbers and booleans are such, but not infinities.
fn value_of(text: &str, cast: bool) -> Value {
    let named = ["nan", "inf", "-inf"].iter().any(|name| text.eq_ignore_ascii_case(name));
    if !cast || named {
        return Value::from(text);
    }
    if let Ok(float) = parse_float(text) {
        return Value::Float(float);
    }
    match text {
        "t" | "T" | "true" | "TRUE" | "True" => Value::Bool(true),
        "f" | "F" | "false" | "FALSE" | "False" => Value::Bool(false),
        _ => Value::from(text),
    }
}
