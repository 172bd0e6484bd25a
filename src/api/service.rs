//! The service's own endpoints, and what answers a request: the service, a component, or nobody.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use http::{Method, Request, StatusCode};
use hyper::body::Incoming;

use super::answer::{Answer, Failure};
use super::endpoints::ComponentEndpoints;
use super::handlers::{debug, process, resources, set, stream};
use super::request::Call;
use super::routes::Routes;
use crate::config::Node;
use crate::manager::Manager;
use crate::telemetry::metrics::Exporter;

/// Which endpoints there are.
#[derive(Clone, Copy, Debug)]
pub struct Surface {
    /// Many streams with an API, or a single one without.
    pub streams_mode: bool,
    /// Whether streams and resources can be changed over HTTP; only in streams mode.
    pub streams_api: bool,
    pub debug: bool,
    /// Whether metrics are served.
    pub metrics: bool,
}

/// Everything the endpoints need.
pub struct Api {
    pub manager: Manager,
    pub exporter: Exporter,
    /// Version and build date of the program.
    pub version: (&'static str, &'static str),
    /// The config of the process as it may be shown.
    pub config: Node,
    endpoints: Arc<ComponentEndpoints>,
    routes: Routes<&'static Endpoint>,
    /// Begins with a slash and does not end with one; empty for none.
    root_path: String,
}

/// One endpoint of the service.
pub struct Endpoint {
    path: &'static str,
    description: &'static str,
    exists: fn(&Surface) -> bool,
    handle: Handle,
}

type Handle = fn(Arc<Api>, Call) -> BoxFuture<'static, Result<Answer, Failure>>;

