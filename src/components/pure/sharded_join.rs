//! Joining the documents of several inputs by an id, as `sequence` does.

use std::collections::HashMap;

use async_trait::async_trait;
use xxhash_rust::xxh64::xxh64;

use super::input_sequence::Sequence;
use crate::bloblang::path;
use crate::component::{Built, ConnectError, Context, Feed, Input, Pull, ReadError, Reader, Reads, Source};
use crate::config::{Conf, Field, field};
use crate::message::{Ack, GROUP_TRANSACTIONS, Group, Message, Transaction, batch_of};
use crate::value::{Array, Object, Str, Value};

const TYPE: Field<Str> = field("type")
    .default("none")
    .options(&["none", "full-outer", "outer", "full-outter", "outter"])
    .advanced()
    .doc("`full-outer` gives every joined document once all inputs were read, `outer` only those that the last input has a part of, as soon as it comes.");
const ID_PATH: Field<Str> =
    field("id_path").default("").advanced().doc("Where documents have the id by which they are joined.");
const ITERATIONS: Field<i64> = field("iterations").default(1).advanced().doc(
    "How often all inputs are read, each time for another share of the ids: fewer documents are held at once.",
);
const MERGE_STRATEGY: Field<Str> = field("merge_strategy")
    .default("array")
    .options(&["array", "replace", "keep"])
    .advanced()
    .doc("What becomes of a field that several documents have: all values in an array, the last one, or the first.");

pub const SHARDED_JOIN: Field<Conf> = field("sharded_join")
    .fields(&[&TYPE, &ID_PATH, &ITERATIONS, &MERGE_STRATEGY])
    .advanced()
    .version("3.40.0")
    .doc("Joins documents of the inputs that have the same id. What is no object with an id is dropped, and messages are acked as they are read.");

/// How documents are joined.
pub struct ShardedJoin {
    id_path: Vec<Str>,
    iterations: u64,
    merge: Merge,
    outer: bool,
}

#[derive(Clone, Copy)]
enum Merge {
    Array,
    Replace,
    Keep,
}

/// The joined documents of a sequence.
struct Joined {
    sequence: Sequence,
    join: ShardedJoin,
    iteration: u64,
    messages: HashMap<Str, Message>,
    ready: Vec<Message>,
    ended: bool,
    cx: Context,
}

/// Reads joined documents, so that the engine can send them again when they are nacked.
struct JoinSource {
    input: Option<Joined>,
    feed: Option<Feed>,
    cx: Context,
}

// === impl ShardedJoin ===

impl ShardedJoin {
    /// None where nothing is to be joined.
    pub fn read(conf: &Conf) -> Built<Option<Self>> {
        let outer = match conf.get(&TYPE)?.as_str() {
            "none" => return Ok(None),
            "full-outer" | "full-outter" => false,
            "outer" | "outter" => true,
            other => return Err(conf.error(&TYPE, format!("there is no join type '{other}'")).into()),
        };
        let id_path = conf.get(&ID_PATH)?;
        if id_path.is_empty() {
            return Err(conf.error(&ID_PATH, "the path of the id is empty").into());
        }
        let id_path = path::split(&id_path);
        let iterations = u64::try_from(conf.get(&ITERATIONS)?).unwrap_or(0);
        if iterations == 0 {
            return Err(conf.error(&ITERATIONS, "at least one iteration is needed").into());
        }
        let merge = match conf.get(&MERGE_STRATEGY)?.as_str() {
            "array" => Merge::Array,
            "replace" => Merge::Replace,
            "keep" => Merge::Keep,
            other => {
                return Err(conf.error(&MERGE_STRATEGY, format!("there is no strategy '{other}'")).into());
            }
        };
        Ok(Some(Self { id_path, iterations, merge, outer }))
    }

    pub(super) fn over(self, sequence: Sequence, cx: &Context) -> Reader {
        let joined = Joined {
            sequence,
            join: self,
            iteration: 0,
            messages: HashMap::new(),
            ready: Vec::new(),
            ended: false,
            cx: cx.clone(),
        };
        let source = JoinSource { input: Some(joined), feed: None, cx: cx.clone() };
        Reader::new(Box::new(source), true, cx.clone())
    }
}

// === impl Joined ===

