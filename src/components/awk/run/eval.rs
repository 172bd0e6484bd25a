//! Expressions.

use super::super::ast::{Builtin, Expr, Operator, Place, Target};
use super::record::split;
use super::{Local, MAX_CALLS, Machine, Run, Stop, Val};
use crate::value::Str;

impl<'p> Machine<'p> {
    pub(super) fn eval(&mut self, expression: &'p Expr) -> Run<Val> {
        self.step(1)?;
        self.deeper(|machine| machine.eval_any(expression))
    }

    fn eval_any(&mut self, expression: &'p Expr) -> Run<Val> {
        match expression {
            Expr::Number(n) => Ok(Val::Num(*n)),
            Expr::Text(text) => Ok(Val::Text(text.clone())),
            Expr::Pattern(pattern) => {
                let found = self.regex(pattern)?.regex().is_match(self.record.line());
                Ok(Val::flag(found))
            }
            Expr::Group(inner) => self.eval(inner),
            Expr::Several(_) => Err("a list where one value is expected".into()),
            Expr::Target(target) => self.read(target),
            Expr::Assign(target, value) => {
                let value = self.eval(value)?;
                self.assign(target, value.clone())?;
                Ok(value)
            }
            Expr::Update(target, operator, value) => {
                let value = self.eval(value)?;
                let before = self.read(target)?;
                let after = self.binary(before, *operator, value)?;
                self.assign(target, after.clone())?;
                Ok(after)
            }
            Expr::Step { target, by, post } => {
                let before = self.read(target)?.num();
                self.assign(target, Val::Num(before + by))?;
                Ok(Val::Num(if *post { before } else { before + by }))
            }
            Expr::Not(inner) => Ok(Val::flag(!self.eval(inner)?.truth())),
            Expr::Negative(inner) => Ok(Val::Num(-self.eval(inner)?.num())),
            Expr::Positive(inner) => Ok(Val::Num(self.eval(inner)?.num())),
            Expr::Binary(left, operator, right) => {
                let left = self.eval(left)?;
                let right = self.eval(right)?;
                self.binary(left, *operator, right)
            }
            Expr::And(left, right) => Ok(Val::flag(self.eval(left)?.truth() && self.eval(right)?.truth())),
            Expr::Or(left, right) => Ok(Val::flag(self.eval(left)?.truth() || self.eval(right)?.truth())),
            Expr::Match { text, pattern, negated } => {
                let text = self.eval(text)?;
                let text = self.text(text);
                let pattern = self.pattern(pattern)?;
                Ok(Val::flag(self.regex(&pattern)?.regex().is_match(&text) != *negated))
            }
            Expr::In(key, array) => {
                let key = self.key(key)?;
                let array = self.array(*array)?;
                Ok(Val::flag(self.arrays[array].contains_key(&key)))
            }
            Expr::Choice(check, then, otherwise) => {
                let chosen = if self.eval(check)?.truth() { then } else { otherwise };
                self.eval(chosen)
            }
            Expr::Getline { target, elsewhere } => self.getline(target.as_ref(), elsewhere.as_deref()),
            Expr::Call(function, args) => self.call(*function, args),
            Expr::Builtin(builtin, args) => self.builtin(*builtin, args),
            Expr::Host(index, args) => {
                let args = self.values(args)?;
                let result = self.host.call(*index, &args)?;
                self.made(result)
            }
            Expr::Split { text, array, separator } => self.split(text, *array, separator.as_deref()),
            Expr::Replace { all, pattern, with, target } => {
                self.replace(*all, pattern, with, target.as_ref())
            }
        }
    }

    pub(super) fn values(&mut self, expressions: &'p [Expr]) -> Run<Vec<Val>> {
        expressions.iter().map(|expression| self.eval(expression)).collect()
    }

    /// What is matched: a pattern stands for itself here.
    pub(super) fn pattern(&mut self, expression: &'p Expr) -> Run<Str> {
        if let Expr::Pattern(pattern) = expression {
            return Ok(pattern.clone());
        }
        let value = self.eval(expression)?;
        Ok(self.text(value))
    }

