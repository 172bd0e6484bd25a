//! What a component is handed when it is built: its place in the config, its stream, and the means to build its
//! children and to reach resources.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use tokio_util::sync::CancellationToken;

use super::endpoints::Endpoints;
use super::pipes::Pipes;
use super::registry::Registry;
use super::resources::Resources;
use super::status::{Connection, Connections};
use super::tasks::Tasks;
use crate::message::Origin;
use crate::telemetry::{log::Logger, metrics, trace::Tracer};
use crate::value::Str;

/// Shared by everything of one stream, or of one resource.
pub struct Environment {
    /// The stream's id; empty outside of streams mode and for resources.
    pub id: Str,
    pub registry: Arc<Registry>,
    pub resources: Arc<Resources>,
    /// Where components may serve HTTP on the service's own address, if it has one.
    pub endpoints: Option<Arc<dyn Endpoints>>,
    pub pipes: Arc<Pipes>,
    pub connections: Connections,
    pub tasks: Tasks,
    /// Whether failed messages are rejected (`error_handling.strict`).
    pub strict: bool,
    pub log: Logger,
    pub metrics: metrics::Scope,
    pub tracer: Tracer,
}

/// One component's place. Cheap to clone.
#[derive(Clone)]
pub struct Context {
    environment: Arc<Environment>,
    place: Arc<Place>,
    stop: CancellationToken,
    /// Where counters are registered, if a template renames them.
    metrics: Option<metrics::Scope>,
}

struct Place {
    type_name: &'static str,
    label: Str,
    /// The position in the config, such as `root.input.broker.inputs.1`.
    path: Str,
    log: Logger,
}

// === impl Context ===

impl Context {
    /// The context of a whole stream, or of a resource. Cancelling `stop` asks its inputs to stop reading.
    pub fn root(environment: Arc<Environment>, stop: CancellationToken) -> Self {
        let place =
            Place { type_name: "", label: Str::new(), path: "root".into(), log: environment.log.clone() };
        Self { environment, place: Arc::new(place), stop, metrics: None }
    }

    /// The context of a component below this one.
    pub fn at(&self, type_name: &'static str, label: &str, path: &str) -> Self {
        let place = Place {
            type_name,
            label: label.into(),
            path: path.into(),
            log: self.environment.log.with_component(label, path),
        };
        Self { place: Arc::new(place), ..self.clone() }
    }

    /// The same place with another signal to stop, for children that end before their parent does.
    pub fn with_stop(&self, stop: CancellationToken) -> Self {
        Self { stop, ..self.clone() }
    }

    /// The same place with counters that pass through `relabel`.
    pub fn with_metrics(&self, relabel: metrics::Relabel) -> Self {
        Self { metrics: Some(self.scope().relabelled(relabel)), ..self.clone() }
    }

    fn scope(&self) -> &metrics::Scope {
        self.metrics.as_ref().unwrap_or(&self.environment.metrics)
    }

    pub fn environment(&self) -> &Arc<Environment> {
        &self.environment
    }

    pub fn resources(&self) -> &Arc<Resources> {
        &self.environment.resources
    }

    /// Runs a future as a task of the stream: it ends when the stream is killed, and a panic ends the stream.
    pub fn run(&self, future: BoxFuture<'static, ()>) {
        self.environment.tasks.run(future);
    }

    /// Cancelled when inputs should stop reading.
    pub fn stop_token(&self) -> &CancellationToken {
        &self.stop
    }

    /// A new connection of this component, for readiness.
    pub fn connection(&self) -> Arc<Connection> {
        self.environment.connections.add(self.origin())
    }

    pub fn strict(&self) -> bool {
        self.environment.strict
    }

    pub fn log(&self) -> &Logger {
        &self.place.log
    }

    /// The counters of this component.
    pub fn metrics<F: metrics::Family>(&self) -> metrics::Handle<F> {
        self.scope().register(&self.place.label, &self.place.path)
    }

    /// A metric that the component's config names itself, with its labels.
    pub fn custom_metric(
        &self,
        kind: metrics::CustomKind,
        name: &str,
        labels: &[(Str, Str)],
    ) -> Arc<metrics::Custom> {
        self.scope().custom((&self.place.label, &self.place.path), kind, name, labels)
    }

    /// The component's type, such as `http_client`.
    pub fn type_name(&self) -> &'static str {
        self.place.type_name
    }

    pub fn label(&self) -> &str {
        &self.place.label
    }

    /// Where the component stands, such as `root.input`.
    pub fn path(&self) -> &str {
        &self.place.path
    }

    /// The id of the stream; empty outside of streams mode.
    pub fn stream_id(&self) -> &str {
        &self.environment.id
    }

    /// How messages and statuses name this component.
    pub fn origin(&self) -> Origin {
        let path = self.place.path.strip_prefix("root.").unwrap_or(&self.place.path);
        Origin { name: self.place.type_name.into(), label: self.place.label.clone(), path: path.into() }
    }
}
