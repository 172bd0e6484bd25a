//! `http_server` as an output: messages that clients come for.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::{SinkExt, StreamExt, stream};
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, StreamBody};
use hyper::body::{Frame, Incoming};
use tokio::sync::{Mutex, Notify, mpsc};
use tokio_tungstenite::tungstenite::Message as SocketFrame;
use tokio_util::sync::CancellationToken;

use super::server::answer::{sent, text};
use super::server::upgrade::{self, Socket};
use super::server::{ADDRESS, CERT_FILE, CORS, KEY_FILE, Place, Route, Served};
use crate::client::multipart;
use crate::client::serve::Listen;
use crate::component::{Body, Built, Connection, Context, Handler, Output, OutputBuild, OutputSpec};
use crate::config::{ComponentSpec, Conf, Duration as DurationText, Field, Kind, field};
use crate::message::{Ack, Batch, Group, Transaction};
use crate::telemetry::metrics::{Handle, Output as OutputMetrics};
use crate::value::Str;

const PATH: Field<Str> = field("path").default("/get").doc("Where a client gets one message, or one batch.");
const STREAM_PATH: Field<Str> =
    field("stream_path").default("/get/stream").doc("Where a client gets messages for as long as it stays.");
const WS_PATH: Field<Str> = field("ws_path").default("/get/ws").doc("Where websockets get messages.");
const VERBS: Field<Vec<Str>> = field("allowed_verbs")
    .default_list(&["GET"])
    .at_least(1)
    .doc("The methods that `path` and `stream_path` answer.");
const TIMEOUT: Field<DurationText> =
    field("timeout").default("5s").advanced().doc("How long a client of `path` waits for a message.");

pub const HTTP_SERVER: OutputSpec = OutputSpec {
    spec: ComponentSpec::new(Kind::Output, "http_server")
        .categories(&["Network"])
        .summary("Serves messages to clients that come for them.")
        .description(
            "A batch is sent as a multipart body by `path`, as lines with an empty one behind them by `stream_path`. \
             A message counts as delivered when it was written to a client; if the client goes before that, the \
             message is rejected.",
        )
        .fields(&[
            &ADDRESS,
            &PATH,
            &STREAM_PATH,
            &WS_PATH,
            &VERBS,
            &TIMEOUT,
            &CERT_FILE,
            &KEY_FILE,
            &CORS,
        ]),
    build: OutputBuild::Output(build),
};

fn build(conf: &Conf, cx: &Context) -> Built<Arc<dyn Output>> {
    let method = |verb: &Str| {
        Method::from_bytes(verb.as_bytes()).map_err(|_| conf.error(&VERBS, format!("'{verb}' is no method")))
    };
    let verbs = conf.get(&VERBS)?;
    if verbs.is_empty() {
        return Err(conf.error(&VERBS, "at least one verb must be allowed").into());
    }
    let (sender, receiver) = mpsc::channel(1);
    let shared = Arc::new(Shared {
        verbs: verbs.iter().map(method).collect::<Result<_, _>>()?,
        timeout: conf.get(&TIMEOUT)?.get(),
        waiting: Mutex::new(receiver),
        open: AtomicUsize::new(0),
        settled: Notify::new(),
        closed: CancellationToken::new(),
        metrics: cx.metrics(),
        cx: cx.clone(),
    });
    let route = |path: &Field<Str>, description, answer: Answering| -> Built<Route> {
        let shared = shared.clone();
        let handler: Handler = Arc::new(move |request| answer(shared.clone(), request));
        Ok(Route { path: conf.get(path)?, description, handler })
    };
    let routes = vec![
        route(&PATH, "Get a message.", |shared, request| Box::pin(one(shared, request)))?,
        route(&STREAM_PATH, "Get a stream of messages.", |shared, request| Box::pin(many(shared, request)))?,
        route(&WS_PATH, "Get messages through a websocket.", |shared, request| {
            Box::pin(open(shared, request))
        })?,
    ];
    let place = Place::read(conf, Listen::default())?;
    let served = Mutex::new(place.serve(routes, None, cx)?);
    if let Some(url) = place.url() {
        cx.log().info(format_args!("Serving messages at: {url}{}", conf.get(&PATH)?));
    }
    let connection = cx.connection();
    connection.up();
    Ok(Arc::new(HttpServer { shared, sender, served, connection }))
}