impl Joined {
    fn add(&mut self, message: &Message) {
        let Ok(Value::Object(document)) = message.structured() else { return };
        let mut document = Value::Object(document.clone());
        let Value::String(id) = path::get(&document, &self.join.id_path).into_owned() else { return };
        if id.is_empty() || xxh64(id.as_bytes(), 0) % self.join.iterations != self.iteration {
            return;
        }
        let joined = match self.messages.get_mut(&id) {
            None => {
                let mut first = Message::from_value(document);
                first.replace_meta(message.meta().clone());
                self.messages.entry(id).or_insert(first)
            }
            Some(joined) => {
                // The first document has the id.
                path::remove(&mut document, &self.join.id_path);
                let mut whole = joined.structured().cloned().unwrap_or_default();
                merge(&mut whole, document, self.join.merge);
                joined.set_value(whole);
                for (key, value) in message.meta() {
                    joined.set_meta(key.clone(), value.clone());
                }
                joined
            }
        };
        if self.join.outer && self.sequence.is_last() {
            self.ready.push(joined.clone());
        }
    }

    /// All inputs were read: gives out what was joined and begins again for the next share of ids.
    fn turn(&mut self) {
        let messages = std::mem::take(&mut self.messages);
        if self.cx.stop_token().is_cancelled() {
            self.ended = true;
            return;
        }
        if !self.join.outer {
            self.ready.extend(messages.into_values());
        }
        self.iteration += 1;
        self.ended = self.iteration >= self.join.iterations;
        if !self.ended {
            self.sequence.restart();
        }
    }
}

#[async_trait]
impl Input for Joined {
    async fn pull(&mut self) -> Pull {
        loop {
            if !self.ready.is_empty() {
                let n = self.ready.len().min(GROUP_TRANSACTIONS);
                let group: Group =
                    self.ready.drain(..n).map(|m| Transaction::new(batch_of(m), Ack::none())).collect();
                return Pull::Group(group);
            }
            if self.ended {
                return Pull::End;
            }
            match self.sequence.pull().await {
                Pull::Group(group) => {
                    for transaction in group {
                        transaction.batch.iter().for_each(|message| self.add(message));
                        transaction.ack.ok();
                    }
                }
                Pull::Exhausted => {}
                Pull::End => self.turn(),
            }
        }
    }

    async fn close(&mut self) {
        self.sequence.close().await;
    }
}

/// Merges `source` into `dest`; `how` decides where both have a value that is no object.
fn merge(dest: &mut Value, source: Value, how: Merge) {
    match (dest, source, how) {
        (Value::Object(dest), Value::Object(source), _) => merge_objects(dest, source, how),
        (_, _, Merge::Keep) => {}
        (dest, source, Merge::Replace) => *dest = source,
        (dest, source, Merge::Array) => {
            let mut all = match std::mem::take(dest) {
                Value::Array(items) => items,
                other => Array::from_iter([other]),
            };
            match source {
                Value::Array(items) => all.extend(items),
                other => all.push(other),
            }
            *dest = Value::Array(all);
        }
    }
}

fn merge_objects(dest: &mut Object, source: Object, how: Merge) {
    for (key, value) in source {
        match dest.get_mut(&key) {
            Some(old) => merge(old, value, how),
            None => {
                dest.insert(key, value);
            }
        }
    }
}

// === impl JoinSource ===

#[async_trait]
impl Source for JoinSource {
    async fn connect(&mut self) -> Result<(), ConnectError> {
        if let Some(input) = self.input.take() {
            self.feed = Some(Feed::start(Box::new(input), &self.cx));
        }
        Ok(())
    }

    async fn read(&mut self, out: &mut Reads) -> Result<(), ReadError> {
        let Some(feed) = &mut self.feed else { return Err(ReadError::NotConnected) };
        match feed.pull().await {
            Pull::Group(group) => group.into_iter().for_each(|t| out.push(t.batch, t.ack)),
            Pull::Exhausted => return Err(ReadError::Timeout),
            Pull::End => return Err(ReadError::EndOfInput),
        }
        Ok(())
    }

    async fn close(&mut self) {
        if let Some(mut feed) = self.feed.take() {
            feed.close().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::json;

    fn parsed(text: &str) -> Value {
        json::parse(text.as_bytes()).expect("the test's document is JSON")
    }

    #[test]
    fn merges_by_strategy() {
        let strategies = [
            (Merge::Array, r#"{"a":[1,2,3],"b":{"x":1,"y":2},"c":[4,5]}"#),
            (Merge::Replace, r#"{"a":[2,3],"b":{"x":1,"y":2},"c":5}"#),
            (Merge::Keep, r#"{"a":1,"b":{"x":1,"y":2},"c":4}"#),
        ];
        for (how, want) in strategies {
            let mut dest = parsed(r#"{"a":1,"b":{"x":1},"c":4}"#);
            merge(&mut dest, parsed(r#"{"a":[2,3],"b":{"y":2},"c":5}"#), how);
            assert_eq!(json::print(&dest).ok(), json::print(&parsed(want)).ok());
        }
    }
}
