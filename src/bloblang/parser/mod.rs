//! From text to syntax tree, by hand-written recursive descent with exact error positions.

mod cursor;
mod expr;
mod literal;
mod statement;

use cursor::Cursor;
pub use cursor::Failure;
pub use literal::unescape;

use super::ast::{Document, Expr};

/// Parses one text.
struct Parser<'a> {
    /// The names that lambdas around the current place have captured.
    captured: Vec<&'a str>,
    depth: u32,
}

/// Parses a whole mapping. A failure comes with what was read before it, in which there may be earlier mistakes.
pub fn parse_mapping(text: &str) -> (Document, Option<Failure>) {
    let mut parser = Parser { captured: Vec::new(), depth: 0 };
    parser.mapping(Cursor::new(text))
}

/// Parses one expression at the start of `text`, and returns where it ends, blanks behind it included.
pub fn parse_query_prefix(text: &str) -> Result<(Expr, usize), Failure> {
    let mut parser = Parser { captured: Vec::new(), depth: 0 };
    let mut cursor = Cursor::new(text);
    cursor.space();
    let query = parser.query(&mut cursor)?;
    cursor.space();
    Ok((query, cursor.at))
}

/// The line and column (both from 1, in characters) of a byte position.
pub fn line_and_column(text: &str, at: usize) -> (usize, usize) {
    let before = &text[..at.min(text.len())];
    let line_start = before.rfind('\n').map_or(0, |i| i + 1);
    (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
}
