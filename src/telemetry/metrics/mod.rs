//! Metrics: one hub per process, one scope per stream, one block of counters per component.
//!
//! A component registers its block once ([`Scope::register`]) and bumps plain atomics from then on; nothing is
//! looked up while messages flow. Blocks belong to their scope: when the last clone of a scope is dropped, every
//! series of that stream is gone. Histograms are allocated at their first measurement, so that an idle stream
//! costs a few hundred bytes.

mod block;
mod custom;
mod families;
mod groups;
mod influx;
mod json;
mod logged;
mod process;
mod prometheus;
mod since;
mod stats;
mod statsd;
mod timing;
mod value;

pub use block::{Handle, Relabel, Renamed};
pub use custom::{Custom, CustomKind};
pub use families::{
    Batching, Buffer, Cache, CacheOperation, Family, HttpClient, Input, Output, Processor, RateLimit, Reading,
};
pub use influx::{Influx, Precision};
pub use json::{flat, flat_stream};
pub use logged::Logged;
pub use prometheus::{Prometheus, Push, TEXT_FORMAT, Timings};
pub use since::Since;
pub use stats::hierarchy;
pub use statsd::{Statsd, TagStyle};
pub use timing::{Timer, Timing};
pub use value::{Counter, Gauge};

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use crate::value::Str;
use block::{Block, Component, Series};

/// All metrics of the process. Clones share one hub.
#[derive(Clone, Default)]
pub struct Metrics {
    hub: Arc<Hub>,
}

/// How metrics leave the process.
#[derive(Clone, Debug)]
pub enum Exporter {
    None,
    /// A flat JSON object over HTTP.
    JsonApi,
    Prometheus(Prometheus),
    Statsd(Statsd),
    Influx(Influx),
    /// Lines of the log.
    Logged(Logged),
}

#[derive(Default)]
struct Hub {
    /// The `metrics.mapping` of the configuration.
    relabel: Option<Relabel>,
    /// Whether series that configs name themselves record every event.
    records: bool,
    /// While a stream is being replaced two scopes have one owner: the last one counts.
    scopes: Mutex<BTreeMap<Owner, Vec<Weak<Registered>>>>,
}

/// The series of one stream, or those of everything shared. Clones share them; the last one takes them away.
#[derive(Clone)]
pub struct Scope {
    registered: Arc<Registered>,
    /// What series pass through before the mapping of the process.
    before: Option<Relabel>,
}

/// Whose series a scope holds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Owner {
    /// What streams share.
    Resources,
    /// A stream by its id, which is empty outside of streams mode.
    Stream(Str),
}

struct Registered {
    hub: Weak<Hub>,
    owner: Owner,
    /// The value of the `stream` label; none outside of streams mode.
    stream: Option<Str>,
    /// Sorted by [`Block::identity`].
    blocks: Mutex<Vec<Arc<dyn Block>>>,
}

// === impl Metrics ===

impl Metrics {
    /// A hub whose series pass through `relabel` when they are registered.
    pub fn new(relabel: Option<Relabel>) -> Self {
        Self { hub: Arc::new(Hub { relabel, ..Hub::default() }) }
    }

    /// As [`Self::new`], for exporters that tell single events of what configs name themselves.
    pub fn recording(relabel: Option<Relabel>) -> Self {
        Self { hub: Arc::new(Hub { relabel, records: true, ..Hub::default() }) }
    }

    /// A scope of a stream. Its series carry the label `stream`, or no such label outside of streams mode (`None`).
    pub fn scope(&self, stream: Option<&str>) -> Scope {
        self.scope_of(Owner::Stream(stream.unwrap_or_default().into()), stream)
    }

    /// The scope of what streams share; in streams mode its series have an empty label `stream`.
    pub fn shared_scope(&self, streams_mode: bool) -> Scope {
        self.scope_of(Owner::Resources, streams_mode.then_some(""))
    }

    fn scope_of(&self, owner: Owner, stream: Option<&str>) -> Scope {
        let registered = Arc::new(Registered {
            hub: Arc::downgrade(&self.hub),
            owner: owner.clone(),
            stream: stream.map(Str::from),
            blocks: Mutex::default(),
        });
        locked(&self.hub.scopes).entry(owner).or_default().push(Arc::downgrade(&registered));
        Scope { registered, before: None }
    }

    /// Number of scopes that are alive.
    pub fn scope_count(&self) -> usize {
        locked(&self.hub.scopes).values().map(Vec::len).sum()
    }

