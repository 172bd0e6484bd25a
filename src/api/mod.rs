//! The HTTP surface: service endpoints, the Streams API, and the endpoints of components.

pub mod answer;
pub mod auth;
pub mod cors;
pub mod routes;
pub mod server;
pub mod tls;
