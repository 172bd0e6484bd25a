//! From tokens to expressions.

use super::super::error::Error;
use super::super::go::{quote, regex};
use super::super::spec::Result;
use super::lexer::{Lexer, Token};
use super::ops::{INFIX, Infix, PREFIX};
use super::path::FAR;
use super::{Matcher, Node, Path, Step};
use crate::value::Value;
use crate::value::number::parse_float;

/// An expression may have so many operators and brackets; evaluating it is recursive.
const MAX_PARTS: usize = 250;

/// Reads an expression.
pub fn parse(source: &str) -> Result<Node> {
    let mut parser = Parser { lexer: Lexer::new(source), parts: 0 };
    let node = parser.expression()?;
    if !parser.lexer.is_done() {
        return parser.unexpected("an operator");
    }
    Ok(node)
}

struct Parser<'a> {
    lexer: Lexer<'a>,
    parts: usize,
}

/// An operand and the operator behind it, which waits for its other operand.
type Waiting = (Node, Infix, u8);

/// What separates the keys within brackets.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Bracket {
    Keys,
    Range,
    Filter,
}

impl Parser<'_> {
    fn count(&mut self) -> Result<()> {
        self.parts += 1;
        match self.parts > MAX_PARTS {
            true => Err(Error::new(format!("the expression has more than {MAX_PARTS} parts"))),
            false => Ok(()),
        }
    }

    fn expression(&mut self) -> Result<Node> {
        self.count()?;
        let mut waiting: Vec<Waiting> = Vec::new();
        loop {
            let mut operand = self.operand()?;
            loop {
                match self.operator()? {
                    None => return joined(&mut waiting, operand, 0),
                    Some("?") => {
                        operand = joined(&mut waiting, operand, 0)?;
                        operand = self.choice(operand)?;
                    }
                    Some(operator) => {
                        let found = INFIX.iter().find(|(name, ..)| *name == operator);
                        let Some((_, op, binding)) = found else {
                            return Err(Error::new(format!("unknown operator {operator}")));
                        };
                        self.count()?;
                        let left = joined(&mut waiting, operand, *binding)?;
                        waiting.push((left, *op, *binding));
                        break;
                    }
                }
            }
        }
    }

    /// The next operator: the longest one that is written here. None if what is next is none.
    fn operator(&mut self) -> Result<Option<&'static str>> {
        let known = |text: &str| match text {
            "?" => Some("?"),
            text => INFIX.iter().map(|(name, ..)| *name).find(|name| *name == text),
        };
        let begins = |text: &str| INFIX.iter().any(|(name, ..)| name.starts_with(text));
        let mut extended = false;
        match self.lexer.next() {
            Token::Name => {}
            Token::Symbol(_) if begins(self.lexer.text()) => {
                while self.lexer.extend(begins) {
                    extended = true;
                }
            }
            _ => {
                self.lexer.put_back();
                return Ok(None);
            }
        }
        match known(self.lexer.text()) {
            Some(operator) => Ok(Some(operator)),
            None if extended => Err(Error::new(format!("unknown operator {}", self.lexer.text()))),
            None => {
                self.lexer.put_back();
                Ok(None)
            }
        }
    }

    fn choice(&mut self, condition: Node) -> Result<Node> {
        let then = self.expression()?;
        let otherwise = match self.lexer.next() {
            Token::Symbol(':') => self.expression()?,
            Token::End => Node::Constant(Value::Null),
            _ => return self.unexpected("`:`"),
        };
        Ok(Node::Choice(Box::new((condition, then, otherwise))))
    }

    fn operand(&mut self) -> Result<Node> {
        let text = self.lexer.text();
        match self.lexer.next() {
            Token::Number => {
                let number = parse_float(self.lexer.text());
                number
                    .map(|number| Node::Constant(Value::Float(number)))
                    .map_err(|e| Error::new(e.to_string()))
            }
            Token::Text => self.literal(),
            Token::Name => self.name(),
            Token::Symbol('$') => self.path(false),
            Token::Symbol('@') => self.path(true),
            Token::Symbol('(') => {
                let inner = self.expression()?;
                self.expect(')')?;
                Ok(inner)
            }
            Token::Symbol('[') => self.list(']', |parser| parser.expression()).map(Node::Array),
            Token::Symbol('{') => {
                let entry = |parser: &mut Self| {
                    let key = parser.expression()?;
                    parser.expect(':')?;
                    Ok((key, parser.expression()?))
                };
                self.list('}', entry).map(Node::Object)
            }
            Token::Symbol(c) => {
                let Some((_, op)) = PREFIX.iter().find(|(symbol, _)| *symbol == c) else {
                    return self.unexpected("a value");
                };
                self.count()?;
                match self.operand()? {
                    Node::Constant(value) => op.apply(&value).map(Node::Constant),
                    operand => Ok(Node::Prefix(*op, Box::new(operand))),
                }
            }
            Token::End => Err(Error::new(format!("unexpected end behind `{text}`"))),
        }
    }

    fn literal(&mut self) -> Result<Node> {
        let text = self.lexer.text();
        let unquoted = match text.strip_prefix('\'') {
            Some(inner) => inner.strip_suffix('\'').filter(|_| text.len() > 1).and_then(|inner| {
                let double = inner.replace("\\'", "'").replace('"', "\\\"");
                quote::unquote(&format!("\"{double}\""))
            }),
            None => quote::unquote(text),
        };
        match unquoted {
            Some(bytes) => Ok(Node::Constant(Value::text(bytes))),
            None => Err(Error::new(format!("invalid text {text}"))),
        }
    }

    /// A constant, a call, or a variable with what follows it.
    fn name(&mut self) -> Result<Node> {
        let name = self.lexer.text();
        match name {
            "true" | "false" => return Ok(Node::Constant(Value::Bool(name == "true"))),
            "date" => {
                let args = match self.lexer.next() {
                    Token::Symbol('(') => self.list(')', |parser| parser.expression())?,
                    _ => {
                        self.lexer.put_back();
                        Vec::new()
                    }
                };
                return Ok(Node::Date(args));
            }
            _ => {}
        }
        let mut keys = vec![Node::Constant(Value::from(name))];
        loop {
            match self.lexer.next() {
                Token::Symbol('.') => match self.lexer.next() {
                    Token::Name => keys.push(Node::Constant(Value::from(self.lexer.text()))),
                    _ => return self.unexpected("a field"),
                },
                Token::Symbol('(') => {
                    self.list(')', |parser| parser.expression())?;
                    return Ok(Node::Call(name.to_owned()));
                }
                Token::Symbol('[') => {
                    keys.push(self.expression()?);
                    self.expect(']')?;
                }
                _ => {
                    self.lexer.put_back();
                    return Ok(Node::Variable(keys));
                }
            }
        }
    }

    /// What stands between commas up to `end`; commas too many are skipped.
    fn list<T>(&mut self, end: char, item: impl Fn(&mut Self) -> Result<T>) -> Result<Vec<T>> {
        let mut items = Vec::new();
        loop {
            match self.lexer.next() {
                Token::Symbol(',') => {}
                Token::Symbol(c) if c == end => return Ok(items),
                _ => {
                    self.lexer.put_back();
                    items.push(item(self)?);
                }
            }
        }
    }

    fn path(&mut self, from_current: bool) -> Result<Node> {
        let mut steps = Vec::new();
        loop {
            match self.lexer.next() {
                Token::Symbol('.') => match self.lexer.next() {
                    Token::Name => steps.push(self.key()),
                    Token::Symbol('*') => steps.push(Step::All),
                    Token::Symbol('.') => {
                        steps.push(Step::Descend);
                        steps.push(self.below()?);
                    }
                    _ => return self.unexpected("a key, `.` or `*`"),
                },
                Token::Symbol('[') => steps.push(match self.bracket()? {
                    (Bracket::Range, ends) => range(ends)?,
                    (Bracket::Filter, filter) => filter_of(filter)?,
                    (Bracket::Keys, keys) => match <[Node; 1]>::try_from(keys) {
                        Ok([key]) => Step::Key(key),
                        Err(keys) if keys.is_empty() => Step::All,
                        Err(keys) => Step::Keys(keys),
                    },
                }),
                Token::Symbol('(') => steps.push(self.script()?),
                _ => {
                    self.lexer.put_back();
                    return Ok(Node::Path(Path { from_current, steps }));
                }
            }
        }
    }

    /// The step behind `..`.
    fn below(&mut self) -> Result<Step> {
        match self.lexer.next() {
            Token::Name => Ok(self.key()),
            Token::Symbol('*') => Ok(Step::All),
            Token::Symbol('(') => self.script(),
            Token::Symbol('[') => match self.bracket()? {
                (Bracket::Range, _) => Err(Error::new("`..` does not go with a range")),
                (Bracket::Filter, filter) => filter_of(filter),
                (Bracket::Keys, keys) if keys.is_empty() => Ok(Step::All),
                (Bracket::Keys, keys) => Ok(Step::Keys(keys)),
            },
            _ => self.unexpected("a key, `[` or `*`"),
        }
    }

    fn key(&self) -> Step {
        Step::Key(Node::Constant(Value::from(self.lexer.text())))
    }

    fn script(&mut self) -> Result<Step> {
        let script = self.expression()?;
        self.expect(')')?;
        Ok(Step::Script(script))
    }

    /// What stands in brackets; no keys are all of them.
    fn bracket(&mut self) -> Result<(Bracket, Vec<Node>)> {
        let number = |number: f64| Node::Constant(Value::Float(number));
        let mut keys = Vec::new();
        let mut kind = None;
        loop {
            let mut separator = self.lexer.next();
            match separator {
                Token::Symbol('?') => {}
                Token::Symbol(':') => keys.push(number(if keys.len() == 1 { FAR } else { 0.0 })),
                Token::Symbol('*') => {
                    self.expect(']')?;
                    return Ok((Bracket::Keys, Vec::new()));
                }
                Token::Symbol(']') if kind == Some(Bracket::Range) => {}
                _ => {
                    self.lexer.put_back();
                    keys.push(self.expression()?);
                    separator = self.lexer.next();
                }
            }
            let next = match separator {
                Token::Symbol(']') => return Ok((kind.unwrap_or(Bracket::Keys), keys)),
                Token::Symbol(':') => Bracket::Range,
                Token::Symbol(',') => Bracket::Keys,
                Token::Symbol('?') if keys.is_empty() => Bracket::Filter,
                _ => return self.unexpected("`:`, `,` or `]`"),
            };
            if *kind.get_or_insert(next) != next {
                return self.unexpected("one kind of separator in brackets");
            }
        }
    }

    fn expect(&mut self, wanted: char) -> Result<()> {
        match self.lexer.next() {
            Token::Symbol(found) if found == wanted => Ok(()),
            _ => self.unexpected(&format!("`{wanted}`")),
        }
    }

    fn unexpected<T>(&self, expected: &str) -> Result<T> {
        let found = match self.lexer.text() {
            "" => "the end",
            text => text,
        };
        Err(Error::new(format!("unexpected `{found}`, expected {expected}")))
    }
}

