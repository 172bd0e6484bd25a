//! JSON Web Tokens: claims that are signed with a shared secret, RSA or an elliptic curve.

mod der;
mod keys;

use base64::alphabet::URL_SAFE;
use base64::engine::general_purpose::{GeneralPurpose, NO_PAD};
use base64::{DecodeError, Engine};
use hmac::{Hmac, Mac};

pub use keys::{Private, Public};

use super::error::Error;
use super::spec::Result;
use crate::value::json::{self, Style};
use crate::value::number::Num;
use crate::value::{Object, Value};

/// How tokens are signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Algorithm {
    pub family: Family,
    pub hash: Hash,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// A secret that both sides know.
    Hmac,
    Rsa,
    /// The elliptic curve that goes with the hash.
    Ecdsa,
}

/// By its length in bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hash {
    Sha256 = 256,
    Sha384 = 384,
    Sha512 = 512,
}

/// Base64 as tokens have it: bits that do not count may be set.
const BASE64: GeneralPurpose = GeneralPurpose::new(&URL_SAFE, NO_PAD.with_decode_allow_trailing_bits(true));

// === impl Algorithm ===

impl Algorithm {
    /// The name in the header of a token.
    pub fn name(self) -> String {
        let family = match self.family {
            Family::Hmac => "HS",
            Family::Rsa => "RS",
            Family::Ecdsa => "ES",
        };
        format!("{family}{}", self.hash as u16)
    }

    /// A token of these claims, with `headers` besides those that say how it is signed.
    pub fn sign(self, claims: &Object, headers: Option<&Object>, key: &Private) -> Result<String> {
        let mut header =
            Object::from_iter([("alg".into(), Value::from(self.name())), ("typ".into(), Value::from("JWT"))]);
        for (name, value) in headers.into_iter().flatten() {
            header.insert(name.clone(), value.clone());
        }
        let part = |object: &Object| {
            let style = Style { escape_html: true, ..Style::default() };
            let text = json::print_string(&Value::Object(object.clone()), style);
            text.map(|text| BASE64.encode(text)).map_err(|e| Error::new(format!("failed to sign token: {e}")))
        };
        let signed = format!("{}.{}", part(&header)?, part(claims)?);
        let signature = key.sign(self, signed.as_bytes())?;
        Ok(format!("{signed}.{}", BASE64.encode(signature)))
    }

    /// The claims of a token that is signed with this key, at the time `now` in seconds.
    pub fn verify(self, token: &str, key: &Public, now: i64) -> Result<Object> {
        let failed = |why: String| Error::new(format!("failed to parse JWT string: {why}"));
        let mut parts = token.split('.');
        let (Some(header), Some(claims), Some(signature), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(failed("a token has three parts".to_owned()));
        };
        let document = |part: &str| {
            let text = decoded(part).map_err(|e| failed(e.to_string()))?;
            json::parse(&text).map_err(|e| failed(e.to_string()))
        };
        let method = document(header)?.get("alg").and_then(|alg| alg.as_str().map(str::to_owned));
        if method.as_deref() != Some(&self.name()) {
            let found = method.unwrap_or_else(|| "none".to_owned());
            return Err(failed(format!("it is signed with {found} rather than {}", self.name())));
        }
        let claims = match document(claims)? {
            Value::Object(claims) => claims,
            Value::Null => Object::new(),
            _ => return Err(failed("the claims are no object".to_owned())),
        };
        let signed = &token[..token.len() - signature.len() - 1];
        let signature = decoded(signature).map_err(|e| failed(e.to_string()))?;
        if !key.verify(self, signed.as_bytes(), &signature) {
            return Err(failed("the signature is wrong".to_owned()));
        }
        if time_of(&claims, "exp")?.is_some_and(|expires| now >= expires) {
            return Err(failed("the token has expired".to_owned()));
        }
        if time_of(&claims, "nbf")?.is_some_and(|begins| now < begins) {
            return Err(failed("the token is not valid yet".to_owned()));
        }
        Ok(claims)
    }
}

fn decoded(part: &str) -> std::result::Result<Vec<u8>, DecodeError> {
    BASE64.decode(part.replace(['\r', '\n'], ""))
}

/// A claim that is a point in time, in seconds; none where it is missing or 0.
fn time_of(claims: &Object, name: &str) -> Result<Option<i64>> {
    let Some(claim) = claims.get(name) else { return Ok(None) };
    match Num::of(claim) {
        Some(seconds) => Ok(Some(seconds.to_f64().floor() as i64).filter(|seconds| *seconds != 0)),
        None => Err(Error::new(format!("failed to parse JWT string: the claim {name} is no number"))),
    }
}

/// The code of `data` under a shared secret.
fn mac(hash: Hash, secret: &[u8], data: &[u8]) -> Option<Vec<u8>> {
    Some(match hash {
        Hash::Sha256 => Hmac::<sha2::Sha256>::new_from_slice(secret)
            .ok()?
            .chain_update(data)
            .finalize()
            .into_bytes()
            .to_vec(),
        Hash::Sha384 => Hmac::<sha2::Sha384>::new_from_slice(secret)
            .ok()?
            .chain_update(data)
            .finalize()
            .into_bytes()
            .to_vec(),
        Hash::Sha512 => Hmac::<sha2::Sha512>::new_from_slice(secret)
            .ok()?
            .chain_update(data)
            .finalize()
            .into_bytes()
            .to_vec(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const HS256: Algorithm = Algorithm { family: Family::Hmac, hash: Hash::Sha256 };

    fn claims(text: &str) -> Object {
        match json::parse(text.as_bytes()) {
            Ok(Value::Object(claims)) => claims,
            _ => Object::new(),
        }
    }

    fn verified(claims: &Object, now: i64) -> Result<Object> {
        let token = HS256.sign(claims, None, &Private::read("hush", Family::Hmac)?)?;
        HS256.verify(&token, &Public::read("hush", Family::Hmac)?, now)
    }

    #[test]
    fn tokens_hold_between_two_points_in_time() {
        let claims = claims(r#"{"nbf":10,"exp":20,"sub":"a"}"#);
        for (now, valid) in [(9, false), (10, true), (19, true), (20, false)] {
            assert_eq!(verified(&claims, now).is_ok(), valid, "{now}");
        }
    }

    #[test]
    fn what_was_changed_is_not_trusted() {
        let key = Private::read("hush", Family::Hmac).unwrap();
        let token = HS256.sign(&claims(r#"{"a":1}"#), None, &key).unwrap();
        let other = Public::read("shout", Family::Hmac).unwrap();
        assert!(HS256.verify(&token, &other, 0).is_err());
        let hs512 = Algorithm { hash: Hash::Sha512, ..HS256 };
        let same = Public::read("hush", Family::Hmac).unwrap();
        assert!(hs512.verify(&token, &same, 0).is_err());
        assert!(HS256.verify(&token[..token.len() - 3], &same, 0).is_err());
        assert!(Private::read("hush", Family::Rsa).is_err());
    }
}
