//! Answers: JSON, text, and errors with a stable code.

use std::io;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Method, Response, StatusCode};
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::Frame;

use crate::component::Body;
use crate::value::json::print;
use crate::value::{Object, Str, Value};

pub type Answer = Response<Body>;

/// A request that failed: what the client gets to know.
#[derive(Clone, Debug)]
pub struct Failure {
    pub status: StatusCode,
    /// Stable, for programs, such as `stream_not_found`.
    pub code: &'static str,
    /// For people: what, where, why.
    pub error: String,
    /// Further members of the answer.
    pub details: Vec<(Str, Value)>,
}

// === impl Failure ===

impl Failure {
    pub fn new(status: StatusCode, code: &'static str, error: impl Into<String>) -> Self {
        Self { status, code, error: error.into(), details: Vec::new() }
    }

    pub fn bad_request(code: &'static str, error: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, error)
    }

    pub fn not_found(code: &'static str, error: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, code, error)
    }

    /// A verb that an endpoint does not know.
    pub fn unsupported(what: &str, method: &Method) -> Self {
        Self::bad_request("method_not_supported", format!("{what} not supported: {method}"))
    }

    /// Adds a member to the answer.
    pub fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.details.push((key.into(), value.into()));
        self
    }
}

impl From<Failure> for Answer {
    fn from(failure: Failure) -> Self {
        let mut object: Object = failure.details.into_iter().collect();
        object.insert("code".into(), failure.code.into());
        object.insert("error".into(), failure.error.into());
        json(failure.status, &Value::Object(object))
    }
}

/// 200 without a body.
pub fn done() -> Answer {
    Response::new(full(Bytes::new()))
}

pub fn text(text: impl Into<Bytes>) -> Answer {
    with_type(StatusCode::OK, "text/plain; charset=utf-8", full(text.into()))
}

/// `value` on one line.
pub fn json(status: StatusCode, value: &Value) -> Answer {
    // What the API answers holds neither NaN nor infinities, so there always is a text.
    let mut text = print(value).unwrap_or_default();
    text.push(b'\n');
    with_type(status, "application/json", full(text.into()))
}

/// A body of several pieces, sent one after the other.
pub fn pieces(content_type: &'static str, pieces: Vec<Bytes>) -> Answer {
    let frames = futures_util::stream::iter(pieces.into_iter().map(|piece| Ok(Frame::data(piece))));
    with_type(StatusCode::OK, content_type, StreamBody::new(frames).boxed_unsync())
}

pub fn with_type(status: StatusCode, content_type: &'static str, body: Body) -> Answer {
    let mut answer = Response::new(body);
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    answer
}

pub fn full(bytes: Bytes) -> Body {
    Full::new(bytes).map_err(|never| -> io::Error { match never {} }).boxed_unsync()
}
