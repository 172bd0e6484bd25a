//! What a mapping builds: a document and metadata.

use bytes::Bytes;

use super::error::Error;
use super::go::format::sprintf;
use super::path;
use super::scope::Scope;
use super::spec::Result;
use crate::value::json::{self, Unprintable};
use crate::value::{Object, Str, Value};

/// What a mapping builds.
pub struct Target {
    pub root: Root,
    /// The metadata as assigned; none: untouched.
    pub meta: Option<Object>,
    /// The message whose document and metadata show through what was not assigned.
    index: usize,
    /// A document and metadata that show through instead of those of a message.
    over: Option<Box<Over>>,
    /// Where the document of the message is edited: that document as it was before the root was replaced.
    replaced: Option<Value>,
    /// Whether the root is the document of the message with edits.
    edited: bool,
    /// Whether the message of the scope itself is edited.
    in_place: bool,
    /// Whether something was assigned that has no JSON text.
    unprintable: bool,
}

/// A document, or why there is none, and metadata.
struct Over {
    document: std::result::Result<Value, String>,
    meta: Object,
}

/// The document under construction.
#[derive(Debug)]
pub enum Root {
    /// Nothing was assigned, and reads as that.
    Unset,
    /// Nothing was assigned yet to the document of the message, which is edited in place.
    Original,
    Value(Value),
    Deleted,
}

/// A new root has room for so many keys at most.
const ROOM: usize = 32;

static NOTHING: Value = Value::Nothing;
static DELETE: Value = Value::Delete;

impl Target {
    /// A new document; the metadata of message `index` shows through.
    pub fn fresh(index: usize) -> Self {
        Self {
            root: Root::Unset,
            meta: None,
            index,
            over: None,
            replaced: None,
            edited: false,
            in_place: false,
            unprintable: false,
        }
    }

    /// The document and metadata of message `index`, to be edited.
    pub fn edit(index: usize) -> Self {
        Self { root: Root::Original, in_place: true, ..Self::fresh(index) }
    }

    /// A document and its metadata, which belong to no message of the scope, to be edited.
    pub fn over(index: usize, document: std::result::Result<Value, String>, meta: Object) -> Self {
        let over = Some(Box::new(Over { document, meta }));
        Self { root: Root::Original, over, ..Self::fresh(index) }
    }

    /// Whether message `index` itself is edited, so that reading it shows what was assigned.
    pub(super) fn edits(&self, index: usize) -> bool {
        self.in_place && self.index == index
    }

    fn original<'a>(&'a self, scope: &'a dyn Scope) -> std::result::Result<&'a Value, String> {
        match &self.over {
            Some(over) => over.document.as_ref().map_err(Clone::clone),
            None => scope.document(self.index),
        }
    }

    /// Why the document that was built has no JSON text, if so.
    pub fn unprintable(&self) -> Option<Unprintable> {
        match &self.root {
            // What was assigned may have been replaced since.
            Root::Value(value) if self.unprintable => json::unprintable(value),
            _ => None,
        }
    }

    /// Takes note of a computed value that is assigned next.
    pub(super) fn watch(&mut self, computed: &Value) {
        self.unprintable |= json::unprintable(computed).is_some();
    }

    /// Puts the root back to what a failure leaves of it: the document with the edits that were made in place, but
    /// nothing that was to replace it.
    pub fn fail(&mut self) {
        match self.replaced.take() {
            Some(edited) => self.root = Root::Value(edited),
            None if self.edited => {}
            None => self.root = Root::Original,
        }
    }

    /// The content of the message with the edits so far; none where it is as it was.
    pub(super) fn edited_content(&self) -> Option<Bytes> {
        match (&self.replaced, &self.root) {
            (Some(edited), _) => Some(edited),
            (None, Root::Value(root)) if self.edited => Some(root),
            _ => None,
        }
        .map(|document| json::print(document).unwrap_or_default().into())
    }

