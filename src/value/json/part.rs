//! Reading a part of a document: what is not wanted is checked as strictly, but nothing is built of it.

use smallvec::SmallVec;

use super::super::{Object, Value};
use super::parse::{Fault, Parser};
use super::scratch::Open;
use super::wanted::Wanted;

impl Parser<'_> {
    /// Reads of a value what is wanted.
    pub(super) fn part(&mut self, wanted: &Wanted) -> Result<Value, Fault> {
        let Some(keys) = wanted.keys() else { return self.value() };
        if self.peek_token()? != b'{' {
            return self.value();
        }
        self.enter()?;
        self.around += 1;
        let mut found: SmallVec<[Option<Value>; 8]> = SmallVec::from_elem(None, keys.len());
        let mut more = self.peek_token()? != b'}';
        while more {
            match self.wanted_key(wanted)? {
                Some(i) => found[i] = Some(self.part(&keys[i].1)?),
                None => self.skip()?,
            }
            more = match self.peek_token()? {
                b',' => true,
                b'}' => false,
                _ => return Err(self.unexpected("after object key:value pair")),
            };
            self.at += usize::from(more);
        }
        self.at += 1;
        self.around -= 1;
        let mut object = Object::with_capacity(keys.len());
        for ((key, _), value) in keys.iter().zip(found) {
            if let Some(value) = value {
                object.push_last(key.clone(), value);
            }
        }
        Ok(Value::Object(object))
    }

    /// Reads a key and its colon; returns where among those that are wanted it is.
    fn wanted_key(&mut self, wanted: &Wanted) -> Result<Option<usize>, Fault> {
        self.expect(b'"', "looking for beginning of object key string")?;
        let start = self.at + 1;
        let at = match self.plain_string() {
            Some(key) => wanted.position(key),
            None => wanted.position(&self.escaped_string(start)?),
        };
        self.colon()?;
        Ok(at)
    }

    /// Passes over a value.
    fn skip(&mut self) -> Result<(), Fault> {
        loop {
            match self.peek_token()? {
                b'"' => self.skip_string()?,
                b'-' | b'0'..=b'9' => {
                    self.number()?;
                }
                b'{' => {
                    self.enter()?;
                    if self.peek_token()? != b'}' {
                        self.scratch.open.push(Open::Object(0, 0));
                        self.skip_key()?;
                        continue;
                    }
                    self.at += 1;
                }
                b'[' => {
                    self.enter()?;
                    if self.peek_token()? != b']' {
                        self.scratch.open.push(Open::Array(0));
                        continue;
                    }
                    self.at += 1;
                }
                b't' => self.literal("true")?,
                b'f' => self.literal("false")?,
                b'n' => self.literal("null")?,
                _ => return Err(self.unexpected("looking for beginning of value")),
            }
            if self.skip_ends()? {
                return Ok(());
            }
        }
    }

    /// Passes over the ends of containers after a value; whether that was all. Else the next value follows.
    fn skip_ends(&mut self) -> Result<bool, Fault> {
        while let Some(open) = self.scratch.open.last().copied() {
            match (open, self.peek_token()?) {
                (Open::Array(_), b']') | (Open::Object(..), b'}') => {
                    self.at += 1;
                    self.scratch.open.pop();
                }
                (Open::Array(_), b',') => {
                    self.at += 1;
                    return Ok(false);
                }
                (Open::Object(..), b',') => {
                    self.at += 1;
                    self.skip_key()?;
                    return Ok(false);
                }
                (Open::Array(_), _) => return Err(self.unexpected("after array element")),
                (Open::Object(..), _) => return Err(self.unexpected("after object key:value pair")),
            }
        }
        Ok(true)
    }

    fn skip_key(&mut self) -> Result<(), Fault> {
        self.expect(b'"', "looking for beginning of object key string")?;
        self.skip_string()?;
        self.colon()
    }

    fn skip_string(&mut self) -> Result<(), Fault> {
        let start = self.at + 1;
        if self.plain_string().is_none() {
            self.escaped_string(start)?;
        }
        Ok(())
    }
}
