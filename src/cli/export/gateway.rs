//! A Prometheus push gateway.

use std::time::Duration;

use crate::telemetry::metrics::{Metrics, Prometheus, Push, TEXT_FORMAT};

/// How long one push may take.
const LIMIT: Duration = Duration::from_secs(10);

pub struct Gateway {
    client: reqwest::Client,
    push: Push,
    prometheus: Prometheus,
}

// === impl Gateway ===

impl Gateway {
    /// The gateway that the exporter names, if it names one.
    pub fn of(prometheus: &Prometheus) -> Result<Option<Self>, String> {
        let Some(push) = prometheus.push.clone() else { return Ok(None) };
        let client = reqwest::Client::builder().timeout(LIMIT).build();
        let client = client.map_err(|error| format!("failed to prepare pushing metrics: {error}"))?;
        Ok(Some(Self { client, push, prometheus: prometheus.clone() }))
    }

    pub fn interval(&self) -> Option<Duration> {
        self.push.interval
    }

    pub async fn send(&self, metrics: &Metrics) -> Result<(), String> {
        let url = format!("{}/metrics/job/{}", self.push.url.trim_end_matches('/'), self.push.job);
        let mut request = self.client.put(&url).header(http::header::CONTENT_TYPE, TEXT_FORMAT);
        if let Some((name, password)) = &self.push.auth {
            request = request.basic_auth(name, Some(password));
        }
        let answer = request.body(self.prometheus.render(metrics).concat()).send().await;
        match answer.map_err(|error| error.to_string())?.status() {
            status if status.is_success() => Ok(()),
            status => Err(format!("{url} answered {status}")),
        }
    }
}
