//! Stopping a stream: gracefully for most of the time there is, then by force. It always ends.

use std::time::Duration;

use super::{End, Stream};

/// A stream that has stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stopped {
    pub end: Option<End>,
    /// What was in the way, if it had to be forced.
    pub forced: Option<Forced>,
}

/// Why a stream did not stop by itself in time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forced {
    /// Components that were not connected at that time, by their path.
    pub not_connected: Vec<String>,
    /// Tasks that were still running.
    pub tasks: usize,
}

/// How long tasks get to notice that they are killed; they do at their next await.
const KILL_GRACE: Duration = Duration::from_secs(1);

impl Stream {
    /// Asks the input to stop reading and waits for everything under way to be delivered; when three quarters of
    /// `timeout` are over (all of it, if that is less than a second), ends it by force.
    pub async fn stop(&self, timeout: Duration) -> Stopped {
        self.stop.cancel();
        let graceful = timeout.mul_f64(0.75);
        let graceful = if graceful > Duration::from_secs(1) { graceful } else { timeout };
        if let Ok(end) = tokio::time::timeout(graceful, self.ended()).await {
            return Stopped { end: Some(end), forced: None };
        }
        let statuses = self.connections().statuses();
        let not_connected = statuses.into_iter().filter(|s| !s.connected).map(|s| s.origin.path.to_string());
        let forced = Forced { not_connected: not_connected.collect(), tasks: self.environment().tasks.len() };
        self.environment().tasks.kill();
        let rest = timeout.saturating_sub(graceful).max(KILL_GRACE);
        let end = tokio::time::timeout(rest, self.ended()).await.ok();
        Stopped { end, forced: Some(forced) }
    }
}

impl std::fmt::Display for Forced {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} tasks were still running", self.tasks)?;
        if !self.not_connected.is_empty() {
            write!(f, "; not connected: {}", self.not_connected.join(", "))?;
        }
        Ok(())
    }
}
