//! Pushing metrics to a Prometheus push gateway: regularly, and once at the end.

use std::time::Duration;

use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::telemetry::Logger;
use crate::telemetry::metrics::{Exporter, Metrics, Prometheus, Push, TEXT_FORMAT};

/// How long one push may take.
const LIMIT: Duration = Duration::from_secs(10);

/// The task that pushes until it is stopped.
pub struct Pusher {
    task: JoinHandle<()>,
    stop: CancellationToken,
}

impl Pusher {
    /// Starts pushing, if the exporter does that.
    pub fn start(exporter: &Exporter, metrics: Metrics, log: Logger) -> Result<Option<Self>, String> {
        let Exporter::Prometheus(prometheus) = exporter else { return Ok(None) };
        let Some(push) = prometheus.push.clone() else { return Ok(None) };
        let client = reqwest::Client::builder().timeout(LIMIT).build();
        let client = client.map_err(|error| format!("failed to prepare pushing metrics: {error}"))?;
        let (prometheus, stop) = (prometheus.clone(), CancellationToken::new());
        let stopped = stop.clone();
        let task = tokio::spawn(async move {
            loop {
                let pause = push.interval.unwrap_or(Duration::MAX);
                let last = stopped.run_until_cancelled(tokio::time::sleep(pause)).await.is_none();
                if let Err(error) = send(&client, &push, &prometheus, &metrics).await {
                    log.error(format_args!("Failed to push metrics: {error}"));
                }
                if last {
                    return;
                }
            }
        });
        Ok(Some(Self { task, stop }))
    }

    /// Pushes a last time.
    pub async fn finish(self) {
        self.stop.cancel();
        // Each push is bounded, and a panic of the task would have been told.
        let _ = self.task.await;
    }
}

async fn send(
    client: &reqwest::Client,
    push: &Push,
    prometheus: &Prometheus,
    metrics: &Metrics,
) -> Result<(), String> {
    let url = format!("{}/metrics/job/{}", push.url.trim_end_matches('/'), push.job);
    let mut request = client.put(&url).header(http::header::CONTENT_TYPE, TEXT_FORMAT);
    if let Some((name, password)) = &push.auth {
        request = request.basic_auth(name, Some(password));
    }
    let answer = request.body(prometheus.render(metrics).concat()).send().await;
    let answer = answer.map_err(|error| error.to_string())?;
    match answer.status() {
        status if status.is_success() => Ok(()),
        status => Err(format!("{url} answered {status}")),
    }
}
