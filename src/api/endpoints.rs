//! The endpoints of components, beside those of the service.

use std::sync::Arc;

use super::routes::Routes;
use super::service::Reserved;
use crate::component::{Endpoints, Handler, Registration};

/// What components have registered.
pub struct ComponentEndpoints {
    pub(super) routes: Routes<Handler>,
    pub(super) reserved: Reserved,
    prefixed: bool,
}

impl ComponentEndpoints {
    /// `prefixed`: whether paths begin with the id of the stream.
    pub fn new(prefixed: bool, reserved: Reserved) -> Arc<Self> {
        Arc::new(Self { routes: Routes::default(), reserved, prefixed })
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
        if self.reserved.contains(&full) {
            return Err(format!("the path {full} belongs to the service itself"));
        }
        let number = self.routes.add(&full, description, handler);
        let routes = self.routes.clone();
        Ok(Registration::new(move || routes.remove(&full, number)))
    }
}
