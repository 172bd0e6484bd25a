//! `jwt`: a JSON web token. Its claims are fixed, so it is signed once.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::HeaderValue;
use ring::rand::SystemRandom;
use ring::signature::{self, Ed25519KeyPair, RsaEncoding, RsaKeyPair};
use rustls::pki_types::PrivateKeyDer;

use crate::client::tls;
use crate::config::{AnyField, Conf, ConfError, Field, FromConf, field};
use crate::value::{Object, Str, Value, json};

const ENABLED: Field<bool> = field("enabled").default(false).advanced().doc("Whether it is sent.");
const KEY_FILE: Field<Str> =
    field("private_key_file").default("").advanced().doc("The key it is signed with, a PEM file.");
const METHOD: Field<Str> = field("signing_method")
    .default("")
    .advanced()
    .doc("How it is signed: `RS256`, `RS384`, `RS512` or `EdDSA`.");
const CLAIMS: Field<Vec<(Str, Value)>> =
    field("claims").default_map(&[]).advanced().doc("What the token states.");
const HEADERS: Field<Vec<(Str, Value)>> =
    field("headers").default_map(&[]).advanced().doc("Further headers of the token, such as `kid`.");

#[derive(Clone, Debug)]
pub struct Jwt {
    enabled: bool,
    key_file: Str,
    method: Str,
    claims: Object,
    headers: Object,
}

impl FromConf for Jwt {
    const FIELDS: &'static [&'static dyn AnyField] = &[&ENABLED, &KEY_FILE, &METHOD, &CLAIMS, &HEADERS];

    fn from_conf(conf: &Conf) -> Result<Self, ConfError> {
        Ok(Self {
            enabled: conf.get(&ENABLED)?,
            key_file: conf.get(&KEY_FILE)?,
            method: conf.get(&METHOD)?,
            claims: conf.get(&CLAIMS)?.into_iter().collect(),
            headers: conf.get(&HEADERS)?.into_iter().collect(),
        })
    }
}

/// The signing methods that take an RSA key.
const RSA: [(&str, &dyn RsaEncoding); 3] = [
    ("RS256", &signature::RSA_PKCS1_SHA256),
    ("RS384", &signature::RSA_PKCS1_SHA384),
    ("RS512", &signature::RSA_PKCS1_SHA512),
];

// === impl Jwt ===

impl Jwt {
    /// The header, if it is enabled. Reads the key.
    pub fn header(&self) -> Result<Option<HeaderValue>, String> {
        if !self.enabled {
            return Ok(None);
        }
        let key = tls::private_key(&tls::read(&self.key_file)?, &self.key_file)?;
        let token = format!("Bearer {}", self.token(&key).map_err(|reason| format!("jwt: {reason}"))?);
        let mut header = HeaderValue::try_from(token).map_err(|error| format!("jwt: {error}"))?;
        header.set_sensitive(true);
        Ok(Some(header))
    }

    fn token(&self, key: &PrivateKeyDer<'_>) -> Result<String, String> {
        let mut headers = Object::new();
        headers.insert("typ".into(), "JWT".into());
        headers.insert("alg".into(), self.method.clone().into());
        for (name, value) in &self.headers {
            headers.insert(name.clone(), value.clone());
        }
        let encode = |object: &Object| -> Result<String, String> {
            let text = json::print(&Value::Object(object.clone()));
            Ok(URL_SAFE_NO_PAD.encode(text.map_err(|error| error.to_string())?))
        };
        let signed = format!("{}.{}", encode(&headers)?, encode(&self.claims)?);
        let signature = self.sign(key, signed.as_bytes())?;
        Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }

    fn sign(&self, key: &PrivateKeyDer<'_>, text: &[u8]) -> Result<Vec<u8>, String> {
        if self.method == "EdDSA" {
            let key = Ed25519KeyPair::from_pkcs8_maybe_unchecked(key.secret_der());
            return Ok(key.map_err(|error| error.to_string())?.sign(text).as_ref().to_vec());
        }
        let Some((_, encoding)) = RSA.iter().find(|(name, _)| self.method == *name) else {
            return Err(format!("signing_method '{}' is none of RS256, RS384, RS512, EdDSA", self.method));
        };
        let key = match key {
            PrivateKeyDer::Pkcs1(key) => RsaKeyPair::from_der(key.secret_pkcs1_der()),
            key => RsaKeyPair::from_pkcs8(key.secret_der()),
        };
        let key = key.map_err(|error| error.to_string())?;
        let mut signature = vec![0; key.public().modulus_len()];
        key.sign(*encoding, &SystemRandom::new(), text, &mut signature).map_err(|error| error.to_string())?;
        Ok(signature)
    }
}

#[cfg(test)]
mod tests {
    use ring::signature::KeyPair;

    use super::*;

    #[test]
    fn a_token_is_signed_by_its_key() {
        let document = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).expect("a key");
        let key = PrivateKeyDer::Pkcs8(document.as_ref().to_vec().into());
        let claims = [("iss".into(), "me".into()), ("admin".into(), true.into())].into_iter().collect();
        let headers = [("kid".into(), "k1".into())].into_iter().collect();
        let jwt = Jwt { enabled: true, key_file: Str::new(), method: "EdDSA".into(), claims, headers };
        let token = jwt.token(&key).expect("a token");
        let (signed, signature) = token.rsplit_once('.').expect("three parts");
        let decode = |text: &str| URL_SAFE_NO_PAD.decode(text).expect("base64");
        let (header, claims) = signed.split_once('.').expect("three parts");
        assert_eq!(decode(header), br#"{"alg":"EdDSA","kid":"k1","typ":"JWT"}"#);
        assert_eq!(decode(claims), br#"{"admin":true,"iss":"me"}"#);
        let public = Ed25519KeyPair::from_pkcs8(document.as_ref()).expect("a key");
        let public =
            signature::UnparsedPublicKey::new(&signature::ED25519, public.public_key().as_ref().to_vec());
        assert!(public.verify(signed.as_bytes(), &decode(signature)).is_ok());
        assert!(Jwt { method: "HS256".into(), ..jwt }.token(&key).is_err());
    }
}