    /// What `root` reads.
    pub(super) fn root_value<'a>(&'a self, scope: &'a dyn Scope) -> &'a Value {
        match &self.root {
            Root::Unset => &NOTHING,
            Root::Deleted => &DELETE,
            Root::Original => self.original(scope).unwrap_or(&NOTHING),
            Root::Value(value) => value,
        }
    }

    /// What `this` reads while the document of the message is edited: that document with the edits so far, but not
    /// what replaced all of it.
    pub(super) fn edited_document<'a>(&'a self, scope: &'a dyn Scope) -> Result<&'a Value> {
        match (&self.replaced, &self.root) {
            (Some(replaced), _) => Ok(replaced),
            (None, Root::Value(root)) if self.edited => Ok(root),
            _ => scope.document(self.index).map_err(Error::no_document),
        }
    }

    /// The metadata as it would be now.
    pub(super) fn metadata<'a>(&'a self, scope: &'a dyn Scope) -> Option<&'a Object> {
        let original = || match &self.over {
            Some(over) => Some(&over.meta),
            None => scope.metadata(self.index),
        };
        self.meta.as_ref().or_else(original)
    }

    /// `root = value`, or a path below it. `more`: so many assignments the mapping may make.
    pub(super) fn assign_root(
        &mut self,
        path: &[Str],
        value: Value,
        scope: &dyn Scope,
        more: usize,
    ) -> Result<()> {
        if matches!(value, Value::Nothing) {
            return Ok(());
        }
        if path.is_empty() {
            self.replace(value);
            return Ok(());
        }
        match self.root_mut(scope, more) {
            None if matches!(value, Value::Delete) => Ok(()),
            None => Err(path::unsettable(path, &[], &DELETE)),
            Some(root) if matches!(value, Value::Delete) => {
                path::remove(root, path);
                Ok(())
            }
            Some(root) => path::set(root, path, value),
        }
    }

    fn replace(&mut self, value: Value) {
        let new = match value {
            Value::Delete => Root::Deleted,
            value => Root::Value(value),
        };
        if let Root::Value(old) = std::mem::replace(&mut self.root, new)
            && std::mem::take(&mut self.edited)
        {
            self.replaced = Some(old);
        }
    }

    /// The root for writing, an empty object where it is unset or null; none if it was deleted.
    fn root_mut(&mut self, scope: &dyn Scope, more: usize) -> Option<&mut Value> {
        let first = match &self.root {
            Root::Unset => Some(Value::Null),
            Root::Original => Some(match self.original(scope) {
                Ok(document) => {
                    let document = document.clone();
                    self.edited = true;
                    document
                }
                Err(_) => Value::Null,
            }),
            Root::Value(_) | Root::Deleted => None,
        };
        if let Some(first) = first {
            self.root = Root::Value(first);
        }
        match &mut self.root {
            Root::Value(root) => {
                if root.is_null() {
                    *root = Value::Object(Object::with_capacity(more.min(ROOM)));
                }
                Some(root)
            }
            _ => None,
        }
    }

    /// `meta key = value`, or `meta = value` where there is no key.
    pub(super) fn assign_meta(&mut self, key: Option<&Str>, value: Value, scope: &dyn Scope) -> Result<()> {
        if matches!(value, Value::Nothing) {
            return Ok(());
        }
        let Some(key) = key else {
            self.meta = Some(match value {
                Value::Delete => Object::new(),
                Value::Object(meta) => meta,
                other => {
                    let text = "setting root meta object requires object value, received: %T";
                    return Err(Error::new(sprintf(text, &[other])));
                }
            });
            return Ok(());
        };
        if self.meta.is_none() {
            self.meta = Some(self.metadata(scope).cloned().unwrap_or_default());
        }
        let meta = self.meta.get_or_insert_default();
        match value {
            Value::Delete => {
                meta.remove(key);
            }
            value => {
                meta.insert(key.clone(), value);
            }
        }
        Ok(())
    }
}
