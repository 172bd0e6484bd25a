//! `benchmark`: tells how many messages pass.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::component::{Built, Context, Processor, ProcessorSpec, Step};
use crate::config::{ComponentSpec, Conf, Duration as DurationText, Example, Field, Kind, field};
use crate::message::Batch;
use crate::telemetry::metrics::{Custom, CustomKind};

const INTERVAL: Field<DurationText> = field("interval")
    .default("5s")
    .doc("How often the throughput is logged; 0s: only at the end, for the whole time.");
const COUNT_BYTES: Field<bool> = field("count_bytes")
    .default(true)
    .doc("Whether bytes are counted too, for which documents have to be printed.");

pub const BENCHMARK: ProcessorSpec = ProcessorSpec {
    spec: ComponentSpec::new(Kind::Processor, "benchmark")
        .categories(&["Utility"])
        .summary("Logs how many messages and bytes pass in a second.")
        .description("It has the metrics `benchmark_messages_total`, `benchmark_bytes_total`, `benchmark_messages_per_second` and `benchmark_bytes_per_second`.")
        .fields(&[&INTERVAL, &COUNT_BYTES])
        .examples(&[Example { title: "Every second", config: "benchmark:\n  interval: 1s\n" }]),
    build: |conf, cx| Ok(Box::new(Benchmark::new(conf, cx)?)),
    silent: false,
};

struct Benchmark {
    shared: Arc<Shared>,
    /// Ends the reports when the processor is closed.
    reports: Mutex<Option<DropGuard>>,
}

struct Shared {
    count_bytes: bool,
    started: Instant,
    /// Since the last report.
    messages: AtomicU64,
    bytes: AtomicU64,
    /// Since the start.
    all_messages: AtomicU64,
    all_bytes: AtomicU64,
    metrics: Metrics,
    cx: Context,
}

struct Metrics {
    messages: Arc<Custom>,
    bytes: Arc<Custom>,
    messages_per_second: Arc<Custom>,
    bytes_per_second: Arc<Custom>,
}

// === impl Benchmark ===

impl Benchmark {
    fn new(conf: &Conf, cx: &Context) -> Built<Self> {
        let metric = |kind, name| cx.custom_metric(kind, name, &[]);
        let shared = Arc::new(Shared {
            count_bytes: conf.get(&COUNT_BYTES)?,
            started: Instant::now(),
            messages: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            all_messages: AtomicU64::new(0),
            all_bytes: AtomicU64::new(0),
            metrics: Metrics {
                messages: metric(CustomKind::Counter, "benchmark_messages_total"),
                bytes: metric(CustomKind::Counter, "benchmark_bytes_total"),
                messages_per_second: metric(CustomKind::Gauge, "benchmark_messages_per_second"),
                bytes_per_second: metric(CustomKind::Gauge, "benchmark_bytes_per_second"),
            },
            cx: cx.clone(),
        });
        let stop = CancellationToken::new();
        let interval = conf.get(&INTERVAL)?.get();
        if !interval.is_zero() {
            let (shared, stop) = (shared.clone(), stop.clone());
            cx.run(Box::pin(async move { shared.report_every(interval, stop).await }));
        }
        Ok(Self { shared, reports: Mutex::new(Some(stop.drop_guard())) })
    }
}

impl Processor for Benchmark {
    fn process(&self, batch: Batch) -> Step<'_> {
        let shared = &self.shared;
        let bytes = if shared.count_bytes { batch.iter().map(|message| message.size()).sum() } else { 0 };
        shared.count(batch.len() as u64, bytes as u64);
        Step::one(batch)
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        let reports = self.reports.lock().unwrap_or_else(PoisonError::into_inner).take();
        if reports.is_some() {
            let shared = &self.shared;
            let all = (shared.all_messages.load(Ordering::Relaxed), shared.all_bytes.load(Ordering::Relaxed));
            shared.report("total", all, shared.started.elapsed());
        }
        Box::pin(std::future::ready(()))
    }
}

// === impl Shared ===

impl Shared {
    fn count(&self, messages: u64, bytes: u64) {
        self.messages.fetch_add(messages, Ordering::Relaxed);
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
        self.all_messages.fetch_add(messages, Ordering::Relaxed);
        self.all_bytes.fetch_add(bytes, Ordering::Relaxed);
        self.metrics.messages.observe(messages as f64);
        self.metrics.bytes.observe(bytes as f64);
    }

    async fn report_every(&self, interval: Duration, stop: CancellationToken) {
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(interval) => {}
            }
            let seen = (self.messages.swap(0, Ordering::Relaxed), self.bytes.swap(0, Ordering::Relaxed));
            self.report("rolling", seen, interval);
        }
    }

    fn report(&self, window: &str, (messages, bytes): (u64, u64), time: Duration) {
        let seconds = time.as_secs_f64();
        let (messages, bytes) = (messages as f64 / seconds, bytes as f64 / seconds);
        self.metrics.messages_per_second.observe(messages);
        self.metrics.bytes_per_second.observe(bytes);
        if self.count_bytes {
            let bytes = humane(bytes);
            self.cx.log().info(format_args!("{window} stats: {messages} msg/sec, {bytes}/sec"));
        } else {
            self.cx.log().info(format_args!("{window} stats: {messages} msg/sec"));
        }
    }
}

/// Bytes with a unit, such as `1.5 MB`.
fn humane(bytes: f64) -> String {
    const UNITS: [&str; 7] = ["B", "kB", "MB", "GB", "TB", "PB", "EB"];
    let power = (bytes.max(1.0).log10() / 3.0).floor().min(6.0);
    let number = bytes / 1000_f64.powf(power);
    let number = if number < 10.0 && power > 0.0 { format!("{number:.1}") } else { format!("{number:.0}") };
    format!("{number} {}", UNITS[power as usize])
}

#[cfg(test)]
mod tests {
    #[test]
    fn bytes_have_units() {
        for (bytes, want) in [(0.0, "0 B"), (999.0, "999 B"), (1500.0, "1.5 kB"), (42e6, "42 MB")] {
            assert_eq!(super::humane(bytes), want);
        }
    }
}
