//! Expressions.

use super::Parser;
use super::cursor::{Cursor, Failure, Parsed};
use crate::bloblang::ast::{Arg, At, Call, Expr, ExprKind, OPS, Op};
use crate::value::Value;

/// Expressions and blocks may be nested this deep.
const MAX_DEPTH: u32 = 200;

/// So many operators and dots may follow each other in one expression.
const MAX_CHAIN: usize = 1000;

/// A kind of expression.
type Alternative<'a> = fn(&mut Parser<'a>, &mut Cursor<'a>) -> Parsed<ExprKind>;

impl<'a> Parser<'a> {
    /// A whole expression, blanks before it included.
    pub(super) fn query(&mut self, cursor: &mut Cursor<'a>) -> Parsed<Expr> {
        if let Some((_, parsed)) = self.ahead.take_if(|(at, _)| *at == cursor.at) {
            let (expr, end) = parsed?;
            cursor.at = end;
            return Ok(expr);
        }
        self.nested(cursor, |parser, cursor| {
            cursor.blanks();
            parser.arithmetic(cursor)
        })
    }

    /// Whether a query stands here; what was read is kept for the next call of [`Self::query`] here.
    fn look_ahead(&mut self, mut cursor: Cursor<'a>) -> Option<Cursor<'a>> {
        let at = cursor.at;
        let parsed = self.query(&mut cursor).map(|expr| (expr, cursor.at));
        let found = parsed.is_ok();
        self.ahead = Some((at, parsed));
        found.then_some(cursor)
    }

    /// One level further inside.
    pub(super) fn nested<T>(
        &mut self,
        cursor: &mut Cursor<'a>,
        read: impl FnOnce(&mut Self, &mut Cursor<'a>) -> Parsed<T>,
    ) -> Parsed<T> {
        if self.depth >= MAX_DEPTH {
            return Err(Failure::problem(
                cursor.at,
                format!("this is nested more than {MAX_DEPTH} levels deep"),
            ));
        }
        self.depth += 1;
        let result = read(self, cursor);
        self.depth -= 1;
        result
    }

    /// Operands joined by operators, arranged by precedence; operators of one level are left associative.
    fn arithmetic(&mut self, cursor: &mut Cursor<'a>) -> Parsed<Expr> {
        let at = cursor.at as At;
        let mut chain = Chain { at, operands: vec![self.operand(cursor)?], operators: Vec::new() };
        loop {
            let mut probe = *cursor;
            probe.blanks();
            let Some((_, op)) = OPS.iter().find(|(text, _)| probe.eat(text)) else { break };
            probe.space();
            let operand = self.operand(&mut probe)?;
            if chain.operators.len() >= MAX_CHAIN {
                return Err(too_long(cursor.at));
            }
            chain.push(*op, operand);
            *cursor = probe;
        }
        let expr = chain.join(cursor.at as At).ok_or_else(|| Failure::expected(cursor.at, "query"))?;
        if matches!(expr.kind, ExprKind::Binary(..) | ExprKind::Negate(..)) {
            self.fragment(|| expr.clone());
        }
        Ok(expr)
    }

    /// A term, and whether a minus stands before it.
    fn operand(&mut self, cursor: &mut Cursor<'a>) -> Parsed<(bool, Expr)> {
        let negative = cursor.eat("-");
        if negative {
            cursor.space();
        }
        Ok((negative, self.term(cursor)?))
    }

    /// Keeps an expression that was read, where these are wanted.
    fn fragment(&mut self, expr: impl FnOnce() -> Expr) {
        if let Some(fragments) = &mut self.fragments {
            fragments.push(expr());
        }
    }

    /// A primary expression with what follows it after dots, and a `!` before it if there is one.
    fn term(&mut self, cursor: &mut Cursor<'a>) -> Parsed<Expr> {
        let at = cursor.at as At;
        let not = cursor.eat("!");
        if not {
            cursor.blanks();
        }
        let mut expr = self.primary(cursor).map_err(|f| f.named("query"))?;
        for length in 0.. {
            let mut probe = *cursor;
            if !probe.eat(".") {
                break;
            }
            if length >= MAX_CHAIN {
                return Err(too_long(cursor.at));
            }
            probe.space();
            expr = self.tail(&mut probe, expr).map_err(Failure::made_final)?;
            *cursor = probe;
        }
        let end = cursor.at as At;
        Ok(if not { Expr { at, end, kind: ExprKind::Not(Box::new(expr)) } } else { expr })
    }

    /// What follows a dot: a query in brackets, a method or a field.
    fn tail(&mut self, cursor: &mut Cursor<'a>, base: Expr) -> Parsed<Expr> {
        let at = base.at;
        if cursor.peek() == Some(b'(') {
            let mut probe = *cursor;
            probe.at += 1;
            probe.space();
            let query = self.query(&mut probe)?;
            probe.space();
            probe.term(")")?;
            *cursor = probe;
            let end = cursor.at as At;
            return Ok(Expr { at, end, kind: ExprKind::Map(Box::new(base), Box::new(query)) });
        }
        let mut probe = *cursor;
        let failed = match probe.snake_case("method") {
            Ok(name) if probe.peek() == Some(b'(') => {
                let call = self.call(&mut probe, name)?;
                *cursor = probe;
                let end = call.end;
                self.fragment(|| {
                    let this = Expr { at, end: at, kind: ExprKind::This };
                    Expr { at, end, kind: ExprKind::Method(Box::new(this), call.clone()) }
                });
                return Ok(Expr { at, end, kind: ExprKind::Method(Box::new(base), call) });
            }
            Ok(_) => Failure::expected(probe.at, "function arguments"),
            Err(failed) => failed,
        };
        if cursor.peek() == Some(b'"') {
            let segment = cursor.quoted()?;
            let end = cursor.at as At;
            return Ok(Expr { at, end, kind: ExprKind::Field(Box::new(base), segment) });
        }
        let segment = cursor.name("field path").map_err(|f| failed.or(f))?;
        let end = cursor.at as At;
        Ok(Expr { at, end, kind: ExprKind::Field(Box::new(base), segment.into()) })
    }

    fn primary(&mut self, cursor: &mut Cursor<'a>) -> Parsed<Expr> {
        let start = *cursor;
        let at = start.at as At;
        let mut failed = Failure::expected(start.at, "query");
        let alternatives: [Alternative<'a>; 6] = [
            Self::match_expression,
            Self::if_expression,
            Self::lambda,
            Self::literal,
            Self::function,
            Self::reference,
        ];
        if start.peek() == Some(b'(') {
            return self.brackets(cursor);
        }
        for alternative in alternatives {
            let mut probe = start;
            match alternative(self, &mut probe) {
                Ok(kind) => {
                    *cursor = probe;
                    return Ok(Expr { at, end: cursor.at as At, kind });
                }
                Err(failure) if failure.is_final => return Err(failure),
                Err(failure) => failed = failed.or(failure),
            }
        }
        Err(failed)
    }

    fn match_expression(&mut self, cursor: &mut Cursor<'a>) -> Parsed<ExprKind> {
        cursor.term("match")?;
        cursor.some_blanks()?;
        let mut probe = *cursor;
        let subject = if self.begins_cases(probe) { None } else { Some(self.query(&mut probe)) };
        let subject = match subject {
            Some(Ok(subject)) => {
                *cursor = probe;
                Some(Box::new(subject))
            }
            Some(Err(failure)) if failure.is_final => return Err(failure),
            Some(Err(_)) | None => None,
        };
        cursor.space();
        let separator = |cursor: &mut Cursor<'a>| {
            cursor.blanks();
            if !cursor.eat(",") {
                cursor.line_break()?;
            }
            cursor.space();
            Ok(())
        };
        let cases = self.list(cursor, ("{", "}"), separator, Self::case).map_err(Failure::made_final)?;
        Ok(ExprKind::Match(subject, cases))
    }

    /// Whether the braces here hold the cases of a `match` rather than an object that is its subject.
    fn begins_cases(&mut self, mut cursor: Cursor<'a>) -> bool {
        if !cursor.eat("{") {
            return false;
        }
        cursor.space();
        match cursor.peek() {
            Some(b'"' | b'}') => false,
            _ => match self.look_ahead(cursor) {
                Some(mut behind) => {
                    behind.blanks();
                    behind.peek() != Some(b':')
                }
                None => true,
            },
        }
    }

    fn case(&mut self, cursor: &mut Cursor<'a>) -> Parsed<(Option<Expr>, Expr)> {
        let mut probe = *cursor;
        let any = probe.eat("_") && {
            probe.blanks();
            probe.eat("=>")
        };
        let test = if any {
            *cursor = probe;
            None
        } else {
            let test = self.query(cursor)?;
            cursor.blanks();
            cursor.term("=>")?;
            Some(test)
        };
        cursor.blanks();
        Ok((test, self.query(cursor)?))
    }

    fn if_expression(&mut self, cursor: &mut Cursor<'a>) -> Parsed<ExprKind> {
        cursor.term("if")?;
        cursor.some_blanks()?;
        let mut branches = vec![self.branch(cursor)?];
        loop {
            let mut probe = *cursor;
            probe.space();
            if !probe.eat("else if") || probe.some_blanks().is_err() {
                break;
            }
            branches.push(self.branch(&mut probe)?);
            *cursor = probe;
        }
        let mut probe = *cursor;
        probe.space();
        if !probe.eat("else") {
            return Ok(ExprKind::If(branches, None));
        }
        let otherwise = self.block(&mut probe)?;
        *cursor = probe;
        Ok(ExprKind::If(branches, Some(Box::new(otherwise))))
    }

    /// A condition and what is yielded if it holds.
    fn branch(&mut self, cursor: &mut Cursor<'a>) -> Parsed<(Expr, Expr)> {
        let condition = self.query(cursor).map_err(Failure::made_final)?;
        Ok((condition, self.block(cursor)?))
    }

    /// An expression in braces.
    fn block(&mut self, cursor: &mut Cursor<'a>) -> Parsed<Expr> {
        cursor.space();
        cursor.term("{").map_err(Failure::made_final)?;
        cursor.space();
        let expr = self.query(cursor).map_err(Failure::made_final)?;
        cursor.space();
        cursor.term("}").map_err(Failure::made_final)?;
        Ok(expr)
    }

    fn lambda(&mut self, cursor: &mut Cursor<'a>) -> Parsed<ExprKind> {
        let start = cursor.at;
        let name = cursor.name("context name")?;
        cursor.some_blanks()?;
        cursor.term("->")?;
        cursor.some_blanks()?;
        if self.captured.contains(&name) {
            return Err(Failure::problem(
                start,
                format!("context label `{name}` would shadow a parent context"),
            ));
        }
        if matches!(name, "this" | "root") {
            return Err(Failure::problem(start, format!("context label `{name}` is not allowed")));
        }
        if name != "_" {
            self.captured.push(name);
        }
        let body = self.query(cursor).map_err(Failure::made_final);
        if name != "_" {
            self.captured.pop();
        }
        let body = body?;
        if matches!(body.kind, ExprKind::Lambda(..)) {
            return Err(Failure::problem(start, "one value cannot be captured under two names"));
        }
        Ok(ExprKind::Lambda(name.into(), Box::new(body)))
    }

    /// An expression in brackets.
    fn brackets(&mut self, cursor: &mut Cursor<'a>) -> Parsed<Expr> {
        cursor.term("(")?;
        cursor.space();
        let expr = self.query(cursor)?;
        cursor.space();
        cursor.term(")").map_err(|f| f.named("closing bracket").made_final())?;
        Ok(expr)
    }

    fn literal(&mut self, cursor: &mut Cursor<'a>) -> Parsed<ExprKind> {
        for (word, value) in
            [("true", Value::Bool(true)), ("false", Value::Bool(false)), ("null", Value::Null)]
        {
            if cursor.keyword(word).is_ok() {
                return Ok(ExprKind::Literal(value));
            }
        }
        match cursor.peek() {
            Some(b'"') => {
                let text = match cursor.triple_quoted() {
                    Err(failure) if !failure.is_final => Value::text(cursor.quoted_bytes()?),
                    raw => Value::String(raw?),
                };
                Ok(ExprKind::Literal(text))
            }
            Some(b'[') => Ok(ExprKind::Array(self.list(cursor, ("[", "]"), Self::comma, Self::query)?)),
            Some(b'{') => Ok(ExprKind::Object(self.list(cursor, ("{", "}"), Self::comma, Self::entry)?)),
            _ => Ok(ExprKind::Literal(cursor.number()?)),
        }
    }

    fn entry(&mut self, cursor: &mut Cursor<'a>) -> Parsed<(Expr, Expr)> {
        let key = if cursor.peek() == Some(b'"') {
            let at = cursor.at as At;
            let key = Value::String(cursor.quoted()?);
            Expr { at, end: cursor.at as At, kind: ExprKind::Literal(key) }
        } else {
            self.query(cursor)?
        };
        cursor.blanks();
        cursor.term(":")?;
        cursor.space();
        Ok((key, self.query(cursor)?))
    }

    fn function(&mut self, cursor: &mut Cursor<'a>) -> Parsed<ExprKind> {
        let name = cursor.snake_case("function")?;
        if cursor.peek() != Some(b'(') {
            return Err(Failure::expected(cursor.at, "function arguments"));
        }
        let at = cursor.at as At;
        let call = self.call(cursor, name)?;
        self.fragment(|| Expr { at, end: call.end, kind: ExprKind::Call(call.clone()) });
        Ok(ExprKind::Call(call))
    }

    /// The arguments of a call, brackets included.
    fn call(&mut self, cursor: &mut Cursor<'a>, name: &str) -> Parsed<Call> {
        let comma = |cursor: &mut Cursor<'a>| {
            Self::comma(cursor).map_err(|f| f.named("comma").or(Failure::expected(0, "closing bracket")))
        };
        let args = self.list(cursor, ("(", ")"), comma, Self::arg).map_err(Failure::made_final)?;
        Ok(Call { name: name.into(), args, end: cursor.at as At })
    }

