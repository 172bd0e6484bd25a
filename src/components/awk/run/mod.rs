//! Runs programs over the content of a message, within bounds: a program that does not end or asks for any amount of
//! memory is stopped.

mod builtin;
mod eval;
mod printf;
mod record;
mod statements;
mod value;

use std::collections::HashMap;

use super::ast::{Pattern, Place, Program, Special, Stmt};
use crate::bloblang::go::regex::{Pattern as Regex, cached};
use crate::value::Str;
use record::Record;
pub use value::Val;

/// How many steps a program may take, and for each byte of its input.
const STEPS: u64 = 20_000_000;
const STEPS_PER_BYTE: u64 = 2_000;

/// How many bytes of text are one step.
const BYTES_PER_STEP: usize = 16;

/// How many calls may be under way.
const MAX_CALLS: usize = 1000;

/// How many expressions and statements may be under way within each other; what the stack has room for.
const MAX_DEPTH: usize = 1500;

type Array = HashMap<Str, Val>;

/// The functions of the surroundings.
pub trait Host {
    /// Calls the function with number `index`.
    fn call(&mut self, index: usize, args: &[Val]) -> Result<Val, String>;
}

/// Why a program does not go on where it is.
pub enum Stop {
    Error(String),
    Break,
    Continue,
    /// On to the next record.
    Next,
    Return(Val),
    Exit,
}

pub type Run<T> = Result<T, Stop>;

impl<E: Into<String>> From<E> for Stop {
    fn from(error: E) -> Self {
        Stop::Error(error.into())
    }
}

/// What a parameter holds.
#[derive(Clone)]
enum Local {
    Value(Val),
    /// The number of an array.
    Array(usize),
}

/// A program that runs.
pub struct Machine<'p> {
    program: &'p Program,
    host: &'p mut dyn Host,
    globals: Vec<Val>,
    /// Those of the globals first, then those of calls.
    arrays: Vec<Array>,
    locals: Vec<Local>,
    /// Where in `locals` those of each call begin.
    frames: Vec<usize>,
    record: Record<'p>,
    /// Of the match that was asked for last.
    match_start: f64,
    match_length: f64,
    subsep: Str,
    convfmt: Str,
    ofmt: Str,
    ofs: Str,
    ors: Str,
    random: builtin::Random,
    /// Which ranges have begun.
    ranges: Vec<bool>,
    steps: u64,
    depth: usize,
    out: String,
    errors: String,
    code: i64,
}

/// Runs `program` over `input`. `variables` are set before it begins, where the program knows them. Returns what was
/// printed.
pub fn run(
    program: &Program,
    input: &str,
    variables: &[(Str, Str)],
    host: &mut dyn Host,
) -> Result<String, String> {
    let mut machine = Machine::new(program, input, host);
    for (name, value) in variables {
        machine.preset(name, value);
    }
    match machine.all() {
        Ok(()) | Err(Stop::Exit | Stop::Next) => {}
        Err(Stop::Error(error)) => return Err(error),
        Err(Stop::Break | Stop::Continue | Stop::Return(_)) => {}
    }
    if machine.code != 0 {
        return Err(format!("the program ended with the code {}", machine.code));
    }
    if machine.errors.is_empty() { Ok(machine.out) } else { Err(machine.errors) }
}

impl<'p> Machine<'p> {
    fn new(program: &'p Program, input: &'p str, host: &'p mut dyn Host) -> Self {
        Self {
            program,
            host,
            globals: vec![Val::Unset; program.globals.len()],
            arrays: vec![Array::new(); program.globals.len()],
            locals: Vec::new(),
            frames: Vec::new(),
            record: Record::new(input),
            match_start: 0.0,
            match_length: -1.0,
            subsep: "\x1c".into(),
            convfmt: "%.6g".into(),
            ofmt: "%.6g".into(),
            ofs: " ".into(),
            ors: "\n".into(),
            random: builtin::Random::default(),
            ranges: vec![false; program.rules.len()],
            steps: STEPS + STEPS_PER_BYTE * input.len() as u64,
            depth: 0,
            out: String::new(),
            errors: String::new(),
            code: 0,
        }
    }

    fn preset(&mut self, name: &str, value: &Str) {
        if let Some((_, special)) = super::ast::SPECIALS.iter().find(|(known, _)| *known == name) {
            // A setting that has no meaning is none.
            let _ = self.set_special(*special, Val::Input(value.clone()));
        } else if let Some(at) = self.program.globals.iter().position(|global| global == name)
            && !self.program.arrays[at]
        {
            self.globals[at] = Val::Input(value.clone());
        }
    }

    fn all(&mut self) -> Run<()> {
        let program = self.program;
        let mut exit = false;
        for body in &program.begin {
            if self.ends_with_exit(body)? {
                exit = true;
                break;
            }
        }
        let reads = !program.rules.is_empty() || !program.end.is_empty();
        if reads && !exit {
            match self.records() {
                Err(Stop::Exit) | Ok(()) => {}
                Err(other) => return Err(other),
            }
        }
        for body in &program.end {
            self.statements(body)?;
        }
        Ok(())
    }

    fn ends_with_exit(&mut self, body: &'p [Stmt]) -> Run<bool> {
        match self.statements(body) {
            Ok(()) => Ok(false),
            Err(Stop::Exit) => Ok(true),
            Err(other) => Err(other),
        }
    }

