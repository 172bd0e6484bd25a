//! Statements and whole mappings.

use super::Parser;
use super::cursor::{Cursor, Failure, Parsed};
use crate::bloblang::ast::{At, Document, Import, MapDef, Statement, StatementKind};
use crate::value::Str;

/// Where a statement stands, which decides what is allowed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Top,
    Map,
    If,
}

/// A kind of statement that may stand at a place.
type Alternative<'a> = fn(&mut Parser<'a>, &mut Cursor<'a>, Place) -> Parsed<StatementKind>;

impl<'a> Parser<'a> {
    /// A whole mapping: `from "file"`, a list of statements, or a single expression for `root`. Before a failure there
    /// may be statements that could be read.
    pub(super) fn mapping(&mut self, start: Cursor<'a>) -> (Document, Option<Failure>) {
        match from_file(start) {
            Ok(Some(from)) => return (Document { from: Some(from), ..Document::default() }, None),
            Ok(None) => {}
            Err(failure) => return (Document::default(), Some(failure)),
        }
        let mut document = Document::default();
        let failed = match self.statements(start, &mut document) {
            Ok(()) => return (document, None),
            Err(failure) if failure.is_final => return (document, Some(failure)),
            Err(failure) => failure,
        };
        match self.shorthand(start) {
            Ok(shorthand) => (Document { no_statements: Some(failed), ..shorthand }, None),
            Err(failure) if failure.at > failed.at => (document, Some(failure)),
            Err(_) => (document, Some(failed)),
        }
    }

    /// Statements, one to a line; what was read before a failure stays in `document`.
    fn statements(&mut self, mut cursor: Cursor<'a>, document: &mut Document) -> Parsed<()> {
        cursor.space();
        loop {
            self.statement_at_top(&mut cursor, document)?;
            cursor.blanks();
            if cursor.is_end() {
                return Ok(());
            }
            cursor.line_break()?;
            cursor.space();
            if cursor.is_end() {
                return Ok(());
            }
        }
    }

    /// A single expression means `root = expression`.
    fn shorthand(&mut self, mut cursor: Cursor<'a>) -> Parsed<Document> {
        cursor.space();
        let at = cursor.at as At;
        let query = self.query(&mut cursor)?;
        cursor.space();
        if !cursor.is_end() {
            return Err(Failure::expected(
                cursor.at,
                "the mapping to end here, as its beginning is shorthand for `root = ...` and cannot be followed by \
                 more assignments",
            ));
        }
        let statements = vec![Statement { at, kind: StatementKind::Root(Vec::new(), query) }];
        Ok(Document { statements, ..Document::default() })
    }

    fn statement_at_top(&mut self, cursor: &mut Cursor<'a>, document: &mut Document) -> Parsed<()> {
        let start = *cursor;
        let mut failed = match self.import(cursor) {
            Ok(import) => {
                document.imports.push(import);
                return Ok(());
            }
            Err(failure) => failure,
        };
        if !failed.is_final {
            *cursor = start;
            failed = match self.map_definition(cursor) {
                Ok(map) => {
                    if document.maps.iter().any(|m| m.name == map.name) {
                        return Err(Failure::problem(start.at, format!("map name collision: {}", map.name)));
                    }
                    document.maps.push(map);
                    return Ok(());
                }
                Err(failure) => failed.or(failure),
            };
        }
        if failed.is_final {
            return Err(failed);
        }
        *cursor = start;
        let statement = self
            .statement(cursor, Place::Top)
            .map_err(|failure| if failure.is_final { failure } else { failed.or(failure) })?;
        document.statements.push(statement);
        Ok(())
    }

    fn import(&mut self, cursor: &mut Cursor<'a>) -> Parsed<Import> {
        let at = cursor.at as At;
        cursor.term("import")?;
        cursor.some_blanks()?;
        let file = cursor.quoted().map_err(|f| f.named("filepath").made_final())?;
        Ok(Import { at, end: cursor.at as At, file })
    }

    fn map_definition(&mut self, cursor: &mut Cursor<'a>) -> Parsed<MapDef> {
        let at = cursor.at as At;
        cursor.term("map")?;
        cursor.some_blanks()?;
        let name = name_or_quoted(cursor, "map name").map_err(Failure::made_final)?;
        cursor.some_blanks()?;
        let statements = self.block_of_statements(cursor, Place::Map)?;
        Ok(MapDef { at, end: cursor.at as At, name, statements })
    }

