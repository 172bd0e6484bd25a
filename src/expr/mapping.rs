//! Mappings over messages, in the three ways in which components use them.

use std::sync::Arc;

use super::scope::{BatchScope, PartScope};
use super::{ExprError, ParseError, environment};
use crate::bloblang::targets::{self, Place};
use crate::bloblang::{Program, Root, Target, This, compile};
use crate::message::{Batch, Message, batch_of};
use crate::value::json::Wanted;
use crate::value::{Str, Value};

/// A compiled mapping; empty where nothing was written.
#[derive(Clone, Default)]
pub struct Mapping {
    program: Option<Arc<Program>>,
    /// What it reads of a document that it then replaces, if that is a part.
    wanted: Option<Arc<Wanted>>,
    text: Str,
}

impl Mapping {
    /// Compiles a mapping, which has at least one statement.
    pub fn compile(text: &str) -> Result<Self, Vec<ParseError>> {
        Self::compile_in(text, "")
    }

    /// As [`Self::compile`]; imports are relative to `directory`.
    pub fn compile_in(text: &str, directory: &str) -> Result<Self, Vec<ParseError>> {
        let mut environment = environment();
        environment.directory = Str::from(directory);
        let program = Arc::new(compile(text, &environment)?);
        Ok(Self { wanted: program.reads_part().map(Arc::new), program: Some(program), text: text.into() })
    }

    pub fn is_empty(&self) -> bool {
        self.program.is_none()
    }

    /// The places that the mapping reads, as far as its text shows.
    pub fn reads(&self) -> Vec<Place> {
        targets::reads(&self.text)
    }

    /// The places that the mapping assigns.
    pub fn assigns(&self) -> Vec<Place> {
        targets::assigns(&self.text)
    }

    /// Makes a new message of message `index`: what is not assigned stays. None: its root was deleted.
    pub fn map(&self, batch: &Batch, index: usize) -> Result<Option<Message>, ExprError> {
        let target = self.replace(batch, index)?;
        let mut message = batch[index].clone();
        Ok(assign(&mut message, target).then_some(message))
    }

    /// As [`Self::map`], but where nothing is assigned the content is empty.
    pub fn map_anew(&self, batch: &Batch, index: usize) -> Result<Option<Message>, ExprError> {
        let target = self.run(batch, index, Target::fresh(index))?;
        let mut message = batch[index].clone();
        if matches!(target.root, Root::Unset) {
            message.set_bytes(Vec::new());
        }
        Ok(assign(&mut message, target).then_some(message))
    }

    /// Maps every message as [`Self::map`] does; `failed` is told of those that could not be mapped, which stay as
    /// they were. Messages whose root was deleted are left out.
    pub fn map_batch(&self, mut batch: Batch, mut failed: impl FnMut(&mut Message, ExprError)) -> Batch {
        if batch.len() == 1 {
            let kept = match self.replace(&batch, 0) {
                Ok(target) => assign(&mut batch[0], target),
                Err(error) => {
                    failed(&mut batch[0], error);
                    true
                }
            };
            if !kept {
                batch.clear();
            }
            return batch;
        }
        // All are mapped before any is changed, as a mapping may look at the other messages.
        let targets: Vec<_> = (0..batch.len()).map(|i| self.replace(&batch, i)).collect();
        let mut targets = targets.into_iter();
        batch.retain(|message| match targets.next() {
            Some(Ok(target)) => assign(message, target),
            Some(Err(error)) => {
                failed(message, error);
                true
            }
            None => true,
        });
        batch
    }

    /// Edits message `index` in place; the edits before a failure stay, and what it is edited as is a document from
    /// then on. Returns whether the message is still there: its root may have been deleted.
    pub fn mutate(&self, batch: &mut Batch, index: usize) -> Result<bool, ExprError> {
        let Some(program) = &self.program else { return Ok(true) };
        let mut target = Target::edit(index);
        let result = program.run(&BatchScope(batch), index, This::Edited, &mut target);
        finish_edit(&mut batch[index], target, result)
    }

    /// Runs the mapping over message `index` and assigns to `message`, whose own document and metadata `root` and
    /// `@` read, and which is a document from then on. The edits before a failure stay. Returns whether the message is
    /// still there.
    pub fn overlay(&self, message: &mut Message, batch: &Batch, index: usize) -> Result<bool, ExprError> {
        let Some(program) = &self.program else { return Ok(true) };
        let document = message.structured().cloned().map_err(|e| e.to_string());
        let mut target = Target::over(index, document, message.meta().clone());
        let result = program.run(&BatchScope(batch), index, This::Document(index), &mut target);
        let kept = finish_edit(message, target, result)?;
        if !kept {
            message.reprint();
        }
        Ok(kept)
    }

