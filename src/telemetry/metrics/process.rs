//! Figures of the process itself, read from `/proc`; where that is missing there are none.

use std::fmt::{Display, Write};
use std::fs;

use bytes::Bytes;

use crate::telemetry::names;

/// Clock ticks a second and bytes a memory page, as every Linux on our platforms has them.
const TICKS: f64 = 100.0;
const PAGE: u64 = 4096;

/// The figures in the Prometheus text exposition.
pub(super) fn figures() -> Bytes {
    let mut out = String::new();
    // The second field is the name of the program, which may contain blanks, in parentheses.
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<u64> = stat
        .rsplit_once(')')
        .map(|(_, rest)| rest.split_whitespace().map(|field| field.parse().unwrap_or(0)).collect())
        .unwrap_or_default();
    if let [user, system] = fields.get(11..13).unwrap_or_default() {
        metric(&mut out, names::PROCESS_CPU_SECONDS, "counter", (user + system) as f64 / TICKS);
    }
    if let Some(threads) = fields.get(17) {
        metric(&mut out, names::PROCESS_THREADS, "gauge", threads);
    }
    if let Some(pages) = fields.get(21) {
        metric(&mut out, names::PROCESS_MEMORY, "gauge", pages * PAGE);
    }
    if let Ok(files) = fs::read_dir("/proc/self/fd") {
        metric(&mut out, names::PROCESS_OPEN_FILES, "gauge", files.count());
    }
    out.into()
}

fn metric(out: &mut String, name: &str, kind: &str, value: impl Display) {
    // Writing to a string cannot fail.
    let _ = writeln!(out, "# TYPE {name} {kind}\n{name} {value}");
}
