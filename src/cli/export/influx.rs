//! An InfluxDB server.

use std::time::{Duration, Instant, SystemTime};

use crate::telemetry::metrics::{Influx, Metrics};

pub struct Server {
    influx: Influx,
    client: reqwest::Client,
    /// When points were last written, and when the server was last asked whether it is there.
    written: Instant,
    asked: Instant,
}

// === impl Server ===

impl Server {
    pub fn new(influx: &Influx) -> Result<Self, String> {
        let builder = reqwest::Client::builder().timeout(influx.timeout);
        let builder = match &influx.tls {
            Some(tls) => builder.tls_backend_preconfigured((**tls).clone()),
            None => builder,
        };
        let client =
            builder.build().map_err(|error| format!("failed to prepare writing metrics: {error}"))?;
        Ok(Self { influx: influx.clone(), client, written: Instant::now(), asked: Instant::now() })
    }

    pub fn interval(&self) -> Duration {
        self.influx.interval.min(self.influx.ping_interval)
    }

    /// Writes all points, or only asks whether the server is there while it is too early for that.
    pub async fn send(&mut self, metrics: &Metrics) -> Result<(), String> {
        // The last time comes early; then everything is written too.
        let early = self.written.elapsed() < self.influx.interval;
        if early && self.asked.elapsed() >= self.influx.ping_interval {
            self.asked = Instant::now();
            return self.check(self.client.get(format!("{}/ping", self.influx.url))).await;
        }
        self.written = Instant::now();
        let points = self.influx.points(metrics, SystemTime::now());
        if points.is_empty() {
            return Ok(());
        }
        let parameters =
            form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.influx.parameters).finish();
        let request = self.client.post(format!("{}/write?{parameters}", self.influx.url));
        self.check(request.body(points)).await
    }

    async fn check(&self, request: reqwest::RequestBuilder) -> Result<(), String> {
        let request = match &self.influx.auth {
            Some((name, password)) => request.basic_auth(name, Some(password)),
            None => request,
        };
        let answer = request.send().await.map_err(|error| error.without_url().to_string())?;
        let status = answer.status();
        if status.is_success() {
            return Ok(());
        }
        let why = answer.text().await.unwrap_or_default();
        Err(format!("InfluxDB answered {status}: {}", why.trim()))
    }
}
