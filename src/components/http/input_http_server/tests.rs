//! A real client and a real server on this machine.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use futures_util::{SinkExt, StreamExt};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message as Frame};

use super::super::testing::{Bench, ask, contents, free_address, status_and_body};
use super::*;
use crate::component::{Endpoints, Handler, Registration};
use crate::message::{Message, Transaction, batch_of};
use crate::telemetry::metrics::Input as InputMetrics;

/// An input at a free address with more fields of its config, and its address.
async fn input(bench: &Bench, fields: &str) -> (Box<dyn Input>, String) {
    let address = free_address().await;
    (bench.input(&format!("http_server: {{ address: '{address}', {fields} }}")), address)
}

fn acks(transaction: Transaction) {
    transaction.ack.ok();
}

/// Answers with the content in capitals.
fn shouts(transaction: Transaction) {
    let reply = transaction.batch[0].reply().expect("somebody waits").clone();
    let shout = |message: &Message| message.with_bytes(message.bytes().to_ascii_uppercase());
    reply.add(transaction.batch.iter().map(shout).collect());
    transaction.ack.ok();
}

#[tokio::test]
async fn requests_end_as_their_messages_do() {
    let bench = Bench::new();
    let (input, at) = input(&bench, "path: '/in/{name}', allowed_verbs: [POST, PUT]").await;
    bench.run(input, |transaction| match &*contents(&transaction.batch)[0] {
        "bad" => transaction.ack.fail("it is bad"),
        "lost" => drop(transaction),
        _ => transaction.ack.ok(),
    });
    for (line, body, status, text) in [
        ("POST /in/a", "good", 200, ""),
        ("PUT /in/a", "", 200, ""),
        ("POST /in/a", "bad", 502, "it is bad\n"),
        ("POST /in/a", "lost", 502, "the message was dropped before it was delivered\n"),
        ("GET /in/a", "", 405, "Incorrect method\n"),
        ("POST /in", "", 404, "404 page not found\n"),
        ("POST /post/ws", "", 400, "Bad Request\n"),
    ] {
        let answer = ask(&at, line, "", body).await;
        assert_eq!(status_and_body(&answer), (status, text), "{line} {body}: {answer}");
    }
    bench.end().await;
    let metrics = bench.cx.environment().metrics.register::<InputMetrics>("", "root.input");
    assert_eq!((metrics.received.get(), metrics.latency.count()), (4, 2));
}

#[tokio::test]
async fn messages_carry_what_the_request_says() {
    let bench = Bench::new();
    let (input, at) = input(&bench, "path: '/in/{name}'").await;
    bench.run(input, |transaction| {
        let message = &transaction.batch[0];
        let keys = ["name", "q", "X-Y", "http_server_request_path", "http_server_remote_ip"];
        let values = keys.map(|key| message.meta().get(key).and_then(|v| v.as_str()).unwrap_or("-"));
        let reply = message.reply().expect("somebody waits");
        reply.add(batch_of(Message::from_bytes(values.join(","))));
        transaction.ack.ok();
    });
    let answer = ask(&at, "POST /in/a%20b?q=1", "x-y: z\r\n", "").await;
    assert_eq!(status_and_body(&answer), (200, "a b,1,z,/in/a b,127.0.0.1"));
    bench.end().await;
}

