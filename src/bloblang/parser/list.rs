//! Items between brackets, as in arrays, objects, calls and blocks.

use super::Parser;
use super::cursor::{Cursor, Parsed};

impl<'a> Parser<'a> {
    /// Items between two brackets; a separator may stand after the last one.
    pub(super) fn list<T>(
        &mut self,
        cursor: &mut Cursor<'a>,
        (open, close): (&'static str, &'static str),
        separator: impl Fn(&mut Cursor<'a>) -> Parsed<()>,
        item: impl Fn(&mut Self, &mut Cursor<'a>) -> Parsed<T>,
    ) -> Parsed<Vec<T>> {
        cursor.term(open)?;
        cursor.space();
        let mut items = Vec::new();
        loop {
            let mut probe = *cursor;
            match item(self, &mut probe) {
                Ok(value) => items.push(value),
                Err(failure) => {
                    if ends(cursor, close) {
                        return Ok(items);
                    }
                    return Err(failure);
                }
            }
            *cursor = probe;
            if let Err(failure) = separator(&mut probe) {
                if ends(cursor, close) {
                    return Ok(items);
                }
                return Err(failure);
            }
            *cursor = probe;
        }
    }
}

/// Reads the closing bracket if it is next.
fn ends(cursor: &mut Cursor<'_>, close: &str) -> bool {
    let mut probe = *cursor;
    probe.space();
    let ends = probe.eat(close);
    if ends {
        *cursor = probe;
    }
    ends
}