    /// Statements in braces, each on a line of its own.
    fn block_of_statements(&mut self, cursor: &mut Cursor<'a>, place: Place) -> Parsed<Vec<Statement>> {
        let separator = |cursor: &mut Cursor<'a>| {
            cursor.blanks();
            cursor.line_break()?;
            cursor.space();
            Ok(())
        };
        self.nested(cursor, |parser, cursor| {
            parser.list(cursor, ("{", "}"), separator, |parser, cursor| parser.statement(cursor, place))
        })
    }

    fn statement(&mut self, cursor: &mut Cursor<'a>, place: Place) -> Parsed<Statement> {
        let start = *cursor;
        let at = start.at as At;
        let alternatives: [Alternative<'a>; 4] =
            [Self::let_statement, Self::meta_statement, Self::root_statement, Self::if_statement];
        let mut failed: Option<Failure> = None;
        for alternative in alternatives {
            let mut probe = start;
            match alternative(self, &mut probe, place) {
                Ok(kind) => {
                    *cursor = probe;
                    return Ok(Statement { at, kind });
                }
                Err(failure) if failure.is_final => return Err(failure),
                Err(failure) => failed = Some(failed.map_or(failure.clone(), |f| f.or(failure))),
            }
        }
        Err(failed.unwrap_or_else(|| Failure::expected(start.at, "assignment")))
    }

    fn let_statement(&mut self, cursor: &mut Cursor<'a>, _: Place) -> Parsed<StatementKind> {
        cursor.term("let").map_err(|f| f.named("assignment"))?;
        cursor.some_blanks()?;
        let name = name_or_quoted(cursor, "variable name").map_err(Failure::made_final)?;
        cursor.some_blanks()?;
        cursor.term("=")?;
        cursor.some_blanks()?;
        Ok(StatementKind::Let(name, self.query(cursor)?))
    }

    fn meta_statement(&mut self, cursor: &mut Cursor<'a>, place: Place) -> Parsed<StatementKind> {
        let start = cursor.at;
        cursor.term("meta").map_err(|f| f.named("assignment"))?;
        cursor.some_blanks()?;
        let key = match name_or_quoted(cursor, "metadata key") {
            Ok(key) => Some(key),
            Err(failure) if failure.is_final => return Err(failure),
            Err(_) => None,
        };
        cursor.blanks();
        cursor.term("=")?;
        cursor.some_blanks()?;
        let value = self.query(cursor)?;
        if place == Place::Map {
            return Err(Failure::problem(start, "setting meta fields is not allowed within this block"));
        }
        Ok(StatementKind::Meta(key, value))
    }

    fn root_statement(&mut self, cursor: &mut Cursor<'a>, _: Place) -> Parsed<StatementKind> {
        let mut path: Vec<Str> = vec![cursor.name("assignment")?.into()];
        let mut probe = *cursor;
        while probe.eat(".") {
            let segment = match probe.peek() {
                Some(b'"') => probe.quoted()?,
                _ => match probe.name("target path") {
                    Ok(name) => name.into(),
                    // As in the reference, then nothing behind the first name is taken for a path.
                    Err(_) => {
                        path.truncate(1);
                        probe = *cursor;
                        break;
                    }
                },
            };
            path.push(segment);
        }
        *cursor = probe;
        cursor.some_blanks()?;
        cursor.term("=")?;
        cursor.some_blanks()?;
        if path[0] == "root" {
            path.remove(0);
        }
        Ok(StatementKind::Root(path, self.query(cursor)?))
    }

    fn if_statement(&mut self, cursor: &mut Cursor<'a>, _: Place) -> Parsed<StatementKind> {
        cursor.term("if").map_err(|f| f.named("assignment"))?;
        cursor.some_blanks()?;
        let mut branches = Vec::new();
        let condition = self.query(cursor).map_err(Failure::made_final)?;
        cursor.space();
        branches.push((Some(condition), self.block_of_statements(cursor, Place::If)?));
        loop {
            let mut probe = *cursor;
            probe.space();
            if !probe.eat("else if") || probe.some_blanks().is_err() {
                break;
            }
            let condition = self.query(&mut probe).map_err(Failure::made_final)?;
            probe.space();
            // As in the reference, a branch that cannot be read is not part of the statement.
            match self.block_of_statements(&mut probe, Place::If) {
                Ok(statements) => branches.push((Some(condition), statements)),
                Err(failure) if failure.is_final => return Err(failure),
                Err(_) => break,
            }
            *cursor = probe;
        }
        let mut probe = *cursor;
        probe.space();
        if probe.eat("else") {
            probe.space();
            match self.block_of_statements(&mut probe, Place::If) {
                Ok(statements) => {
                    branches.push((None, statements));
                    *cursor = probe;
                }
                Err(failure) if failure.is_final => return Err(failure),
                Err(_) => {}
            }
        }
        Ok(StatementKind::If(branches))
    }
}

/// `from "file"` and nothing else.
fn from_file(mut cursor: Cursor<'_>) -> Parsed<Option<Import>> {
    cursor.space();
    let at = cursor.at as At;
    if cursor.term("from").and_then(|()| cursor.some_blanks()).is_err() || cursor.peek() != Some(b'"') {
        return Ok(None);
    }
    let file = cursor.quoted()?;
    cursor.space();
    Ok(cursor.is_end().then_some(Import { at, end: cursor.at as At, file }))
}

fn name_or_quoted(cursor: &mut Cursor<'_>, what: &'static str) -> Parsed<Str> {
    match cursor.peek() {
        Some(b'"') => cursor.quoted(),
        _ => cursor.name(what).map(Into::into),
    }
}
