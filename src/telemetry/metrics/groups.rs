//! Text of series, collected by name: series come stream by stream, formats want those of one name together.

use std::collections::HashMap;

use bytes::Bytes;

/// The text of each name so far.
#[derive(Default)]
pub(super) struct Groups {
    by_name: HashMap<String, usize>,
    groups: Vec<Group>,
    /// Where the next series probably belongs: one stream mostly has the names of the one before.
    next: usize,
}

/// The text of one name.
pub(super) struct Group {
    name: String,
    /// The name as the format writes it.
    pub shown: Vec<u8>,
    pub text: Vec<u8>,
}

// === impl Groups ===

impl Groups {
    /// The group of `name`; `begin` says how that is written, and what its text begins with.
    pub fn of(&mut self, name: &str, begin: impl FnOnce() -> (Vec<u8>, Vec<u8>)) -> &mut Group {
        let at = match self.groups.get(self.next) {
            Some(group) if group.name == name => self.next,
            _ => self.find(name, begin),
        };
        self.next = at + 1;
        &mut self.groups[at]
    }

    fn find(&mut self, name: &str, begin: impl FnOnce() -> (Vec<u8>, Vec<u8>)) -> usize {
        if let Some(at) = self.by_name.get(name) {
            return *at;
        }
        let at = self.groups.len();
        self.by_name.insert(name.to_owned(), at);
        let (shown, text) = begin();
        self.groups.push(Group { name: name.to_owned(), shown, text });
        at
    }

    /// The texts, sorted by name.
    pub fn into_pieces(mut self) -> Vec<Bytes> {
        self.groups.sort_by(|a, b| a.name.cmp(&b.name));
        self.groups.into_iter().map(|group| group.text.into()).collect()
    }
}
