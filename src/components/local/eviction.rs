//! Which item makes room for a new one: the algorithms of the `lru` cache.

use std::num::NonZeroUsize;

use bytes::Bytes;
use lru::LruCache;

/// Keys in the order of their last use, with what belongs to them.
type Recency<V> = LruCache<Box<str>, V>;

/// A bounded set of items.
pub enum Eviction {
    /// The item that was not used for the longest time goes.
    Standard(Recency<Bytes>),
    Arc(Box<Arc>),
    TwoQueues(Box<TwoQueues>),
}

/// Adaptive replacement: items that were used once and items that were used again share the room; keys that had to
/// go are remembered, and when one comes back its side gets more room.
pub struct Arc {
    size: usize,
    /// How much room the items that were used once should have.
    target: usize,
    once: Recency<Bytes>,
    again: Recency<Bytes>,
    once_gone: Recency<()>,
    again_gone: Recency<()>,
}

/// Items that were used once go before items that were used again; a key that had to go and comes back counts as
/// used again.
pub struct TwoQueues {
    size: usize,
    /// How much of the room the items that were used once may keep.
    recent_size: usize,
    recent: Recency<Bytes>,
    frequent: Recency<Bytes>,
    gone: Recency<()>,
}

// === impl Eviction ===

impl Eviction {
    pub fn standard(size: NonZeroUsize) -> Self {
        Self::Standard(LruCache::new(size))
    }

    pub fn arc(size: NonZeroUsize) -> Self {
        Self::Arc(Box::new(Arc {
            size: size.get(),
            target: 0,
            once: LruCache::unbounded(),
            again: LruCache::unbounded(),
            once_gone: LruCache::new(size),
            again_gone: LruCache::new(size),
        }))
    }

    /// `recent` and `gone`: how much of the size items used once may keep, and how many keys are remembered.
    pub fn two_queues(size: NonZeroUsize, recent: f64, gone: f64) -> Self {
        let share = |ratio: f64| (size.get() as f64 * ratio) as usize;
        Self::TwoQueues(Box::new(TwoQueues {
            size: size.get(),
            recent_size: share(recent),
            recent: LruCache::unbounded(),
            frequent: LruCache::unbounded(),
            gone: LruCache::new(NonZeroUsize::new(share(gone)).unwrap_or(NonZeroUsize::MIN)),
        }))
    }

    /// The value of `key`, which counts as used.
    pub fn get(&mut self, key: &str) -> Option<Bytes> {
        match self {
            Eviction::Standard(items) => items.get(key).cloned(),
            Eviction::Arc(arc) => use_again(&mut arc.once, &mut arc.again, key),
            Eviction::TwoQueues(queues) => use_again(&mut queues.recent, &mut queues.frequent, key),
        }
    }

    pub fn contains(&self, key: &str) -> bool {
        match self {
            Eviction::Standard(items) => items.contains(key),
            Eviction::Arc(arc) => arc.once.contains(key) || arc.again.contains(key),
            Eviction::TwoQueues(queues) => queues.recent.contains(key) || queues.frequent.contains(key),
        }
    }

    pub fn set(&mut self, key: &str, value: Bytes) {
        match self {
            Eviction::Standard(items) => {
                items.put(key.into(), value);
            }
            Eviction::Arc(arc) => arc.set(key, value),
            Eviction::TwoQueues(queues) => queues.set(key, value),
        }
    }

    pub fn remove(&mut self, key: &str) {
        match self {
            Eviction::Standard(items) => {
                items.pop(key);
            }
            Eviction::Arc(arc) => {
                arc.once.pop(key);
                arc.again.pop(key);
                arc.once_gone.pop(key);
                arc.again_gone.pop(key);
            }
            Eviction::TwoQueues(queues) => {
                queues.recent.pop(key);
                queues.frequent.pop(key);
                queues.gone.pop(key);
            }
        }
    }
}

/// Moves an item that is used from those used once to those used again.
fn use_again(once: &mut Recency<Bytes>, again: &mut Recency<Bytes>, key: &str) -> Option<Bytes> {
    if let Some((key, value)) = once.pop_entry(key) {
        again.put(key, value.clone());
        return Some(value);
    }
    again.get(key).cloned()
}

// === impl Arc ===

