//! Timings: log-linear histograms of nanoseconds, allocated at the first measurement.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Instant;

/// Buckets for each power of two: quantiles are at most 1/16 off.
const STEPS: usize = 8;
const STEP_BITS: u32 = STEPS.trailing_zeros();
/// The first bucket holds everything below 2^9 ns, the last one everything from about 2^39 ns (9 minutes) on.
const LOWEST_BITS: u32 = 9;
const BUCKETS: usize = 30 * STEPS + 1;

/// A distribution of durations.
#[derive(Debug, Default)]
pub struct Timing(OnceLock<Box<Histogram>>);

#[derive(Debug)]
struct Histogram {
    count: AtomicU64,
    sum: AtomicU64,
    buckets: [AtomicU64; BUCKETS],
}

/// A running stopwatch.
#[derive(Clone, Copy, Debug)]
pub struct Timer(Instant);

// === impl Timing ===

impl Timing {
    /// Counts `n` measurements of `nanoseconds` each.
    pub fn record(&self, nanoseconds: u64, n: u64) {
        let histogram = self.0.get_or_init(Box::default);
        histogram.count.fetch_add(n, Relaxed);
        histogram.sum.fetch_add(nanoseconds.saturating_mul(n), Relaxed);
        histogram.buckets[bucket_of(nanoseconds)].fetch_add(n, Relaxed);
    }

    /// Number of measurements.
    pub fn count(&self) -> u64 {
        self.0.get().map_or(0, |h| h.count.load(Relaxed))
    }

    /// Their sum in nanoseconds.
    pub fn sum(&self) -> u64 {
        self.0.get().map_or(0, |h| h.sum.load(Relaxed))
    }

    /// The durations in nanoseconds below which the given ascending shares (0 to 1) of all measurements lie; zero
    /// where there are none.
    pub fn quantiles<const N: usize>(&self, shares: [f64; N]) -> [u64; N] {
        match self.0.get() {
            Some(histogram) => quantiles(histogram.buckets.iter().map(|n| n.load(Relaxed)), shares),
            None => [0; N],
        }
    }

    /// How many measurements are at most so long, for each of the ascending `bounds` in nanoseconds.
    pub fn cumulative(&self, bounds: &[f64]) -> Vec<u64> {
        let counts = self.bucket_counts();
        let mut cumulated = 0;
        let mut buckets = counts.iter().enumerate().peekable();
        let mut up_to = |bound: f64| {
            while let Some((_, n)) = buckets.next_if(|(bucket, _)| upper_bound(*bucket) as f64 <= bound) {
                cumulated += n;
            }
            cumulated
        };
        bounds.iter().map(|bound| up_to(*bound)).collect()
    }

    /// How many measurements each bucket has; nothing where there are none.
    pub(super) fn bucket_counts(&self) -> Vec<u64> {
        self.0.get().map_or_else(Vec::new, |h| h.buckets.iter().map(|n| n.load(Relaxed)).collect())
    }
}

impl Default for Histogram {
    fn default() -> Self {
        Self {
            count: AtomicU64::new(0),
            sum: AtomicU64::new(0),
            buckets: [const { AtomicU64::new(0) }; BUCKETS],
        }
    }
}

// === impl Timer ===

impl Timer {
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// Nanoseconds since the start.
    pub fn elapsed(&self) -> u64 {
        u64::try_from(self.0.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }
}

fn bucket_of(nanoseconds: u64) -> usize {
    let Some(octave) = nanoseconds.checked_ilog2().and_then(|bits| bits.checked_sub(LOWEST_BITS)) else {
        return 0;
    };
    let step = (nanoseconds >> (octave + LOWEST_BITS - STEP_BITS)) as usize & (STEPS - 1);
    (1 + octave as usize * STEPS + step).min(BUCKETS - 1)
}

/// The first nanosecond that is beyond `bucket`.
fn upper_bound(bucket: usize) -> u64 {
    let octave = (bucket / STEPS) as u32;
    ((STEPS + bucket % STEPS) as u64) << (octave + LOWEST_BITS - STEP_BITS)
}

/// A duration that stands for all of `bucket`.
pub(super) fn middle(bucket: usize) -> u64 {
    lower_bound(bucket).midpoint(upper_bound(bucket))
}

/// The duration below which `share` of the measurements in these buckets lies.
pub(super) fn quantile_of(counts: &[u64], share: f64) -> u64 {
    let [value] = quantiles(counts.iter().copied(), [share]);
    value
}

fn lower_bound(bucket: usize) -> u64 {
    bucket.checked_sub(1).map_or(0, upper_bound)
}

/// The durations below which these ascending shares of the measurements lie.
fn quantiles<const N: usize>(counts: impl Iterator<Item = u64> + Clone, shares: [f64; N]) -> [u64; N] {
    let total: u64 = counts.clone().sum();
    let mut filled = counts.enumerate().filter(|(_, n)| *n > 0);
    let (mut seen, mut last) = (0, (0, 0));
    shares.map(|share| {
        let rank = (share * total as f64).ceil().max(1.0) as u64;
        while seen < rank {
            let Some(next) = filled.next() else { break };
            last = next;
            seen += next.1;
        }
        let (bucket, n) = last;
        if n == 0 {
            return 0;
        }
        let (low, high) = (lower_bound(bucket), upper_bound(bucket));
        let part = (rank.min(seen) + n).saturating_sub(seen) as f64 / n as f64;
        low + ((high - low) as f64 * part) as u64
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_meet() {
        assert_eq!(bucket_of(0), 0);
        assert_eq!(bucket_of(511), 0);
        assert_eq!(bucket_of(512), 1);
        assert_eq!(bucket_of(u64::MAX), BUCKETS - 1);
        for bucket in 0..BUCKETS - 1 {
            assert_eq!(bucket_of(upper_bound(bucket) - 1), bucket, "end of {bucket}");
            assert_eq!(bucket_of(upper_bound(bucket)), bucket + 1, "begin of {}", bucket + 1);
        }
    }

    #[test]
    fn quantiles_are_close() {
        let timing = Timing::default();
        assert_eq!(timing.quantiles([0.5]), [0]);
        for millis in 1..=1000 {
            timing.record(millis * 1_000_000, 3);
        }
        assert_eq!((timing.count(), timing.sum()), (3000, 3 * 500_500 * 1_000_000));
        for (share, got) in [0.5, 0.9, 0.99].into_iter().zip(timing.quantiles([0.5, 0.9, 0.99])) {
            let error = (got as f64 / (share * 1e9) - 1.0).abs();
            assert!(error < 1.0 / 16.0, "p{share}: {got}");
        }
    }

    #[test]
    fn cumulative_counts_grow_to_the_total() {
        let timing = Timing::default();
        timing.record(1_000, 5);
        timing.record(1_000_000, 2);
        assert_eq!(timing.cumulative(&[100.0, 2_000.0, 1e7]), [0, 5, 7]);
    }
}
