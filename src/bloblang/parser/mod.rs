//! From text to syntax tree, by hand-written recursive descent with exact error positions.

mod cursor;
mod expr;
mod list;
mod literal;
mod statement;

pub use cursor::Failure;
use cursor::{Cursor, Parsed};

use super::ast::{Document, Expr};

/// Parses one text.
struct Parser<'a> {
    /// The names that lambdas around the current place have captured.
    captured: Vec<&'a str>,
    depth: u32,
    /// What reading a query at a place came to, with where it ends; for the next one who reads it there.
    ahead: Option<(usize, Parsed<(Expr, usize)>)>,
    /// The calls and operations that were read, where they are wanted.
    fragments: Option<Vec<Expr>>,
}

/// Parses a whole mapping. A failure comes with what was read before it, in which there may be earlier mistakes.
pub fn parse_mapping(text: &str) -> (Document, Option<Failure>) {
    let (document, failure) = Parser::new().mapping(Cursor::new(text));
    if failure.is_none() {
        return (document, None);
    }
    let mut again = Parser { fragments: Some(Vec::new()), ..Parser::new() };
    let (document, failure) = again.mapping(Cursor::new(text));
    (Document { fragments: again.fragments.unwrap_or_default(), ..document }, failure)
}

/// Parses one expression at the start of `text`, and returns where it ends, blanks behind it included; where `around`
/// is set there may be line breaks and comments around it too. A failure comes with the calls and operations that were
/// read before it.
pub fn parse_query_prefix(text: &str, around: bool) -> Result<(Expr, usize), (Vec<Expr>, Failure)> {
    Parser::new().query_prefix(text, around).map_err(|_| ()).or_else(|()| {
        let mut again = Parser { fragments: Some(Vec::new()), ..Parser::new() };
        let failed = again.query_prefix(text, around);
        failed.map_err(|failure| (again.fragments.unwrap_or_default(), failure))
    })
}

impl<'a> Parser<'a> {
    fn new() -> Self {
        Self { captured: Vec::new(), depth: 0, ahead: None, fragments: None }
    }

    fn query_prefix(&mut self, text: &'a str, around: bool) -> Parsed<(Expr, usize)> {
        let space = if around { Cursor::space } else { Cursor::blanks };
        let mut cursor = Cursor::new(text);
        space(&mut cursor);
        let query = self.query(&mut cursor)?;
        space(&mut cursor);
        Ok((query, cursor.at))
    }
}

/// The line and column (both from 1, in characters) of a byte position.
pub fn line_and_column(text: &str, at: usize) -> (usize, usize) {
    let before = &text[..at.min(text.len())];
    let line_start = before.rfind('\n').map_or(0, |i| i + 1);
    (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
}
