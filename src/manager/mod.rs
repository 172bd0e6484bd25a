//! Many streams in one process: a registry of isolated streams, the resources they share, and how both change while
//! everything else keeps running.
//!
//! Every change builds the new before it touches the old: what cannot be built changes nothing. Changes to one
//! stream happen one after the other; replacing the whole set excludes all other changes. A change that was begun
//! is finished even if whoever asked for it goes away.

mod change;
mod error;
mod files;
mod locks;
mod processors;
mod replace;
mod resources;
mod source;

pub use error::Error;
pub use error::Lint;
pub use files::{StreamFile, find_streams};
pub use processors::Processors;
pub use source::{Source, Vars};

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use tokio_util::task::TaskTracker;

use crate::component::{Connections, Endpoints, Environment, Pipes, Registry, Resources, Tasks, Waiting};
use crate::stream::Stream;
use crate::telemetry::trace::Tracer;
use crate::telemetry::{Logger, Metrics, Scope};
use crate::value::{Str, Value};
use locks::Locks;
use resources::Owned;

/// What a manager is made with.
pub struct Settings {
    pub registry: Arc<Registry>,
    /// Where components may serve HTTP, if the process has an HTTP server.
    pub endpoints: Option<Arc<dyn Endpoints>>,
    pub metrics: Metrics,
    pub log: Logger,
    /// Environment variables, for `${NAME}` in configs.
    pub vars: Vars,
    /// `error_handling.strict`.
    pub strict: bool,
    /// How long a stop may take where nothing else is said.
    pub shutdown_timeout: Duration,
    /// What begins spans.
    pub tracer: Tracer,
    /// Whether there are many streams, each with its id in labels, logs and paths, or a single one without.
    pub streams_mode: bool,
}

/// The streams and resources of the process. Clones share them.
#[derive(Clone)]
pub struct Manager {
    shared: Arc<Shared>,
}

struct Shared {
    settings: Settings,
    resources: Arc<Resources>,
    /// The tasks and configs behind the resources, by kind and label.
    owned: Mutex<BTreeMap<(&'static str, Str), Owned>>,
    pipes: Arc<Pipes>,
    /// The metrics of everything shared.
    scope: Scope,
    streams: RwLock<BTreeMap<Str, Arc<Entry>>>,
    /// How many connections of streams are not up.
    waiting: Waiting,
    locks: Locks,
    /// Changes under way.
    changes: TaskTracker,
}

/// A stream of the registry.
pub struct Entry {
    pub stream: Stream,
    /// The config as it was given, variables not filled in.
    pub source: Value,
}

// === impl Manager ===

impl Manager {
    pub fn new(settings: Settings) -> Self {
        let scope = settings.metrics.shared_scope(settings.streams_mode);
        Self {
            shared: Arc::new(Shared {
                settings,
                resources: Arc::default(),
                owned: Mutex::default(),
                pipes: Arc::default(),
                scope,
                streams: RwLock::default(),
                waiting: Waiting::default(),
                locks: Locks::default(),
                changes: TaskTracker::new(),
            }),
        }
    }

    /// The stream `id`.
    pub fn get(&self, id: &str) -> Option<Arc<Entry>> {
        self.shared.streams.read().unwrap_or_else(PoisonError::into_inner).get(id).cloned()
    }

    /// All streams by id.
    pub fn list(&self) -> Vec<(Str, Arc<Entry>)> {
        self.shared.list()
    }

    /// The running streams that are not connected. When all are, as mostly, this takes no time.
    pub fn not_ready(&self) -> Vec<(Str, Arc<Entry>)> {
        if self.shared.waiting.count() == 0 {
            return Vec::new();
        }
        let mut streams = self.list();
        streams.retain(|(_, entry)| entry.stream.is_active() && !entry.stream.connections().all_up());
        streams
    }

    pub fn settings(&self) -> &Settings {
        &self.shared.settings
    }

    /// Stops all streams, then the resources; the whole takes at most a little more than `timeout`. Returns the ids
    /// of the streams that had to be forced.
    pub async fn shut_down(&self, timeout: Duration) -> Vec<Str> {
        let _gate = self.shared.locks.all().await;
        let stops = self.list().into_iter().map(|(id, entry)| async move {
            let forced = self.shared.stop(&entry, timeout).await;
            (id, forced)
        });
        let stopped = futures_util::future::join_all(stops).await;
        self.shared.close_resources().await;
        stopped.into_iter().filter(|(_, forced)| *forced).map(|(id, _)| id).collect()
    }

    /// Ends all streams by force.
    pub fn kill(&self) {
        for (_, entry) in self.list() {
            entry.stream.environment().tasks.kill();
        }
    }

    /// Runs a change to its end, also when the caller is gone before.
    async fn finish<T: Send + 'static>(
        &self,
        change: impl Future<Output = Result<T, Error>> + Send + 'static,
    ) -> Result<T, Error> {
        self.shared.changes.spawn(change).await.unwrap_or_else(|_| Err(Error::Panicked))
    }
}

// === impl Shared ===

impl Shared {
    /// The surroundings of a stream, or of a resource (`None`).
    fn environment(&self, stream: Option<&str>) -> Arc<Environment> {
        let settings = &self.settings;
        let id = stream.filter(|_| settings.streams_mode);
        Arc::new(Environment {
            id: id.unwrap_or_default().into(),
            registry: settings.registry.clone(),
            resources: self.resources.clone(),
            endpoints: settings.endpoints.clone(),
            pipes: self.pipes.clone(),
            connections: match stream {
                Some(_) => Connections::counted(self.waiting.clone()),
                None => Connections::default(),
            },
            tasks: Tasks::new(),
            strict: settings.strict,
            log: id.map_or_else(|| settings.log.clone(), |id| settings.log.with("stream", id)),
            metrics: match stream {
                Some(_) => settings.metrics.scope(id),
                None => self.scope.clone(),
            },
            tracer: settings.tracer.clone(),
        })
    }

    fn list(&self) -> Vec<(Str, Arc<Entry>)> {
        let streams = self.streams.read().unwrap_or_else(PoisonError::into_inner);
        streams.iter().map(|(id, entry)| (id.clone(), entry.clone())).collect()
    }

    fn entry(&self, id: &str) -> Result<Arc<Entry>, Error> {
        let streams = self.streams.read().unwrap_or_else(PoisonError::into_inner);
        streams.get(id).cloned().ok_or_else(|| Error::NotFound(id.into()))
    }

    fn insert(&self, id: &str, entry: Entry) {
        self.streams.write().unwrap_or_else(PoisonError::into_inner).insert(id.into(), Arc::new(entry));
    }

    fn remove(&self, id: &str) {
        self.streams.write().unwrap_or_else(PoisonError::into_inner).remove(id);
    }

    /// Stops a stream and says in the log if that took force. Returns whether it did.
    async fn stop(&self, entry: &Entry, timeout: Duration) -> bool {
        let stopped = entry.stream.stop(timeout).await;
        if let Some(forced) = &stopped.forced {
            let log = &entry.stream.environment().log;
            log.warn(format_args!("The stream did not stop in time and was ended by force: {forced}"));
        }
        stopped.forced.is_some()
    }
}

#[cfg(test)]
mod tests;
