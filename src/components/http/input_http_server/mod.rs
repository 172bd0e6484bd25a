//! `http_server` as an input: messages that are posted, answered when they are delivered.

mod exchange;
mod head;
mod lane;
mod post;
mod response;
mod socket;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use http::{Method, StatusCode};

use super::server::answer::{self, Answer};
use super::server::{ADDRESS, CERT_FILE, CORS, KEY_FILE, Place, Route, Served};
use crate::client::serve::Listen;
use crate::component::{Built, Connection, Context, Handle, Input, InputBuild, InputSpec, Pull, RateLimit};
use crate::config::{
    AnyField, ComponentSpec, Conf, ConfError, Duration as DurationText, Example, Field, FromConf, Kind, field,
};
use crate::value::Str;
use exchange::Queue;
use response::Responses;

const PATH: Field<Str> = field("path").default("/post").doc("Where messages are posted.");
const WS_PATH: Field<Str> = field("ws_path").default("/post/ws").doc("Where websockets are opened.");
const WS_WELCOME: Field<Str> = field("ws_welcome_message")
    .default("")
    .advanced()
    .doc("What every new websocket is sent first; empty for nothing.");
const WS_RATE_LIMIT: Field<Str> = field("ws_rate_limit_message")
    .default("")
    .advanced()
    .doc("What a websocket is sent when its message is dropped by the rate limit; empty for nothing.");
const VERBS: Field<Vec<Str>> = field("allowed_verbs")
    .default_list(&["POST"])
    .at_least(1)
    .version("3.33.0")
    .doc("The methods that `path` answers.");
const TIMEOUT: Field<DurationText> = field("timeout")
    .default("5s")
    .doc("How long a client waits for its messages to be taken, and then for their delivery.");
const RATE_LIMIT: Field<Str> = field("rate_limit")
    .refers(Kind::RateLimit)
    .default("")
    .doc("A rate limit resource that every request and every frame claims.");
const SYNC_RESPONSE: Field<Responses> =
    field("sync_response").advanced().doc("How the answers of `sync_response` components are sent.");
const TCP: Field<Option<Tcp>> = field("tcp").advanced().doc("How an address of its own is bound.");

const REUSE_ADDR: Field<bool> = field("reuse_addr")
    .default(false)
    .advanced()
    .doc("Whether the address may be bound while old connections linger; it always may.");
const REUSE_PORT: Field<bool> =
    field("reuse_port").default(false).advanced().doc("Whether several processes may share the port.");

pub const HTTP_SERVER: InputSpec = InputSpec {
    spec: ComponentSpec::new(Kind::Input, "http_server")
        .categories(&["Network"])
        .summary("Takes messages that are posted over HTTP, and frames of websockets.")
        .description(
            "The body of a request is a message, each part of a multipart body is one of a batch. A request is \
             answered when its messages are delivered: 200 if they were, 502 if not, 408 if it took too long. \
             Paths may hold variables such as `/{name}`, and match everything below where they end in `/`. \
             Metadata: `http_server_user_agent`, `http_server_request_path`, `http_server_verb`, \
             `http_server_remote_ip`, with TLS `http_server_tls_version` and `http_server_tls_cipher_suite`, then \
             headers, query parameters, path variables and cookies by their names.",
        )
        .fields(&[
            &ADDRESS,
            &PATH,
            &WS_PATH,
            &WS_WELCOME,
            &WS_RATE_LIMIT,
            &VERBS,
            &TIMEOUT,
            &RATE_LIMIT,
            &CERT_FILE,
            &KEY_FILE,
            &CORS,
            &SYNC_RESPONSE,
            &TCP,
        ])
        .examples(&[Example {
            title: "Answer with what becomes of the message",
            config: "http_server:\n  path: /users/{id}\n  allowed_verbs: [ GET, PUT ]\n  sync_response:\n    status: \
                     ${! @status.or(\"200\") }\n    headers:\n      Content-Type: application/json\n",
        }]),
    build: InputBuild::Input(build),
};

/// How an address of its own is bound.
struct Tcp {
    reuse_port: bool,
}

