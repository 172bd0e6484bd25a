//! Traces on their way to a collector: the real program, and a collector that keeps what it is sent.

use std::convert::Infallible;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use tokio::net::TcpListener;

/// Paths and bodies of the requests that came.
type Requests = Arc<Mutex<Vec<(String, Bytes)>>>;

/// A collector on a port of its own.
async fn collector() -> (u16, Requests) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let requests = Requests::default();
    let kept = requests.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let kept = kept.clone();
            let service = service_fn(move |request| keep(kept.clone(), request));
            tokio::spawn(async move {
                let io = TokioIo::new(stream);
                // The client may go at any time.
                let _ = Builder::new(TokioExecutor::new()).serve_connection(io, service).await;
            });
        }
    });
    (port, requests)
}

async fn keep(requests: Requests, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let path = request.uri().path().to_owned();
    let body = request.into_body().collect().await.map(|body| body.to_bytes()).unwrap_or_default();
    requests.lock().expect("requests").push((path, body));
    Ok(Response::new(Full::default()))
}

/// Runs a stream with a tracer to its end and returns what it prints.
async fn run(tracer: String) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let config = format!(
        "http: {{enabled: false}}
logger: {{level: \"OFF\"}}
input: {{generate: {{count: 1, interval: '', mapping: 'root.n = 1'}}}}
pipeline:
  processors:
    - mapping: 'root.id = tracing_id()'
    - mutation: 'root.span = tracing_span().traceparent'
    - switch: [{{processors: [{{mapping: 'root = throw(\"on purpose\")'}}]}}]
output: {{stdout: {{}}}}
tracer: {{open_telemetry_collector: {tracer}}}
"
    );
    std::fs::write(folder.path().join("config.yaml"), config).expect("config.yaml");
    let output = tokio::task::spawn_blocking(move || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_nekton"));
        command.args(["run", "config.yaml"]).current_dir(folder.path()).stdin(Stdio::null());
        command.output().expect("the program runs")
    });
    let output = output.await.expect("an end");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

fn has(body: &[u8], text: &[u8]) -> bool {
    body.windows(text.len()).any(|window| window == text)
}

#[tokio::test(flavor = "multi_thread")]
async fn spans_reach_collectors_over_http_and_grpc() {
    let (port, requests) = collector().await;
    let address = format!("127.0.0.1:{port}");
    let printed =
        run(format!("{{service: shop, tags: {{zone: z7}}, http: [{{address: '{address}'}}], grpc: [{{address: '{address}'}}]}}"))
            .await;
    let document: serde_json::Value = serde_json::from_str(printed.trim()).expect("a document");
    let id = document["id"].as_str().expect("an id");
    assert!(id.len() == 32 && id.bytes().any(|b| b != b'0'), "{id}");
    assert!(
        document["span"].as_str().is_some_and(|span| span.starts_with(&format!("00-{id}-"))),
        "{document}"
    );
    let requests = requests.lock().expect("requests").clone();
    let paths: Vec<&str> = requests.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(paths, ["/v1/traces", "/opentelemetry.proto.collector.trace.v1.TraceService/Export"]);
    let (http, grpc) = (&requests[0].1, &requests[1].1);
    assert_eq!(grpc[1..5], u32::try_from(http.len()).expect("small").to_be_bytes());
    assert_eq!(grpc[5..], **http);
    let trace = u128::from_str_radix(id, 16).expect("hexadecimal").to_be_bytes();
    for text in [
        &b"input_generate"[..],
        b"mapping",
        b"mutation",
        b"switch",
        b"output_stdout",
        b"service.name",
        b"shop",
        b"zone",
        b"z7",
        b"on purpose",
        &trace,
    ] {
        assert!(has(http, text), "{}", String::from_utf8_lossy(text));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_sampled_is_not_sent() {
    let (port, requests) = collector().await;
    run(format!("{{http: [{{address: '127.0.0.1:{port}'}}], sampling: {{enabled: true, ratio: 0}}}}")).await;
    assert!(requests.lock().expect("requests").is_empty());
}