    fn arg(&mut self, cursor: &mut Cursor<'a>) -> Parsed<Arg> {
        let mut probe = *cursor;
        if let Ok(name) = probe.snake_case("function argument")
            && probe.eat(":")
        {
            let value = self.query(&mut probe).map_err(Failure::made_final)?;
            *cursor = probe;
            return Ok(Arg { name: Some(name.into()), value });
        }
        let value = self.query(cursor).map_err(|f| f.named("function argument"))?;
        Ok(Arg { name: None, value })
    }

    fn reference(&mut self, cursor: &mut Cursor<'a>) -> Parsed<ExprKind> {
        if cursor.eat("@") {
            let name = match cursor.peek() {
                Some(b'"') => Some(cursor.quoted()?),
                _ => cursor.name("metadata path").ok().map(Into::into),
            };
            return Ok(ExprKind::Meta(name));
        }
        if cursor.eat("$") {
            return Ok(ExprKind::Variable(cursor.name("variable path")?.into()));
        }
        Ok(match cursor.name("field path")? {
            "this" => ExprKind::This,
            "root" => ExprKind::Root,
            name => ExprKind::Name(name.into()),
        })
    }

    fn comma(cursor: &mut Cursor<'a>) -> Parsed<()> {
        cursor.blanks();
        cursor.term(",")?;
        cursor.space();
        Ok(())
    }
}

