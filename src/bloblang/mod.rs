//! Bloblang: the language of mappings.
//!
//! Text becomes a syntax tree ([`ast`], [`parser`]), the tree is checked and compiled ([`compile`]), and the result
//! runs over anything that implements [`Scope`]. The language knows nothing of messages or of the process it runs in.

pub mod ast;
pub mod parser;