/// The first requests stay in the fast lane, the last one is for the general server.
#[tokio::test]
async fn requests_of_one_connection_are_answered_in_order() {
    let bench = Bench::new();
    let (input, at) = input(&bench, "").await;
    bench.run(input, shouts);
    let mut stream = TcpStream::connect(&at).await.expect("a connection");
    for piece in [
        "POST /post HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\n\r\nonePOST /post HT",
        "TP/1.1\r\nhost: x\r\ncontent-length: 5\r\n\r\nth",
        "reePOST /post HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n",
        "4\r\nfour\r\n0\r\n\r\n",
    ] {
        stream.write_all(piece.as_bytes()).await.expect("a piece");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let mut answers = String::new();
    stream.read_to_string(&mut answers).await.expect("answers");
    let answers: Vec<_> = answers.split("HTTP/1.1 ").skip(1).collect();
    let bodies = answers.iter().map(|answer| answer.split_once("\r\n\r\n").expect("a head").1);
    assert_eq!(bodies.collect::<Vec<_>>(), ["ONE", "THREE", "FOUR"], "{answers:?}");
    assert!(answers.iter().all(|answer| answer.contains("\r\ndate: ")), "{answers:?}");
    bench.end().await;
}

#[tokio::test]
async fn replies_become_answers() {
    let bench = Bench::new();
    let fields = "sync_response: { status: '${! content().string() }', headers: { X: 'h ${! batch_index() }' }, \
                  metadata_headers: { include_prefixes: [m_] } }";
    let (input, at) = input(&bench, fields).await;
    bench.run(input, |mut transaction| {
        transaction.batch[0].set_meta("m_a", "1");
        shouts(transaction);
    });
    let answer = ask(&at, "POST /post", "", "201").await;
    assert_eq!(status_and_body(&answer), (201, "201"));
    assert!(answer.contains("\r\nx: h 0\r\n") && answer.contains("\r\nm_a: 1\r\n"), "{answer}");
    assert!(answer.contains("\r\ncontent-type: text/plain; charset=utf-8\r\n"), "{answer}");
    assert_eq!(status_and_body(&ask(&at, "POST /post", "", "abc").await), (502, ""));
    bench.end().await;
}

#[tokio::test]
async fn bodies_in_parts_are_batches_both_ways() {
    let bench = Bench::new();
    let (input, at) = input(&bench, "").await;
    bench.run(input, shouts);
    let body = "--x\r\n\r\none\r\n--x\r\nA: b\r\n\r\ntwo\r\n--x--";
    let answer = ask(&at, "POST /post", "content-type: multipart/mixed; boundary=x\r\n", body).await;
    let (status, text) = status_and_body(&answer);
    assert_eq!(status, 200);
    assert!(answer.contains("\r\ncontent-type: multipart/form-data; boundary="), "{answer}");
    assert!(text.contains("\r\n\r\nONE\r\n--") && text.contains("\r\n\r\nTWO\r\n--"), "{text}");
    for broken in ["content-type: multipart/mixed\r\n", "content-type: multipart/mixed; boundary=x\r\n"] {
        assert_eq!(status_and_body(&ask(&at, "POST /post", broken, "--x").await).0, 400);
    }
    bench.end().await;
}

#[tokio::test]
async fn clients_that_take_gzip_get_it() {
    let bench = Bench::new();
    let (input, at) = input(&bench, "").await;
    bench.run(input, shouts);
    let answer = ask(&at, "POST /post", "accept-encoding: gzip\r\n", "text").await;
    assert!(answer.contains("\r\ncontent-encoding: gzip\r\n") && !answer.contains("TEXT"), "{answer}");
    bench.end().await;
}

#[tokio::test]
async fn nobody_waits_for_ever() {
    let bench = Bench::new();
    let (mut input, at) = input(&bench, "timeout: 30ms").await;
    // Not taken: the message never gets into the stream.
    assert_eq!(status_and_body(&ask(&at, "POST /post", "", "1").await), (408, "Request timed out\n"));
    let began = Instant::now();
    let (answer, group) = tokio::join!(ask(&at, "POST /post", "", "2"), async {
        let Pull::Group(group) = input.pull().await else { panic!("a group") };
        group
    });
    // Taken, but not answered in time.
    assert_eq!(status_and_body(&answer).0, 408);
    assert!(began.elapsed() >= Duration::from_millis(30));
    assert_eq!(group.iter().map(|t| contents(&t.batch)).collect::<Vec<_>>(), [["2"]]);
    group.into_iter().for_each(acks);
    bench.run(input, acks);
    bench.end().await;
}

#[tokio::test]
async fn what_waits_goes_out_as_one_group() {
    let bench = Bench::new();
    let (mut input, at) = input(&bench, "").await;
    let asked: Vec<_> = (0..10)
        .map(|i| {
            let at = at.clone();
            tokio::spawn(async move { ask(&at, "POST /post", "", &i.to_string()).await })
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(200)).await;
    let Pull::Group(group) = input.pull().await else { panic!("a group") };
    assert_eq!(group.len(), 10);
    group.into_iter().for_each(acks);
    for answer in asked {
        assert_eq!(status_and_body(&answer.await.expect("an answer")).0, 200);
    }
    bench.run(input, acks);
    bench.end().await;
}

#[tokio::test]
async fn a_stop_finishes_what_was_taken_and_frees_the_address() {
    let bench = Bench::new();
    let (mut input, at) = input(&bench, "").await;
    let client = |body: &'static str| {
        let at = at.clone();
        tokio::spawn(async move { ask(&at, "POST /post", "", body).await })
    };
    let taken = client("taken");
    let Pull::Group(group) = input.pull().await else { panic!("a group") };
    let waits = client("waits");
    tokio::time::sleep(Duration::from_millis(50)).await;
    bench.stop.cancel();
    assert!(matches!(input.pull().await, Pull::Exhausted));
    let (end, ()) = tokio::join!(input.pull(), async {
        tokio::time::sleep(Duration::from_millis(10)).await;
        group.into_iter().for_each(acks);
    });
    assert!(matches!(end, Pull::End));
    input.close().await;
    assert_eq!(status_and_body(&taken.await.expect("an answer")).0, 200);
    assert_eq!(status_and_body(&waits.await.expect("an answer")), (503, "Server closing\n"));

    let again = Bench::new();
    let input = again.input(&format!("http_server: {{ address: '{at}' }}"));
    again.run(input, acks);
    assert_eq!(status_and_body(&ask(&at, "POST /post", "", "").await).0, 200);
    again.end().await;
}

#[tokio::test]
async fn an_address_in_use_is_a_build_error() {
    let bench = Bench::new();
    let (_input, at) = input(&bench, "").await;
    let node = crate::config::parse(format!("http_server: {{ address: '{at}' }}").as_bytes()).expect("YAML");
    let error = bench.cx.input(&crate::config::InputConf::new(node, "root.input")).err().expect("an error");
    assert!(error.in_use, "{error}");
}

/// Grants some accesses, then none.
struct Grants(AtomicUsize);

#[async_trait]
impl RateLimit for Grants {
    async fn access(&self) -> Result<Option<Duration>, String> {
        let left = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |n| n.checked_sub(1));
        Ok(left.is_err().then_some(Duration::from_millis(2500)))
    }
}

