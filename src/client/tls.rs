//! TLS of clients: the common block of fields, and the settings of rustls that it means.

use std::fmt::Display;
use std::path::Path;
use std::sync::{Arc, LazyLock};

use rustls::client::ResolvesClientCert;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::sign::CertifiedKey;
use rustls::{
    ClientConfig, ConfigBuilder, DigitallySignedStruct, RootCertStore, SignatureScheme, WantsVerifier,
};

use super::encrypted;
use crate::config::{AnyField, Conf, ConfError, Field, FromConf, field, without_effect};
use crate::value::Str;

/// The usual field of TLS settings that can be switched on.
pub const TLS: Field<TlsConf> = field("tls")
    .advanced()
    .doc("TLS settings of the connection; without them the system's certificates are trusted.");

const ENABLED: Field<bool> =
    field("enabled").default(false).advanced().doc("Whether these settings are used.");
const SKIP_VERIFY: Field<bool> = field("skip_cert_verify")
    .default(false)
    .advanced()
    .doc("Whether any certificate of the server is accepted.");
const RENEGOTIATION: Field<bool> = field("enable_renegotiation")
    .default(false)
    .advanced()
    .version("3.45.0")
    .rule(without_effect)
    .doc("Has no effect: renegotiation is unsafe, and a server that insists on it is not talked to.");
const ROOT_CAS: Field<Str> = field("root_cas")
    .default("")
    .advanced()
    .secret()
    .doc("The certificates that are trusted, as PEM text, instead of those of the system.");
const ROOT_CAS_FILE: Field<Str> = field("root_cas_file")
    .default("")
    .advanced()
    .doc("A PEM file with the certificates that are trusted, instead of those of the system.");
const CLIENT_CERTS: Field<Vec<ClientCert>> = field("client_certs").default_list(&[]).advanced().doc(
    "Certificates to identify with, each as texts (`cert`, `key`) or as files (`cert_file`, `key_file`).",
);

const CERT: Field<Str> = field("cert").default("").advanced().doc("A certificate as PEM text.");
const KEY: Field<Str> = field("key").default("").advanced().secret().doc("Its key as PEM text.");
const CERT_FILE: Field<Str> = field("cert_file").default("").advanced().doc("A PEM file with a certificate.");
const KEY_FILE: Field<Str> = field("key_file").default("").advanced().doc("A PEM file with its key.");
const PASSWORD: Field<Str> = field("password")
    .default("")
    .advanced()
    .secret()
    .doc("The password of the key, where it is encrypted: in PKCS #8, or with AES as OpenSSL used to.");

/// TLS settings of a client as they were written.
#[derive(Clone, Debug, Default)]
pub struct TlsConf {
    enabled: bool,
    skip_verify: bool,
    root_cas: Str,
    root_cas_file: Str,
    client_certs: Vec<ClientCert>,
}

#[derive(Clone, Debug)]
struct ClientCert {
    cert: Str,
    key: Str,
    cert_file: Str,
    key_file: Str,
    password: Str,
}

impl FromConf for TlsConf {
    const FIELDS: &'static [&'static dyn AnyField] =
        &[&ENABLED, &SKIP_VERIFY, &RENEGOTIATION, &ROOT_CAS, &ROOT_CAS_FILE, &CLIENT_CERTS];

    fn from_conf(conf: &Conf) -> Result<Self, ConfError> {
        Ok(Self {
            enabled: conf.get(&ENABLED)?,
            skip_verify: conf.get(&SKIP_VERIFY)?,
            root_cas: conf.get(&ROOT_CAS)?,
            root_cas_file: conf.get(&ROOT_CAS_FILE)?,
            client_certs: conf.get(&CLIENT_CERTS)?,
        })
    }
}

impl FromConf for ClientCert {
    const FIELDS: &'static [&'static dyn AnyField] = &[&CERT, &KEY, &CERT_FILE, &KEY_FILE, &PASSWORD];

    fn from_conf(conf: &Conf) -> Result<Self, ConfError> {
        Ok(Self {
            cert: conf.get(&CERT)?,
            key: conf.get(&KEY)?,
            cert_file: conf.get(&CERT_FILE)?,
            key_file: conf.get(&KEY_FILE)?,
            password: conf.get(&PASSWORD)?,
        })
    }
}

// === impl TlsConf ===

impl TlsConf {
    pub fn is_enabled(&self) -> bool {
        self.enabled
    }

    /// The same settings, used whether they were switched on or not.
    pub fn always(self) -> Self {
        Self { enabled: true, ..self }
    }

    /// The settings that connections use: these if they are enabled, else the common ones. Reads the files.
    pub fn config(&self) -> Result<Arc<ClientConfig>, String> {
        if !self.enabled {
            return DEFAULT.clone();
        }
        let provider = Arc::new(ring::default_provider());
        let builder = builder(provider.clone())?;
        let builder = if self.skip_verify {
            let accept = Arc::new(AcceptAny(provider.clone()));
            builder.dangerous().with_custom_certificate_verifier(accept)
        } else {
            builder.with_root_certificates(self.roots()?)
        };
        let keys =
            self.client_certs.iter().map(|cert| cert.load(&provider)).collect::<Result<Vec<_>, _>>()?;
        let config = match keys.is_empty() {
            true => builder.with_no_client_auth(),
            false => builder.with_client_cert_resolver(Arc::new(Identities(keys))),
        };
        Ok(Arc::new(config))
    }