fn too_long(at: usize) -> Failure {
    Failure::problem(at, format!("an expression has at most {MAX_CHAIN} parts"))
}

/// Operands and the operators between them, which are not all joined yet.
struct Chain {
    /// Where it begins.
    at: At,
    operands: Vec<(bool, Expr)>,
    operators: Vec<Op>,
}

impl Chain {
    fn push(&mut self, op: Op, operand: (bool, Expr)) {
        self.operators.push(op);
        self.operands.push(operand);
    }

    /// One expression of all, read up to `end`; operators of one level are left associative.
    fn join(self, end: At) -> Option<Expr> {
        let at = self.at;
        let mut joined: Vec<Expr> = Vec::new();
        let mut waiting: Vec<Op> = Vec::new();
        let reduce = |op: Op, joined: &mut Vec<Expr>| {
            if let (Some(right), Some(left)) = (joined.pop(), joined.pop()) {
                joined.push(Expr { at, end, kind: ExprKind::Binary(op, Box::new(left), Box::new(right)) });
            }
        };
        let mut operators = self.operators.into_iter();
        for (negative, operand) in self.operands {
            joined.push(if negative {
                Expr { at, end, kind: ExprKind::Negate(Box::new(operand)) }
            } else {
                operand
            });
            let next = operators.next();
            while let Some(op) = waiting.pop_if(|op| next.is_none_or(|next| op.level() >= next.level())) {
                reduce(op, &mut joined);
            }
            waiting.extend(next);
        }
        joined.pop()
    }
}
