//! Series that a configuration names itself (the `metric` and `benchmark` processors).

use std::any::Any;
use std::sync::{Arc, Mutex};

use super::block::{Block, Identity, Labels, RelabelFn, Renamed, Series, labels, sorted};
use super::families::Reading;
use super::{Counter, Gauge, Timing, locked};
use crate::value::Str;

/// How many series one scope exports at most: label values come from messages, so they need a bound.
pub(super) const LIMIT: usize = 10_000;

/// How many events of one series wait for their export at most.
const EVENTS: usize = 10_000;

/// What a custom series measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CustomKind {
    Counter,
    Gauge,
    Timing,
}

/// One custom series.
pub struct Custom {
    label: Str,
    path: Str,
    name: Str,
    labels: Vec<(Str, Str)>,
    renamed: Renamed,
    value: Measure,
    /// What was observed and not yet exported, for exporters that tell single events.
    events: Option<Mutex<Vec<f64>>>,
}

enum Measure {
    Counter(Counter),
    Gauge(Gauge),
    Timing(Timing),
}

// === impl Custom ===

impl Custom {
    pub(super) fn new(
        kind: CustomKind,
        (label, path): (&str, &str),
        name: &str,
        own: Vec<(Str, Str)>,
        stream: Option<&str>,
        relabel: Option<&RelabelFn>,
        records: bool,
    ) -> Self {
        let value = match kind {
            CustomKind::Counter => Measure::Counter(Counter::default()),
            CustomKind::Gauge => Measure::Gauge(Gauge::default()),
            CustomKind::Timing => Measure::Timing(Timing::default()),
        };
        let mut custom = Self {
            label: label.into(),
            path: path.into(),
            name: name.into(),
            labels: own,
            renamed: Renamed::Keep,
            value,
            events: records.then(Mutex::default),
        };
        if let Some(relabel) = relabel {
            let renamed = relabel(name, &custom.all_labels(stream));
            custom.renamed = renamed;
        }
        custom
    }

    /// Adds to a counter, sets a gauge, or records a duration in nanoseconds; negative values count as zero except
    /// in a gauge.
    pub fn observe(&self, value: f64) {
        if let Some(events) = &self.events {
            self.record(&mut locked(events), value);
        }
        match &self.value {
            Measure::Counter(counter) => counter.add(value as u64),
            Measure::Gauge(gauge) => gauge.set(value),
            Measure::Timing(timing) => timing.record(value as u64, 1),
        }
    }

    /// Remembers an event; where too many wait, counts are added up and gauges forget what is no longer so.
    fn record(&self, events: &mut Vec<f64>, value: f64) {
        match (events.len() < EVENTS, events.last_mut(), &self.value) {
            (true, ..) => events.push(value),
            (false, Some(last), Measure::Counter(_)) => *last += value,
            (false, Some(last), _) => *last = value,
            (false, None, _) => {}
        }
    }

    fn all_labels<'a>(&'a self, stream: Option<&'a str>) -> Labels<'a> {
        let own = self.labels.iter().map(|(key, value)| (key.as_str(), value.as_str()));
        labels(&self.label, &self.path, stream, own)
    }
}

impl Block for Custom {
    fn identity(&self) -> Identity<'_> {
        (&self.path, &self.label, &self.name, &self.labels)
    }

    fn visit(&self, stream: Option<&str>, exported: bool, each: &mut dyn FnMut(Series<'_>)) {
        let (name, labels, renamed) = match &self.renamed {
            Renamed::Drop if exported => return,
            Renamed::As(name, labels) if exported => (name, sorted(labels), true),
            _ => (&self.name, self.all_labels(stream), false),
        };
        each(Series {
            name,
            key: &self.name,
            path: &self.path,
            label: &self.label,
            labels: &labels,
            same_labels: false,
            renamed,
            reading: match &self.value {
                Measure::Counter(counter) => Reading::Counter(counter.get()),
                Measure::Gauge(gauge) => gauge.reading(),
                Measure::Timing(timing) => Reading::Timing(timing),
            },
        });
    }

    fn take_events(&self) -> Option<Vec<f64>> {
        self.events.as_ref().map(|events| std::mem::take(&mut *locked(events)))
    }

    fn as_any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync> {
        self
    }
}