impl Arc {
    fn set(&mut self, key: &str, value: Bytes) {
        if self.once.pop(key).is_some() || self.again.contains(key) {
            self.again.put(key.into(), value);
            return;
        }
        let step = |own: usize, other: usize| if other > own { other / own.max(1) } else { 1 };
        let (once_gone, again_gone) = (self.once_gone.len(), self.again_gone.len());
        if self.once_gone.contains(key) {
            self.target = self.size.min(self.target + step(once_gone, again_gone));
            self.make_room(false);
            self.once_gone.pop(key);
            self.again.put(key.into(), value);
        } else if self.again_gone.contains(key) {
            self.target = self.target.saturating_sub(step(again_gone, once_gone));
            self.make_room(true);
            self.again_gone.pop(key);
            self.again.put(key.into(), value);
        } else {
            self.make_room(false);
            if self.once_gone.len() > self.size - self.target {
                self.once_gone.pop_lru();
            }
            if self.again_gone.len() > self.target {
                self.again_gone.pop_lru();
            }
            self.once.put(key.into(), value);
        }
    }

    /// `again_back`: room is made for a key that was used again before it had to go.
    fn make_room(&mut self, again_back: bool) {
        if self.once.len() + self.again.len() < self.size {
            return;
        }
        let once = self.once.len();
        let over = once > self.target || once == self.target && again_back;
        let from_once = once > 0 && over || self.again.is_empty();
        if from_once && let Some((key, _)) = self.once.pop_lru() {
            self.once_gone.put(key, ());
        } else if let Some((key, _)) = self.again.pop_lru() {
            self.again_gone.put(key, ());
        }
    }
}

// === impl TwoQueues ===

impl TwoQueues {
    fn set(&mut self, key: &str, value: Bytes) {
        if self.recent.pop(key).is_some() || self.frequent.contains(key) {
            self.frequent.put(key.into(), value);
        } else if self.gone.contains(key) {
            self.make_room(true);
            self.gone.pop(key);
            self.frequent.put(key.into(), value);
        } else {
            self.make_room(false);
            self.recent.put(key.into(), value);
        }
    }

    /// `back`: room is made for a key that had to go before.
    fn make_room(&mut self, back: bool) {
        if self.recent.len() + self.frequent.len() < self.size {
            return;
        }
        let recent = self.recent.len();
        let over = recent > self.recent_size || recent == self.recent_size && !back;
        let from_recent = recent > 0 && over || self.frequent.is_empty();
        if from_recent && let Some((key, _)) = self.recent.pop_lru() {
            self.gone.put(key, ());
        } else {
            self.frequent.pop_lru();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Which of these keys are left after `steps`: a key alone is set, one behind a question mark is used.
    fn left(mut eviction: Eviction, steps: &str, keys: &str) -> String {
        for step in steps.split(' ') {
            match step.strip_prefix('?') {
                Some(key) => {
                    eviction.get(key);
                }
                None => eviction.set(step, Bytes::from(step.to_owned())),
            }
        }
        keys.split(' ').filter(|key| eviction.contains(key)).collect::<Vec<_>>().join(" ")
    }

    const FOUR: NonZeroUsize = NonZeroUsize::new(4).expect("not zero");

    #[test]
    fn the_right_items_go() {
        let all = "a b c d e f g h";
        assert_eq!(left(Eviction::standard(FOUR), "a b c d ?a e", all), "a c d e");
        // A scan of new keys does not push out what was used again.
        assert_eq!(left(Eviction::arc(FOUR), "a b ?a ?b c d e f g h", all), "a b g h");
        assert_eq!(left(Eviction::two_queues(FOUR, 0.25, 0.5), "a b ?a ?b c d e f g h", all), "a b g h");
        // A key that comes back soon counts as used again.
        assert_eq!(left(Eviction::arc(FOUR), "a ?a b c d e b f g h", all), "a b g h");
        assert_eq!(left(Eviction::two_queues(FOUR, 0.25, 0.5), "a b c d e a f g h", all), "a f g h");
    }

    #[test]
    fn there_are_never_more_items_than_the_size() {
        let algorithms =
            [Eviction::standard(FOUR), Eviction::arc(FOUR), Eviction::two_queues(FOUR, 0.25, 0.5)];
        for mut eviction in algorithms {
            let mut random = 1_u32;
            for _ in 0..10_000 {
                random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let key = (random >> 16 & 15).to_string();
                match random >> 28 & 3 {
                    0 => assert!(eviction.get(&key).is_none_or(|value| value == key.as_bytes())),
                    1 if random & 7 == 0 => eviction.remove(&key),
                    _ => eviction.set(&key, Bytes::from(key.clone())),
                }
                let count = (0..16).filter(|key| eviction.contains(&key.to_string())).count();
                assert!(count <= 4, "{count}");
            }
        }
    }
}