/// The paths that components cannot take.
#[derive(Clone)]
pub struct Reserved(Routes<&'static Endpoint>);

const ENDPOINTS: &[Endpoint] = &[
    Endpoint {
        path: "/ping",
        description: "Answers pong as long as the process runs.",
        exists: |_| true,
        handle: |api, _| Box::pin(process::ping(api)),
    },
    Endpoint {
        path: "/version",
        description: "The version of the service.",
        exists: |_| true,
        handle: |api, _| Box::pin(process::version(api)),
    },
    Endpoint {
        path: "/endpoints",
        description: "All endpoints with their descriptions.",
        exists: |_| true,
        handle: |api, _| Box::pin(process::endpoints(api)),
    },
    Endpoint {
        path: "/ready",
        description: "200 when the inputs and outputs of all running streams are connected, else 503 and why.",
        exists: |_| true,
        handle: |api, _| Box::pin(process::ready(api)),
    },
    Endpoint {
        path: "/metrics",
        description: "The metrics of the process and its streams.",
        exists: |surface| surface.metrics,
        handle: |api, _| Box::pin(process::metrics(api)),
    },
    Endpoint {
        path: "/stats",
        description: "The same as /metrics.",
        exists: |surface| surface.metrics,
        handle: |api, _| Box::pin(process::metrics(api)),
    },
    Endpoint {
        path: "/streams",
        description: "GET: all streams and whether they run. POST: replace the whole set of streams.",
        exists: |surface| surface.streams_api,
        handle: |api, call| Box::pin(set::streams(api, call)),
    },
    Endpoint {
        path: "/streams/{id}",
        description: "Create (POST), read (GET), replace (PUT), change (PATCH) or delete (DELETE) a stream.",
        exists: |surface| surface.streams_api,
        handle: |api, call| Box::pin(stream::stream(api, call)),
    },
    Endpoint {
        path: "/streams/{id}/stats",
        description: "GET: the counters of a stream, as a tree or with ?format=flat as a flat object.",
        exists: |surface| surface.streams_api,
        handle: |api, call| Box::pin(stream::stats(api, call)),
    },
    Endpoint {
        path: "/resources/{type}/{id}",
        description: "POST: create or replace a cache, input, output, processor or rate_limit.",
        exists: |surface| surface.streams_api,
        handle: |api, call| Box::pin(resources::resource(api, call)),
    },
    Endpoint {
        path: "/debug/config/json",
        description: "The config of the process without its secrets, as JSON.",
        exists: |surface| surface.debug,
        handle: |api, _| Box::pin(debug::config_json(api)),
    },
    Endpoint {
        path: "/debug/config/yaml",
        description: "The config of the process without its secrets, as YAML.",
        exists: |surface| surface.debug,
        handle: |api, _| Box::pin(debug::config_yaml(api)),
    },
];

/// Whether a stream is connected. Not in the table, so that a component of the stream may take the path.
const STREAM_READY: &str = "/ready";

// === impl Reserved ===

impl Reserved {
    pub fn new(surface: &Surface) -> Self {
        let routes = Routes::default();
        for endpoint in ENDPOINTS.iter().filter(|endpoint| (endpoint.exists)(surface)) {
            routes.add(endpoint.path, endpoint.description, endpoint);
        }
        Self(routes)
    }

    pub fn contains(&self, path: &str) -> bool {
        self.0.find(path).is_some()
    }
}

// === impl Api ===

impl Api {
    pub fn new(
        manager: Manager,
        exporter: Exporter,
        version: (&'static str, &'static str),
        config: Node,
        endpoints: Arc<ComponentEndpoints>,
        root_path: &str,
    ) -> Arc<Self> {
        let routes = endpoints.reserved.0.clone();
        let root_path = match root_path.trim_matches('/') {
            "" => String::new(),
            path => format!("/{path}"),
        };
        Arc::new(Self { manager, exporter, version, config, endpoints, routes, root_path })
    }

    /// Answers a request. Every path is also served below the root path.
    pub async fn answer(self: Arc<Self>, request: Request<Incoming>) -> Answer {
        let path = percent_decoded(request.uri().path());
        let below = path.strip_prefix(&self.root_path).filter(|rest| rest.starts_with('/'));
        let request = match self.clone().dispatch(&path, request).await {
            Ok(answer) => return answer,
            Err(request) => request,
        };
        let request = match below.filter(|_| !self.root_path.is_empty()) {
            Some(below) => match self.dispatch(below, request).await {
                Ok(answer) => return answer,
                Err(request) => request,
            },
            None => request,
        };
        Failure::not_found("path_not_found", "404 page not found").with("path", request.uri().path()).into()
    }

    /// Has the request answered by whoever serves `path`, or gives it back.
    async fn dispatch(
        self: Arc<Self>,
        path: &str,
        mut request: Request<Incoming>,
    ) -> Result<Answer, Request<Incoming>> {
        if let Some(found) = self.routes.find(path) {
            let call = Call { request, vars: found.vars };
            return Ok((found.handler.handle)(self, call).await.unwrap_or_else(Answer::from));
        }
        if let Some(found) = self.endpoints.routes.find(path) {
            request.extensions_mut().insert(found.vars);
            return Ok((found.handler)(request).await);
        }
        match path.strip_suffix(STREAM_READY).and_then(|id| id.strip_prefix('/')) {
            Some(id) if self.manager.settings().streams_mode && self.manager.get(id).is_some() => {
                Ok(process::stream_ready(&self, id).unwrap_or_else(Answer::from))
            }
            _ => Err(request),
        }
    }

    /// Path and description of all endpoints that exist now.
    pub(super) fn list(&self) -> impl Iterator<Item = (crate::value::Str, crate::value::Str)> {
        let mut all = self.routes.list();
        all.extend(self.endpoints.routes.list());
        if self.manager.settings().streams_mode {
            for (id, _) in self.manager.list() {
                let path = format!("/{id}{STREAM_READY}");
                all.entry(path.into()).or_insert_with(|| "Whether the stream is connected.".into());
            }
        }
        all.into_iter()
    }
}

/// A verb that an endpoint does not know.
pub(super) fn unsupported(what: &str, method: &Method) -> Failure {
    Failure::new(StatusCode::BAD_REQUEST, "method_not_supported", format!("{what} not supported: {method}"))
}

fn percent_decoded(path: &str) -> String {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        let hex = |b: Option<&u8>| b.and_then(|b| char::from(*b).to_digit(16)).map(|digit| digit as u8);
        match (byte, hex(tail.first()), hex(tail.get(1))) {
            (b'%', Some(high), Some(low)) => {
                bytes.push(high * 16 + low);
                rest = &tail[2..];
            }
            _ => {
                bytes.push(byte);
                rest = tail;
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| path.to_owned())
}
