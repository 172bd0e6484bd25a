//! What names mean: variables, arrays and functions, some of which only show after the whole program is read.

use std::collections::{HashMap, HashSet};

use super::super::ast::{BUILTINS, Expr, Place, Program, SPECIALS, Target};
use super::{Host, Parsed};
use crate::value::Str;

/// A variable of the whole program: a global one, or a parameter of a function.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Name {
    Global(usize),
    Param(usize, usize),
}

#[derive(Default)]
pub struct Names {
    globals: Vec<Str>,
    /// Functions by name; those that are called but not yet there too.
    functions: HashMap<Str, usize>,
    /// The parameters of functions that are there.
    defined: HashMap<usize, Vec<Str>>,
    /// In the order of their definition, which is that of the program.
    order: Vec<usize>,
    current: Option<usize>,
    arrays: HashSet<Name>,
    scalars: HashSet<Name>,
    /// Variables that are handed over as they are: by whom, and as which argument of which function.
    handed: Vec<(Name, usize, usize)>,
    calls: Vec<(Str, usize, usize)>,
}

// === impl Names ===

impl Names {
    /// Begins a function.
    pub fn define(&mut self, name: &Str, params: &[Str], host: Host<'_>) -> Parsed<usize> {
        let taken =
            host.iter().any(|(known, _)| *known == name) || BUILTINS.iter().any(|(known, ..)| *known == name);
        let index = self.function(name);
        if taken || self.defined.insert(index, params.to_vec()).is_some() {
            return Err(format!("the function '{name}' is there twice"));
        }
        self.order.push(index);
        self.current = Some(index);
        Ok(index)
    }

    pub fn leave(&mut self, index: usize) {
        debug_assert_eq!(self.current, Some(index));
        self.current = None;
    }

    fn function(&mut self, name: &Str) -> usize {
        let next = self.functions.len();
        *self.functions.entry(name.clone()).or_insert(next)
    }

    /// A call of a function of the program, which may come later.
    pub fn call(&mut self, name: &Str, args: &[Expr]) -> usize {
        let index = self.function(name);
        for (at, arg) in args.iter().enumerate() {
            if let Expr::Target(Target::Variable(place)) = arg
                && let Some(name) = self.name(*place)
            {
                self.handed.push((name, index, at));
            }
        }
        self.calls.push((name.clone(), index, args.len()));
        index
    }

    /// Where a variable is; a new one is global.
    pub fn place(&mut self, name: &Str) -> Place {
        let params = self.current.and_then(|function| self.defined.get(&function));
        if let Some(at) = params.and_then(|params| params.iter().position(|param| param == name)) {
            return Place::Local(at);
        }
        if let Some((_, special)) = SPECIALS.iter().find(|(known, _)| *known == name) {
            return Place::Special(*special);
        }
        let at = self.globals.iter().position(|global| global == name);
        Place::Global(at.unwrap_or_else(|| {
            self.globals.push(name.clone());
            self.globals.len() - 1
        }))
    }

    fn name(&self, place: Place) -> Option<Name> {
        match place {
            Place::Global(at) => Some(Name::Global(at)),
            Place::Local(at) => self.current.map(|function| Name::Param(function, at)),
            Place::Special(_) => None,
        }
    }

    /// A variable that is used as an array.
    pub fn array(&mut self, name: &Str) -> Parsed<Place> {
        let place = self.place(name);
        let array = self.name(place).ok_or_else(|| format!("'{name}' is no array"))?;
        self.arrays.insert(array);
        Ok(place)
    }

    /// A variable that is used as a single value.
    pub fn scalar(&mut self, place: Place) {
        self.scalars.extend(self.name(place));
    }

    /// Finds out which variables are arrays, and puts functions where calls look for them.
    pub fn settle(&mut self, program: &mut Program) -> Parsed<()> {
        for (name, index, args) in &self.calls {
            let params = self.defined.get(index).ok_or_else(|| format!("there is no function '{name}'"))?;
            if *args > params.len() {
                return Err(format!("'{name}' takes at most {} arguments", params.len()));
            }
        }
        loop {
            let before = self.arrays.len();
            for (name, function, at) in &self.handed {
                let param = Name::Param(*function, *at);
                // What is an array on one side is one on the other.
                if self.arrays.contains(name) || self.arrays.contains(&param) {
                    self.arrays.extend([*name, param]);
                }
            }
            if self.arrays.len() == before {
                break;
            }
        }
        if let Some(name) = self.arrays.intersection(&self.scalars).next() {
            return Err(format!("'{}' is an array, but used as a single value", self.text(*name)));
        }
        program.arrays = (0..self.globals.len()).map(|at| self.arrays.contains(&Name::Global(at))).collect();
        program.globals = std::mem::take(&mut self.globals);
        for (function, index) in program.functions.iter_mut().zip(&self.order) {
            let is_array = |at: usize| self.arrays.contains(&Name::Param(*index, at));
            function.params = (0..function.params.len()).map(is_array).collect();
        }
        let mut functions: Vec<_> = self.order.iter().zip(program.functions.drain(..)).collect();
        functions.sort_by_key(|(index, _)| **index);
        program.functions = functions.into_iter().map(|(_, function)| function).collect();
        Ok(())
    }

    fn text(&self, name: Name) -> Str {
        match name {
            Name::Global(at) => self.globals[at].clone(),
            Name::Param(function, at) => {
                self.defined.get(&function).map_or_else(Str::new, |params| params[at].clone())
            }
        }
    }
}
