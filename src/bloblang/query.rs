//! Single expressions, as checks and interpolated strings hold them.

use std::borrow::Cow;
use std::collections::HashMap;

use super::compile::compile_query;
use super::depth::Depth;
use super::diagnostics::ParseError;
use super::error::Error;
use super::eval::{Ctx, Frame, Node, Run, This};
use super::needs;
use super::program::{Block, Program};
use super::scope::{Environment, Scope};
use super::spec::Result;
use super::target::Target;
use crate::value::json::Wanted;
use crate::value::{Str, Value};

/// A compiled expression.
pub struct Query {
    node: Node,
    program: Program,
}

/// A piece of a text with `${! query }` in it.
pub enum Part {
    Text(Str),
    Query(Query),
}

impl Query {
    /// Compiles a text that is one expression.
    pub fn compile(text: &str, environment: &Environment) -> std::result::Result<Self, Vec<ParseError>> {
        let (query, end) = Self::compile_prefix(text, true, environment)?;
        if end < text.len() {
            return Err(vec![ParseError::at(text, end, "expected the query to end here")]);
        }
        Ok(query)
    }

    /// Compiles the expression that `text` begins with; returns where it ends.
    fn compile_prefix(
        text: &str,
        around: bool,
        environment: &Environment,
    ) -> std::result::Result<(Self, usize), Vec<ParseError>> {
        let (node, end) = compile_query(text, around, environment)?;
        let host = environment.host.clone();
        let program = Program { main: Block::default(), maps: HashMap::new(), host };
        Ok((Self { node, program }, end))
    }

    /// Evaluates the query over message `index`, whose document is `this`.
    pub fn eval(&self, scope: &dyn Scope, index: usize) -> Result<Value> {
        let frame = Frame { this: This::Document(index), outer: None };
        let target = Target::edit(index);
        let run = Run {
            scope,
            program: &self.program,
            block: &self.program.main,
            variables: &[],
            target: None,
            message: &target,
            depth: Depth::outside(),
        };
        let ctx = Ctx { run: &run, index, frame: &frame, captured: None };
        self.node.eval(&ctx).map(Cow::into_owned).map_err(Error::about_message)
    }

    /// What the query reads of the document of its message.
    pub fn reads(&self) -> Wanted {
        needs::of_query(&self.node)
    }

    /// The value, where it depends on nothing.
    pub fn constant(&self) -> Option<&Value> {
        self.node.known()
    }
}

/// Splits a text at its `${! query }` parts. `${{! query }}` stands for `${! query }` itself.
pub fn split_template(
    text: &str,
    environment: &Environment,
) -> std::result::Result<Vec<Part>, Vec<ParseError>> {
    let mut parts = Vec::new();
    let mut literal = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        literal.push_str(&rest[..at]);
        rest = &rest[at..];
        let begin = text.len() - rest.len();
        if let Some(inner) = rest.strip_prefix("${{!") {
            let Some(escaped) = inner.find("}}") else {
                let message = "required: expected end of escaped expression, but reached end of input";
                return Err(vec![ParseError::at(text, text.len(), message)]);
            };
            literal.push_str("${!");
            literal.push_str(&rest[4..4 + escaped]);
            literal.push('}');
            rest = &rest[4 + escaped + 2..];
        } else if let Some(inner) = rest.strip_prefix("${!") {
            let placed = |mut error: ParseError| {
                let (line, column) = super::parser::line_and_column(text, begin + 3);
                error.column += if error.line == 1 { column - 1 } else { 0 };
                error.line += line - 1;
                error
            };
            let compiled = Query::compile_prefix(inner, false, environment);
            let (query, end) =
                compiled.map_err(|errors| errors.into_iter().map(placed).collect::<Vec<_>>())?;
            if !inner[end..].starts_with('}') {
                return Err(vec![ParseError::at(
                    text,
                    begin + 3 + end,
                    "required: expected end of expression",
                )]);
            }
            if !literal.is_empty() {
                parts.push(Part::Text(std::mem::take(&mut literal).into()));
            }
            parts.push(Part::Query(query));
            rest = &inner[end + 1..];
        } else {
            literal.push_str("${");
            rest = &rest[2..];
        }
    }
    literal.push_str(rest);
    if !literal.is_empty() {
        parts.push(Part::Text(literal.into()));
    }
    Ok(parts)
}
