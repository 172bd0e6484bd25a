//! Metrics as lines of the log.

use std::time::Duration;

use super::since::Since;
use super::{Metrics, Reading, timing};
use crate::telemetry::Logger;
use crate::value::{Str, Value};

/// When metrics are logged.
#[derive(Clone, Debug, Default)]
pub struct Logged {
    /// Between two times; none for once at the end.
    pub interval: Option<Duration>,
    /// Whether counters and timings begin anew each time.
    pub flush: bool,
}

// === impl Logged ===

impl Logged {
    /// Logs a line for every series.
    pub fn write(&self, metrics: &Metrics, since: &mut Since, log: &Logger) {
        metrics.visit(&mut |series| {
            let mut fields: Vec<(Str, Value)> = vec![("name".into(), series.name.into())];
            let what = match series.reading {
                Reading::Counter(now) => {
                    let n = if self.flush { since.counter(&series, now) } else { now };
                    fields.push(("value".into(), whole(n)));
                    "Counter metric"
                }
                Reading::Gauge(x) => {
                    fields.push(("value".into(), Value::Int(x as i64)));
                    "Counter metric"
                }
                Reading::Timing(timing) => {
                    let counts = timing.bucket_counts();
                    let counts = if self.flush { since.timing(&series, counts) } else { counts };
                    for (name, share) in [("p50", 0.5), ("p90", 0.9), ("p99", 0.99)] {
                        fields.push((name.into(), whole(timing::quantile_of(&counts, share))));
                    }
                    "Timing metric"
                }
            };
            fields.extend(series.labels.iter().map(|(key, value)| (Str::from(*key), Value::from(*value))));
            log.with_all(fields).info(what);
        });
    }
}

fn whole(n: u64) -> Value {
    Value::Int(i64::try_from(n).unwrap_or(i64::MAX))
}