/// Joins an operand with those waiting whose operators bind at least as strongly as `binding`.
fn joined(waiting: &mut Vec<Waiting>, operand: Node, binding: u8) -> Result<Node> {
    let mut right = operand;
    while let Some((left, op, _)) = waiting.pop_if(|(_, _, other)| *other >= binding) {
        right = match (op, left, right) {
            (Infix::Matches | Infix::MatchesNot, text, pattern) => {
                let pattern = match pattern {
                    Node::Constant(pattern) => {
                        let made = regex::cached(&super::ops::shown(&pattern));
                        Matcher::Fixed(made.map_err(|error| Error::new(error.to_string()))?)
                    }
                    pattern => Matcher::Dynamic(Box::new(pattern)),
                };
                Node::Matches { text: Box::new(text), pattern, negated: op == Infix::MatchesNot }
            }
            (op, Node::Constant(left), Node::Constant(right)) => {
                Node::Constant(op.short(&left).map_or_else(|| op.apply(&left, &right), Ok)?)
            }
            (op, left, right) => Node::Infix(op, Box::new(left), Box::new(right)),
        };
    }
    Ok(right)
}

fn range(mut ends: Vec<Node>) -> Result<Step> {
    let defaults = [0.0, FAR, 1.0].map(|number| Node::Constant(Value::Float(number)));
    let given = ends.len();
    ends.extend(defaults.into_iter().skip(given));
    match <[Node; 3]>::try_from(ends) {
        Ok(ends) => Ok(Step::Range(Box::new(ends))),
        Err(_) => Err(Error::new("a range has at most a start, an end and a step")),
    }
}

fn filter_of(keys: Vec<Node>) -> Result<Step> {
    match <[Node; 1]>::try_from(keys) {
        Ok([filter]) => Ok(Step::Filter(filter)),
        Err(_) => Err(Error::new("a filter is one expression")),
    }
}
