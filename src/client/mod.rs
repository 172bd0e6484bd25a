//! Shared wire code: what several components need to speak to the world, with the config fields that belong to it.

mod auth;
pub mod http;
mod metadata;
pub mod multipart;
pub mod serve;
mod tls;

pub use auth::{BASIC_AUTH, JWT, OAUTH, OAUTH2, OAuth2, OAuth2Conf, Signer};
pub use metadata::MetadataFilter;
pub use tls::{TLS, TlsConf};
