//! The service's own endpoints, and what answers a request: the service, a component, or nobody.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use http::Request;
use hyper::body::Incoming;

use super::answer::{Answer, Failure};
use super::context::{Api, STREAM_READY};
use super::handlers::{debug, process, resources, set, stream};
use super::request::Call;
use super::routes::Routes;
use super::server::Service;

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

/// Has every request answered.
pub struct Router {
    api: Arc<Api>,
    routes: Routes<&'static Endpoint>,
    /// Begins with a slash and does not end with one; empty for none.
    root_path: String,
}

/// One endpoint of the service.
struct Endpoint {
    path: &'static str,
    description: &'static str,
    exists: fn(&Surface) -> bool,
    handle: Handle,
}

type Handle = fn(Arc<Api>, Call) -> BoxFuture<'static, Result<Answer, Failure>>;

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

// === impl Surface ===

impl Surface {
    /// The paths that components cannot take.
    pub fn reserved(&self) -> Routes<()> {
        let routes = Routes::default();
        for endpoint in self.endpoints() {
            routes.add(endpoint.path, endpoint.description, ());
        }
        routes
    }

    fn endpoints(&self) -> impl Iterator<Item = &'static Endpoint> {
        ENDPOINTS.iter().filter(|endpoint| (endpoint.exists)(self))
    }
}

// === impl Router ===

impl Router {
    pub fn new(api: Arc<Api>, surface: &Surface, root_path: &str) -> Arc<Self> {
        let routes = Routes::default();
        for endpoint in surface.endpoints() {
            routes.add(endpoint.path, endpoint.description, endpoint);
        }
        let root_path = match root_path.trim_matches('/') {
            "" => String::new(),
            path => format!("/{path}"),
        };
        Arc::new(Self { api, routes, root_path })
    }

    /// This as what a server runs.
    pub fn service(self: Arc<Self>) -> Service {
        Arc::new(move |request| {
            let router = self.clone();
            Box::pin(async move { router.answer(request).await })
        })
    }

    /// Answers a request. Every path is also served below the root path.
    async fn answer(&self, request: Request<Incoming>) -> Answer {
        let path = percent_decoded(request.uri().path());
        let below = path.strip_prefix(&self.root_path).filter(|rest| rest.starts_with('/'));
        let request = match self.dispatch(&path, request).await {
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
        &self,
        path: &str,
        mut request: Request<Incoming>,
    ) -> Result<Answer, Request<Incoming>> {
        if let Some(found) = self.routes.find(path) {
            let call = Call { request, vars: found.vars };
            return Ok((found.handler.handle)(self.api.clone(), call).await.unwrap_or_else(Answer::from));
        }
        if let Some(found) = self.api.endpoints.find(path) {
            request.extensions_mut().insert(found.vars);
            return Ok((found.handler)(request).await);
        }
        match path.strip_suffix(STREAM_READY).and_then(|id| id.strip_prefix('/')) {
            Some(id) if self.api.has_stream(id) => {
                Ok(process::stream_ready(&self.api, id).unwrap_or_else(Answer::from))
            }
            _ => Err(request),
        }
    }
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
