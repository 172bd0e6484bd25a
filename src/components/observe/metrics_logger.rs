//! `logger`: metrics as lines of the log.

use crate::component::MetricsSpec;
use crate::config::{ComponentSpec, Duration, Field, Kind, Status, field};
use crate::telemetry::metrics::{Exporter, Logged};

const PUSH_INTERVAL: Field<Option<Duration>> =
    field("push_interval").doc("How often all metrics are logged; if missing, once when the process ends.");
const FLUSH_METRICS: Field<bool> = field("flush_metrics")
    .default(false)
    .doc("Whether counters and timings begin anew each time they were logged.");

pub const LOGGER: MetricsSpec = MetricsSpec {
    spec: ComponentSpec::new(Kind::Metrics, "logger")
        .status(Status::Beta)
        .summary("Logs all metrics when the process ends, and regularly if wanted.")
        .fields(&[&PUSH_INTERVAL, &FLUSH_METRICS]),
    build: |conf| {
        let interval = conf.get(&PUSH_INTERVAL)?.map(Duration::get).filter(|interval| !interval.is_zero());
        Ok(Exporter::Logged(Logged { interval, flush: conf.get(&FLUSH_METRICS)? }))
    },
};
