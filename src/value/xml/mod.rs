//! XML as objects: elements are keys, attributes are keys behind a hyphen, the text of an element that has either is
//! `#text`, and elements of one name are an array.
//!
//! Reading is lenient: attributes need neither quotes nor values, entities that are not known stay as they are, and
//! an end tag closes the elements within. Comments, directives and instructions are left out.

mod charset;
mod lexer;
mod read;
#[cfg(test)]
mod tests;
mod write;

pub use read::read;
pub use write::{Layout, write};

use std::borrow::Cow;
use std::fmt;

/// The key of an element's text.
const TEXT: &str = "#text";

/// What keys of attributes begin with.
const ATTRIBUTE: char = '-';

/// Why a text is no XML, or an object cannot be written as such.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum XmlError {
    /// What is wrong, and on which line, from 1.
    Syntax(Cow<'static, str>, usize),
    /// There is no element.
    Empty,
    /// An encoding that is declared but not known.
    Encoding(String),
    /// A version other than 1.0.
    Version(String),
    /// Elements are nested too deep.
    TooDeep,
    /// The value of the attribute with this key is an object, an array or null.
    Attribute(String),
}

impl fmt::Display for XmlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            XmlError::Syntax(what, line) => write!(f, "XML syntax error on line {line}: {what}"),
            XmlError::Empty => f.write_str("there is no XML element in it"),
            XmlError::Encoding(name) => write!(f, "the encoding {name:?} is not known"),
            XmlError::Version(version) => {
                write!(f, "version {version:?} of XML is not supported, only 1.0 is")
            }
            XmlError::TooDeep => f.write_str("XML elements are nested too deep"),
            XmlError::Attribute(key) => {
                write!(f, "the attribute {key} must have a string, number or boolean as its value")
            }
        }
    }
}

impl std::error::Error for XmlError {}
