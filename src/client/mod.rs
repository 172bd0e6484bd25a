//! Shared wire code: what several components need to speak to the world, with the config fields that belong to it.

mod auth;
mod encrypted;
pub mod http;
mod metadata;
pub mod multipart;
pub mod serve;
mod tls;
pub mod websocket;

pub use auth::{BASIC_AUTH, JWT, OAUTH, OAUTH2, OAuth2, OAuth2Conf, Signer, lists_of_texts};
pub use metadata::MetadataFilter;
pub use tls::{TLS, TlsConf, certificates, private_key, read as read_pem, system_roots};
