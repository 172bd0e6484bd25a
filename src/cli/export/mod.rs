//! Metrics and traces that the process sends by itself: regularly, and once at the end.

mod gateway;
mod influx;
mod statsd;
mod traces;

use std::time::Duration;

use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::telemetry::Logger;
use crate::telemetry::metrics::{Exporter, Logged, Metrics, Since};

pub use traces::Traces;

/// The task that sends until it is stopped.
pub struct Pusher {
    task: JoinHandle<()>,
    stop: CancellationToken,
}

/// Where metrics are sent.
enum Target {
    Gateway(gateway::Gateway),
    Influx(influx::Server),
    Statsd(statsd::Server),
    Log(Logged, Since),
}

// === impl Pusher ===

impl Pusher {
    /// Starts sending, if the exporter does that.
    pub fn start(exporter: &Exporter, metrics: Metrics, log: Logger) -> Result<Option<Self>, String> {
        let Some(mut target) = Target::of(exporter)? else { return Ok(None) };
        let stop = CancellationToken::new();
        let stopped = stop.clone();
        let task = tokio::spawn(async move {
            loop {
                let pause = target.interval().unwrap_or(Duration::MAX);
                let last = stopped.run_until_cancelled(tokio::time::sleep(pause)).await.is_none();
                if let Err(error) = target.send(&metrics, &log).await {
                    log.error(format_args!("Failed to send metrics: {error}"));
                }
                if last {
                    return;
                }
            }
        });
        Ok(Some(Self { task, stop }))
    }

    /// Sends a last time.
    pub async fn finish(self) {
        self.stop.cancel();
        // Each time is bounded, and a panic of the task would have been told.
        let _ = self.task.await;
    }
}

// === impl Target ===

impl Target {
    fn of(exporter: &Exporter) -> Result<Option<Self>, String> {
        Ok(match exporter {
            Exporter::None | Exporter::JsonApi => None,
            Exporter::Prometheus(prometheus) => gateway::Gateway::of(prometheus)?.map(Self::Gateway),
            Exporter::Influx(influx) => Some(Self::Influx(influx::Server::new(influx)?)),
            Exporter::Statsd(statsd) => Some(Self::Statsd(statsd::Server::new(statsd.clone()))),
            Exporter::Logged(logged) => Some(Self::Log(logged.clone(), Since::default())),
        })
    }

    /// How long to wait between two times; none for once at the end.
    fn interval(&self) -> Option<Duration> {
        match self {
            Self::Gateway(gateway) => gateway.interval(),
            Self::Influx(server) => Some(server.interval()),
            Self::Statsd(server) => Some(server.interval()),
            Self::Log(logged, _) => logged.interval,
        }
    }

    async fn send(&mut self, metrics: &Metrics, log: &Logger) -> Result<(), String> {
        match self {
            Self::Gateway(gateway) => gateway.send(metrics).await,
            Self::Influx(server) => server.send(metrics).await,
            Self::Statsd(server) => server.send(metrics).await,
            Self::Log(logged, since) => {
                logged.write(metrics, since, log);
                Ok(())
            }
        }
    }
}
