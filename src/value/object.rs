//! Objects: vectors of entries sorted by key, so that printing, comparing and merging are linear walks.

use std::cmp::Ordering;

use ecow::EcoVec;

use super::{Str, Value};

/// A map from strings to values; entries are always sorted by key and keys are unique.
#[derive(Clone, Debug, Default)]
pub struct Object {
    entries: EcoVec<(Str, Value)>,
}

/// Up to this many entries a scan for an equal key beats a binary search, as most keys differ in length.
const SCAN: usize = 24;

/// Up to this many entries a scan for a place in the order beats a binary search.
const LINEAR: usize = 8;

impl Object {
    pub const fn new() -> Self {
        Self { entries: EcoVec::new() }
    }

    pub fn with_capacity(capacity: usize) -> Self {
        Self { entries: EcoVec::with_capacity(capacity) }
    }

    pub fn len(&self) -> usize {
        self.entries.len()
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub fn get(&self, key: &str) -> Option<&Value> {
        if self.entries.len() <= SCAN {
            return self.entries.iter().find(|(k, _)| k.as_str() == key).map(|(_, value)| value);
        }
        self.position(key).ok().map(|i| &self.entries[i].1)
    }

    pub fn contains_key(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    /// The value of `key` for writing; copies the entries first if they are shared.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Value> {
        let i = self.position(key).ok()?;
        Some(&mut self.entries.make_mut()[i].1)
    }

    /// Sets `key`, returning the value that it replaces.
    pub fn insert(&mut self, key: Str, value: Value) -> Option<Value> {
        match self.position(&key) {
            Ok(i) => Some(std::mem::replace(&mut self.entries.make_mut()[i].1, value)),
            Err(i) => {
                if i == self.entries.len() {
                    self.entries.push((key, value));
                } else {
                    self.entries.insert(i, (key, value));
                }
                None
            }
        }
    }

    /// The value of `key` for writing, set to null first where it is missing.
    pub fn entry(&mut self, key: &str) -> &mut Value {
        let i = match self.position(key) {
            Ok(i) => i,
            Err(i) => {
                self.entries.insert(i, (key.into(), Value::Null));
                i
            }
        };
        &mut self.entries.make_mut()[i].1
    }

    pub fn remove(&mut self, key: &str) -> Option<Value> {
        let i = self.position(key).ok()?;
        Some(self.entries.remove(i).1)
    }

    /// Entries in key order.
    pub fn iter(&self) -> std::slice::Iter<'_, (Str, Value)> {
        self.entries.iter()
    }

    pub fn keys(&self) -> impl Iterator<Item = &Str> {
        self.entries.iter().map(|(k, _)| k)
    }

    pub fn values(&self) -> impl Iterator<Item = &Value> {
        self.entries.iter().map(|(_, v)| v)
    }

    /// Values in key order, for writing; copies the entries first if they are shared.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut Value> {
        self.entries.make_mut().iter_mut().map(|(_, v)| v)
    }

    /// Adds an entry whose key comes after all others.
    pub(super) fn push_last(&mut self, key: Str, value: Value) {
        self.entries.push((key, value));
    }

    /// Builds an object out of entries whose keys are in order and unique.
    pub(super) fn from_sorted(entries: impl ExactSizeIterator<Item = (Str, Value)>) -> Self {
        let mut sorted = EcoVec::with_capacity(entries.len());
        sorted.extend(entries);
        Self { entries: sorted }
    }

    /// Builds an object out of entries in any order; of equal keys the last one wins.
    pub fn from_entries(mut entries: EcoVec<(Str, Value)>) -> Self {
        if !entries.is_sorted_by(|a, b| a.0 < b.0) {
            entries.make_mut().sort_by(|a, b| a.0.cmp(&b.0)); // stable, so that the last duplicate stays last
            let mut unique: EcoVec<(Str, Value)> = EcoVec::with_capacity(entries.len());
            for entry in entries {
                match unique.make_mut().last_mut() {
                    Some(last) if last.0 == entry.0 => last.1 = entry.1,
                    _ => unique.push(entry),
                }
            }
            entries = unique;
        }
        Self { entries }
    }

    fn position(&self, key: &str) -> Result<usize, usize> {
        // Most keys differ in their first byte, which is compared faster than all of them.
        let first = |key: &str| key.as_bytes().first().copied();
        let order = |k: &Str| first(k).cmp(&first(key)).then_with(|| k.as_str().cmp(key));
        if self.entries.len() > LINEAR {
            return self.entries.binary_search_by(|(k, _)| order(k));
        }
        for (i, (k, _)) in self.entries.iter().enumerate() {
            match order(k) {
                Ordering::Less => {}
                Ordering::Equal => return Ok(i),
                Ordering::Greater => return Err(i),
            }
        }
        Err(self.entries.len())
    }
}

impl FromIterator<(Str, Value)> for Object {
    fn from_iter<I: IntoIterator<Item = (Str, Value)>>(entries: I) -> Self {
        Self::from_entries(entries.into_iter().collect())
    }
}

impl IntoIterator for Object {
    type Item = (Str, Value);
    type IntoIter = ecow::vec::IntoIter<(Str, Value)>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries.into_iter()
    }
}

impl<'a> IntoIterator for &'a Object {
    type Item = &'a (Str, Value);
    type IntoIter = std::slice::Iter<'a, (Str, Value)>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries.iter()
    }
}