#[tokio::test]
async fn a_rate_limit_refuses_requests_and_frames() {
    let bench = Bench::new();
    bench.cx.resources().rate_limits.set("r", Arc::new(Grants(AtomicUsize::new(2))));
    let (input, at) = input(&bench, "rate_limit: r, ws_rate_limit_message: slow").await;
    bench.run(input, shouts);
    assert_eq!(status_and_body(&ask(&at, "POST /post", "", "").await).0, 200);
    let (mut socket, _) =
        tokio_tungstenite::connect_async(format!("ws://{at}/post/ws")).await.expect("a websocket");
    for (sent, answered) in [("a", Frame::text("A")), ("b", Frame::binary("slow"))] {
        socket.send(Frame::text(sent)).await.expect("sent");
        assert_eq!(socket.next().await.expect("an answer").expect("a frame"), answered);
    }
    let refused = ask(&at, "POST /post", "", "").await;
    assert_eq!(status_and_body(&refused), (429, "Too Many Requests\n"));
    assert!(refused.contains("\r\nretry-after: 2\r\n"), "{refused}");
    bench.end().await;
}

#[tokio::test]
async fn frames_are_sent_again_until_they_are_delivered() {
    let bench = Bench::new();
    let (input, at) = input(&bench, "ws_welcome_message: hello, ws_path: '/ws/{room}'").await;
    let seen = Arc::<Mutex<Vec<String>>>::default();
    let all = seen.clone();
    bench.run(input, move |transaction| {
        let room = transaction.batch[0].meta().get("room").and_then(|v| v.as_str()).unwrap_or("-").to_owned();
        let mut seen = all.lock().unwrap_or_else(PoisonError::into_inner);
        seen.push(format!("{room} {}", contents(&transaction.batch)[0]));
        if seen.len() < 3 { transaction.ack.fail("not yet") } else { shouts(transaction) }
    });
    let url = format!("ws://{at}/ws/r1");
    let (mut socket, _) = tokio_tungstenite::connect_async(&url).await.expect("a websocket");
    assert_eq!(socket.next().await.expect("a welcome").expect("a frame"), Frame::binary("hello"));
    socket.send(Frame::binary("x")).await.expect("sent");
    assert_eq!(socket.next().await.expect("an answer").expect("a frame"), Frame::text("X"));
    assert_eq!(*seen.lock().unwrap_or_else(PoisonError::into_inner), ["r1 x"; 3]);
    // A stop closes the websocket.
    bench.stop.cancel();
    assert!(matches!(socket.next().await, Some(Ok(Frame::Close(_)))));
    drop(socket);
    bench.end().await;
}

#[tokio::test]
async fn web_pages_of_others_get_no_websocket() {
    let bench = Bench::new();
    let (input, at) = input(&bench, "").await;
    bench.run(input, acks);
    for (origin, expected) in [(format!("http://{at}"), 101), ("http://evil.example".to_owned(), 403)] {
        let mut request = format!("ws://{at}/post/ws").into_client_request().expect("a request");
        request.headers_mut().insert("origin", origin.parse().expect("a value"));
        let status = match tokio_tungstenite::connect_async(request).await {
            Ok((_, answer)) => answer.status().as_u16(),
            Err(Error::Http(answer)) => answer.status().as_u16(),
            Err(error) => panic!("{error}"),
        };
        assert_eq!(status, expected, "{origin}");
    }
    bench.end().await;
}

/// Remembers what is registered.
#[derive(Clone, Default)]
struct Registered(Arc<Mutex<Vec<String>>>);

impl Endpoints for Registered {
    fn register(&self, stream: &str, path: &str, _: &str, _: Handler) -> Result<Registration, String> {
        let (all, name) = (self.0.clone(), format!("{stream} {path}"));
        all.lock().unwrap_or_else(PoisonError::into_inner).push(name.clone());
        Ok(Registration::new(move || {
            all.lock().unwrap_or_else(PoisonError::into_inner).retain(|known| *known != name);
        }))
    }
}

#[tokio::test]
async fn without_an_address_it_is_served_by_the_service() {
    let registered = Registered::default();
    let bench = Bench::with_endpoints(Some(Arc::new(registered.clone())));
    let names = || registered.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let mut input = bench.input("http_server: { path: /a }");
    assert_eq!(names(), ["test /a", "test /post/ws"]);
    input.close().await;
    assert_eq!(names(), [""; 0]);
    let other = bench.input("http_server: { ws_path: '' }");
    assert_eq!(names(), ["test /post"]);
    drop(other);
    assert_eq!(names(), [""; 0]);
}
