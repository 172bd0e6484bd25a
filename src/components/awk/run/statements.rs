//! Statements.

use super::super::ast::{Expr, Place, Stmt};
use super::{Machine, Run, Stop, Val};
use crate::value::Str;

impl<'p> Machine<'p> {
    pub(super) fn statements(&mut self, body: &'p [Stmt]) -> Run<()> {
        for statement in body {
            self.statement(statement)?;
        }
        Ok(())
    }

    fn statement(&mut self, statement: &'p Stmt) -> Run<()> {
        self.step(1)?;
        self.deeper(|machine| machine.any_statement(statement))
    }

    fn any_statement(&mut self, statement: &'p Stmt) -> Run<()> {
        match statement {
            Stmt::Expr(expression) => self.eval(expression).map(drop),
            Stmt::Print { args, to } => self.print(args, to.as_ref()),
            Stmt::Printf { args, to } => {
                let text = self.sprintf(args)?;
                self.write(&text, to.as_ref())
            }
            Stmt::If { check, then, otherwise } => {
                let body = if self.eval(check)?.truth() { then } else { otherwise };
                self.statements(body)
            }
            Stmt::While { check, body, body_first } => {
                let mut first = *body_first;
                while std::mem::take(&mut first) || self.eval(check)?.truth() {
                    if !self.iteration(body)? {
                        break;
                    }
                }
                Ok(())
            }
            Stmt::For { first, check, after, body } => {
                self.optional(first.as_deref())?;
                while match check {
                    Some(check) => self.eval(check)?.truth(),
                    None => true,
                } {
                    if !self.iteration(body)? {
                        break;
                    }
                    self.optional(after.as_deref())?;
                }
                Ok(())
            }
            Stmt::ForIn { name, array, body } => self.for_in(*name, *array, body),
            Stmt::Block(body) => self.statements(body),
            Stmt::Delete { array, key } => {
                let array = self.array(*array)?;
                match key {
                    Some(key) => {
                        let key = self.key(key)?;
                        self.arrays[array].remove(&key);
                    }
                    None => self.arrays[array].clear(),
                }
                Ok(())
            }
            Stmt::Next => Err(Stop::Next),
            Stmt::Exit(code) => {
                if let Some(code) = code {
                    self.code = self.eval(code)?.num() as i64;
                }
                Err(Stop::Exit)
            }
            Stmt::Return(value) => {
                let value = value.as_ref().map_or(Ok(Val::Unset), |value| self.eval(value))?;
                Err(Stop::Return(value))
            }
            Stmt::Break => Err(Stop::Break),
            Stmt::Continue => Err(Stop::Continue),
        }
    }

    fn for_in(&mut self, name: Place, array: Place, body: &'p [Stmt]) -> Run<()> {
        let array = self.array(array)?;
        for key in self.sorted_keys(array) {
            // An element may be gone by now.
            if !self.arrays[array].contains_key(&key) {
                continue;
            }
            self.set(name, Val::Input(key))?;
            if !self.iteration(body)? {
                break;
            }
        }
        Ok(())
    }

    fn optional(&mut self, statement: Option<&'p Stmt>) -> Run<()> {
        statement.map_or(Ok(()), |statement| self.statement(statement))
    }

    /// Runs the body of a loop; whether the loop goes on.
    fn iteration(&mut self, body: &'p [Stmt]) -> Run<bool> {
        self.step(1)?;
        match self.statements(body) {
            Ok(()) | Err(Stop::Continue) => Ok(true),
            Err(Stop::Break) => Ok(false),
            Err(other) => Err(other),
        }
    }

    /// Numbers in their order, then texts in theirs.
    fn sorted_keys(&self, array: usize) -> Vec<Str> {
        let mut keys: Vec<(Option<i64>, Str)> =
            self.arrays[array].keys().map(|key| (key.parse().ok(), key.clone())).collect();
        keys.sort_by(|a, b| (a.0.is_none(), a).cmp(&(b.0.is_none(), b)));
        keys.into_iter().map(|(_, key)| key).collect()
    }

    // Output

    pub(super) fn print_record(&mut self) -> Run<()> {
        let line = self.record.line().clone();
        self.write_line(&line, None)
    }

    fn print(&mut self, args: &'p [Expr], to: Option<&'p Expr>) -> Run<()> {
        let mut line = String::new();
        if args.is_empty() {
            line.push_str(self.record.line());
        }
        for (i, arg) in args.iter().enumerate() {
            let value = self.eval(arg)?;
            if i > 0 {
                line.push_str(&self.ofs);
            }
            line.push_str(&value.show(&self.ofmt));
        }
        self.write_line(&line, to)
    }

    fn write_line(&mut self, line: &str, to: Option<&'p Expr>) -> Run<()> {
        let line = format!("{line}{}", self.ors);
        self.write(&line, to)
    }

    fn write(&mut self, text: &str, to: Option<&'p Expr>) -> Run<()> {
        self.step((text.len() / super::BYTES_PER_STEP) as u64)?;
        let to = match to {
            Some(to) => {
                let to = self.eval(to)?;
                self.text(to)
            }
            None => "-".into(),
        };
        match to.as_str() {
            "-" | "/dev/stdout" => self.out.push_str(text),
            "/dev/stderr" => self.errors.push_str(text),
            file => return Err(Stop::Error(format!("cannot write to '{file}': programs have no files"))),
        }
        Ok(())
    }
}