    fn binary(&mut self, left: Val, operator: Operator, right: Val) -> Run<Val> {
        let (a, b) = match operator {
            Operator::Concat => {
                let mut text = self.text(left);
                text.push_str(&right.show(&self.convfmt));
                return self.made(Val::Text(text));
            }
            Operator::Add | Operator::Sub | Operator::Mul | Operator::Div | Operator::Mod | Operator::Pow => {
                (left.num(), right.num())
            }
            comparison => return Ok(Val::flag(self.compare(&left, comparison, &right))),
        };
        Ok(Val::Num(match operator {
            Operator::Add => a + b,
            Operator::Sub => a - b,
            Operator::Mul => a * b,
            Operator::Div | Operator::Mod if b == 0.0 => {
                let which = if operator == Operator::Div { "division" } else { "division in %" };
                return Err(Stop::Error(format!("{which} by zero")));
            }
            Operator::Div => a / b,
            Operator::Mod => a % b,
            _ => a.powf(b),
        }))
    }

    fn compare(&self, left: &Val, operator: Operator, right: &Val) -> bool {
        let order = match (left.as_num(), right.as_num()) {
            (Some(a), Some(b)) => a.partial_cmp(&b),
            _ => Some(left.show(&self.convfmt).as_ref().cmp(right.show(&self.convfmt).as_ref())),
        };
        match operator {
            Operator::Less => order.is_some_and(|order| order.is_lt()),
            Operator::LessOrEqual => order.is_some_and(|order| order.is_le()),
            Operator::Greater => order.is_some_and(|order| order.is_gt()),
            Operator::GreaterOrEqual => order.is_some_and(|order| order.is_ge()),
            Operator::Equal => order.is_some_and(|order| order.is_eq()),
            _ => !order.is_some_and(|order| order.is_eq()),
        }
    }

    // Targets

    pub(super) fn read(&mut self, target: &'p Target) -> Run<Val> {
        match target {
            Target::Variable(place) => self.get(*place),
            Target::Field(index) => {
                let at = self.field_number(index)?;
                Ok(self.record.field(at).map_or(Val::Unset, Val::Input))
            }
            Target::Element(array, key) => {
                let key = self.key(key)?;
                let array = self.array(*array)?;
                // Whoever reads an element makes it.
                Ok(self.arrays[array].entry(key).or_default().clone())
            }
        }
    }

    pub(super) fn assign(&mut self, target: &'p Target, value: Val) -> Run<()> {
        match target {
            Target::Variable(place) => self.set(*place, value),
            Target::Field(index) => {
                let at = self.field_number(index)?;
                let value = self.text(value);
                self.step((self.record.line().len() / super::BYTES_PER_STEP) as u64)?;
                Ok(self.record.set_field(at, value, &self.ofs)?)
            }
            Target::Element(array, key) => {
                let key = self.key(key)?;
                let array = self.array(*array)?;
                self.arrays[array].insert(key, value);
                Ok(())
            }
        }
    }

    fn field_number(&mut self, index: &'p Expr) -> Run<usize> {
        let index = self.eval(index)?.num();
        if index < 0.0 { Err(Stop::Error(format!("there is no field {index}"))) } else { Ok(index as usize) }
    }

    pub(super) fn key(&mut self, parts: &'p [Expr]) -> Run<Str> {
        if let [part] = parts {
            let value = self.eval(part)?;
            return Ok(self.text(value));
        }
        let mut key = Str::new();
        for (i, part) in parts.iter().enumerate() {
            if i > 0 {
                key.push_str(&self.subsep);
            }
            key.push_str(&self.eval(part)?.show(&self.convfmt));
        }
        Ok(key)
    }

    // What is more than a value

    fn getline(&mut self, target: Option<&'p Target>, elsewhere: Option<&'p Expr>) -> Run<Val> {
        if let Some(elsewhere) = elsewhere {
            // There are no files and programs; that is what the result says.
            self.eval(elsewhere)?;
            return Ok(Val::Num(-1.0));
        }
        let Some(line) = self.record.next()? else { return Ok(Val::Num(0.0)) };
        match target {
            Some(target) => self.assign(target, Val::Input(line))?,
            None => self.record.set_line(line),
        }
        Ok(Val::Num(1.0))
    }

    fn call(&mut self, function: usize, args: &'p [Expr]) -> Run<Val> {
        let program = self.program;
        let function = &program.functions[function];
        if self.frames.len() == MAX_CALLS {
            return Err(Stop::Error(format!(
                "more than {MAX_CALLS} calls within each other, the last of '{}'",
                function.name
            )));
        }
        let before = self.arrays.len();
        let mut locals = Vec::with_capacity(function.params.len());
        for (i, is_array) in function.params.iter().enumerate() {
            locals.push(match args.get(i) {
                Some(Expr::Target(Target::Variable(place))) if *is_array => Local::Array(self.array(*place)?),
                Some(_) if *is_array => return Err("a single value is used as an array".into()),
                None if *is_array => {
                    self.arrays.push(super::Array::new());
                    Local::Array(self.arrays.len() - 1)
                }
                Some(arg) => Local::Value(self.eval(arg)?),
                None => Local::Value(Val::Unset),
            });
        }
        let start = self.locals.len();
        self.frames.push(start);
        self.locals.append(&mut locals);
        let result = self.statements(&function.body);
        self.frames.pop();
        self.locals.truncate(start);
        self.arrays.truncate(before);
        match result {
            Ok(()) => Ok(Val::Unset),
            Err(Stop::Return(value)) => Ok(value),
            Err(other) => Err(other),
        }
    }

