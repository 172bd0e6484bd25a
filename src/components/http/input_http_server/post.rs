//! Requests that bring messages.

use std::sync::Arc;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderValue, Request, Response, StatusCode};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;

use super::super::server::answer::{self, Answer, gzip, sent, takes_gzip};
use super::super::server::metadata;
use super::{Shared, response};
use crate::client::multipart;
use crate::component::{Body, Handler};
use crate::message::{Batch, Message, Reply};

/// The largest body that is taken: 1 GiB.
const LARGEST: usize = 1 << 30;

/// Up to this size contents are copied out of the connection's buffer, which is larger and would be kept with them.
const COPIED: usize = 32 * 1024;

pub fn handler(shared: Arc<Shared>) -> Handler {
    Arc::new(move |request| Box::pin(answered(shared.clone(), request)))
}

async fn answered(shared: Arc<Shared>, request: Request<Incoming>) -> Response<Body> {
    let compress = takes_gzip(request.headers());
    let answer = shared.receive(request).await.unwrap_or_else(|refusal| refusal);
    sent(if compress { gzip(answer).await } else { answer })
}

// === impl Shared ===

impl Shared {
    /// Takes the messages of a request and waits for what becomes of them; or refuses them.
    async fn receive(&self, request: Request<Incoming>) -> Result<Answer, Answer> {
        if self.queue.is_closed() {
            return Err(response::closing());
        }
        if !self.verbs.contains(request.method()) {
            return Err(answer::text(StatusCode::METHOD_NOT_ALLOWED, "Incorrect method"));
        }
        if let Some(wait) = self.claim().await? {
            let mut refusal = answer::text(StatusCode::TOO_MANY_REQUESTS, "Too Many Requests");
            refusal.headers_mut().insert(RETRY_AFTER, HeaderValue::from(wait.as_secs()));
            return Err(refusal);
        }
        let (head, body) = request.into_parts();
        let body = Limited::new(body, LARGEST).collect().await;
        let body = body.map_err(|error| self.unreadable(&error.to_string()))?.to_bytes();
        let head = Request::from_parts(head, ());
        let mut batch = messages(&head, body).map_err(|reason| self.unreadable(&reason))?;
        let reply = Reply::default();
        let metadata = metadata::of_request(&head);
        for message in &mut batch {
            message.replace_meta(metadata.clone());
            message.set_reply(Some(reply.clone()));
        }
        let end = self.queue.submit(batch).within(self.timeout).await;
        let replies: Batch = reply.take().into_iter().flatten().collect();
        Ok(response::of_end(end, replies, &self.responses, self.cx.log()))
    }

    fn unreadable(&self, reason: &str) -> Answer {
        self.cx.log().warn(format_args!("Request read failed: {reason}"));
        answer::text(StatusCode::BAD_REQUEST, "Bad request")
    }
}

/// One message, or one for each part of the body.
fn messages(head: &Request<()>, body: Bytes) -> Result<Batch, String> {
    let content_type = head.headers().get(CONTENT_TYPE).map(HeaderValue::as_bytes).unwrap_or_default();
    if !multipart::is_multipart(content_type) {
        let content = if body.len() < COPIED { Bytes::copy_from_slice(&body) } else { body };
        return Ok(crate::message::batch_of(Message::from_bytes(content)));
    }
    let parts = multipart::parts(&String::from_utf8_lossy(content_type), &body)?;
    if parts.is_empty() {
        return Err("the multipart body has no part".to_owned());
    }
    Ok(parts.into_iter().map(Message::from_bytes).collect())
}
