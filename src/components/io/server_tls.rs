//! TLS of the `socket_server` input: its certificate, and what it wants of clients.

use std::sync::Arc;

use rustls::ServerConfig;
use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, UnixTime};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{DigitallySignedStruct, DistinguishedName, SignatureScheme};
use tokio_rustls::TlsAcceptor;

use crate::client::{certificates, private_key, read_pem, system_roots};
use crate::config::{Field, field};
use crate::value::Str;

pub const CLIENT_AUTH: Field<Str> = field("client_auth")
    .default("no")
    .options(&["no", "request", "require_any", "require_valid", "verify_if_given"])
    .version("4.44.1")
    .doc("Whether clients have to identify themselves: not at all, if they like, with any certificate, with one that the system trusts, or with such a one if they do.");

/// The settings as they were written.
pub struct ServerTls {
    pub cert_file: Option<Str>,
    pub key_file: Option<Str>,
    pub self_signed: bool,
    pub client_auth: Str,
}

// === impl ServerTls ===

impl ServerTls {
    pub fn acceptor(&self) -> Result<TlsAcceptor, String> {
        let (chain, key) = match (&self.cert_file, &self.key_file) {
            (Some(cert), Some(key)) => {
                (certificates(&read_pem(cert)?, cert)?, private_key(&read_pem(key)?, key)?)
            }
            _ if self.self_signed => own_certificate()?,
            _ => return Err("a certificate is needed: cert_file with key_file, or self_signed".to_owned()),
        };
        let provider = Arc::new(ring::default_provider());
        let builder = ServerConfig::builder_with_provider(provider.clone())
            .with_safe_default_protocol_versions()
            .map_err(|error| error.to_string())?
            .with_client_cert_verifier(self.verifier(provider)?);
        let config = builder.with_single_cert(chain, key).map_err(|error| error.to_string())?;
        Ok(TlsAcceptor::from(Arc::new(config)))
    }

    fn verifier(&self, provider: Arc<CryptoProvider>) -> Result<Arc<dyn ClientCertVerifier>, String> {
        let trusted = || WebPkiClientVerifier::builder_with_provider(system_roots(), provider.clone());
        let built = match self.client_auth.as_str() {
            "no" => return Ok(WebPkiClientVerifier::no_client_auth()),
            "request" => return Ok(Arc::new(AnyClient { provider, mandatory: false })),
            "require_any" => return Ok(Arc::new(AnyClient { provider, mandatory: true })),
            "require_valid" => trusted().build(),
            "verify_if_given" => trusted().allow_unauthenticated().build(),
            other => return Err(format!("the client_auth '{other}' is not known")),
        };
        built.map(|verifier| verifier as Arc<dyn ClientCertVerifier>).map_err(|error| error.to_string())
    }
}

fn own_certificate() -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), String> {
    let own = rcgen::generate_simple_self_signed(["localhost".to_owned()]);
    let own = own.map_err(|error| format!("a certificate cannot be made: {error}"))?;
    let key = PrivateKeyDer::Pkcs8(own.signing_key.serialize_der().into());
    Ok((vec![own.cert.der().clone()], key))
}

/// Takes any certificate of a client, but only from one that has its key.
#[derive(Debug)]
struct AnyClient {
    provider: Arc<CryptoProvider>,
    mandatory: bool,
}

impl ClientCertVerifier for AnyClient {
    fn client_auth_mandatory(&self) -> bool {
        self.mandatory
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        _certificate: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _now: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
