//! Requests that bring messages.

use std::sync::Arc;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;

use super::super::server::answer::{self, Answer, gzip, sent, takes_gzip};
use super::super::server::metadata::{self, Line, firsts};
use super::exchange::Patience;
use super::{Shared, response};
use crate::client::multipart;
use crate::component::{Body, Handler, Spans};
use crate::message::{Batch, Message, Reply, Trace, batch_of};
use crate::value::Object;

/// The name of the span of a request.
const SPAN: &str = "input_http_server_post";

/// The largest body that is taken: 1 GiB.
pub const LARGEST: usize = 1 << 30;

/// Up to this size contents are copied out of the connection's buffer, which is larger and would be kept with them.
const COPIED: usize = 32 * 1024;

pub fn handler(shared: Arc<Shared>) -> Handler {
    Arc::new(move |request| Box::pin(answered(shared.clone(), request)))
}

async fn answered(shared: Arc<Shared>, request: Request<Incoming>) -> Response<Body> {
    let compress = takes_gzip(request.headers());
    let answer = shared.receive(request).await.unwrap_or_else(|refusal| *refusal);
    sent(if compress { gzip(answer).await } else { answer })
}

/// A refusal is as large as any answer, but rare.
type Answered = Result<Answer, Box<Answer>>;

/// What a request brings.
pub struct Posted {
    pub body: Bytes,
    /// The content type of a body in parts; none: the body is one message.
    pub parts: Option<String>,
    pub metadata: Object,
}

// === impl Shared ===

impl Shared {
    async fn receive(&self, request: Request<Incoming>) -> Answered {
        self.admit(request.method()).await?;
        let (head, body) = request.into_parts();
        let body = Limited::new(body, LARGEST).collect().await;
        let body = body.map_err(|error| self.unreadable(&error.to_string()))?.to_bytes();
        let head = Request::from_parts(head, ());
        let content_type = head.headers().get(CONTENT_TYPE).map(HeaderValue::as_bytes).unwrap_or_default();
        let posted = Posted {
            body: kept(&body),
            parts: parts_type(content_type),
            metadata: metadata::of_request(&Line::of(&head), firsts(head.headers())),
        };
        self.post(posted, &mut Patience::new(self.timeout)).await
    }

    /// Refuses a request that may not bring anything now.
    pub async fn admit(&self, method: &Method) -> Result<(), Box<Answer>> {
        if self.queue.is_closed() {
            return Err(Box::new(response::closing()));
        }
        if !self.verbs.contains(method) {
            return Err(Box::new(answer::text(StatusCode::METHOD_NOT_ALLOWED, "Incorrect method")));
        }
        if let Some(wait) = self.claim().await? {
            let mut refusal = answer::text(StatusCode::TOO_MANY_REQUESTS, "Too Many Requests");
            refusal.headers_mut().insert(RETRY_AFTER, HeaderValue::from(wait.as_secs()));
            return Err(Box::new(refusal));
        }
        Ok(())
    }

    /// Sends what was posted through the stream and answers with what becomes of it.
    pub async fn post(&self, posted: Posted, patience: &mut Patience) -> Answered {
        let mut batch = messages(posted.body, posted.parts).map_err(|reason| self.unreadable(&reason))?;
        let reply = Reply::default();
        if let Some((last, others)) = batch.split_last_mut() {
            for message in others {
                message.replace_meta(posted.metadata.clone());
                message.set_reply(Some(reply.clone()));
            }
            last.replace_meta(posted.metadata);
            last.set_reply(Some(reply.clone()));
        }
        // They end with the answer.
        let _spans = self.cx.tracer().map(|tracer| Spans::root(tracer, SPAN, parent(&batch), &mut batch));
        let end = patience.wait(self.queue.submit(batch)).await;
        let replies: Batch = reply.take().into_iter().flatten().collect();
        Ok(response::of_end(end, replies, &self.responses, self.cx.log()))
    }

    fn unreadable(&self, reason: &str) -> Box<Answer> {
        self.cx.log().warn(format_args!("Request read failed: {reason}"));
        Box::new(answer::text(StatusCode::BAD_REQUEST, "Bad request"))
    }
}

/// The trace that the headers of a request name, which its messages have as metadata.
fn parent(batch: &Batch) -> Option<Trace> {
    let metadata = batch.first()?.meta();
    let (_, value) = metadata.iter().find(|(key, _)| key.eq_ignore_ascii_case("traceparent"))?;
    value.as_str().and_then(Trace::parse)
}

/// A body that may be kept as long as a message lives.
fn kept(body: &Bytes) -> Bytes {
    if body.len() < COPIED { Bytes::copy_from_slice(body) } else { body.clone() }
}

/// The content type of a body in parts.
pub fn parts_type(content_type: &[u8]) -> Option<String> {
    multipart::is_multipart(content_type).then(|| String::from_utf8_lossy(content_type).into_owned())
}

/// One message, or one for each part of the body.
fn messages(body: Bytes, parts: Option<String>) -> Result<Batch, String> {
    let Some(content_type) = parts else { return Ok(batch_of(Message::from_bytes(body))) };
    let parts = multipart::parts(&content_type, &body)?;
    if parts.is_empty() {
        return Err("the multipart body has no part".to_owned());
    }
    Ok(parts.into_iter().map(Message::from_bytes).collect())
}
