//! Spans of requests, with the attributes that OpenTelemetry has for HTTP clients.

use std::borrow::Cow;

use super::error::{HttpError, without_password};
use super::request::Request;
use crate::message::{Batch, Trace};
use crate::telemetry::trace::{Attribute, Span, SpanContext, Tracer};

/// One span for each message that a request is made of; they end when they are dropped.
pub struct RequestSpans(Vec<Span>);

// === impl RequestSpans ===

impl RequestSpans {
    /// Begins spans where something is traced. The messages carry them while the request is made.
    pub fn begin<'b>(tracer: &Tracer, batch: &'b Batch) -> (Self, Cow<'b, Batch>) {
        if !tracer.is_active() {
            return (Self(Vec::new()), Cow::Borrowed(batch));
        }
        let mut batch = batch.clone();
        let mut spans = Vec::new();
        for message in &mut batch {
            // Inputs ask with messages that have left the process, or with none.
            let Some(Trace { id: trace, span, sampled }) = message.trace() else { continue };
            let parent = SpanContext { trace, span, sampled };
            let Some(span) = tracer.start("http_request", Some(parent)) else { continue };
            let SpanContext { trace: id, span: number, sampled } = span.context();
            message.set_trace(Some(Trace { id, span: number, sampled }));
            spans.push(span);
        }
        (Self(spans), Cow::Owned(batch))
    }

    /// Notes what is asked.
    pub fn asks(&mut self, request: &Request) {
        if self.0.is_empty() {
            return;
        }
        let url = &request.url;
        self.text("http.request.method", request.method.as_str());
        self.text("url.full", &without_password(url));
        self.text("url.scheme", url.scheme());
        self.text("server.address", url.host_str().unwrap_or_default());
        if let Some(port) = url.port() {
            self.integer("server.port", port.into());
        }
        self.text("network.protocol.version", "HTTP/1.1");
        if let Some(agent) = request.headers.get(http::header::USER_AGENT) {
            self.text("user_agent.original", &String::from_utf8_lossy(agent.as_bytes()));
        }
    }

    /// Notes that the request is sent for the `n`th time after the first.
    pub fn asks_again(&mut self, n: u64) {
        self.integer("http.request.resend_count", n);
    }

    pub fn succeeds(&mut self, status: u16) {
        self.integer("http.response.status_code", status.into());
        self.0.iter_mut().for_each(|span| span.end_call(Ok(())));
    }

    pub fn fails(&mut self, error: &HttpError) {
        if self.0.is_empty() {
            return;
        }
        let kind = match error.status {
            Some(status) => {
                self.integer("http.response.status_code", status.into());
                status.to_string()
            }
            None if error.timed_out => "timeout".to_owned(),
            None => "request_error".to_owned(),
        };
        self.text("error.type", &kind);
        let why = error.to_string();
        self.0.iter_mut().for_each(|span| span.end_call(Err(why.as_str().into())));
    }

    fn text(&mut self, key: &'static str, text: &str) {
        self.0.iter_mut().for_each(|span| span.set(key, Attribute::Text(text.into())));
    }

    fn integer(&mut self, key: &'static str, n: u64) {
        self.0.iter_mut().for_each(|span| span.set(key, Attribute::Integer(n)));
    }
}
