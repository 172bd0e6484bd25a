//! Keys, and signatures with them.

use hmac::digest::Digest;
use p256::ecdsa::signature::{Signer, Verifier};
use rsa::pkcs1::{DecodeRsaPrivateKey, DecodeRsaPublicKey};
use rsa::pkcs8::{DecodePrivateKey, DecodePublicKey};
use rsa::{Pkcs1v15Sign, RsaPrivateKey, RsaPublicKey};
use sha2::{Sha256, Sha384, Sha512};

use super::super::error::Error;
use super::super::spec::Result;
use super::{Algorithm, Family, Hash, der, mac};

/// A key that signs.
pub enum Private {
    Secret(Vec<u8>),
    Rsa(Box<RsaPrivateKey>),
    P256(p256::SecretKey),
    P384(p384::SecretKey),
    P521(p521::SecretKey),
}

/// A key that signatures are verified with.
pub enum Public {
    Secret(Vec<u8>),
    Rsa(Box<RsaPublicKey>),
    P256(p256::PublicKey),
    P384(p384::PublicKey),
    P521(p521::PublicKey),
}

// === impl Private ===

impl Private {
    /// The secret itself, or a private key in PEM: PKCS#8, PKCS#1 or SEC1. A key of another curve than that of the
    /// algorithm is one, but does not sign.
    pub fn read(text: &str, family: Family) -> Result<Self> {
        if family == Family::Hmac {
            return Ok(Private::Secret(text.as_bytes().to_vec()));
        }
        let key = der::from_pem(text).and_then(|der| match family {
            Family::Rsa => {
                let key = RsaPrivateKey::from_pkcs1_der(&der).ok();
                let key = key.or_else(|| RsaPrivateKey::from_pkcs8_der(&der).ok());
                key.map(Box::new).map(Private::Rsa)
            }
            _ => {
                let p256 = || {
                    p256::SecretKey::from_sec1_der(&der)
                        .ok()
                        .or_else(|| p256::SecretKey::from_pkcs8_der(&der).ok())
                };
                let p384 = || {
                    p384::SecretKey::from_sec1_der(&der)
                        .ok()
                        .or_else(|| p384::SecretKey::from_pkcs8_der(&der).ok())
                };
                let p521 = || {
                    p521::SecretKey::from_sec1_der(&der)
                        .ok()
                        .or_else(|| p521::SecretKey::from_pkcs8_der(&der).ok())
                };
                p256()
                    .map(Private::P256)
                    .or_else(|| p384().map(Private::P384))
                    .or_else(|| p521().map(Private::P521))
            }
        });
        key.ok_or_else(|| {
            Error::new("failed to decode signing_secret: it is no private key in PEM of this kind")
        })
    }

    pub(super) fn sign(&self, algorithm: Algorithm, data: &[u8]) -> Result<Vec<u8>> {
        let signature = match (self, algorithm.hash) {
            (Private::Secret(secret), hash) => mac(hash, secret, data),
            (Private::Rsa(key), hash) => {
                let (padding, digest) = digest(hash, data);
                key.sign(padding, &digest).ok()
            }
            (Private::P256(key), Hash::Sha256) => {
                let signature: p256::ecdsa::Signature = p256::ecdsa::SigningKey::from(key).sign(data);
                Some(signature.to_bytes().to_vec())
            }
            (Private::P384(key), Hash::Sha384) => {
                let signature: p384::ecdsa::Signature = p384::ecdsa::SigningKey::from(key).sign(data);
                Some(signature.to_bytes().to_vec())
            }
            (Private::P521(key), Hash::Sha512) => {
                let key = p521::ecdsa::SigningKey::from_slice(&key.to_bytes()).ok();
                key.map(|key| {
                    let signature: p521::ecdsa::Signature = key.sign(data);
                    signature.to_bytes().to_vec()
                })
            }
            _ => None,
        };
        signature.ok_or_else(|| Error::new("failed to sign token: the key does not go with the algorithm"))
    }
}

// === impl Public ===

impl Public {
    /// The secret itself, or a public key in PEM: PKIX, PKCS#1 or a certificate.
    pub fn read(text: &str, family: Family) -> Result<Self> {
        if family == Family::Hmac {
            return Ok(Public::Secret(text.as_bytes().to_vec()));
        }
        let key = der::from_pem(text).and_then(|der| {
            Self::from_der(&der, family).or_else(|| Self::from_der(der::key_of_certificate(&der)?, family))
        });
        key.ok_or_else(|| Error::new("signing_secret is no public key in PEM of this kind"))
    }

    fn from_der(der: &[u8], family: Family) -> Option<Self> {
        if family == Family::Rsa {
            let key = RsaPublicKey::from_public_key_der(der).ok();
            return key.or_else(|| RsaPublicKey::from_pkcs1_der(der).ok()).map(Box::new).map(Public::Rsa);
        }
        let p256 = p256::PublicKey::from_public_key_der(der).ok().map(Public::P256);
        let p384 = || p384::PublicKey::from_public_key_der(der).ok().map(Public::P384);
        let p521 = || p521::PublicKey::from_public_key_der(der).ok().map(Public::P521);
        p256.or_else(p384).or_else(p521)
    }

    pub(super) fn verify(&self, algorithm: Algorithm, data: &[u8], signature: &[u8]) -> bool {
        match (self, algorithm.hash) {
            (Public::Secret(secret), hash) => {
                mac(hash, secret, data).is_some_and(|mac| same(&mac, signature))
            }
            (Public::Rsa(key), hash) => {
                let (padding, digest) = digest(hash, data);
                key.verify(padding, &digest, signature).is_ok()
            }
            (Public::P256(key), Hash::Sha256) => p256::ecdsa::Signature::from_slice(signature)
                .is_ok_and(|signature| p256::ecdsa::VerifyingKey::from(key).verify(data, &signature).is_ok()),
            (Public::P384(key), Hash::Sha384) => p384::ecdsa::Signature::from_slice(signature)
                .is_ok_and(|signature| p384::ecdsa::VerifyingKey::from(key).verify(data, &signature).is_ok()),
            (Public::P521(key), Hash::Sha512) => {
                p521::ecdsa::Signature::from_slice(signature).is_ok_and(|signature| {
                    let key = p521::ecdsa::VerifyingKey::from_affine(*key.as_affine());
                    key.is_ok_and(|key| key.verify(data, &signature).is_ok())
                })
            }
            _ => false,
        }
    }
}

/// Whether two codes are equal; how long that takes says nothing of where they differ.
fn same(left: &[u8], right: &[u8]) -> bool {
    left.len() == right.len()
        && left.iter().zip(right).fold(0, |all, (left, right)| all | (left ^ right)) == 0
}

/// The hash of `data`, and how RSA signs such hashes.
fn digest(hash: Hash, data: &[u8]) -> (Pkcs1v15Sign, Vec<u8>) {
    match hash {
        Hash::Sha256 => (Pkcs1v15Sign::new::<Sha256>(), Sha256::digest(data).to_vec()),
        Hash::Sha384 => (Pkcs1v15Sign::new::<Sha384>(), Sha384::digest(data).to_vec()),
        Hash::Sha512 => (Pkcs1v15Sign::new::<Sha512>(), Sha512::digest(data).to_vec()),
    }
}
