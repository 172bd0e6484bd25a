//! Programs out of their texts.

mod expressions;
mod names;
mod statements;

use super::ast::{Function, Pattern, Program, Rule, Stmt};
use super::token::{Lexer, Token, Word};
use crate::value::Str;
use names::Names;

/// How deep expressions and statements may stand in each other.
const MAX_DEPTH: usize = 200;

/// The functions of the surroundings: names with the most arguments.
pub type Host<'h> = &'h [(&'h str, usize)];

/// Why a program is none: what, and in which line.
pub type Parsed<T> = Result<T, String>;

/// The program that `text` is.
pub fn parse(text: &str, host: Host<'_>) -> Parsed<Program> {
    let mut parser = Parser::new(text, host).map_err(|error| format!("line 1: {error}"))?;
    let program = parser.program();
    program.map_err(|error| format!("line {}: {error}", parser.lexer.line()))
}

struct Parser<'t> {
    lexer: Lexer<'t>,
    token: Token,
    names: Names,
    host: Host<'t>,
    depth: usize,
    loops: usize,
    in_function: bool,
    /// Lists in parentheses that nobody has taken yet.
    several: usize,
}

impl<'t> Parser<'t> {
    fn new(text: &'t str, host: Host<'t>) -> Parsed<Self> {
        let mut lexer = Lexer::new(text);
        let token = lexer.next()?;
        Ok(Self {
            lexer,
            token,
            names: Names::default(),
            host,
            depth: 0,
            loops: 0,
            in_function: false,
            several: 0,
        })
    }

    fn program(&mut self) -> Parsed<Program> {
        let mut program = Program::default();
        self.skip_ends()?;
        while self.token != Token::End {
            match self.token {
                Token::Word(Word::Begin) => {
                    self.advance()?;
                    program.begin.push(self.block()?);
                }
                Token::Word(Word::End) => {
                    self.advance()?;
                    program.end.push(self.block()?);
                }
                Token::Word(Word::Function) => {
                    let function = self.function()?;
                    program.functions.push(function);
                }
                _ => {
                    let rule = self.rule()?;
                    program.rules.push(rule);
                }
            }
            self.skip_ends()?;
        }
        self.names.settle(&mut program)?;
        Ok(program)
    }

    fn rule(&mut self) -> Parsed<Rule> {
        let pattern = if self.token == Token::Sign("{") {
            Pattern::Always
        } else {
            let first = self.expression()?;
            if self.take(",")? {
                self.newlines()?;
                Pattern::Range(first, self.expression()?)
            } else {
                Pattern::When(first)
            }
        };
        let body = if self.token == Token::Sign("{") { Some(self.block()?) } else { None };
        Ok(Rule { pattern, body })
    }

    fn function(&mut self) -> Parsed<Function> {
        self.advance()?;
        let name = match self.advance()? {
            Token::Name(name) | Token::Call(name) => name,
            other => return Err(format!("a function has no name, but {}", shown(&other))),
        };
        self.expect("(")?;
        let mut params: Vec<Str> = Vec::new();
        while self.token != Token::Sign(")") {
            if !params.is_empty() {
                self.expect(",")?;
                self.newlines()?;
            }
            let Token::Name(param) = self.advance()? else {
                return Err(format!("a parameter of '{name}' has no name"));
            };
            if params.contains(&param) || param == name {
                return Err(format!("the parameter '{param}' of '{name}' is there twice"));
            }
            params.push(param);
        }
        self.expect(")")?;
        self.newlines()?;
        let index = self.names.define(&name, &params, self.host)?;
        self.in_function = true;
        let body = self.block()?;
        self.in_function = false;
        self.names.leave(index);
        Ok(Function { name, params: vec![false; params.len()], body })
    }

    fn block(&mut self) -> Parsed<Vec<Stmt>> {
        self.newlines()?;
        self.expect("{")?;
        let mut body = Vec::new();
        self.skip_ends()?;
        while self.token != Token::Sign("}") {
            body.extend(self.statement()?);
            self.skip_ends()?;
        }
        self.expect("}")?;
        Ok(body)
    }

    // Tokens

    /// Goes on to the next token; the one that was current.
    fn advance(&mut self) -> Parsed<Token> {
        let next = self.lexer.next()?;
        Ok(std::mem::replace(&mut self.token, next))
    }

    fn is(&self, sign: &str) -> bool {
        matches!(self.token, Token::Sign(current) if current == sign)
    }

    fn take(&mut self, sign: &str) -> Parsed<bool> {
        let is = self.is(sign);
        if is {
            self.advance()?;
        }
        Ok(is)
    }

    fn expect(&mut self, sign: &str) -> Parsed<()> {
        if self.take(sign)? {
            Ok(())
        } else {
            Err(format!("expected '{sign}' instead of {}", shown(&self.token)))
        }
    }

    fn newlines(&mut self) -> Parsed<()> {
        while self.token == Token::Newline {
            self.advance()?;
        }
        Ok(())
    }

    fn skip_ends(&mut self) -> Parsed<()> {
        while self.token == Token::Newline || self.is(";") {
            self.advance()?;
        }
        Ok(())
    }

    /// Runs `parse` one level deeper.
    fn deeper<T>(&mut self, parse: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth == MAX_DEPTH {
            return Err(format!("more than {MAX_DEPTH} levels"));
        }
        self.depth += 1;
        let parsed = parse(self);
        self.depth -= 1;
        parsed
    }
}

fn shown(token: &Token) -> String {
    match token {
        Token::Number(n) => format!("the number {n}"),
        Token::Text(text) => format!("the text {text:?}"),
        Token::Name(name) | Token::Call(name) => format!("'{name}'"),
        Token::Word(word) => format!("'{}'", format!("{word:?}").to_lowercase()),
        Token::Sign(sign) => format!("'{sign}'"),
        Token::Newline => "the end of the line".to_owned(),
        Token::End => "the end".to_owned(),
    }
}
