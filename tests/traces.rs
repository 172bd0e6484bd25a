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

/// A stream that shows its trace and fails.
const SHOWS_ITS_TRACE: &str = "
input: {generate: {count: 1, interval: '', mapping: 'root.n = 1'}}
pipeline:
  processors:
    - mapping: 'root.id = tracing_id()'
    - mutation: 'root.span = tracing_span().traceparent'
    - switch: [{processors: [{mapping: 'root = throw(\"on purpose\")'}]}]
output: {stdout: {}}
";

/// Runs a stream with a tracer to its end and returns what it prints.
async fn run(stream: &str, tracer: String) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let common = "http: {enabled: false}\nlogger: {level: \"OFF\"}\n";
    let config = format!("{common}tracer: {{open_telemetry_collector: {tracer}}}\n{stream}");
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
        run(SHOWS_ITS_TRACE, format!("{{service: shop, tags: {{zone: z7}}, http: [{{address: '{address}'}}], grpc: [{{address: '{address}'}}]}}"))
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
    run(
        SHOWS_ITS_TRACE,
        format!("{{http: [{{address: '127.0.0.1:{port}'}}], sampling: {{enabled: true, ratio: 0}}}}"),
    )
    .await;
    assert!(requests.lock().expect("requests").is_empty());
}

/// A span as a collector sees it.
#[derive(Debug, Default)]
struct Seen {
    id: Vec<u8>,
    parent: Vec<u8>,
    name: String,
    /// The keys and values of its attributes, as far as those are text.
    attributes: Vec<(String, String)>,
}

/// The fields of a Protocol Buffers message, those of varying length only.
fn fields(mut bytes: &[u8]) -> Vec<(u64, &[u8])> {
    let mut all = Vec::new();
    let varint = |bytes: &mut &[u8]| {
        let mut value = 0;
        for shift in (0..).step_by(7) {
            let (first, rest) = bytes.split_first().expect("a whole message");
            *bytes = rest;
            value |= u64::from(first & 0x7f) << shift;
            if first & 0x80 == 0 {
                break;
            }
        }
        value
    };
    while !bytes.is_empty() {
        let tag = varint(&mut bytes);
        match tag & 7 {
            0 => drop(varint(&mut bytes)),
            1 => bytes = &bytes[8..],
            _ => {
                let length = usize::try_from(varint(&mut bytes)).expect("small");
                let (inner, rest) = bytes.split_at(length);
                all.push((tag >> 3, inner));
                bytes = rest;
            }
        }
    }
    all
}

fn inside(bytes: &[u8], field: u64) -> Vec<&[u8]> {
    fields(bytes).into_iter().filter(|(number, _)| *number == field).map(|(_, inner)| inner).collect()
}

/// The spans of a request, in the order in which they ended.
fn seen(request: &[u8]) -> Vec<Seen> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let scopes = inside(request, 1).into_iter().flat_map(|resource| inside(resource, 2));
    let spans = scopes.flat_map(|scope| inside(scope, 2));
    let seen = |span| {
        let mut seen = Seen::default();
        for (field, bytes) in fields(span) {
            match field {
                2 => seen.id = bytes.to_vec(),
                4 => seen.parent = bytes.to_vec(),
                5 => seen.name = text(bytes),
                9 => {
                    let value = inside(inside(bytes, 2)[0], 1).first().map(|value| text(value));
                    seen.attributes.push((text(inside(bytes, 1)[0]), value.unwrap_or_default()));
                }
                _ => {}
            }
        }
        seen
    };
    spans.map(seen).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn buffers_workflows_and_requests_have_spans_of_their_own() {
    let (port, requests) = collector().await;
    let stream = format!(
        "
input: {{generate: {{count: 1, interval: '', mapping: 'root.n = 1'}}}}
buffer: {{memory: {{}}}}
pipeline:
  processors:
    - workflow:
        branches:
          price:
            processors: [{{mapping: 'root = this'}}]
            result_map: 'root.price = 1'
    - http: {{url: 'http://user:secret@127.0.0.1:{port}/ask', verb: POST}}
    - try: [{{mutation: 'root = throw(\"on purpose\")'}}]
output: {{drop: {{}}}}
"
    );
    run(&stream, format!("{{http: [{{address: '127.0.0.1:{port}'}}]}}")).await;
    let requests = requests.lock().expect("requests").clone();
    let sent: Vec<&Bytes> =
        requests.iter().filter(|(path, _)| path == "/v1/traces").map(|(_, body)| body).collect();
    let spans: Vec<Seen> = sent.iter().flat_map(|body| seen(body)).collect();
    let named = |name: &str| {
        spans.iter().find(|span| span.name == name).unwrap_or_else(|| panic!("{name} in {spans:?}"))
    };
    let parents = [
        ("memory", "input_generate"),
        ("workflow", "memory"),
        ("price", "workflow"),
        ("mapping", "price"),
        ("http", "memory"),
        ("try", "memory"),
        ("mutation", "try"),
        ("http_request", "http"),
        ("output_drop", "memory"),
    ];
    for (child, parent) in parents {
        assert_eq!(named(child).parent, named(parent).id, "{child} below {parent}: {spans:?}");
    }
    let failed = |name: &str| named(name).attributes.contains(&("error".to_owned(), "true".to_owned()));
    assert!(failed("mutation") && !failed("try"), "only what failed is marked: {spans:?}");
    let attributes = &named("http_request").attributes;
    let url = format!("http://user:xxxxx@127.0.0.1:{port}/ask");
    for (key, value) in [("http.request.method", "POST"), ("url.full", &url), ("server.address", "127.0.0.1")]
    {
        assert!(attributes.contains(&(key.to_owned(), value.to_owned())), "{key}: {attributes:?}");
    }
}
