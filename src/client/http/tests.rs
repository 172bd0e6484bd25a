//! The client against a server that plays back answers.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::*;
use crate::config::parse;
use crate::message::{Batch, Message, batch_of};
use crate::telemetry::metrics::Scope;
use crate::value::Value;

const VERB: Field<Str> = verb("POST");

/// A server that answers each request with the next of its answers, and remembers what it was asked.
struct Playback {
    url: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Playback {
    async fn new(answers: &[&str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let asked = Arc::<Mutex<Vec<String>>>::default();
        let (all, answers) =
            (asked.clone(), answers.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>());
        tokio::spawn(async move {
            for answer in answers {
                let (mut stream, _) = listener.accept().await.expect("a connection");
                let request = read(&mut stream).await;
                all.lock().unwrap_or_else(PoisonError::into_inner).push(request);
                let (head, body) = answer.split_once('|').unwrap_or((&answer, ""));
                let head = head.replace('~', "\r\n");
                let length = body.len();
                let text =
                    format!("HTTP/1.1 {head}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}");
                stream.write_all(text.as_bytes()).await.expect("an answer");
            }
        });
        Self { url, asked }
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Head and body of a request.
async fn read(stream: &mut TcpStream) -> String {
    let mut text = Vec::new();
    loop {
        let mut chunk = [0; 4096];
        let n = stream.read(&mut chunk).await.expect("a request");
        text.extend_from_slice(&chunk[..n]);
        let all = String::from_utf8_lossy(&text);
        if let Some((head, body)) = all.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("Content-Length: "));
            if body.len() >= length.map_or(0, |length| length.parse().expect("a length")) {
                return all.into_owned();
            }
        }
    }
}

fn client(url: &str, yaml: &str, payload: Payload) -> HttpClient {
    let text = format!("url: '{url}'\nretry_period: 1ms\n{yaml}");
    let conf = Conf::new(parse(text.as_bytes()).expect("the test's YAML is right"), "root");
    let metrics = Scope::detached().register("", "root");
    let around =
        Surroundings { log: Logger::silent(), metrics, rate_limit: None, tracer: Default::default() };
    HttpClient::new(&conf, &VERB, payload, true, around).expect("a client")
}

fn batch(contents: &[&str]) -> Batch {
    contents
        .iter()
        .map(|content| {
            let mut message = Message::from_bytes((*content).to_owned());
            message.set_meta("k", format!("meta of {content}"));
            message
        })
        .collect()
}

fn contents(batch: &Batch) -> Vec<String> {
    batch.iter().map(|message| String::from_utf8_lossy(message.bytes()).into_owned()).collect()
}

#[tokio::test]
async fn asks_with_headers_and_reads_the_answer() {
    let server = Playback::new(&["201 Created~X-A: 1~X-B: 2~X-B: 3|answer"]).await;
    let yaml = "headers: { X-Size: '${! 2 + 2 }', Host: other }\nmetadata: { include_prefixes: [k] }\n\
                basic_auth: { enabled: true, username: u, password: p }\n\
                extract_headers: { include_patterns: ['^x-'] }";
    let client = client(&format!("{}/${{! content() }}?q=1", server.url), yaml, Payload::Messages);
    let answer = client.exchange(&batch(&["body"])).await.expect("an answer");
    assert_eq!(contents(&answer), ["answer"]);
    assert_eq!(answer[0].meta().get("http_status_code").map(Value::type_name), Some("number"));
    assert_eq!(answer[0].meta().get("x-a").and_then(Value::as_str), Some("1"));
    assert_eq!(answer[0].meta().get("x-b").map(Value::type_name), Some("array"));
    let asked = &server.asked()[0];
    assert!(asked.starts_with("POST /body?q=1 HTTP/1.1\r\n") && asked.ends_with("\r\n\r\nbody"), "{asked}");
    for line in [
        "X-Size: 4",
        "Host: other",
        "K: meta of body",
        "Content-Type: application/octet-stream",
        "Authorization: Basic dTpw",
    ] {
        assert!(asked.contains(&format!("\r\n{line}\r\n")), "{line} in {asked}");
    }
    assert_eq!(client.around.metrics.latency.count(), 1);
}

#[tokio::test]
async fn batches_become_parts_and_parts_become_batches() {
    let answer = "200 OK~Content-Type: multipart/mixed; boundary=x|--x\r\n\r\n1\r\n--x\r\n\r\n2\r\n--x--";
    let server = Playback::new(&[answer]).await;
    let client = client(&server.url, "headers: {Content-Type: text/plain}", Payload::Messages);
    let answer = client.exchange(&batch(&["a", "b"])).await.expect("an answer");
    assert_eq!(contents(&answer), ["1", "2"]);
    let asked = &server.asked()[0];
    assert!(asked.contains("Content-Type: multipart/form-data; boundary="), "{asked}");
    assert!(asked.contains("\r\nContent-Type: text/plain\r\n\r\na\r\n--"), "{asked}");
    assert!(asked.contains("\r\nContent-Type: text/plain\r\n\r\nb\r\n--"), "{asked}");
}

#[tokio::test]
async fn tries_again_until_it_succeeds_or_must_not() {
    let server = Playback::new(&["500 Oops|", "429 Slow|", "200 OK|fine"]).await;
    let answer =
        client(&server.url, "", Payload::Messages).exchange(&batch(&["x"])).await.expect("an answer");
    assert_eq!((contents(&answer), server.asked().len()), (vec!["fine".to_owned()], 3));

    let server = Playback::new(&["404 Not Found|no\nsuch", "200 OK|"]).await;
    let error = client(&server.url, "drop_on: [404]", Payload::Messages).exchange(&batch(&["x"])).await;
    let error = error.expect_err("a refusal");
    let reason = "HTTP request returned unexpected response code (404): 404 Not Found, Error: nosuch";
    assert_eq!(error.to_string(), format!("{}/: {reason}", server.url));
    assert_eq!((error.status, server.asked().len()), (Some(404), 1));

    let server = Playback::new(&["404 Not Found|", "302 Found~Location: /|", "200 OK|"]).await;
    let client = client(&server.url, "successful_on: [404]\nfollow_redirects: false", Payload::Messages);
    for status in [404, 302, 200] {
        let answer = client.send(&batch(&["x"])).await.expect("an answer");
        assert_eq!(answer.status().as_u16(), status);
    }
}

#[tokio::test]
async fn what_cannot_be_asked_is_told() {
    let message = batch_of(Message::from_bytes("x"));
    let ask = |url: &str, yaml: &str| {
        let client = client(url, yaml, Payload::Messages);
        let message = message.clone();
        async move { client.exchange(&message).await.expect_err("an error").to_string() }
    };
    assert!(ask("not a url", "").await.contains("is no URL"));
    let refused = ask("http://127.0.0.1:1/", "retries: 0").await;
    assert!(refused.starts_with("http://127.0.0.1:1/: ") && refused.contains("refused"), "{refused}");
    let failed = ask("http://127.0.0.1:1/${! throw(\"no\") }", "").await;
    assert!(failed.contains("url interpolation error"), "{failed}");
    let control = ask("http://127.0.0.1:1/", "headers: { X: \"a\\nb\" }").await;
    assert!(control.contains("control characters"), "{control}");
}

#[tokio::test]
async fn tokens_are_fetched_once_and_again_when_refused() {
    let server = Playback::new(&[
        "401 Unauthorized|",
        "200 OK|{\"access_token\":\"t1\",\"token_type\":\"bearer\",\"expires_in\":3600}",
        "200 OK|one",
        "401 Unauthorized|",
        "200 OK|access_token=t2",
        "200 OK|two",
    ])
    .await;
    let yaml = format!(
        "oauth2: {{ enabled: true, client_key: me, client_secret: s, token_url: '{}/token', scopes: [a, b], \
         endpoint_params: {{ audience: [x] }} }}",
        server.url
    );
    let client = client(&server.url, &yaml, Payload::Messages);
    for content in ["one", "two"] {
        let answer = client.exchange(&batch(&["x"])).await.expect("an answer");
        assert_eq!(contents(&answer), [content]);
    }
    let asked = server.asked();
    assert!(asked[0].contains("Authorization: Basic bWU6cw=="), "{}", asked[0]);
    let form = "grant_type=client_credentials&scope=a+b&audience=x&client_id=me&client_secret=s";
    assert!(asked[1].ends_with(form), "{}", asked[1]);
    assert!(asked[2].contains("Authorization: Bearer t1") && asked[3].contains("Authorization: Bearer t1"));
    assert!(asked[5].contains("Authorization: Bearer t2"), "{}", asked[5]);
}

#[tokio::test]
async fn an_answer_that_takes_too_long_is_an_error() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let client = client(&url, "timeout: 20ms\nretries: 0", Payload::Text(None));
    let error = client.exchange(&Batch::new()).await.expect_err("no answer");
    assert!(error.timed_out, "{error}");
}

#[tokio::test]
async fn a_rate_limit_holds_requests_back() {
    let server = Playback::new(&["200 OK|"]).await;
    let mut client = client(&server.url, "", Payload::Messages);
    let claims = Arc::new(Mutex::new(vec![Ok(None), Ok(Some(Duration::from_millis(30)))]));
    client.around.rate_limit = Some(Arc::new(move || {
        let claim = claims.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or(Ok(None));
        Box::pin(std::future::ready(claim))
    }));
    let began = std::time::Instant::now();
    client.exchange(&batch(&["x"])).await.expect("an answer");
    assert!(began.elapsed() >= Duration::from_millis(30));
}
