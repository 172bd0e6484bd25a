//! The server over real connections, with a registry that has no components.

use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::answer::text;
use super::{Api, BasicAuth, ComponentEndpoints, Guards, Router, Server, Surface};
use crate::client::serve::Cors;
use crate::component::{Endpoints, Handler, Registry};
use crate::config::Node;
use crate::manager::{Manager, Settings};
use crate::telemetry::Logger;
use crate::telemetry::metrics::{Exporter, Metrics};

struct Running {
    address: String,
    endpoints: Arc<ComponentEndpoints>,
    stop: CancellationToken,
    server: JoinHandle<()>,
}

async fn start(guards: Guards) -> Running {
    let surface = Surface { streams_mode: true, streams_api: true, debug: false, metrics: false };
    let endpoints = ComponentEndpoints::new(true, surface.reserved());
    let manager = Manager::new(Settings {
        registry: Arc::new(Registry::default()),
        endpoints: Some(endpoints.clone()),
        metrics: Metrics::default(),
        log: Logger::silent(),
        vars: Arc::new(|_| None),
        strict: false,
        shutdown_timeout: Duration::from_secs(1),
        tracer: Default::default(),
        streams_mode: true,
    });
    let (exporter, version, config) = (Exporter::None, ("0", "now"), Node::map([]));
    let api = Api { manager, exporter, version, config, endpoints: endpoints.clone() };
    let service = Router::new(Arc::new(api), &surface, "/base/").service();
    let server = Server::bind("127.0.0.1:0", guards, service, Logger::silent()).await.expect("a free port");
    let address = server.address().expect("an address").to_string();
    let stop = CancellationToken::new();
    let server = tokio::spawn(server.serve(stop.clone()));
    Running { address, endpoints, stop, server }
}

impl Running {
    /// The whole answer to a request without a body; `more` are further header lines.
    async fn ask(&self, method: &str, path: &str, more: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).await.expect("a connection");
        let request = format!("{method} {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{more}\r\n");
        stream.write_all(request.as_bytes()).await.expect("a request");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.expect("an answer");
        answer
    }

    async fn status(&self, method: &str, path: &str) -> u16 {
        let answer = self.ask(method, path, "").await;
        answer.split(' ').nth(1).and_then(|code| code.parse().ok()).expect("a status")
    }
}

#[tokio::test]
async fn paths_and_verbs_that_do_not_exist_are_refused() {
    let api = start(Guards::default()).await;
    for (method, path, status) in [
        ("GET", "/ping", 200),
        ("HEAD", "/ping", 200),
        ("GET", "/base/ping", 200),
        ("GET", "/base", 404),
        ("GET", "/basement/ping", 404),
        ("GET", "/base/base/ping", 404),
        ("GET", "/ping/", 404),
        ("GET", "/%70ing", 200),
        ("GET", "/streams/a%2Fb", 404),
        ("GET", "/metrics", 404),
        ("DELETE", "/streams", 400),
        ("BREW", "/streams/a", 400),
        ("GET", "/streams/a", 404),
        ("GET", "/streams/a/stats", 404),
        ("GET", "/resources/cache/c", 400),
        ("POST", "/resources/pipe/c", 400),
        ("POST", "/streams/%00", 400),
        ("GET", "/a/ready", 404),
    ] {
        assert_eq!(api.status(method, path).await, status, "{method} {path}");
    }
    let answer = api.ask("GET", "/nope", "").await;
    assert!(
        answer.contains("application/json") && answer.contains("\"code\":\"path_not_found\""),
        "{answer}"
    );
}

#[tokio::test]
async fn endpoints_of_components_come_and_go() {
    let api = start(Guards::default()).await;
    let answers = |said: &'static str| -> Handler { Arc::new(move |_| Box::pin(async move { text(said) })) };
    let old = api.endpoints.register("s", "/post", "", answers("old")).expect("a free path");
    let new = api.endpoints.register("s", "post", "", answers("new")).expect("a free path");
    assert!(api.ask("POST", "/s/post", "").await.ends_with("new"));
    assert!(api.ask("POST", "/base/s/post", "").await.ends_with("new"));
    drop(old);
    assert!(api.ask("POST", "/s/post", "").await.ends_with("new"));
    drop(new);
    assert_eq!(api.status("POST", "/s/post").await, 404);
    assert!(api.endpoints.register("", "/ping", "", answers("")).is_err());
    assert!(api.endpoints.register("streams", "x", "", answers("")).is_err());
}

#[tokio::test]
async fn a_handler_that_panics_fails_its_request_only() {
    let api = start(Guards::default()).await;
    let panics: Handler = Arc::new(|_| Box::pin(async { panic!("for the test") }));
    let _registration = api.endpoints.register("s", "/x", "", panics).expect("a free path");
    assert_eq!(api.status("GET", "/s/x").await, 500);
    assert_eq!(api.status("GET", "/ping").await, 200);
}

#[tokio::test]
async fn passwords_and_origins_are_checked_everywhere() {
    let hash = "K7gNU3sdo+OL0wNhqoVWhr3g6s1xYv72ol/pe/Unols=";
    let auth = BasicAuth::new("r", "bob", "sha256", hash, "").expect("settings");
    let cors = Cors::new(vec!["http://a".to_owned()]).expect("origins");
    let api = start(Guards { tls: None, auth: Some(auth), cors: Some(cors) }).await;
    let refused = api.ask("GET", "/nope", "").await;
    assert!(refused.starts_with("HTTP/1.1 401") && refused.contains("realm=\"r\""), "{refused}");
    let granted =
        api.ask("GET", "/ping", "authorization: Basic Ym9iOnNlY3JldA==\r\norigin: http://a\r\n").await;
    assert!(
        granted.contains("access-control-allow-origin: http://a") && granted.ends_with("pong"),
        "{granted}"
    );
}

#[tokio::test]
async fn bodies_over_the_limit_are_refused() {
    let api = start(Guards::default()).await;
    let mut stream = TcpStream::connect(&api.address).await.expect("a connection");
    let head = "POST /streams/a HTTP/1.1\r\nhost: x\r\ncontent-length: 70000000\r\n\r\n";
    stream.write_all(head.as_bytes()).await.expect("a request");
    let mut answer = vec![0; 12];
    stream.read_exact(&mut answer).await.expect("an answer before the body");
    assert_eq!(answer, b"HTTP/1.1 413");
}

#[tokio::test]
async fn the_server_ends_although_a_client_stays() {
    let api = start(Guards::default()).await;
    let _idle = TcpStream::connect(&api.address).await.expect("a connection");
    assert_eq!(api.status("GET", "/ping").await, 200);
    api.stop.cancel();
    tokio::time::timeout(Duration::from_secs(8), api.server)
        .await
        .expect("in time")
        .expect("without a panic");
}
