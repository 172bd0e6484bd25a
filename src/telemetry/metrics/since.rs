//! What has happened since an exporter last looked.

use std::collections::HashMap;

use super::block::Series;

/// What an exporter has seen of each series.
#[derive(Debug, Default)]
pub struct Since {
    counters: HashMap<String, u64>,
    timings: HashMap<String, Vec<u64>>,
}

// === impl Since ===

impl Since {
    /// By how much a counter has grown.
    pub(super) fn counter(&mut self, series: &Series<'_>, now: u64) -> u64 {
        let before = self.counters.insert(identity(series), now).unwrap_or_default();
        // A series that was taken away and came back begins at zero again.
        now.checked_sub(before).unwrap_or(now)
    }

    /// By how much each bucket of a timing has grown.
    pub(super) fn timing(&mut self, series: &Series<'_>, now: Vec<u64>) -> Vec<u64> {
        let before = self.timings.insert(identity(series), now.clone()).unwrap_or_default();
        let before = before.into_iter().chain(std::iter::repeat(0));
        now.into_iter().zip(before).map(|(now, before)| now.checked_sub(before).unwrap_or(now)).collect()
    }
}

fn identity(series: &Series<'_>) -> String {
    let mut key = series.name.to_owned();
    for (name, value) in series.labels {
        key.extend(["\u{1f}", name, "\u{1f}", value]);
    }
    key
}
