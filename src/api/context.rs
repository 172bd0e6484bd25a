//! What the endpoints of the service work with.

use std::sync::Arc;

use super::endpoints::ComponentEndpoints;
use crate::config::Node;
use crate::manager::Manager;
use crate::telemetry::metrics::Exporter;
use crate::value::Str;

/// Everything the endpoints need.
pub struct Api {
    pub manager: Manager,
    pub exporter: Exporter,
    /// Version and build date of the program.
    pub version: (&'static str, &'static str),
    /// The config of the process as it may be shown.
    pub config: Node,
    pub endpoints: Arc<ComponentEndpoints>,
}

/// Whether a stream is connected, below its id. No path of the table, so that a component of the stream may take it.
pub(super) const STREAM_READY: &str = "/ready";

// === impl Api ===

impl Api {
    /// Whether there are many streams, and one is called `id`.
    pub(super) fn has_stream(&self, id: &str) -> bool {
        self.manager.settings().streams_mode && self.manager.get(id).is_some()
    }

    /// Path and description of all endpoints that exist now, by path.
    pub(super) fn list(&self) -> impl Iterator<Item = (Str, Str)> {
        let mut all = self.endpoints.list();
        if self.manager.settings().streams_mode {
            for (id, _) in self.manager.list() {
                let path = format!("/{id}{STREAM_READY}");
                all.entry(path.into()).or_insert_with(|| "Whether the stream is connected.".into());
            }
        }
        all.into_iter()
    }
}