type Answering = fn(Arc<Shared>, Request<Incoming>) -> BoxFuture<'static, Response<Body>>;

/// What requests need.
struct Shared {
    verbs: Vec<Method>,
    timeout: Duration,
    /// What clients compete for.
    waiting: Mutex<mpsc::Receiver<Transaction>>,
    /// Transactions that are not answered.
    open: AtomicUsize,
    settled: Notify,
    closed: CancellationToken,
    metrics: Handle<OutputMetrics>,
    cx: Context,
}

struct HttpServer {
    shared: Arc<Shared>,
    sender: mpsc::Sender<Transaction>,
    served: Mutex<Served>,
    connection: Arc<Connection>,
}

/// A transaction on its way to a client; dropped before it is done, it has failed.
struct Delivery {
    shared: Arc<Shared>,
    batch: Batch,
    ack: Option<Ack>,
}

#[async_trait]
impl Output for HttpServer {
    async fn send(&self, group: Group) {
        for transaction in group {
            self.shared.open.fetch_add(1, Ordering::Relaxed);
            if self.sender.send(transaction).await.is_err() {
                self.shared.finish_one();
            }
        }
    }

    async fn close(&self) {
        while self.shared.open.load(Ordering::Acquire) > 0 {
            self.shared.settled.notified().await;
        }
        self.shared.closed.cancel();
        self.connection.closed();
        self.served.lock().await.close().await;
    }
}

impl Drop for HttpServer {
    fn drop(&mut self) {
        self.shared.closed.cancel();
    }
}

// === impl Shared ===

impl Shared {
    /// The next transaction for one of the clients; none when the output is closed.
    async fn next(self: &Arc<Self>) -> Option<Delivery> {
        let receive = async { self.waiting.lock().await.recv().await };
        let Transaction { batch, ack } = self.closed.run_until_cancelled(receive).await??;
        Some(Delivery { shared: self.clone(), batch, ack: Some(ack) })
    }

    fn refused(&self, method: &Method) -> Option<Response<Body>> {
        if self.closed.is_cancelled() {
            return Some(closed());
        }
        let allowed = self.verbs.contains(method);
        (!allowed).then(|| sent(text(StatusCode::METHOD_NOT_ALLOWED, "Incorrect method")))
    }

    fn finish_one(&self) {
        if self.open.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.settled.notify_one();
        }
    }

    /// Sends frames until the client goes or the output is closed.
    async fn converse(self: Arc<Self>, mut socket: Socket) {
        loop {
            let delivery = tokio::select! {
                delivery = self.next() => delivery,
                frame = socket.next() => match frame {
                    Some(Ok(SocketFrame::Close(_)) | Err(_)) | None => return,
                    Some(Ok(_)) => continue,
                },
            };
            let Some(delivery) = delivery else { break };
            for message in &delivery.batch {
                if socket.send(SocketFrame::Binary(message.bytes().clone())).await.is_err() {
                    return;
                }
            }
            delivery.done();
        }
        // The client may be gone already, and nobody is left to be told.
        let _ = socket.close(None).await;
    }
}

fn closed() -> Response<Body> {
    sent(text(StatusCode::SERVICE_UNAVAILABLE, "Server closed"))
}

/// One transaction.
async fn one(shared: Arc<Shared>, request: Request<Incoming>) -> Response<Body> {
    if let Some(refusal) = shared.refused(request.method()) {
        return refusal;
    }
    let delivery = match tokio::time::timeout(shared.timeout, shared.next()).await {
        Ok(Some(delivery)) => delivery,
        Ok(None) => return closed(),
        Err(_) => return sent(text(StatusCode::REQUEST_TIMEOUT, "Timed out waiting for message")),
    };
    let (content, content_type) = match delivery.batch.as_slice() {
        [only] => (only.bytes().clone(), "application/octet-stream".to_owned()),
        several => {
            let mut writer = multipart::Writer::default();
            for message in several {
                writer.part([("Content-Type", &b"application/octet-stream"[..])], message.bytes());
            }
            writer.finish()
        }
    };
    let mut response = Response::new(written(Some((content, delivery)), || async { None }));
    if let Ok(content_type) = HeaderValue::try_from(content_type) {
        response.headers_mut().insert(CONTENT_TYPE, content_type);
    }
    response
}