    fn split(&mut self, text: &'p Expr, array: Place, separator: Option<&'p Expr>) -> Run<Val> {
        let text = self.eval(text)?;
        let text = self.text(text);
        self.step((text.len() / super::BYTES_PER_STEP) as u64)?;
        let is_pattern = matches!(separator, Some(Expr::Pattern(_)));
        let separator = match separator {
            Some(separator) => self.pattern(separator)?,
            None => self.record.fs.clone(),
        };
        let parts = split(&text, &separator, is_pattern, false)?;
        let count = parts.len();
        self.step(count as u64)?;
        let elements =
            parts.into_iter().enumerate().map(|(i, part)| ((i + 1).to_string().into(), Val::Input(part)));
        let array = self.array(array)?;
        self.arrays[array] = elements.collect();
        Ok(Val::Num(count as f64))
    }

    fn replace(
        &mut self,
        all: bool,
        pattern: &'p Expr,
        with: &'p Expr,
        target: Option<&'p Target>,
    ) -> Run<Val> {
        let pattern = self.pattern(pattern)?;
        let with = self.eval(with)?;
        let with = self.text(with);
        let text = match target {
            Some(target) => {
                let value = self.read(target)?;
                self.text(value)
            }
            None => self.record.line().clone(),
        };
        let regex = self.regex(&pattern)?;
        let mut out = String::with_capacity(text.len());
        let (mut from, mut count) = (0, 0);
        for found in regex.regex().find_iter(&text).take(if all { usize::MAX } else { 1 }) {
            self.step(1 + ((with.len() + found.len()) / super::BYTES_PER_STEP) as u64)?;
            out.push_str(&text[from..found.start()]);
            insert(&with, found.as_str(), &mut out);
            from = found.end();
            count += 1;
        }
        if count > 0 {
            out.push_str(&text[from..]);
            let value = self.made(Val::text(out))?;
            match target {
                Some(target) => self.assign(target, value)?,
                None => self.record.set_line(value.into_text(&self.convfmt)),
            }
        }
        Ok(Val::Num(f64::from(count)))
    }

    pub(super) fn sprintf(&mut self, args: &'p [Expr]) -> Run<String> {
        let values = self.values(args)?;
        let Some((format, values)) = values.split_first() else { return Ok(String::new()) };
        Ok(super::printf::format(&format.show(&self.convfmt), values, &self.convfmt)?)
    }

    fn builtin(&mut self, builtin: Builtin, args: &'p [Expr]) -> Run<Val> {
        match (builtin, args) {
            (Builtin::Length, []) => Ok(Val::Num(self.record.line().len() as f64)),
            (Builtin::Length, [Expr::Target(Target::Variable(place))]) if self.is_array(*place) => {
                let array = self.array(*place)?;
                Ok(Val::Num(self.arrays[array].len() as f64))
            }
            (Builtin::Match, [text, pattern]) => {
                let text = self.eval(text)?;
                let text = self.text(text);
                let pattern = self.pattern(pattern)?;
                let found = self.regex(&pattern)?.regex().find(&text).map(|found| found.range());
                self.match_start = found.as_ref().map_or(0.0, |found| found.start as f64 + 1.0);
                self.match_length = found.map_or(-1.0, |found| found.len() as f64);
                Ok(Val::Num(self.match_start))
            }
            (Builtin::Sprintf, _) => {
                let text = self.sprintf(args)?;
                self.made(Val::text(text))
            }
            _ => {
                let args = self.values(args)?;
                let value = self.simple(builtin, &args)?;
                self.made(value)
            }
        }
    }
}

/// Adds a replacement: `&` is what was found, `\&` the sign itself.
fn insert(with: &str, found: &str, out: &mut String) {
    let mut chars = with.chars();
    while let Some(c) = chars.next() {
        match c {
            '&' => out.push_str(found),
            '\\' => match chars.next() {
                Some(c @ ('&' | '\\')) => out.push(c),
                Some(c) => out.extend(['\\', c]),
                None => out.push('\\'),
            },
            c => out.push(c),
        }
    }
}
