//! The endpoints of components, beside those of the service.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::routes::{Match, Routes};
use crate::component::{Endpoints, Handler, Registration};
use crate::value::Str;

/// What components have registered.
pub struct ComponentEndpoints {
    routes: Routes<Handler>,
    /// The endpoints of the service itself.
    reserved: Routes<()>,
    prefixed: bool,
}

// === impl ComponentEndpoints ===

impl ComponentEndpoints {
    /// `prefixed`: whether paths begin with the id of the stream. `reserved`: what components cannot take.
    pub fn new(prefixed: bool, reserved: Routes<()>) -> Arc<Self> {
        Arc::new(Self { routes: Routes::default(), reserved, prefixed })
    }

    /// The component that serves a decoded path.
    pub(super) fn find(&self, path: &str) -> Option<Match<Handler>> {
        self.routes.find(path)
    }

    /// Path and description of all endpoints, those of the service among them.
    pub(super) fn list(&self) -> BTreeMap<Str, Str> {
        let mut all = self.reserved.list();
        all.extend(self.routes.list());
        all
    }
}

impl Endpoints for ComponentEndpoints {
    fn register(
        &self,
        stream: &str,
        path: &str,
        description: &str,
        handler: Handler,
    ) -> Result<Registration, String> {
        let path = path.strip_prefix('/').unwrap_or(path);
        let full = match stream {
            id if self.prefixed && !id.is_empty() => format!("/{id}/{path}"),
            _ => format!("/{path}"),
        };
        if self.reserved.find(&full).is_some() {
            return Err(format!("the path {full} belongs to the service itself"));
        }
        let number = self.routes.add(&full, description, handler);
        let routes = self.routes.clone();
        Ok(Registration::new(move || routes.remove(&full, number)))
    }
}