    /// Calls `each` for every exported series, stream by stream.
    fn visit(&self, each: &mut dyn FnMut(Series<'_>)) {
        self.blocks(|block, stream| block.visit(stream, true, each));
    }

    /// As [`Self::visit`], with what was recorded of each series since the last call, if anything is.
    fn drain(&self, each: &mut dyn FnMut(Series<'_>, Option<Vec<f64>>)) {
        self.blocks(|block, stream| {
            let mut events = block.take_events();
            block.visit(stream, true, &mut |series| each(series, events.take()));
        });
    }

    fn blocks(&self, mut each: impl FnMut(&dyn Block, Option<&str>)) {
        let scopes: Vec<_> = locked(&self.hub.scopes)
            .values()
            .filter_map(|same| same.iter().rev().find_map(Weak::upgrade))
            .collect();
        for scope in scopes {
            for block in locked(&scope.blocks).iter() {
                each(&**block, scope.stream.as_deref());
            }
        }
    }
}

// === impl Scope ===

impl Scope {
    /// A scope that no exporter sees, for tests and for dry runs.
    pub fn detached() -> Self {
        let registered =
            Registered { hub: Weak::new(), owner: Owner::Resources, stream: None, blocks: Mutex::default() };
        Self { registered: Arc::new(registered), before: None }
    }

    /// The counters of the component `label` at `path` (`root.input`, `root.pipeline.processors.0`). A component
    /// that is registered again, such as a replaced resource, continues with the counters it had.
    pub fn register<F: Family>(&self, label: &str, path: &str) -> Handle<F> {
        let relabel = self.relabel();
        let mut blocks = locked(&self.registered.blocks);
        let same = blocks.binary_search_by(|block| block.identity().cmp(&(path, label, F::KIND, &[])));
        let at = match same {
            Ok(at) => match Handle::of(&blocks[at]) {
                Some(handle) => return handle,
                None => at,
            },
            Err(at) => at,
        };
        let component =
            Component::<F>::new(label, path, self.registered.stream.as_deref(), relabel.as_deref());
        let component = Arc::new(component);
        blocks.insert(at, component.clone());
        Handle::new(component)
    }

    /// The series of a metric that the configuration of the component names itself, with its own labels in any
    /// order. Its kind is that of the first registration. At most `custom::LIMIT` of them are exported for each
    /// scope; later ones count for nobody.
    pub fn custom(
        &self,
        (label, path): (&str, &str),
        kind: CustomKind,
        name: &str,
        labels: &[(Str, Str)],
    ) -> Arc<Custom> {
        let relabel = self.relabel();
        let mut sorted = labels.to_vec();
        sorted.sort();
        let mut blocks = locked(&self.registered.blocks);
        let at = match blocks.binary_search_by(|block| block.identity().cmp(&(path, label, name, &sorted))) {
            Ok(at) => match blocks[at].clone().as_any().downcast() {
                Ok(custom) => return custom,
                Err(_) => at,
            },
            Err(at) => at,
        };
        let stream = self.registered.stream.as_deref();
        let records = self.registered.hub.upgrade().is_some_and(|hub| hub.records);
        let custom =
            Arc::new(Custom::new(kind, (label, path), name, sorted, stream, relabel.as_deref(), records));
        if blocks.len() < custom::LIMIT {
            blocks.insert(at, custom.clone());
        }
        custom
    }

    /// The id of the stream these series belong to.
    pub fn stream(&self) -> Option<&str> {
        self.registered.stream.as_deref()
    }

    /// Calls `each` for every series, under the names the engine gave them.
    fn visit(&self, each: &mut dyn FnMut(Series<'_>)) {
        for block in locked(&self.registered.blocks).iter() {
            block.visit(self.stream(), false, each);
        }
    }

    /// The same scope, the series that are registered with it pass through `relabel` first.
    pub fn relabelled(&self, relabel: Relabel) -> Self {
        let relabel = match &self.before {
            Some(outer) => chained(relabel, outer.clone()),
            None => relabel,
        };
        Self { registered: self.registered.clone(), before: Some(relabel) }
    }

    fn relabel(&self) -> Option<Relabel> {
        let process = self.registered.hub.upgrade().and_then(|hub| hub.relabel.clone());
        match (&self.before, process) {
            (Some(before), Some(process)) => Some(chained(before.clone(), process)),
            (before, process) => before.clone().or(process),
        }
    }
}

impl Drop for Registered {
    fn drop(&mut self) {
        let Some(hub) = self.hub.upgrade() else { return };
        let mut scopes = locked(&hub.scopes);
        if let Some(same) = scopes.get_mut(&self.owner) {
            same.retain(|scope| scope.strong_count() > 0);
            if same.is_empty() {
                scopes.remove(&self.owner);
            }
        }
    }
}

/// One mapping of series after the other.
fn chained(first: Relabel, then: Relabel) -> Relabel {
    Arc::new(move |name, labels| match first(name, labels) {
        Renamed::Drop => Renamed::Drop,
        Renamed::Keep => then(name, labels),
        Renamed::As(name, labels) => {
            let labels: Vec<_> = labels.iter().map(|(key, text)| (key.as_str(), text.as_str())).collect();
            then(&name, &labels)
        }
    })
}

/// The content of `mutex`, also after a panic elsewhere: every change made under these locks is a single step.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
