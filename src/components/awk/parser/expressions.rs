//! Expressions. Where `print` reads them, `>` is no comparison.

use super::super::ast::{BUILTINS, Builtin, Expr, Operator, Target};
use super::super::token::{Token, Word};
use super::{Parsed, Parser, shown};
use crate::value::Str;

const COMPARISONS: &[(&str, Operator)] = &[
    ("<", Operator::Less),
    ("<=", Operator::LessOrEqual),
    ("==", Operator::Equal),
    ("!=", Operator::NotEqual),
    (">=", Operator::GreaterOrEqual),
    (">", Operator::Greater),
];

const ADDITIONS: &[(&str, Operator)] = &[("+", Operator::Add), ("-", Operator::Sub)];

const PRODUCTS: &[(&str, Operator)] = &[("*", Operator::Mul), ("/", Operator::Div), ("%", Operator::Mod)];

const UPDATES: &[(&str, Operator)] = &[
    ("+=", Operator::Add),
    ("-=", Operator::Sub),
    ("*=", Operator::Mul),
    ("/=", Operator::Div),
    ("%=", Operator::Mod),
    ("^=", Operator::Pow),
];

/// Whether `>` compares.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Anywhere,
    Print,
}

impl Parser<'_> {
    pub(super) fn expression(&mut self) -> Parsed<Expr> {
        let mut expression = self.assignment(Place::Anywhere)?;
        while self.is("|") {
            self.advance()?;
            if self.advance()? != Token::Word(Word::Getline) {
                return Err("only getline can follow '|'".to_owned());
            }
            expression =
                Expr::Getline { target: self.getline_target()?, elsewhere: Some(Box::new(expression)) };
        }
        Ok(expression)
    }

    pub(super) fn printed_expression(&mut self) -> Parsed<Expr> {
        self.assignment(Place::Print)
    }

    /// The keys of an element, up to the bracket that closes it.
    pub(super) fn key(&mut self) -> Parsed<Vec<Expr>> {
        let mut key = vec![self.expression()?];
        while self.take(",")? {
            self.newlines()?;
            key.push(self.expression()?);
        }
        self.expect("]")?;
        Ok(key)
    }

    fn assignment(&mut self, place: Place) -> Parsed<Expr> {
        self.deeper(|parser| {
            let left = parser.choice_of(place)?;
            let update = UPDATES.iter().find(|(sign, _)| parser.is(sign)).map(|(_, operator)| *operator);
            if update.is_none() && !parser.is("=") {
                return Ok(left);
            }
            parser.advance()?;
            parser.newlines()?;
            let right = parser.assignment(place)?;
            assign(left, update, right)
        })
    }

    fn choice_of(&mut self, place: Place) -> Parsed<Expr> {
        let check = self.or(place)?;
        if !self.take("?")? {
            return Ok(check);
        }
        self.newlines()?;
        let then = self.assignment(place)?;
        self.newlines()?;
        self.expect(":")?;
        self.newlines()?;
        let otherwise = self.assignment(place)?;
        Ok(Expr::Choice(Box::new(check), Box::new(then), Box::new(otherwise)))
    }

    fn or(&mut self, place: Place) -> Parsed<Expr> {
        let mut left = self.and(place)?;
        while self.take("||")? {
            self.newlines()?;
            left = Expr::Or(Box::new(left), Box::new(self.and(place)?));
        }
        Ok(left)
    }

    fn and(&mut self, place: Place) -> Parsed<Expr> {
        let mut left = self.member(place)?;
        while self.take("&&")? {
            self.newlines()?;
            left = Expr::And(Box::new(left), Box::new(self.member(place)?));
        }
        Ok(left)
    }

    fn member(&mut self, place: Place) -> Parsed<Expr> {
        let mut left = self.matching(place)?;
        while self.token == Token::Word(Word::In) {
            self.advance()?;
            left = Expr::In(vec![left], self.array_name()?);
        }
        Ok(left)
    }

    fn array_name(&mut self) -> Parsed<super::super::ast::Place> {
        match self.advance()? {
            Token::Name(name) => self.names.array(&name),
            other => Err(format!("expected an array instead of {}", shown(&other))),
        }
    }

    fn matching(&mut self, place: Place) -> Parsed<Expr> {
        let mut left = self.comparison(place)?;
        while self.is("~") || self.is("!~") {
            let negated = self.is("!~");
            self.advance()?;
            let pattern = Box::new(self.comparison(place)?);
            left = Expr::Match { text: Box::new(left), pattern, negated };
        }
        Ok(left)
    }

    fn comparison(&mut self, place: Place) -> Parsed<Expr> {
        let left = self.concatenation()?;
        let found =
            COMPARISONS.iter().find(|(sign, _)| self.is(sign) && (place == Place::Anywhere || *sign != ">"));
        let Some((_, operator)) = found else { return Ok(left) };
        self.advance()?;
        Ok(Expr::Binary(Box::new(left), *operator, Box::new(self.concatenation()?)))
    }

    fn concatenation(&mut self) -> Parsed<Expr> {
        let mut left = self.sum()?;
        while matches!(self.token, Token::Number(_) | Token::Text(_) | Token::Name(_) | Token::Call(_))
            || ["$", "!", "(", "++", "--"].iter().any(|sign| self.is(sign))
        {
            left = Expr::Binary(Box::new(left), Operator::Concat, Box::new(self.sum()?));
        }
        Ok(left)
    }

    fn sum(&mut self) -> Parsed<Expr> {
        self.left_to_right(ADDITIONS, |parser| parser.left_to_right(PRODUCTS, Self::power))
    }

    fn left_to_right(
        &mut self,
        operators: &[(&str, Operator)],
        mut operand: impl FnMut(&mut Self) -> Parsed<Expr>,
    ) -> Parsed<Expr> {
        let mut left = operand(self)?;
        while let Some((_, operator)) = operators.iter().find(|(sign, _)| self.is(sign)) {
            self.advance()?;
            left = Expr::Binary(Box::new(left), *operator, Box::new(operand(self)?));
        }
        Ok(left)
    }

    fn power(&mut self) -> Parsed<Expr> {
        self.deeper(|parser| {
            let base = parser.step_after()?;
            if !parser.take("^")? {
                return Ok(base);
            }
            Ok(Expr::Binary(Box::new(base), Operator::Pow, Box::new(parser.power()?)))
        })
    }

    fn step_after(&mut self) -> Parsed<Expr> {
        match self.primary()? {
            Expr::Target(target) if self.is("++") || self.is("--") => {
                let by = if self.is("++") { 1.0 } else { -1.0 };
                self.advance()?;
                Ok(Expr::Step { target, by, post: true })
            }
            other => Ok(other),
        }
    }

    fn primary(&mut self) -> Parsed<Expr> {
        match self.token.clone() {
            Token::Number(n) => self.then(Expr::Number(n)),
            Token::Text(text) => self.then(Expr::Text(text)),
            Token::Name(name) => self.named(name),
            Token::Call(name) => self.called(&name),
            Token::Word(Word::Getline) => self.getline(),
            Token::Sign(sign) => self.signed(sign),
            other => Err(format!("expected an expression instead of {}", shown(&other))),
        }
    }

    fn then(&mut self, expression: Expr) -> Parsed<Expr> {
        self.advance()?;
        Ok(expression)
    }

    fn signed(&mut self, sign: &'static str) -> Parsed<Expr> {
        match sign {
            "/" | "/=" => {
                let pattern = self.lexer.pattern(&sign[1..])?;
                self.then(Expr::Pattern(pattern))
            }
            "$" => {
                self.advance()?;
                let by = match self.token {
                    Token::Sign("++") => 1.0,
                    Token::Sign("--") => -1.0,
                    _ => return Ok(Expr::Target(Target::Field(Box::new(self.deeper(Self::primary)?)))),
                };
                let index = self.step_before(by)?;
                Ok(Expr::Target(Target::Field(Box::new(index))))
            }
            "!" | "-" | "+" => {
                self.advance()?;
                let operand = Box::new(self.power()?);
                Ok(match sign {
                    "!" => Expr::Not(operand),
                    "-" => Expr::Negative(operand),
                    _ => Expr::Positive(operand),
                })
            }
            "++" => self.step_before(1.0),
            "--" => self.step_before(-1.0),
            "(" => self.parenthesised(),
            sign => Err(format!("expected an expression instead of '{sign}'")),
        }
    }

    fn step_before(&mut self, by: f64) -> Parsed<Expr> {
        self.advance()?;
        match self.deeper(Self::primary)? {
            Expr::Target(target) => Ok(Expr::Step { target, by, post: false }),
            _ => Err("only variables, fields and elements can be counted up or down".to_owned()),
        }
    }

    fn parenthesised(&mut self) -> Parsed<Expr> {
        self.advance()?;
        let first = self.expression()?;
        let mut all = vec![first];
        while self.take(",")? {
            self.newlines()?;
            all.push(self.expression()?);
        }
        self.expect(")")?;
        if all.len() > 1 && self.token == Token::Word(Word::In) {
            self.advance()?;
            return Ok(Expr::In(all, self.array_name()?));
        }
        match all.pop() {
            Some(only) if all.is_empty() => Ok(Expr::Group(Box::new(only))),
            last => {
                all.extend(last);
                self.several += 1;
                Ok(Expr::Several(all))
            }
        }
    }

    fn named(&mut self, name: Str) -> Parsed<Expr> {
        // `length` needs no parentheses.
        if name == "length" {
            return self.then(Expr::Builtin(Builtin::Length, Vec::new()));
        }
        self.advance()?;
        if self.take("[")? {
            let array = self.names.array(&name)?;
            return Ok(Expr::Target(Target::Element(array, self.key()?)));
        }
        let place = self.names.place(&name);
        self.names.scalar(place);
        Ok(Expr::Target(Target::Variable(place)))
    }

    fn getline(&mut self) -> Parsed<Expr> {
        self.advance()?;
        let target = self.getline_target()?;
        let elsewhere = if self.take("<")? { Some(Box::new(self.deeper(Self::primary)?)) } else { None };
        Ok(Expr::Getline { target, elsewhere })
    }

    fn getline_target(&mut self) -> Parsed<Option<Target>> {
        if !matches!(self.token, Token::Name(_) | Token::Sign("$")) {
            return Ok(None);
        }
        match self.deeper(Self::primary)? {
            Expr::Target(target) => Ok(Some(target)),
            _ => Err("getline cannot assign to that".to_owned()),
        }
    }

    // Calls

    fn called(&mut self, name: &Str) -> Parsed<Expr> {
        self.advance()?;
        self.expect("(")?;
        match name.as_str() {
            "split" => return self.split(),
            "sub" | "gsub" => return self.replace(name == "gsub"),
            _ => {}
        }
        let mut args = Vec::new();
        while !self.is(")") {
            if !args.is_empty() {
                self.expect(",")?;
                self.newlines()?;
            }
            args.push(self.argument()?);
        }
        self.expect(")")?;
        if let Some((_, builtin, fewest, most)) = BUILTINS.iter().find(|(known, ..)| known == name) {
            if args.len() < *fewest || args.len() > *most {
                return Err(format!("'{name}' with {} arguments", args.len()));
            }
            return Ok(Expr::Builtin(*builtin, args));
        }
        if let Some(index) = self.host.iter().position(|(known, _)| known == name) {
            let most = self.host[index].1;
            if args.len() > most {
                return Err(format!("'{name}' takes at most {most} arguments"));
            }
            return Ok(Expr::Host(index, args));
        }
        Ok(Expr::Call(self.names.call(name, &args), args))
    }

    /// An argument; a mere name may be an array.
    fn argument(&mut self) -> Parsed<Expr> {
        if let Token::Name(name) = &self.token
            && matches!(self.lexer.peek(), Ok(Token::Sign("," | ")")))
        {
            let place = self.names.place(name);
            return self.then(Expr::Target(Target::Variable(place)));
        }
        self.expression()
    }

    fn split(&mut self) -> Parsed<Expr> {
        let text = Box::new(self.expression()?);
        self.expect(",")?;
        self.newlines()?;
        let array = self.array_name()?;
        let mut separator = None;
        if self.take(",")? {
            self.newlines()?;
            separator = Some(Box::new(self.expression()?));
        }
        self.expect(")")?;
        Ok(Expr::Split { text, array, separator })
    }

    fn replace(&mut self, all: bool) -> Parsed<Expr> {
        let pattern = Box::new(self.expression()?);
        self.expect(",")?;
        self.newlines()?;
        let with = Box::new(self.expression()?);
        let mut target = None;
        if self.take(",")? {
            self.newlines()?;
            let Expr::Target(found) = self.expression()? else {
                return Err("only variables, fields and elements can be replaced in".to_owned());
            };
            target = Some(found);
        }
        self.expect(")")?;
        Ok(Expr::Replace { all, pattern, with, target })
    }
}

/// `left = right`, or with an operator. As in other AWKs `a && b = c` is `a && (b = c)`.
fn assign(left: Expr, update: Option<Operator>, right: Expr) -> Parsed<Expr> {
    match left {
        Expr::Target(target) => Ok(match update {
            Some(operator) => Expr::Update(target, operator, Box::new(right)),
            None => Expr::Assign(target, Box::new(right)),
        }),
        Expr::And(a, b) => Ok(Expr::And(a, Box::new(assign(*b, update, right)?))),
        Expr::Or(a, b) => Ok(Expr::Or(a, Box::new(assign(*b, update, right)?))),
        Expr::Binary(a, operator, b) if COMPARISONS.iter().any(|(_, known)| *known == operator) => {
            Ok(Expr::Binary(a, operator, Box::new(assign(*b, update, right)?)))
        }
        Expr::Match { text, pattern, negated } => {
            Ok(Expr::Match { text, pattern: Box::new(assign(*pattern, update, right)?), negated })
        }
        _ => Err("only variables, fields and elements can be assigned to".to_owned()),
    }
}
