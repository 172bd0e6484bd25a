//! Templates out of their tokens.

use std::collections::HashMap;

use super::ast::{Command, Node, Operand, Pipe};
use super::lexer::{Token, lex};
use crate::value::{Str, Value};

/// How deep actions and parentheses may stand in each other.
const MAX_DEPTH: usize = 100;

/// Templates by their names.
pub type Templates = HashMap<Str, Vec<Node>>;

type Parsed<T> = Result<T, String>;

/// Adds the template `name` and those that are defined in it. `functions` finds a function's number.
pub fn parse(
    name: &str,
    text: &str,
    functions: &dyn Fn(&str) -> Option<usize>,
    templates: &mut Templates,
) -> Parsed<()> {
    let mut parser = Parser {
        tokens: lex(text)?,
        at: 0,
        functions,
        templates,
        variables: vec!["".into()],
        depth: 0,
        loops: 0,
    };
    let (body, end) = parser.body()?;
    if let Some(end) = end {
        return Err(format!("'{end}' without a beginning"));
    }
    templates.insert(name.into(), body);
    Ok(())
}

struct Parser<'p> {
    tokens: Vec<Token>,
    at: usize,
    functions: &'p dyn Fn(&str) -> Option<usize>,
    templates: &'p mut Templates,
    /// Those that are known here.
    variables: Vec<Str>,
    depth: usize,
    loops: usize,
}

/// Words that end a body or divide it.
const ENDS: &[&str] = &["end", "else"];