/// Transactions for as long as the client stays.
async fn many(shared: Arc<Shared>, request: Request<Incoming>) -> Response<Body> {
    if let Some(refusal) = shared.refused(request.method()) {
        return refusal;
    }
    Response::new(written(None, move || {
        let shared = shared.clone();
        async move {
            let delivery = shared.next().await?;
            Some((lines(&delivery.batch), delivery))
        }
    }))
}

async fn open(shared: Arc<Shared>, mut request: Request<Incoming>) -> Response<Body> {
    if shared.closed.is_cancelled() {
        return closed();
    }
    match upgrade::accept(&mut request) {
        Ok((answer, upgrade)) => {
            let cx = shared.cx.clone();
            cx.run(Box::pin(async move {
                if let Some(socket) = upgrade.socket().await {
                    shared.converse(socket).await;
                }
            }));
            sent(answer)
        }
        Err(refusal) => sent(*refusal),
    }
}

/// Each message on a line, and an empty line behind several.
fn lines(batch: &Batch) -> Bytes {
    let mut lines = Vec::new();
    for message in batch {
        lines.extend_from_slice(message.bytes());
        lines.push(b'\n');
    }
    if batch.len() > 1 {
        lines.push(b'\n');
    }
    lines.into()
}

/// A body of deliveries, each done when it was written. It has no known length, as otherwise the server would not come
/// back after the last byte.
fn written<F>(first: Option<(Bytes, Delivery)>, next: impl Fn() -> F + Send + 'static) -> Body
where
    F: Future<Output = Option<(Bytes, Delivery)>> + Send + 'static,
{
    let state = (first, None::<Delivery>, next);
    let frames = stream::unfold(state, |(first, last, next)| async move {
        if let Some(last) = last {
            // The server has the bytes; once it comes back from here it has also tried to write them.
            tokio::task::yield_now().await;
            last.done();
        }
        let (content, delivery) = match first {
            Some(first) => first,
            None => next().await?,
        };
        Some((Ok(Frame::data(content)), (None, Some(delivery), next)))
    });
    StreamBody::new(frames).boxed_unsync()
}

// === impl Delivery ===

impl Delivery {
    fn done(mut self) {
        let Some(ack) = self.ack.take() else { return };
        let metrics = &self.shared.metrics;
        metrics.sent.add(self.batch.iter().map(|m| u64::from(m.originals())).sum());
        metrics.batch_sent.add(1);
        ack.ok();
        self.shared.finish_one();
    }
}

impl Drop for Delivery {
    fn drop(&mut self) {
        if let Some(ack) = self.ack.take() {
            self.shared.metrics.error.add(1);
            ack.fail("the client went before it had the message");
            self.shared.finish_one();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Mutex as StdMutex, PoisonError};

    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpStream;

    use super::super::testing::{Bench, ask, free_address, status_and_body};
    use super::*;
    use crate::message::{Message, Outcome, sink};

    /// An output at a free address, and what became of what it was sent.
    struct Served {
        bench: Bench,
        output: Arc<dyn Output>,
        address: String,
        outcomes: Arc<StdMutex<Vec<Outcome>>>,
    }

    impl Served {
        async fn new(fields: &str) -> Self {
            let bench = Bench::new();
            let address = free_address().await;
            let output = bench.output(&format!("http_server: {{ address: '{address}', {fields} }}"));
            Self { bench, output, address, outcomes: Arc::default() }
        }

        fn send(&self, batches: &[&[&str]]) {
            let transaction = |contents: &&[&str]| {
                let batch = contents.iter().map(|c| Message::from_bytes((*c).to_owned())).collect();
                let outcomes = self.outcomes.clone();
                let tell = move |outcome| {
                    outcomes.lock().unwrap_or_else(PoisonError::into_inner).push(outcome);
                };
                Transaction::new(batch, sink(tell))
            };
            let (output, group) = (self.output.clone(), batches.iter().map(transaction).collect());
            self.bench.cx.run(Box::pin(async move { output.send(group).await }));
        }

        async fn get(&self, path: &str) -> (u16, String) {
            let answer = ask(&self.address, &format!("GET {path}"), "", "").await;
            let (status, body) = status_and_body(&answer);
            let chunked = answer.contains("\r\ntransfer-encoding: chunked\r\n");
            (status, if chunked { unchunked(body) } else { body.to_owned() })
        }

        async fn end(self) -> Vec<Outcome> {
            self.output.close().await;
            self.outcomes.lock().unwrap_or_else(PoisonError::into_inner).clone()
        }
    }

    /// The content of a body in chunks.
    fn unchunked(body: &str) -> String {
        let mut content = String::new();
        let mut rest = body;
        while let Some((size, after)) = rest.split_once("\r\n") {
            let size = usize::from_str_radix(size, 16).expect("a size");
            content.push_str(&after[..size]);
            rest = after[size..].trim_start_matches("\r\n");
        }
        content
    }

    #[tokio::test]
    async fn clients_get_one_transaction_each() {
        let served = Served::new("timeout: 20ms").await;
        assert_eq!(served.get("/get").await, (408, "Timed out waiting for message\n".to_owned()));
        served.send(&[&["one"], &["two", "three"]]);
        assert_eq!(served.get("/get").await, (200, "one".to_owned()));
        let (status, body) = served.get("/get").await;
        assert!(
            status == 200 && body.contains("\r\n\r\ntwo\r\n--") && body.contains("\r\n\r\nthree\r\n--"),
            "{body}"
        );
        assert_eq!(ask(&served.address, "POST /get", "", "").await.split(' ').nth(1), Some("405"));
        assert_eq!(served.end().await, [Ok(()), Ok(())]);
    }

    #[tokio::test]
    async fn a_stream_has_a_line_for_each_message() {
        let served = Served::new("").await;
        served.send(&[&["one"], &["two", "three"], &["four"]]);
        let streaming = served.get("/get/stream");
        let ends = async {
            tokio::time::sleep(Duration::from_millis(50)).await;
            served.output.close().await;
        };
        let ((status, body), ()) = tokio::join!(streaming, ends);
        assert_eq!((status, body.as_str()), (200, "one\ntwo\nthree\n\nfour\n"));
        assert_eq!(served.end().await, [Ok(()), Ok(()), Ok(())]);
    }

    #[tokio::test]
    async fn a_client_that_goes_leaves_its_message_undelivered() {
        let served = Served::new("").await;
        // The body is larger than what the system takes for a client that does not read.
        let large = "x".repeat(64 << 20);
        served.send(&[&[large.as_str()]]);
        let mut client = TcpStream::connect(&served.address).await.expect("a connection");
        client.write_all(b"GET /get HTTP/1.1\r\nhost: x\r\n\r\n").await.expect("a request");
        client.read_exact(&mut [0; 100]).await.expect("the beginning of an answer");
        drop(client);
        let outcomes = served.end().await;
        assert!(matches!(outcomes.as_slice(), [Err(_)]), "{outcomes:?}");
    }

    #[tokio::test]
    async fn websockets_get_a_frame_for_each_message() {
        let served = Served::new("ws_path: /ws").await;
        let url = format!("ws://{}/ws", served.address);
        let (mut socket, _) = tokio_tungstenite::connect_async(url).await.expect("a websocket");
        served.send(&[&["one"], &["two", "three"]]);
        for expected in ["one", "two", "three"] {
            let frame = socket.next().await.expect("a frame").expect("a frame");
            assert_eq!(frame, SocketFrame::binary(expected));
        }
        assert_eq!(served.end().await, [Ok(()), Ok(())]);
        assert!(matches!(socket.next().await, Some(Ok(SocketFrame::Close(_)))));
    }
}
