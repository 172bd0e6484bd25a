//! Walking paths.

use super::super::error::Error;
use super::super::spec::Result;
use super::eval::World;
use super::{Path, Step, ops};
use crate::value::{Array, Value};

/// What a negative end of a range that was not given is; larger than any array.
pub(super) const FAR: f64 = i32::MAX as f64;

impl Path {
    /// What the path leads to: one element, or where it can find several an array of all.
    pub fn eval(&self, world: World<'_>) -> Result<Value> {
        let start = match self.from_current {
            true => world.current.cloned().unwrap_or_default(),
            false => world.root.clone(),
        };
        if self.steps.iter().all(Step::is_plain) {
            return self.steps.iter().try_fold(start, |value, step| step.one(value, world));
        }
        let mut found = Array::new();
        visit(&self.steps, start, world, &mut found);
        Ok(Value::Array(found))
    }
}

/// Collects what `steps` lead to from `value`; what is missing is left out.
fn visit(steps: &[Step], value: Value, world: World<'_>, found: &mut Array) {
    let Some((step, rest)) = steps.split_first() else {
        found.push(value);
        return;
    };
    if step.is_plain() {
        if let Ok(value) = step.one(value, world) {
            visit(rest, value, world, found);
        }
    } else {
        step.many(&value, world, &mut |element| visit(rest, element.clone(), world, found));
    }
}

impl Step {
    fn is_plain(&self) -> bool {
        matches!(self, Step::Key(_) | Step::Script(_))
    }

    /// The one element that a plain step leads to.
    fn one(&self, value: Value, world: World<'_>) -> Result<Value> {
        match self {
            Step::Script(script) => script.eval(world.at(&value)),
            Step::Key(key) => select(&value, &key.eval(world.at(&value))?),
            _ => Ok(value),
        }
    }

    /// Hands over the elements that any other step leads to.
    fn many(&self, value: &Value, world: World<'_>, hand: &mut dyn FnMut(&Value)) {
        match self {
            Step::Key(_) | Step::Script(_) => {}
            Step::All => each(value, hand),
            Step::Descend => descend(value, hand),
            Step::Keys(keys) => {
                for key in keys {
                    let key = key.eval(world.at(value));
                    if let Ok(element) = key.and_then(|key| select(value, &key)) {
                        hand(&element);
                    }
                }
            }
            Step::Filter(filter) => each(value, &mut |element| {
                let holds = filter.eval(world.at(element)).ok().and_then(|holds| ops::boolean(&holds));
                if holds == Some(true) {
                    hand(element);
                }
            }),
            Step::Range(ends) => {
                let Value::Array(items) = value else { return };
                let mut integers = [0; 3];
                for (end, integer) in ends.iter().zip(&mut integers) {
                    match end.eval(world.at(value)).ok().and_then(|end| ops::number(&end)) {
                        Some(end) => *integer = end as i64,
                        None => return,
                    }
                }
                range(items, integers, hand);
            }
        }
    }
}

/// The element of an array or an object that `key` names.
fn select(value: &Value, key: &Value) -> Result<Value> {
    match value {
        Value::Array(items) => {
            let index = ops::number(key).ok_or_else(|| Error::expected("number", key))?;
            let element = usize::try_from(index as i64).ok().and_then(|index| items.get(index));
            element.cloned().ok_or_else(|| Error::new(format!("index {index} is out of bounds")))
        }
        Value::Object(object) => {
            let key = ops::shown(key);
            object.get(&key).cloned().ok_or_else(|| Error::new(format!("unknown key {key}")))
        }
        other => Err(Error::expected("object or array", other)),
    }
}

fn each(value: &Value, hand: &mut dyn FnMut(&Value)) {
    match value {
        Value::Array(items) => items.iter().for_each(hand),
        Value::Object(object) => object.values().for_each(hand),
        _ => {}
    }
}

/// The value itself and all below it, outer ones first.
fn descend(value: &Value, hand: &mut dyn FnMut(&Value)) {
    hand(value);
    each(value, &mut |element| descend(element, hand));
}

fn range(items: &[Value], [from, to, step]: [i64; 3], hand: &mut dyn FnMut(&Value)) {
    if from > to {
        return;
    }
    let length = items.len() as i64;
    let place = |end: i64| if end < 0 { (length + end).max(0) } else { end.min(length) };
    let (from, to) = (place(from) as usize, place(to) as usize);
    let Some(inside) = items.get(from..to) else { return };
    let stride = usize::try_from(step.unsigned_abs()).unwrap_or(usize::MAX).max(1);
    if step < 0 {
        inside.iter().rev().step_by(stride).for_each(hand);
    } else {
        inside.iter().step_by(stride).for_each(hand);
    }
}