impl Parser<'_> {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn next(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.at).cloned();
        self.at += 1;
        token
    }

    fn take(&mut self, token: &Token) -> bool {
        let is = self.peek() == Some(token);
        self.at += usize::from(is);
        is
    }

    fn expect(&mut self, token: Token) -> Parsed<()> {
        if self.take(&token) { Ok(()) } else { Err(format!("unexpected {}", shown(self.peek()))) }
    }

    /// Nodes up to an end that is not theirs; which word it was. The action of `else` is still open.
    fn body(&mut self) -> Parsed<(Vec<Node>, Option<Str>)> {
        if self.depth == MAX_DEPTH {
            return Err(format!("more than {MAX_DEPTH} levels"));
        }
        self.depth += 1;
        let known = self.variables.len();
        let mut nodes = Vec::new();
        let end = loop {
            match self.next() {
                None => break None,
                Some(Token::Text(text)) => nodes.push(Node::Text(text)),
                Some(Token::Open) => match self.peek() {
                    Some(Token::Word(word)) if ENDS.contains(&word.as_str()) => {
                        let word = word.clone();
                        self.at += 1;
                        break Some(word);
                    }
                    _ => nodes.extend(self.action()?),
                },
                other => return Err(format!("unexpected {}", shown(other.as_ref()))),
            }
        };
        self.variables.truncate(known);
        self.depth -= 1;
        Ok((nodes, end))
    }

    fn action(&mut self) -> Parsed<Option<Node>> {
        let word = match self.peek() {
            Some(Token::Word(word)) => word.clone(),
            _ => Str::new(),
        };
        let node = match word.as_str() {
            "if" | "with" | "range" => {
                self.at += 1;
                return self.branches(&word).map(Some);
            }
            "break" | "continue" => {
                self.at += 1;
                if self.loops == 0 {
                    return Err(format!("'{word}' outside of range"));
                }
                if word == "break" { Node::Break } else { Node::Continue }
            }
            "template" => {
                self.at += 1;
                let name = self.name()?;
                let value = if self.peek() == Some(&Token::Close) { None } else { Some(self.pipe(false)?) };
                Node::Template { name, value }
            }
            "define" | "block" => {
                self.at += 1;
                let name = self.name()?;
                let value = if word == "block" { Some(self.pipe(false)?) } else { None };
                self.expect(Token::Close)?;
                let (outer, loops) = (
                    std::mem::replace(&mut self.variables, vec!["".into()]),
                    std::mem::take(&mut self.loops),
                );
                let body = self.body()?;
                (self.variables, self.loops) = (outer, loops);
                self.closed(&body.1)?;
                self.templates.insert(name.clone(), body.0);
                return Ok(value.map(|value| Node::Template { name, value: Some(value) }));
            }
            _ => {
                let pipe = self.pipe(false)?;
                Node::Print(pipe)
            }
        };
        self.expect(Token::Close)?;
        Ok(Some(node))
    }

    /// Whether a body ended with `end`, which it takes.
    fn closed(&mut self, end: &Option<Str>) -> Parsed<()> {
        match end.as_deref() {
            Some("end") => self.expect(Token::Close),
            Some(other) => Err(format!("unexpected '{other}'")),
            None => Err("an action has no end".to_owned()),
        }
    }

    fn branches(&mut self, word: &str) -> Parsed<Node> {
        let known = self.variables.len();
        let pipe = self.pipe(word == "range")?;
        self.expect(Token::Close)?;
        self.loops += usize::from(word == "range");
        let (then, end) = self.body()?;
        self.loops -= usize::from(word == "range");
        let mut otherwise = Vec::new();
        if end.as_deref() == Some("else") {
            match self.peek() {
                Some(Token::Word(next)) if next == word && word != "range" => {
                    self.at += 1;
                    if self.depth == MAX_DEPTH {
                        return Err(format!("more than {MAX_DEPTH} levels"));
                    }
                    self.depth += 1;
                    otherwise.push(self.branches(word)?);
                    self.depth -= 1;
                }
                _ => {
                    self.expect(Token::Close)?;
                    let (body, end) = self.body()?;
                    self.closed(&end)?;
                    otherwise = body;
                }
            }
        } else {
            self.closed(&end)?;
        }
        self.variables.truncate(known);
        Ok(match word {
            "if" => Node::If { check: pipe, then, otherwise },
            "with" => Node::With { value: pipe, then, otherwise },
            _ => Node::Range { items: pipe, body: then, otherwise },
        })
    }

    fn name(&mut self) -> Parsed<Str> {
        match self.next() {
            Some(Token::Literal(literal)) => {
                literal.0.as_str().map(Str::from).ok_or_else(|| "a template has no name".to_owned())
            }
            other => Err(format!("expected the name of a template instead of {}", shown(other.as_ref()))),
        }
    }

    fn pipe(&mut self, range: bool) -> Parsed<Pipe> {
        if self.depth == MAX_DEPTH {
            return Err(format!("more than {MAX_DEPTH} levels"));
        }
        self.depth += 1;
        let (variables, declares) = self.declaration(range)?;
        let mut commands = vec![self.command()?];
        while self.take(&Token::Sign("|")) {
            commands.push(self.command()?);
        }
        if declares {
            self.variables.extend(variables.iter().cloned());
        }
        self.depth -= 1;
        Ok(Pipe { variables, declares, commands })
    }

    /// `$a :=`, `$a =`, and for `range` also `$i, $e :=`.
    fn declaration(&mut self, range: bool) -> Parsed<(Vec<Str>, bool)> {
        let start = self.at;
        let mut variables = Vec::new();
        while let Some(Token::Variable(name)) = self.peek() {
            variables.push(name.clone());
            self.at += 1;
            match self.next() {
                Some(Token::Sign(sign @ (":=" | "="))) => {
                    let declares = sign == ":=";
                    if let Some(unknown) =
                        variables.iter().find(|name| !declares && !self.variables.contains(name))
                    {
                        return Err(format!("undefined variable '${unknown}'"));
                    }
                    return Ok((variables, declares));
                }
                Some(Token::Sign(",")) if range && variables.len() == 1 => {}
                _ => break,
            }
        }
        self.at = start;
        Ok((Vec::new(), false))
    }

    fn command(&mut self) -> Parsed<Command> {
        let mut operands = Vec::new();
        while !matches!(self.peek(), None | Some(Token::Close | Token::Sign("|" | ")"))) {
            operands.push(self.operand()?);
        }
        match operands.first() {
            None => Err("a command is missing".to_owned()),
            Some(Operand::Nil) => Err("nil is not a command".to_owned()),
            Some(Operand::Literal(_)) if operands.len() > 1 => {
                Err("only functions take arguments".to_owned())
            }
            Some(_) => Ok(Command(operands)),
        }
    }

    fn operand(&mut self) -> Parsed<Operand> {
        let mut operand = match self.next() {
            Some(Token::Dot) => Operand::Dot,
            Some(Token::Field(name, _)) => Operand::Field(Box::new(Operand::Dot), name),
            Some(Token::Literal(literal)) => Operand::Literal(literal.0),
            Some(Token::Variable(name)) if self.variables.contains(&name) => Operand::Variable(name),
            Some(Token::Variable(name)) => return Err(format!("undefined variable '${name}'")),
            Some(Token::Word(word)) => match word.as_str() {
                "nil" => Operand::Nil,
                "true" => Operand::Literal(Value::Bool(true)),
                "false" => Operand::Literal(Value::Bool(false)),
                name => {
                    let function =
                        (self.functions)(name).ok_or_else(|| format!("there is no function '{name}'"))?;
                    Operand::Function(function)
                }
            },
            Some(Token::Sign("(")) => {
                let pipe = self.pipe(false)?;
                self.expect(Token::Sign(")"))?;
                Operand::Pipe(Box::new(pipe))
            }
            other => return Err(format!("unexpected {}", shown(other.as_ref()))),
        };
        while let Some(Token::Field(name, false)) = self.peek() {
            operand = Operand::Field(Box::new(operand), name.clone());
            self.at += 1;
        }
        Ok(operand)
    }
}

fn shown(token: Option<&Token>) -> String {
    match token {
        None => "end".to_owned(),
        Some(Token::Word(word)) => format!("'{word}'"),
        Some(Token::Sign(sign)) => format!("'{sign}'"),
        Some(Token::Field(name, _)) => format!("'.{name}'"),
        Some(Token::Variable(name)) => format!("'${name}'"),
        Some(Token::Close) => "end of an action".to_owned(),
        Some(_) => "value".to_owned(),
    }
}
