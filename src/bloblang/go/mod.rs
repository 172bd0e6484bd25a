//! What mappings inherit from Go's standard library: the syntax and rules of its texts.

pub mod case;
pub mod csv;
pub mod format;
pub mod html;
pub mod path;
pub mod quote;
pub mod regex;
pub mod url;
