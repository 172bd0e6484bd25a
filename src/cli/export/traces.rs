//! Sends spans to OpenTelemetry collectors: regularly, early when there are many, and once at the end.

use std::time::Duration;

use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::telemetry::Logger;
use crate::telemetry::trace::{Endpoint, Exporter, Otlp, Record, Tracer, Transport};

/// Between two exports.
const PAUSE: Duration = Duration::from_secs(5);

/// How long one export may take.
const LIMIT: Duration = Duration::from_secs(10);

/// The task that sends until it is stopped.
pub struct Traces {
    task: JoinHandle<()>,
    stop: CancellationToken,
}

// === impl Traces ===

impl Traces {
    /// The tracer that an exporter wants, and the task that sends what it records.
    pub fn start(exporter: &Exporter, log: Logger) -> Result<(Tracer, Option<Self>), String> {
        let Exporter::Otlp(otlp) = exporter else { return Ok((Tracer::default(), None)) };
        let tracer = Tracer::new(otlp.ratio);
        let sender = Sender::new(otlp.clone())?;
        let (spans, stop) = (tracer.clone(), CancellationToken::new());
        let stopped = stop.clone();
        let task = tokio::spawn(async move {
            loop {
                let last = tokio::select! {
                    () = stopped.cancelled() => true,
                    () = tokio::time::sleep(PAUSE) => false,
                    () = spans.many() => false,
                };
                let (ended, dropped) = spans.take();
                if dropped > 0 {
                    log.warn(format_args!("{dropped} spans were dropped, as too many waited to be sent"));
                }
                sender.send(&ended, &log).await;
                if last {
                    return;
                }
            }
        });
        Ok((tracer, Some(Self { task, stop })))
    }

    /// Sends a last time.
    pub async fn finish(self) {
        self.stop.cancel();
        // Each export is bounded, and a panic of the task would have been told.
        let _ = self.task.await;
    }
}

struct Sender {
    otlp: Otlp,
    http: reqwest::Client,
    /// Speaks HTTP/2 without being asked to, as gRPC does.
    grpc: reqwest::Client,
}

// === impl Sender ===

impl Sender {
    fn new(otlp: Otlp) -> Result<Self, String> {
        let unprepared = |error: reqwest::Error| format!("failed to prepare sending traces: {error}");
        let client = || reqwest::Client::builder().timeout(LIMIT);
        let http = client().build().map_err(unprepared)?;
        let grpc = client().http2_prior_knowledge().build().map_err(unprepared)?;
        Ok(Self { otlp, http, grpc })
    }

    async fn send(&self, spans: &[Record], log: &Logger) {
        if spans.is_empty() {
            return;
        }
        let request = self.otlp.request(spans);
        for endpoint in &self.otlp.endpoints {
            if let Err(error) = self.post(endpoint, &request).await {
                log.error(format_args!("Failed to send traces to {}: {error}", endpoint.url));
            }
        }
    }

    async fn post(&self, endpoint: &Endpoint, request: &[u8]) -> Result<(), String> {
        let url = format!("{}{}", endpoint.url, endpoint.transport.path());
        let request = match endpoint.transport {
            Transport::Http => {
                self.http.post(url).header("content-type", "application/x-protobuf").body(request.to_vec())
            }
            Transport::Grpc => self
                .grpc
                .post(url)
                .header("content-type", "application/grpc")
                .header("te", "trailers")
                .body(framed(request)),
        };
        let answer = request.send().await.map_err(|error| error.without_url().to_string())?;
        let status = answer.status();
        let code = answer.headers().get("grpc-status").and_then(|code| code.to_str().ok());
        match code {
            Some(code) if code != "0" => Err(format!("the collector answered gRPC status {code}")),
            _ if status.is_success() => Ok(()),
            _ => Err(format!("the collector answered {status}")),
        }
    }
}

/// A message as gRPC sends it: not compressed, its length before it.
fn framed(message: &[u8]) -> Vec<u8> {
    let length = u32::try_from(message.len()).unwrap_or(u32::MAX);
    [&[0][..], &length.to_be_bytes(), message].concat()
}
