//! Whether a component is connected, for readiness.

use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use crate::message::Origin;

/// The connection of one input or output.
#[derive(Debug)]
pub struct Connection {
    origin: Origin,
    state: AtomicU8,
    error: Mutex<Option<Box<str>>>,
    waiting: Waiting,
}

/// How many connections of many streams count and are not up. Clones share the number.
#[derive(Clone, Debug, Default)]
pub struct Waiting(Arc<AtomicUsize>);

/// A connection at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    pub origin: Origin,
    pub connected: bool,
    /// Why it is not connected, where that is known.
    pub error: Option<String>,
}

/// The connections of one stream.
#[derive(Debug, Default)]
pub struct Connections {
    all: Mutex<Vec<Weak<Connection>>>,
    waiting: Waiting,
}

const CONNECTING: u8 = 0;
const UP: u8 = 1;
const CLOSED: u8 = 2;

// === impl Connection ===

impl Connection {
    pub fn up(&self) {
        self.enter(UP);
        *self.lock() = None;
    }

    pub fn failed(&self, reason: &str) {
        self.enter(CONNECTING);
        *self.lock() = Some(reason.into());
    }

    /// It ended as it should, and does not count for readiness any more.
    pub fn closed(&self) {
        self.enter(CLOSED);
    }

    pub fn is_up(&self) -> bool {
        self.state.load(Ordering::Relaxed) == UP
    }

    fn enter(&self, state: u8) {
        let before = self.state.swap(state, Ordering::Relaxed);
        match (before == CONNECTING, state == CONNECTING) {
            (true, false) => self.waiting.0.fetch_sub(1, Ordering::Relaxed),
            (false, true) => self.waiting.0.fetch_add(1, Ordering::Relaxed),
            _ => 0,
        };
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Box<str>>> {
        self.error.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.enter(CLOSED);
    }
}

// === impl Waiting ===

impl Waiting {
    pub fn count(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

// === impl Connections ===

impl Connections {
    /// Connections that are also counted together with those of others.
    pub fn counted(waiting: Waiting) -> Self {
        Self { all: Mutex::default(), waiting }
    }

    /// A new connection that is not up yet; it is listed for as long as somebody holds it.
    pub fn add(&self, origin: Origin) -> Arc<Connection> {
        self.waiting.0.fetch_add(1, Ordering::Relaxed);
        let connection = Arc::new(Connection {
            origin,
            state: AtomicU8::new(CONNECTING),
            error: Mutex::default(),
            waiting: self.waiting.clone(),
        });
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|c| c.strong_count() > 0);
        all.push(Arc::downgrade(&connection));
        connection
    }

    /// The connections that count, in the order in which they were made.
    pub fn statuses(&self) -> Vec<Status> {
        self.live()
            .map(|c| Status {
                origin: c.origin.clone(),
                connected: c.is_up(),
                error: c.lock().as_deref().map(str::to_owned),
            })
            .collect()
    }

    /// Whether all connections that count are up, and there is one.
    pub fn all_up(&self) -> bool {
        let mut any = false;
        self.live().all(|c| {
            any = true;
            c.is_up()
        }) && any
    }

    fn live(&self) -> impl Iterator<Item = Arc<Connection>> + use<> {
        let all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        let live: Vec<_> = all
            .iter()
            .filter_map(Weak::upgrade)
            .filter(|c| c.state.load(Ordering::Relaxed) != CLOSED)
            .collect();
        live.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_that_are_not_up_are_counted() {
        let waiting = Waiting::default();
        let connections = Connections::counted(waiting.clone());
        let add = || connections.add(Origin { name: "x".into(), label: "".into(), path: "input".into() });
        let (a, b) = (add(), add());
        assert_eq!(waiting.count(), 2);
        a.up();
        a.up();
        assert_eq!(waiting.count(), 1);
        a.failed("gone");
        b.closed();
        assert_eq!(waiting.count(), 1);
        drop((a, b));
        assert_eq!(waiting.count(), 0);
    }
}