impl FromConf for Tcp {
    const FIELDS: &'static [&'static dyn AnyField] = &[&REUSE_ADDR, &REUSE_PORT];

    fn from_conf(conf: &Conf) -> Result<Self, ConfError> {
        // Addresses are always bound like that, as otherwise a restart would have to wait for old connections.
        conf.get(&REUSE_ADDR)?;
        Ok(Self { reuse_port: conf.get(&REUSE_PORT)? })
    }
}

fn build(conf: &Conf, cx: &Context) -> Built<Box<dyn Input>> {
    let verbs = conf.get(&VERBS)?;
    let method = |verb: &Str| {
        Method::from_bytes(verb.as_bytes()).map_err(|_| conf.error(&VERBS, format!("'{verb}' is no method")))
    };
    if verbs.is_empty() {
        return Err(conf.error(&VERBS, "at least one verb must be allowed").into());
    }
    let rate_limit = conf.get(&RATE_LIMIT)?;
    let rate_limit = (!rate_limit.is_empty()).then(|| cx.rate_limit_resource(&rate_limit)).transpose()?;
    let shared = Arc::new(Shared {
        queue: Queue::new(cx.metrics()),
        verbs: verbs.iter().map(method).collect::<Result<_, _>>()?,
        timeout: conf.get(&TIMEOUT)?.get(),
        rate_limit,
        responses: conf.get(&SYNC_RESPONSE)?,
        welcome: conf.get(&WS_WELCOME)?,
        limited: conf.get(&WS_RATE_LIMIT)?,
        cx: cx.clone(),
    });
    let reuse_port = conf.get(&TCP)?.is_some_and(|tcp| tcp.reuse_port);
    let place = Place::read(conf, Listen { reuse_port, ..Listen::default() })?;
    let path = conf.get(&PATH)?;
    let routes = vec![
        Route { path: path.clone(), description: "Post a message.", handler: post::handler(shared.clone()) },
        Route {
            path: conf.get(&WS_PATH)?,
            description: "Send messages through a websocket.",
            handler: socket::handler(shared.clone()),
        },
    ];
    let lane = (!path.is_empty()).then(|| lane::lane(shared.clone(), &path));
    let served = place.serve(routes, lane, cx)?;
    if let Some(url) = place.url() {
        cx.log().info(format_args!("Receiving HTTP messages at: {url}{path}"));
    }
    let connection = cx.connection();
    connection.up();
    Ok(Box::new(HttpServer { shared, served, connection, told: false }))
}

/// What requests need.
struct Shared {
    queue: Arc<Queue>,
    verbs: Vec<Method>,
    timeout: Duration,
    rate_limit: Option<Handle<dyn RateLimit>>,
    responses: Responses,
    welcome: Str,
    limited: Str,
    cx: Context,
}

struct HttpServer {
    shared: Arc<Shared>,
    served: Served,
    connection: Arc<Connection>,
    /// Whether downstream knows that nothing more will come.
    told: bool,
}

// === impl Shared ===

impl Shared {
    /// Claims one access of the rate limit: nothing, how long to wait, or an answer where it cannot be asked.
    async fn claim(&self) -> Result<Option<Duration>, Box<Answer>> {
        let Some(limit) = &self.rate_limit else { return Ok(None) };
        limit.current().access().await.map_err(|reason| {
            self.cx.log().warn(format_args!("Failed to access rate limit: {reason}"));
            Box::new(answer::text(StatusCode::BAD_GATEWAY, "Server error"))
        })
    }
}

#[async_trait]
impl Input for HttpServer {
    async fn pull(&mut self) -> Pull {
        let queue = &self.shared.queue;
        let stop = self.shared.cx.stop_token();
        while !stop.is_cancelled() {
            let group = queue.take();
            if !group.is_empty() {
                return Pull::Group(group);
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = queue.arrived() => {}
            }
        }
        queue.close();
        if queue.is_settled() {
            return Pull::End;
        }
        if !self.told {
            self.told = true;
            return Pull::Exhausted;
        }
        queue.settled().await;
        Pull::End
    }

    async fn close(&mut self) {
        self.connection.closed();
        self.shared.queue.close();
        self.served.close().await;
    }
}

impl Drop for HttpServer {
    fn drop(&mut self) {
        self.shared.queue.close();
    }
}

#[cfg(test)]
mod tests;
