//! The HTTP surface: service endpoints, the Streams API, and the endpoints of components.
//!
//! `server` accepts and guards connections, `router` finds out who answers a path, `handlers` answer for the
//! service, `endpoints` is where components register theirs, `playground` is the page of `blobl server`.

mod answer;
mod auth;
mod context;
mod endpoints;
mod handlers;
mod playground;
mod request;
mod router;
mod routes;
mod server;

pub use auth::BasicAuth;
pub use context::Api;
pub use endpoints::ComponentEndpoints;
pub use playground::Playground;
pub use router::{Router, Surface};
pub use server::{Guards, Server, Service};

#[cfg(test)]
mod tests;
