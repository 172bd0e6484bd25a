//! What the last document looked like. The documents of a stream mostly have the same keys in the same order, so that
//! a key is recognised rather than read, and the order of an object's keys is known rather than found.

use super::super::Str;

/// So many keys of a document are remembered.
const MAX_KEYS: usize = 1024;

/// The longest key that is remembered, in bytes.
const MAX_LENGTH: usize = 64;

/// Keys up to this length are stored inline, so that copies of them share nothing between threads.
const INLINE: usize = 15;

/// The keys of a document by their position in the text, and how objects sort them.
#[derive(Default)]
pub(super) struct Shapes {
    keys: Vec<Known>,
    /// How many keys of the present document were read.
    read: usize,
}

#[derive(Default)]
struct Known {
    /// As it stood in the text; empty where it had escapes.
    key: Str,
    /// Of the object that begins with this key: the positions of its entries, in the order of their keys.
    order: Box<[u16]>,
}

impl Shapes {
    /// A new document begins.
    pub fn begin(&mut self) {
        self.read = 0;
    }

    /// The position of the next key.
    pub fn position(&self) -> usize {
        self.read
    }

    /// The next key, if `text` begins with what stood at its place in the last document, between quotes.
    #[inline]
    pub fn recognise(&mut self, text: &str) -> Option<Str> {
        let known = &self.keys.get(self.read)?.key;
        let (bytes, end) = (text.as_bytes(), known.len() + 1);
        if bytes.get(end) != Some(&b'"') || &bytes[1..end] != known.as_bytes() {
            return None;
        }
        let key = if known.len() <= INLINE { known.clone() } else { text[1..end].into() };
        self.read += 1;
        Some(key)
    }

    /// Remembers a key that was not recognised; `is_plain` says whether it stood in the text as it is.
    pub fn learn(&mut self, key: &Str, is_plain: bool) {
        let at = self.read;
        self.read += 1;
        if at >= MAX_KEYS {
            return;
        }
        if at == self.keys.len() {
            self.keys.push(Known::default());
        }
        let is_short = key.len() <= MAX_LENGTH;
        self.keys[at].key = if is_plain && is_short { key.clone() } else { Str::new() };
    }

    /// How the object that begins with key `first` sorted its entries, if it had so many.
    pub fn order(&self, first: usize, count: usize) -> Option<&[u16]> {
        let order = &self.keys.get(first)?.order;
        (order.len() == count).then_some(order)
    }

    /// Remembers the order of an object.
    pub fn learn_order(&mut self, first: usize, order: Vec<u16>) {
        if let Some(known) = self.keys.get_mut(first) {
            known.order = order.into();
        }
    }
}
