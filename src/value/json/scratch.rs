//! Where the parser gathers the contents of containers, kept from one document to the next.

use std::cell::RefCell;

use super::super::{Object, Str, Value};
use super::shapes::Shapes;

/// Scratch stacks beyond this many elements are not kept for the next document.
const MAX_KEPT: usize = 4096;

/// The contents of the containers that are still open.
#[derive(Default)]
pub(super) struct Scratch {
    pub values: Vec<Value>,
    /// The last entry of an open object waits for its value.
    pub entries: Vec<(Str, Value)>,
    pub open: Vec<Open>,
    pub shapes: Shapes,
}

/// An open container and where its contents begin on their stack.
#[derive(Clone, Copy)]
pub(super) enum Open {
    Array(usize),
    /// With the position of its first key in the document.
    Object(usize, usize),
}

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

// === impl Scratch ===

impl Scratch {
    pub fn take() -> Self {
        let mut scratch = SCRATCH.with(|scratch| scratch.take());
        scratch.shapes.begin();
        scratch
    }

    /// The object of the entries from `start` on, whose first key is the one at `first` in the document.
    pub fn close_object(&mut self, start: usize, first: usize) -> Object {
        let entries = &mut self.entries[start..];
        let count = entries.len();
        let order = self.shapes.order(first, count);
        let key = |at: u16| &entries[usize::from(at)].0;
        let object = match order {
            Some(order) if order.is_sorted_by(|a, b| key(*a) < key(*b)) => {
                let sorted = order.iter().map(|at| std::mem::take(&mut entries[usize::from(*at)]));
                Object::from_sorted(sorted)
            }
            _ => {
                if !entries.is_sorted_by(|a, b| a.0 < b.0)
                    && let Ok(count) = u16::try_from(count)
                {
                    let mut order: Vec<u16> = (0..count).collect();
                    order.sort_by(|a, b| key(*a).cmp(key(*b)));
                    self.shapes.learn_order(first, order);
                }
                return self.entries.drain(start..).collect();
            }
        };
        self.entries.truncate(start);
        object
    }

    pub fn give_back(mut self) {
        self.values.clear();
        self.entries.clear();
        self.open.clear();
        if self.values.capacity().max(self.entries.capacity()).max(self.open.capacity()) <= MAX_KEPT {
            SCRATCH.with(|scratch| scratch.replace(self));
        }
    }
}
