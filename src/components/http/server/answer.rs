//! Plain answers.

use std::io::Write;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, HeaderValue, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderMap, Response, StatusCode};
use http_body_util::{BodyExt, Full};

pub use super::sniff::content_type;
use crate::component::Body;

/// An answer whose body is there as a whole.
pub type Answer = Response<Bytes>;

/// Bodies of this size and more are compressed outside of the async threads.
const LARGE: usize = 128 * 1024;

/// A sentence for people, on a line of its own.
pub fn text(status: StatusCode, text: &str) -> Answer {
    let mut answer = Answer::new(format!("{text}\n").into());
    *answer.status_mut() = status;
    let plain = HeaderValue::from_static("text/plain; charset=utf-8");
    answer.headers_mut().insert(CONTENT_TYPE, plain);
    answer.headers_mut().insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    answer
}

/// A status without anything else.
pub fn status(status: StatusCode) -> Answer {
    let mut answer = Answer::default();
    *answer.status_mut() = status;
    answer
}

/// The answer as servers send it.
pub fn sent(answer: Answer) -> Response<Body> {
    answer.map(|body| Full::new(body).map_err(|never| match never {}).boxed_unsync())
}

/// Whether a client takes gzip.
pub fn takes_gzip(headers: &HeaderMap) -> bool {
    headers.get_all(ACCEPT_ENCODING).iter().any(|value| {
        // As older servers do, by the bare word: a client that refuses it by `q=0` is not known.
        memchr::memmem::find(value.as_bytes(), b"gzip").is_some()
    })
}

/// Compresses the body of an answer.
pub async fn gzip(answer: Answer) -> Answer {
    if answer.body().is_empty() || answer.headers().contains_key(CONTENT_ENCODING) {
        return answer;
    }
    let (mut head, body) = answer.into_parts();
    let original = body.clone();
    let compressed = match body.len() {
        ..LARGE => compress(&body),
        _ => tokio::task::spawn_blocking(move || compress(&body))
            .await
            .unwrap_or_else(|_| Err(std::io::ErrorKind::Other.into())),
    };
    match compressed {
        Ok(compressed) => {
            head.headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            Answer::from_parts(head, compressed.into())
        }
        Err(_) => Answer::from_parts(head, original),
    }
}

fn compress(body: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(body)?;
    encoder.finish()
}
