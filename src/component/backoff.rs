//! Growing pauses between attempts.

use std::time::{Duration, Instant};

use rand::Rng;

/// Pauses from `initial` to `max`, each longer by `factor` than the last, with a jitter of up to half of it.
#[derive(Debug, Clone)]
pub struct Backoff {
    initial: Duration,
    max: Duration,
    factor: f64,
    /// Gives up after so long, if set.
    max_elapsed: Option<Duration>,
    next: Duration,
    since: Option<Instant>,
}

impl Backoff {
    pub fn new(initial: Duration, max: Duration) -> Self {
        Self { initial, max, factor: 1.5, max_elapsed: None, next: initial, since: None }
    }

    pub fn factor(mut self, factor: f64) -> Self {
        self.factor = factor;
        self
    }

    /// Zero means no limit.
    pub fn max_elapsed(mut self, limit: Duration) -> Self {
        self.max_elapsed = (!limit.is_zero()).then_some(limit);
        self
    }

    /// The next pause; none when the time for attempts is over.
    pub fn pause(&mut self) -> Option<Duration> {
        let since = *self.since.get_or_insert_with(Instant::now);
        if self.max_elapsed.is_some_and(|limit| since.elapsed() > limit) {
            return None;
        }
        let pause = self.next;
        self.next = pause.mul_f64(self.factor).min(self.max);
        Some(pause.mul_f64(rand::rng().random_range(0.5..1.5)).min(self.max))
    }

    /// Begins again with the initial pause.
    pub fn reset(&mut self) {
        self.next = self.initial;
        self.since = None;
    }
}
