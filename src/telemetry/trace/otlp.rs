//! Spans in the OpenTelemetry protocol.

use std::time::{SystemTime, UNIX_EPOCH};

use super::protobuf::Message;
use super::{Attribute, Record};
use crate::value::Str;

/// Where spans go and what is said about their origin.
#[derive(Clone, Debug)]
pub struct Otlp {
    pub endpoints: Vec<Endpoint>,
    /// What describes this process.
    pub resource: Vec<(Str, Str)>,
    /// The share of traces that are kept, from 0 to 1.
    pub ratio: f64,
}

/// A collector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    pub transport: Transport,
    /// Scheme, host and port.
    pub url: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    Http,
    Grpc,
}

/// The name of what made the spans.
const SCOPE: &str = "redpanda-connect";

/// The kind of a span that is neither a request nor an answer.
const INTERNAL: u64 = 1;

const STATUS_OK: u64 = 1;
const STATUS_ERROR: u64 = 2;

// === impl Transport ===

impl Transport {
    /// What spans are posted to.
    pub const fn path(self) -> &'static str {
        match self {
            Self::Http => "/v1/traces",
            Self::Grpc => "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
        }
    }
}

// === impl Otlp ===

impl Otlp {
    /// A request that exports spans, as a Protocol Buffers message.
    pub fn request(&self, spans: &[Record]) -> Vec<u8> {
        let resource = self
            .resource
            .iter()
            .fold(Message::default(), |resource, (key, value)| resource.message(1, attribute(key, value)));
        let scope = Message::default().text(1, SCOPE);
        let scoped =
            spans.iter().fold(Message::default().message(1, scope), |all, it| all.message(2, span(it)));
        let from_here = Message::default().message(1, resource).message(2, scoped);
        Message::default().message(1, from_here).finish()
    }
}

fn span(record: &Record) -> Message {
    let mut message = Message::default()
        .bytes(1, &record.context.trace.to_be_bytes())
        .bytes(2, &record.context.span.to_be_bytes());
    if record.parent != 0 {
        message = message.bytes(4, &record.parent.to_be_bytes());
    }
    message = message
        .text(5, &record.name)
        .integer(6, INTERNAL)
        .fixed(7, nanoseconds(record.began))
        .fixed(8, nanoseconds(record.ended));
    for (key, value) in &record.attributes {
        message = message.message(9, pair(key, value));
    }
    match &record.status {
        None => {}
        Some(Ok(())) => message = message.message(15, Message::default().integer(3, STATUS_OK)),
        Some(Err(why)) => {
            message = message.message(15, Message::default().text(2, why).integer(3, STATUS_ERROR));
        }
    }
    if let Some(error) = &record.error {
        let event = Message::default()
            .fixed(1, nanoseconds(record.ended))
            .text(2, "event")
            .message(3, attribute("type", error));
        message = message.message(9, attribute("error", "true")).message(11, event);
    }
    message
}

fn attribute(key: &str, value: &str) -> Message {
    Message::default().text(1, key).message(2, Message::default().text(1, value))
}

fn pair(key: &str, value: &Attribute) -> Message {
    match value {
        Attribute::Text(text) => attribute(key, text),
        Attribute::Integer(n) => {
            Message::default().text(1, key).message(2, Message::default().integer(3, *n))
        }
    }
}

fn nanoseconds(time: SystemTime) -> u64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::SpanContext;
    use super::*;

    #[test]
    fn a_span_is_written_whole() {
        let record = Record {
            context: SpanContext { trace: 0x0102, span: 3, sampled: true },
            parent: 4,
            name: "x".into(),
            began: UNIX_EPOCH + Duration::from_nanos(5),
            ended: UNIX_EPOCH + Duration::from_nanos(6),
            attributes: vec![("n", Attribute::Integer(7))],
            error: None,
            status: Some(Ok(())),
        };
        let mut expected = vec![10, 16];
        expected.extend_from_slice(&0x0102_u128.to_be_bytes());
        expected.extend_from_slice(&[18, 8, 0, 0, 0, 0, 0, 0, 0, 3, 34, 8, 0, 0, 0, 0, 0, 0, 0, 4]);
        expected
            .extend_from_slice(&[42, 1, b'x', 48, 1, 57, 5, 0, 0, 0, 0, 0, 0, 0, 65, 6, 0, 0, 0, 0, 0, 0, 0]);
        expected.extend_from_slice(&[74, 7, 10, 1, b'n', 18, 2, 24, 7, 122, 2, 24, 1]);
        assert_eq!(span(&record).finish(), expected);
        let otlp =
            Otlp { endpoints: Vec::new(), resource: vec![("service.name".into(), "s".into())], ratio: 1.0 };
        let request = otlp.request(&[record]);
        assert!(request.windows(12).any(|window| window == b"service.name"));
        assert!(request.windows(expected.len()).any(|window| window == expected));
    }
}