    fn records(&mut self) -> Run<()> {
        let program = self.program;
        while self.record.read()? {
            for (i, rule) in program.rules.iter().enumerate() {
                self.step(1)?;
                if !self.applies(i, &rule.pattern)? {
                    continue;
                }
                let done = match &rule.body {
                    Some(body) => self.statements(body),
                    None => self.print_record(),
                };
                match done {
                    Ok(()) => {}
                    Err(Stop::Next) => break,
                    Err(other) => return Err(other),
                }
            }
        }
        Ok(())
    }

    fn applies(&mut self, rule: usize, pattern: &'p Pattern) -> Run<bool> {
        match pattern {
            Pattern::Always => Ok(true),
            Pattern::When(check) => Ok(self.eval(check)?.truth()),
            Pattern::Range(from, to) => {
                if !self.ranges[rule] {
                    self.ranges[rule] = self.eval(from)?.truth();
                    if !self.ranges[rule] {
                        return Ok(false);
                    }
                }
                self.ranges[rule] = !self.eval(to)?.truth();
                Ok(true)
            }
        }
    }

    /// Counts what the program does.
    fn step(&mut self, steps: u64) -> Run<()> {
        if self.steps < steps {
            return Err("the program took too many steps, or too much memory".into());
        }
        self.steps -= steps;
        Ok(())
    }

    /// Runs what is one level deeper.
    fn deeper<T>(&mut self, work: impl FnOnce(&mut Self) -> Run<T>) -> Run<T> {
        if self.depth == MAX_DEPTH {
            return Err("the program goes too deep".into());
        }
        self.depth += 1;
        let done = work(self);
        self.depth -= 1;
        done
    }

    /// Counts text that the program makes.
    fn made(&mut self, text: Val) -> Run<Val> {
        if let Val::Text(text) = &text {
            self.step((text.len() / BYTES_PER_STEP) as u64)?;
        }
        Ok(text)
    }

    fn regex(&mut self, pattern: &str) -> Run<std::sync::Arc<Regex>> {
        cached(pattern).map_err(|error| Stop::Error(format!("the pattern '{pattern}' is not valid: {error}")))
    }

    fn text(&self, value: Val) -> Str {
        value.into_text(&self.convfmt)
    }

    // Variables

    fn get(&mut self, place: Place) -> Run<Val> {
        match place {
            Place::Global(at) => Ok(self.globals[at].clone()),
            Place::Local(at) => match &self.local(at)? {
                Local::Value(value) => Ok(value.clone()),
                Local::Array(_) => Err("an array is used as a single value".into()),
            },
            Place::Special(special) => Ok(self.special(special)),
        }
    }

    fn set(&mut self, place: Place, value: Val) -> Run<()> {
        match place {
            Place::Global(at) => self.globals[at] = value,
            Place::Local(at) => {
                let frame = self.frame(at)?;
                self.locals[frame] = Local::Value(value);
            }
            Place::Special(special) => self.set_special(special, value)?,
        }
        Ok(())
    }

    fn local(&self, at: usize) -> Run<Local> {
        Ok(self.locals[self.frame(at)?].clone())
    }

    /// Where a parameter of the call that runs is.
    fn frame(&self, at: usize) -> Run<usize> {
        self.frames.last().map(|start| start + at).ok_or_else(|| "a parameter outside of a function".into())
    }

    /// The number of an array.
    fn array(&self, place: Place) -> Run<usize> {
        match place {
            Place::Global(at) => Ok(at),
            Place::Local(at) => match self.local(at)? {
                Local::Array(number) => Ok(number),
                Local::Value(_) => Err("a single value is used as an array".into()),
            },
            Place::Special(_) => Err("a single value is used as an array".into()),
        }
    }

    fn is_array(&self, place: Place) -> bool {
        match place {
            Place::Global(at) => self.program.arrays[at],
            Place::Local(at) => matches!(self.local(at), Ok(Local::Array(_))),
            Place::Special(_) => false,
        }
    }

    fn special(&mut self, special: Special) -> Val {
        match special {
            Special::Nf => Val::Num(self.record.count() as f64),
            Special::Nr | Special::Fnr => Val::Num(self.record.number),
            Special::Fs => Val::Text(self.record.fs.clone()),
            Special::Rs => Val::Text(self.record.rs.clone()),
            Special::Ofs => Val::Text(self.ofs.clone()),
            Special::Ors => Val::Text(self.ors.clone()),
            Special::Subsep => Val::Text(self.subsep.clone()),
            Special::Convfmt => Val::Text(self.convfmt.clone()),
            Special::Ofmt => Val::Text(self.ofmt.clone()),
            Special::Rstart => Val::Num(self.match_start),
            Special::Rlength => Val::Num(self.match_length),
            Special::Filename => Val::text(""),
            Special::Argc => Val::Num(1.0),
        }
    }

    fn set_special(&mut self, special: Special, value: Val) -> Run<()> {
        match special {
            Special::Nf => self.record.set_count(value.num(), &self.ofs)?,
            Special::Nr | Special::Fnr => self.record.number = value.num(),
            Special::Fs => self.record.fs = self.text(value),
            Special::Rs => self.record.rs = self.text(value),
            Special::Ofs => self.ofs = self.text(value),
            Special::Ors => self.ors = self.text(value),
            Special::Subsep => self.subsep = self.text(value),
            Special::Convfmt => self.convfmt = self.text(value),
            Special::Ofmt => self.ofmt = self.text(value),
            Special::Rstart => self.match_start = value.num(),
            Special::Rlength => self.match_length = value.num(),
            Special::Filename | Special::Argc => {}
        }
        Ok(())
    }
}
