//! The HTTP surface: service endpoints, the Streams API, and the endpoints of components.
//!
//! `server` accepts and guards connections, `service` finds out who answers a path, `handlers` answer for the
//! service, `endpoints` is where components register theirs, `playground` is the page of `blobl server`.

mod answer;
mod auth;
mod endpoints;
mod handlers;
mod playground;
mod request;
mod routes;
mod server;
mod service;

pub use auth::BasicAuth;
pub use endpoints::ComponentEndpoints;
pub use playground::Playground;
pub use server::{Guards, Server, Service};
pub use service::{Api, Reserved, Surface};

#[cfg(test)]
mod tests;
