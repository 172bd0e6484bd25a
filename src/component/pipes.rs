//! Named pipes between streams of one process, for the `inproc` input and output.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use tokio::sync::mpsc;

use crate::message::Group;
use crate::value::Str;

/// What readers of a pipe compete for.
pub type Reading = Arc<tokio::sync::Mutex<mpsc::Receiver<Group>>>;

/// All pipes of the process, by name.
#[derive(Default)]
pub struct Pipes {
    open: Mutex<HashMap<Str, Weak<tokio::sync::Mutex<mpsc::Receiver<Group>>>>>,
}

/// The writing end of a pipe; the pipe is there for as long as this is.
pub struct Writing {
    pub sender: mpsc::Sender<Group>,
    reading: Reading,
    pipes: Weak<Pipes>,
    name: Str,
}

impl Pipes {
    /// Opens pipe `name` for writing; a later writer replaces an earlier one.
    pub fn write(self: &Arc<Self>, name: &str) -> Writing {
        let (sender, receiver) = mpsc::channel(1);
        let reading = Arc::new(tokio::sync::Mutex::new(receiver));
        self.lock().insert(name.into(), Arc::downgrade(&reading));
        Writing { sender, reading, pipes: Arc::downgrade(self), name: name.into() }
    }

    /// The reading end of pipe `name`, if somebody writes to it.
    pub fn read(&self, name: &str) -> Option<Reading> {
        self.lock().get(name)?.upgrade()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Str, Weak<tokio::sync::Mutex<mpsc::Receiver<Group>>>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Writing {
    fn drop(&mut self) {
        let Some(pipes) = self.pipes.upgrade() else { return };
        let mut open = pipes.lock();
        let ours = open.get(&self.name).is_some_and(|w| std::ptr::eq(w.as_ptr(), Arc::as_ptr(&self.reading)));
        if ours {
            open.remove(&self.name);
        }
    }
}
