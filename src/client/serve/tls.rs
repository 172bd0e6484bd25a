//! TLS of servers.

use std::path::Path;
use std::sync::Arc;

use rustls::crypto::ring;
use rustls::{ProtocolVersion, ServerConfig, ServerConnection};
use tokio_rustls::TlsAcceptor;

use super::super::tls::{certificates, private_key, read};

/// What is known about the TLS of a connection; an extension of its requests.
#[derive(Clone, Copy, Debug, Default)]
pub struct TlsInfo {
    /// Such as `TLSv1.3`.
    pub version: &'static str,
    /// Such as `TLS_AES_128_GCM_SHA256`.
    pub cipher_suite: &'static str,
}

impl TlsInfo {
    pub fn of(connection: &ServerConnection) -> Self {
        let version = match connection.protocol_version() {
            Some(ProtocolVersion::TLSv1_3) => "TLSv1.3",
            Some(ProtocolVersion::TLSv1_2) => "TLSv1.2",
            _ => "",
        };
        let suite = connection.negotiated_cipher_suite();
        let name = suite.and_then(|suite| suite.suite().as_str()).unwrap_or_default();
        // The names of TLS 1.3 suites carry the version in rustls, but nowhere else.
        let cipher_suite = SUITES.iter().find(|(ours, _)| *ours == name).map_or(name, |(_, usual)| usual);
        Self { version, cipher_suite }
    }
}

const SUITES: [(&str, &str); 3] = [
    ("TLS13_AES_128_GCM_SHA256", "TLS_AES_128_GCM_SHA256"),
    ("TLS13_AES_256_GCM_SHA384", "TLS_AES_256_GCM_SHA384"),
    ("TLS13_CHACHA20_POLY1305_SHA256", "TLS_CHACHA20_POLY1305_SHA256"),
];

/// Accepts connections with the certificates and the key of two PEM files; offers HTTP/2 and HTTP/1.1.
pub fn acceptor(cert_file: &Path, key_file: &Path) -> Result<TlsAcceptor, String> {
    let (cert_file, key_file) = (&*cert_file.to_string_lossy(), &*key_file.to_string_lossy());
    let chain = certificates(&read(cert_file)?, cert_file)?;
    let key = private_key(&read(key_file)?, key_file)?;
    let unusable = |error| format!("tls: {cert_file} and {key_file} cannot be used: {error}");
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key))
        .map_err(unusable)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}
