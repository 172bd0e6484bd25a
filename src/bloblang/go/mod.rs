//! What mappings inherit from Go's standard library: the syntax and rules of its texts.

pub mod case;
pub mod csv;
pub mod duration;
pub mod format;
pub mod html;
pub mod layout;
pub mod layout_parse;
pub mod math;
pub mod path;
pub mod quote;
pub mod regex;
pub mod strftime;
pub mod strip_html;
pub mod strptime;
pub mod url;
pub mod yaml;
pub mod zone;
