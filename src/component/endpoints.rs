//! How components serve HTTP on the service's own address.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use http_body_util::combinators::UnsyncBoxBody;
use hyper::body::Incoming;

use crate::value::Str;

/// The body of an answer.
pub type Body = UnsyncBoxBody<Bytes, std::io::Error>;

/// Answers requests of one path. The request's extensions hold the variables of the path as [`PathVars`] and the
/// client's [`SocketAddr`](std::net::SocketAddr).
pub type Handler =
    Arc<dyn Fn(http::Request<Incoming>) -> BoxFuture<'static, http::Response<Body>> + Send + Sync>;

/// What the `{name}` segments of a path matched, in order.
#[derive(Clone, Debug, Default)]
pub struct PathVars(pub Vec<(Str, Str)>);

/// The service's HTTP surface as components see it.
pub trait Endpoints: Send + Sync {
    /// Serves `path` of stream `stream` until the registration is dropped. Segments like `{name}` match anything;
    /// a path that ends in `/` matches all below it.
    fn register(
        &self,
        stream: &str,
        path: &str,
        description: &str,
        handler: Handler,
    ) -> Result<Registration, String>;
}

/// Keeps an endpoint served for as long as it lives.
#[must_use = "dropping a registration stops serving the endpoint"]
pub struct Registration(Option<Box<dyn FnOnce() + Send + Sync>>);

impl Registration {
    pub fn new(unregister: impl FnOnce() + Send + Sync + 'static) -> Self {
        Self(Some(Box::new(unregister)))
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        if let Some(unregister) = self.0.take() {
            unregister();
        }
    }
}