    /// What the mapping assigns to its root for message `index`: deleted or nothing are possible.
    pub fn query(&self, batch: &Batch, index: usize) -> Result<Value, ExprError> {
        Ok(root_of(self.run(batch, index, Target::fresh(index))?))
    }

    /// Makes a message as the next one of `batch`. What it reads, and what it does not assign, is that of the first of
    /// them, as in the reference; the first itself is made out of nothing. None: its root was deleted.
    pub fn create(&self, batch: &Batch) -> Result<Option<Message>, ExprError> {
        let target = self.run(batch, 0, Target::fresh(0))?;
        let mut message = batch.first().cloned().unwrap_or_default();
        Ok(assign(&mut message, target).then_some(message))
    }

    /// What the mapping assigns to its root for a document on its own, with metadata.
    pub fn apply(
        &self,
        document: Value,
        meta: &[(&str, &str)],
    ) -> Result<(Value, crate::value::Object), ExprError> {
        let mut message = Message::from_value(document.clone());
        for (key, value) in meta {
            message.set_meta(*key, *value);
        }
        let batch = batch_of(message);
        let mut target = Target::fresh(0);
        if let Some(program) = &self.program {
            program.run(&BatchScope(&batch), 0, This::Value(&document), &mut target)?;
        }
        let meta = target.meta.take().unwrap_or_else(|| batch[0].meta().clone());
        Ok((root_of(target), meta))
    }

    /// As [`Self::run`] for messages whose document nobody needs afterwards.
    fn replace(&self, batch: &Batch, index: usize) -> Result<Target, ExprError> {
        let mut target = Target::fresh(index);
        let (Some(program), Some(wanted)) = (&self.program, &self.wanted) else {
            return self.run(batch, index, target);
        };
        let scope = PartScope::new(batch, index, wanted);
        program.run(&scope, index, This::Document(index), &mut target)?;
        Ok(target)
    }

    fn run(&self, batch: &Batch, index: usize, mut target: Target) -> Result<Target, ExprError> {
        if let Some(program) = &self.program {
            program.run(&BatchScope(batch), index, This::Document(index), &mut target)?;
        }
        Ok(target)
    }
}

fn root_of(target: Target) -> Value {
    match target.root {
        Root::Value(value) => value,
        Root::Deleted => Value::Delete,
        Root::Unset | Root::Original => Value::Nothing,
    }
}

/// Puts the edits of a mapping into a message, whose content is a document from then on; those before a failure stay.
/// Returns whether the message is still there.
fn finish_edit(
    message: &mut Message,
    mut target: Target,
    result: Result<(), ExprError>,
) -> Result<bool, ExprError> {
    if result.is_err() {
        target.fail();
    }
    if matches!(target.root, Root::Original)
        && let Ok(document) = message.structured()
    {
        target.root = Root::Value(document.clone());
    }
    if result.is_err()
        && let Root::Value(document) = &mut target.root
    {
        *message = message.with_document(std::mem::take(document));
        target.root = Root::Original;
    }
    let kept = assign(message, target);
    result.map(|()| kept)
}

/// Puts what a mapping built into a message, which is flagged where that has no JSON text: its content is empty then.
/// Returns whether the message is still there.
fn assign(message: &mut Message, target: Target) -> bool {
    if let Some(reason) = target.unprintable() {
        message.fail(format!("the content is empty: {reason}"));
    }
    if let Some(meta) = target.meta {
        message.replace_meta(meta);
    }
    match target.root {
        Root::Value(value) => message.set_value(value),
        Root::Deleted => return false,
        Root::Unset | Root::Original => {}
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What `mapping` makes of a message: its content, and why it is flagged.
    fn mapped(mapping: &str, content: &str) -> (String, Option<String>) {
        let mapping = Mapping::compile(mapping).unwrap();
        let message = Message::from_bytes(content.to_owned());
        let batch = mapping.map_batch(batch_of(message), |message, error| message.fail(error.to_string()));
        let content = String::from_utf8_lossy(batch[0].bytes()).into_owned();
        (content, batch[0].failure().map(|failure| failure.text.to_string()))
    }

    #[test]
    fn numbers_without_json_text_are_flagged() {
        let (content, failure) = mapped("root.rate = [this.n.log()]", r#"{"n":0}"#);
        assert_eq!(
            (&*content, failure.unwrap()),
            ("", "the content is empty: unsupported value: -Inf".into())
        );
        let replaced = mapped("root.rate = this.n.log()\nroot.rate = 0", r#"{"n":0}"#);
        assert_eq!(replaced, (r#"{"rate":0}"#.into(), None));
        // As text they are values like others.
        assert_eq!(mapped("root.rate = this.n.log().string()", r#"{"n":0}"#).1, None);
    }
}
