//! Expressions.

use super::Parser;
use super::cursor::{Cursor, Failure, Parsed};
use crate::bloblang::ast::{Arg, At, Call, Expr, ExprKind, OPS, Op};
use crate::value::Value;

/// Expressions may be nested this deep.
const MAX_DEPTH: u32 = 200;

/// A kind of expression.
type Alternative<'a> = fn(&mut Parser<'a>, &mut Cursor<'a>) -> Parsed<ExprKind>;

impl<'a> Parser<'a> {
    /// A whole expression, blanks before it included.
    pub(super) fn query(&mut self, cursor: &mut Cursor<'a>) -> Parsed<Expr> {
        if self.depth >= MAX_DEPTH {
            return Err(Failure::problem(
                cursor.at,
                format!("expressions are nested deeper than {MAX_DEPTH}"),
            ));
        }
        self.depth += 1;
        cursor.blanks();
        let query = self.arithmetic(cursor);
        self.depth -= 1;
        query
    }

    /// Operands joined by operators, arranged by precedence; operators of one level are left associative.
    fn arithmetic(&mut self, cursor: &mut Cursor<'a>) -> Parsed<Expr> {
        let at = cursor.at as At;
        let mut operands = vec![self.operand(cursor)?];
        let mut operators: Vec<Op> = Vec::new();
        loop {
            let mut probe = *cursor;
            probe.blanks();
            let Some((_, op)) = OPS.iter().find(|(text, _)| probe.eat(text)) else { break };
            probe.space();
            let operand = self.operand(&mut probe)?;
            while let Some(last) = operators.last().filter(|last| last.level() >= op.level()) {
                let last = *last;
                operators.pop();
                reduce(at, last, &mut operands);
            }
            operators.push(*op);
            operands.push(operand);
            *cursor = probe;
        }
        while let Some(op) = operators.pop() {
            reduce(at, op, &mut operands);
        }
        operands.pop().ok_or_else(|| Failure::expected(cursor.at, "query"))
    }

    /// A term, with a minus before it if there is one.
    fn operand(&mut self, cursor: &mut Cursor<'a>) -> Parsed<Expr> {
        let at = cursor.at as At;
        if !cursor.eat("-") {
            return self.term(cursor);
        }
        cursor.space();
        let operand = self.term(cursor)?;
        Ok(Expr { at, kind: ExprKind::Negate(Box::new(operand)) })
    }

    /// A primary expression with what follows it after dots, and a `!` before it if there is one.
    fn term(&mut self, cursor: &mut Cursor<'a>) -> Parsed<Expr> {
        let at = cursor.at as At;
        let not = cursor.eat("!");
        if not {
            cursor.blanks();
        }
        let mut expr = self.primary(cursor).map_err(|f| f.named("query"))?;
        loop {
            let mut probe = *cursor;
            if !probe.eat(".") {
                break;
            }
            probe.space();
            expr = self.tail(&mut probe, expr).map_err(Failure::made_final)?;
            *cursor = probe;
        }
        Ok(if not { Expr { at, kind: ExprKind::Not(Box::new(expr)) } } else { expr })
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
            return Ok(Expr { at, kind: ExprKind::Map(Box::new(base), Box::new(query)) });
        }
        let mut probe = *cursor;
        let failed = match probe.snake_case("method") {
            Ok(name) if probe.peek() == Some(b'(') => {
                let call = self.call(&mut probe, name)?;
                *cursor = probe;
                return Ok(Expr { at, kind: ExprKind::Method(Box::new(base), call) });
            }
            Ok(_) => Failure::expected(probe.at, "function arguments"),
            Err(failed) => failed,
        };
        if cursor.peek() == Some(b'"') {
            let segment = cursor.quoted()?;
            return Ok(Expr { at, kind: ExprKind::Field(Box::new(base), segment) });
        }
        let segment = cursor.name("field path").map_err(|f| failed.or(f))?;
        Ok(Expr { at, kind: ExprKind::Field(Box::new(base), segment.into()) })
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
                    return Ok(Expr { at, kind });
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
        // `match {` begins the cases, unless the brace can only be that of an object.
        let subject = if may_be_subject(probe) {
            match self.query(&mut probe) {
                Ok(subject) => {
                    *cursor = probe;
                    Some(Box::new(subject))
                }
                Err(failure) if failure.is_final => return Err(failure),
                Err(_) => None,
            }
        } else {
            None
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
                    Err(failure) if !failure.is_final => cursor.quoted(),
                    result => result,
                };
                Ok(ExprKind::Literal(Value::String(text?)))
            }
            Some(b'[') => Ok(ExprKind::Array(self.list(cursor, ("[", "]"), Self::comma, Self::query)?)),
            Some(b'{') => Ok(ExprKind::Object(self.list(cursor, ("{", "}"), Self::comma, Self::entry)?)),
            _ => Ok(ExprKind::Literal(cursor.number()?)),
        }
    }

    fn entry(&mut self, cursor: &mut Cursor<'a>) -> Parsed<(Expr, Expr)> {
        let key = if cursor.peek() == Some(b'"') {
            let at = cursor.at as At;
            Expr { at, kind: ExprKind::Literal(Value::String(cursor.quoted()?)) }
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
        Ok(ExprKind::Call(self.call(cursor, name)?))
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

fn may_be_subject(mut cursor: Cursor<'_>) -> bool {
    if !cursor.eat("{") {
        return true;
    }
    cursor.space();
    matches!(cursor.peek(), Some(b'"' | b'}'))
}

/// Joins the last two operands.
fn reduce(at: At, op: Op, operands: &mut Vec<Expr>) {
    if let (Some(right), Some(left)) = (operands.pop(), operands.pop()) {
        operands.push(Expr { at, kind: ExprKind::Binary(op, Box::new(left), Box::new(right)) });
    }
}
