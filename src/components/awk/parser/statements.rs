//! Statements.

use super::super::ast::{Expr, Stmt, Target};
use super::super::token::{Token, Word};
use super::{Parsed, Parser, shown};

impl Parser<'_> {
    /// One statement with what ends it; none where there is only that.
    pub(super) fn statement(&mut self) -> Parsed<Option<Stmt>> {
        self.deeper(|parser| {
            if parser.take(";")? {
                return Ok(None);
            }
            let (statement, closed) = parser.any_statement()?;
            let ended = parser.token == Token::Newline || parser.is(";") || parser.is("}");
            if !ended && !closed {
                return Err(format!("expected the end of a statement instead of {}", shown(&parser.token)));
            }
            if parser.is(";") {
                parser.advance()?;
            }
            Ok(Some(statement))
        })
    }

    /// A statement, and whether it ends by itself, as a block does.
    fn any_statement(&mut self) -> Parsed<(Stmt, bool)> {
        if self.is("{") {
            return Ok((Stmt::Block(self.block()?), true));
        }
        let Token::Word(word) = self.token else { return Ok((self.simple_statement()?, false)) };
        let looping = self.loops > 0;
        let statement = match word {
            Word::If => return Ok((self.choice()?, true)),
            Word::While => {
                self.advance()?;
                let check = self.check()?;
                return Ok((Stmt::While { check, body: self.loop_body()?, body_first: false }, true));
            }
            Word::Do => {
                self.advance()?;
                let body = self.loop_body()?;
                self.skip_ends()?;
                if self.advance()? != Token::Word(Word::While) {
                    return Err("'do' without 'while'".to_owned());
                }
                Stmt::While { check: self.check()?, body, body_first: true }
            }
            Word::For => return Ok((self.for_loop()?, true)),
            Word::Break if looping => self.bare(Stmt::Break)?,
            Word::Continue if looping => self.bare(Stmt::Continue)?,
            Word::Next | Word::NextFile => self.bare(Stmt::Next)?,
            Word::Exit => Stmt::Exit(self.operand()?),
            Word::Return if self.in_function => Stmt::Return(self.operand()?),
            _ => self.simple_statement()?,
        };
        Ok((statement, false))
    }

    fn bare(&mut self, statement: Stmt) -> Parsed<Stmt> {
        self.advance()?;
        Ok(statement)
    }

    /// What may follow `exit` and `return`.
    fn operand(&mut self) -> Parsed<Option<Expr>> {
        self.advance()?;
        let none = self.token == Token::Newline || self.token == Token::End || self.is(";") || self.is("}");
        if none { Ok(None) } else { self.expression().map(Some) }
    }

    fn check(&mut self) -> Parsed<Expr> {
        self.expect("(")?;
        let check = self.expression()?;
        self.expect(")")?;
        Ok(check)
    }

    /// A block, or a single statement.
    fn body(&mut self) -> Parsed<Vec<Stmt>> {
        self.newlines()?;
        if self.is("{") { self.block() } else { Ok(self.statement()?.into_iter().collect()) }
    }

    fn loop_body(&mut self) -> Parsed<Vec<Stmt>> {
        self.loops += 1;
        let body = self.body();
        self.loops -= 1;
        body
    }

    fn choice(&mut self) -> Parsed<Stmt> {
        self.advance()?;
        let check = self.check()?;
        let then = self.body()?;
        self.skip_ends()?;
        let mut otherwise = Vec::new();
        if self.token == Token::Word(Word::Else) {
            self.advance()?;
            otherwise = self.body()?;
        }
        Ok(Stmt::If { check, then, otherwise })
    }

    fn for_loop(&mut self) -> Parsed<Stmt> {
        self.advance()?;
        self.expect("(")?;
        let first = if self.is(";") { None } else { Some(self.simple_statement()?) };
        if self.is(")") {
            let Some(Stmt::Expr(Expr::In(mut keys, array))) = first else {
                return Err("expected 'for (name in array)'".to_owned());
            };
            let (Some(Expr::Target(Target::Variable(name))), true) = (keys.pop(), keys.is_empty()) else {
                return Err("expected 'for (name in array)'".to_owned());
            };
            self.advance()?;
            return Ok(Stmt::ForIn { name, array, body: self.loop_body()? });
        }
        self.expect(";")?;
        self.newlines()?;
        let check = if self.is(";") { None } else { Some(self.expression()?) };
        self.expect(";")?;
        self.newlines()?;
        let after = if self.is(")") { None } else { Some(Box::new(self.simple_statement()?)) };
        self.expect(")")?;
        Ok(Stmt::For { first: first.map(Box::new), check, after, body: self.loop_body()? })
    }

    fn simple_statement(&mut self) -> Parsed<Stmt> {
        match self.token {
            Token::Word(word @ (Word::Print | Word::Printf)) => {
                self.advance()?;
                let (args, to) = self.printed()?;
                if word == Word::Print {
                    return Ok(Stmt::Print { args, to });
                }
                if args.is_empty() {
                    Err("printf without a format".to_owned())
                } else {
                    Ok(Stmt::Printf { args, to })
                }
            }
            Token::Word(Word::Delete) => {
                self.advance()?;
                let Token::Name(name) = self.advance()? else {
                    return Err("delete without an array".to_owned());
                };
                let array = self.names.array(&name)?;
                let key = if self.take("[")? { Some(self.key()?) } else { None };
                Ok(Stmt::Delete { array, key })
            }
            _ => Ok(Stmt::Expr(self.expression()?)),
        }
    }

    /// The arguments of `print` and where they go.
    fn printed(&mut self) -> Parsed<(Vec<Expr>, Option<Expr>)> {
        let mut args = Vec::new();
        let several = self.several;
        while !(self.token == Token::Newline
            || self.token == Token::End
            || [";", "}", ">", ">>", "|"].iter().any(|sign| self.is(sign)))
        {
            if !args.is_empty() {
                self.expect(",")?;
                self.newlines()?;
            }
            args.push(self.printed_expression()?);
        }
        if let [Expr::Several(inner)] = &mut args[..] {
            self.several -= 1;
            args = std::mem::take(inner);
        }
        if self.several != several {
            return Err("a list in parentheses where one value is expected".to_owned());
        }
        if self.is("|") {
            return Err("programs cannot be started".to_owned());
        }
        let to = if self.take(">")? || self.take(">>")? { Some(self.printed_expression()?) } else { None };
        Ok((args, to))
    }
}
