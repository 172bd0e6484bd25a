//! Who may change what at the same time: one change for each stream, or one change of everything.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::{OwnedMutexGuard, OwnedRwLockReadGuard, OwnedRwLockWriteGuard, RwLock};

use crate::value::Str;

#[derive(Default)]
pub(super) struct Locks {
    /// Held for reading by changes of one id, for writing by changes of everything.
    gate: Arc<RwLock<()>>,
    ids: Mutex<HashMap<Str, Weak<tokio::sync::Mutex<()>>>>,
}

/// The right to change one stream.
pub(super) struct One {
    _gate: OwnedRwLockReadGuard<()>,
    _id: OwnedMutexGuard<()>,
}

impl Locks {
    pub async fn one(&self, id: &str) -> One {
        let gate = self.gate.clone().read_owned().await;
        let id = self.lock_of(id).lock_owned().await;
        One { _gate: gate, _id: id }
    }

    pub async fn all(&self) -> OwnedRwLockWriteGuard<()> {
        self.gate.clone().write_owned().await
    }

    fn lock_of(&self, id: &str) -> Arc<tokio::sync::Mutex<()>> {
        let mut ids = self.ids.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(lock) = ids.get(id).and_then(Weak::upgrade) {
            return lock;
        }
        ids.retain(|_, lock| lock.strong_count() > 0);
        let lock = Arc::default();
        ids.insert(id.into(), Arc::downgrade(&lock));
        lock
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn changes_of_one_id_exclude_each_other_and_leave_nothing_behind() {
        let locks = Locks::default();
        let a = locks.one("a").await;
        let b = locks.one("b").await;
        let waits = |id: &'static str| {
            let wait = locks.one(id);
            async { tokio::time::timeout(std::time::Duration::from_millis(20), wait).await.is_err() }
        };
        assert!(waits("a").await);
        assert!(!waits("c").await);
        drop((a, b));
        assert!(!waits("a").await);
        assert!(locks.ids.lock().is_ok_and(|ids| ids.len() == 1));
    }
}
