//! What mappings inherit from Go's standard library: the syntax and rules of its texts.

pub mod regex;