    fn roots(&self) -> Result<Arc<RootCertStore>, String> {
        let (text, file) = (&self.root_cas, &self.root_cas_file);
        let certificates = match (text.is_empty(), file.is_empty()) {
            (true, true) => return Ok(SYSTEM_ROOTS.clone()),
            (false, false) => return Err("tls: root_cas and root_cas_file exclude each other".to_owned()),
            (false, true) => certificates(text.as_bytes(), "root_cas")?,
            (true, false) => certificates(&read(file)?, file)?,
        };
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(certificates);
        Ok(Arc::new(roots))
    }
}

impl ClientCert {
    fn load(&self, provider: &CryptoProvider) -> Result<Arc<CertifiedKey>, String> {
        let need = |text: &Str, name: &str| match text.is_empty() {
            true => Err(format!("tls: a client certificate lacks `{name}`")),
            false => Ok(()),
        };
        let from_files = !self.cert_file.is_empty() || !self.key_file.is_empty();
        let (chain, key) = if from_files {
            if !self.cert.is_empty() || !self.key.is_empty() {
                return Err("tls: a client certificate is given either as texts or as files".to_owned());
            }
            need(&self.cert_file, "cert_file")?;
            need(&self.key_file, "key_file")?;
            let chain = certificates(&read(&self.cert_file)?, &self.cert_file)?;
            (chain, self.private_key(&read(&self.key_file)?, &self.key_file)?)
        } else {
            need(&self.cert, "cert")?;
            need(&self.key, "key")?;
            (certificates(self.cert.as_bytes(), "cert")?, self.private_key(self.key.as_bytes(), "key")?)
        };
        let key = CertifiedKey::from_der(chain, key, provider);
        key.map(Arc::new).map_err(|error| format!("tls: a client certificate is unusable: {error}"))
    }

    fn private_key(&self, pem: &[u8], place: &str) -> Result<PrivateKeyDer<'static>, String> {
        match self.password.is_empty() {
            false if encrypted::is_encrypted(pem) => {
                encrypted::decrypt(pem, &self.password).map_err(|error| unusable(place, error))
            }
            _ => private_key(pem, place),
        }
    }
}

/// What is used where nothing else is said.
static DEFAULT: LazyLock<Result<Arc<ClientConfig>, String>> = LazyLock::new(|| {
    let builder = builder(Arc::new(ring::default_provider()))?;
    Ok(Arc::new(builder.with_root_certificates(SYSTEM_ROOTS.clone()).with_no_client_auth()))
});

fn builder(provider: Arc<CryptoProvider>) -> Result<ConfigBuilder<ClientConfig, WantsVerifier>, String> {
    let builder = ClientConfig::builder_with_provider(provider);
    builder.with_safe_default_protocol_versions().map_err(|error| format!("tls: {error}"))
}

/// The certificates that the system trusts; what cannot be read is not trusted.
static SYSTEM_ROOTS: LazyLock<Arc<RootCertStore>> = LazyLock::new(|| {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    Arc::new(roots)
});

/// The certificates that the system trusts.
pub fn system_roots() -> Arc<RootCertStore> {
    SYSTEM_ROOTS.clone()
}

/// The certificates of a PEM text; `place` says where it comes from.
pub fn certificates(pem: &[u8], place: &str) -> Result<Vec<CertificateDer<'static>>, String> {
    let certificates = CertificateDer::pem_slice_iter(pem).collect::<Result<Vec<_>, _>>();
    let certificates = certificates.map_err(|error| unusable(place, error))?;
    if certificates.is_empty() { Err(unusable(place, "it holds no certificate")) } else { Ok(certificates) }
}

/// The first private key of a PEM text; `place` says where it comes from.
pub fn private_key(pem: &[u8], place: &str) -> Result<PrivateKeyDer<'static>, String> {
    if encrypted::is_encrypted(pem) {
        return Err(unusable(place, "the key is encrypted, and there is no password for it"));
    }
    PrivateKeyDer::from_pem_slice(pem).map_err(|error| unusable(place, error))
}

/// Reads a PEM file.
pub fn read(file: &str) -> Result<Vec<u8>, String> {
    std::fs::read(Path::new(file)).map_err(|error| unusable(file, error))
}

fn unusable(place: &str, error: impl Display) -> String {
    format!("tls: {place} cannot be used: {error}")
}

/// The certificates a client can identify with.
#[derive(Debug)]
struct Identities(Vec<Arc<CertifiedKey>>);

impl ResolvesClientCert for Identities {
    /// The first one whose key can sign as the server wants.
    fn resolve(&self, _issuers: &[&[u8]], schemes: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        self.0.iter().find(|identity| identity.key.choose_scheme(schemes).is_some()).cloned()
    }

    fn has_certs(&self) -> bool {
        !self.0.is_empty()
    }
}

/// Accepts every certificate, but still only from a server that has its key.
#[derive(Debug)]
struct AcceptAny(Arc<CryptoProvider>);

impl ServerCertVerifier for AcceptAny {
    fn verify_server_cert(
        &self,
        _certificate: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _name: &ServerName<'_>,
        _ocsp: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
