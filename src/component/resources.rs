//! Resources: components with a name that streams share, each replaceable while it is in use.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use super::{Cache, Chain, Output, RateLimit, SharedInput};
use crate::value::Str;

/// All resources of the process.
#[derive(Default)]
pub struct Resources {
    pub caches: Table<dyn Cache>,
    pub rate_limits: Table<dyn RateLimit>,
    pub processors: Table<Chain>,
    pub inputs: Table<SharedInput>,
    pub outputs: Table<dyn Output>,
}

/// The resources of one kind, by label.
pub struct Table<T: ?Sized> {
    slots: RwLock<BTreeMap<Str, Handle<T>>>,
}

/// A resource by its name: whoever holds a handle sees the replacement as soon as there is one.
pub struct Handle<T: ?Sized> {
    slot: Arc<RwLock<Arc<T>>>,
}

// === impl Table ===

impl<T: ?Sized> Table<T> {
    /// The resource `label`, if it exists.
    pub fn get(&self, label: &str) -> Option<Handle<T>> {
        self.slots.read().unwrap_or_else(PoisonError::into_inner).get(label).cloned()
    }

    /// Adds a resource, or puts it in the place of the one that has its label and returns that.
    pub fn set(&self, label: &str, resource: Arc<T>) -> Option<Arc<T>> {
        let mut slots = self.slots.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(handle) = slots.get(label) {
            let mut slot = handle.slot.write().unwrap_or_else(PoisonError::into_inner);
            return Some(std::mem::replace(&mut *slot, resource));
        }
        slots.insert(label.into(), Handle { slot: Arc::new(RwLock::new(resource)) });
        None
    }

    /// Takes a resource out if nobody holds it. False: somebody does.
    pub fn remove_unused(&self, label: &str) -> bool {
        let mut slots = self.slots.write().unwrap_or_else(PoisonError::into_inner);
        let unused = slots.get(label).is_none_or(|handle| Arc::strong_count(&handle.slot) == 1);
        if unused {
            slots.remove(label);
        }
        unused
    }

    /// Takes a resource out; handles that are still held keep it.
    pub fn remove(&self, label: &str) -> Option<Arc<T>> {
        let removed = self.slots.write().unwrap_or_else(PoisonError::into_inner).remove(label);
        removed.map(|handle| handle.current())
    }

    pub fn labels(&self) -> Vec<Str> {
        self.slots.read().unwrap_or_else(PoisonError::into_inner).keys().cloned().collect()
    }
}

impl<T: ?Sized> Default for Table<T> {
    fn default() -> Self {
        Self { slots: RwLock::default() }
    }
}

// === impl Handle ===

impl<T: ?Sized> Handle<T> {
    /// The resource as it is now.
    pub fn current(&self) -> Arc<T> {
        self.slot.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl<T: ?Sized> Clone for Handle<T> {
    fn clone(&self) -> Self {
        Self { slot: self.slot.clone() }
    }
}
