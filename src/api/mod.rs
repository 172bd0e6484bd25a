//! The HTTP surface: service endpoints, the Streams API, and the endpoints of components.
//!
//! `server` accepts and guards connections, `service` finds out who answers a path, `handlers` answer for the
//! service, `endpoints` is where components register theirs.

mod answer;
mod auth;
mod endpoints;
mod handlers;
mod request;
mod routes;
mod server;
mod service;

pub use auth::BasicAuth;
pub use endpoints::ComponentEndpoints;
pub use server::{Guards, Server, Service};
pub use service::{Api, Reserved, Surface};

#[cfg(test)]
mod tests;
