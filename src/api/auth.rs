//! Basic authentication in front of every endpoint.

use std::sync::{Arc, OnceLock};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::{AUTHORIZATION, HeaderValue, WWW_AUTHENTICATE};
use http::{HeaderMap, StatusCode};
use md5::Md5;
use sha2::{Digest, Sha256};

use super::answer::{Answer, Failure};

/// Who may use the service.
#[derive(Debug)]
pub struct BasicAuth {
    realm: String,
    username: String,
    password: Arc<Password>,
}

#[derive(Debug)]
struct Password {
    hash: Hash,
    /// The SHA-256 of the password once it was found right, because the slow hashes are slow for every request.
    known: OnceLock<[u8; 32]>,
}

/// How the password is kept.
#[derive(Debug)]
enum Hash {
    Md5(Vec<u8>),
    Sha256(Vec<u8>),
    /// The text in the usual form `$2b$..`.
    Bcrypt(String),
    Scrypt {
        hash: Vec<u8>,
        salt: Vec<u8>,
    },
}

// === impl BasicAuth ===

impl BasicAuth {
    /// `hash` and `salt` are base64; `algorithm` is one of md5, sha256, bcrypt, scrypt.
    pub fn new(realm: &str, username: &str, algorithm: &str, hash: &str, salt: &str) -> Result<Self, String> {
        if username.is_empty() || hash.is_empty() {
            return Err("basic_auth: a username and a password_hash are needed".to_owned());
        }
        let decode = |what: &str, text: &str| {
            STANDARD.decode(text).map_err(|error| format!("basic_auth: {what} is not base64: {error}"))
        };
        let hash = decode("password_hash", hash)?;
        let hash = match algorithm {
            "md5" => Hash::Md5(hash),
            "sha256" => Hash::Sha256(hash),
            "bcrypt" => Hash::Bcrypt(String::from_utf8_lossy(&hash).into_owned()),
            "scrypt" if salt.is_empty() => return Err("basic_auth: scrypt needs a salt".to_owned()),
            "scrypt" => Hash::Scrypt { hash, salt: decode("salt", salt)? },
            other => {
                return Err(format!(
                    "basic_auth: algorithm `{other}` is none of md5, sha256, bcrypt, scrypt"
                ));
            }
        };
        let password = Arc::new(Password { hash, known: OnceLock::new() });
        Ok(Self { realm: realm.to_owned(), username: username.to_owned(), password })
    }

    /// Lets a request through or answers 401.
    pub async fn check(&self, headers: &HeaderMap) -> Result<(), Answer> {
        let right = match credentials(headers) {
            Some((username, given)) => {
                let same_user = same(username.as_bytes(), self.username.as_bytes());
                self.password.clone().matches(given).await && same_user
            }
            None => false,
        };
        if right { Ok(()) } else { Err(self.refusal()) }
    }

    fn refusal(&self) -> Answer {
        let failure = Failure::new(StatusCode::UNAUTHORIZED, "unauthorized", "Unauthorized");
        let mut answer = Answer::from(failure);
        let challenge = format!("Basic realm=\"{}\", charset=\"UTF-8\"", self.realm);
        if let Ok(challenge) = HeaderValue::from_str(&challenge) {
            answer.headers_mut().insert(WWW_AUTHENTICATE, challenge);
        }
        answer
    }
}

// === impl Password ===

impl Password {
    async fn matches(self: Arc<Self>, given: String) -> bool {
        let digest: [u8; 32] = Sha256::digest(&given).into();
        if let Some(known) = self.known.get() {
            return same(known, &digest);
        }
        let check = self.clone();
        // The slow hashes take long enough to hold up everything else on an async thread.
        let right = tokio::task::spawn_blocking(move || check.hash.matches(&given)).await.unwrap_or(false);
        if right {
            self.known.get_or_init(|| digest);
        }
        right
    }
}

impl Hash {
    fn matches(&self, given: &str) -> bool {
        match self {
            Hash::Md5(hash) => same(hash, &Md5::digest(given)),
            Hash::Sha256(hash) => same(hash, &Sha256::digest(given)),
            Hash::Bcrypt(hash) => bcrypt::verify(given, hash).unwrap_or(false),
            Hash::Scrypt { hash, salt } => {
                let mut output = [0; 32];
                scrypt::Params::new(15, 8, 1, 32)
                    .is_ok_and(|params| scrypt::scrypt(given.as_bytes(), salt, &params, &mut output).is_ok())
                    && same(hash, &output)
            }
        }
    }
}

/// Compares without telling by the time it takes where the difference is.
fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |differences, (x, y)| differences | (x ^ y)) == 0
}

fn credentials(headers: &HeaderMap) -> Option<(String, String)> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, encoded) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (username, password) = decoded.split_once(':')?;
    Some((username.to_owned(), password.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn allowed(auth: &BasicAuth, authorization: &str) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, HeaderValue::from_str(authorization).expect("a header value"));
        auth.check(&headers).await.is_ok()
    }

    #[tokio::test]
    async fn every_algorithm_knows_the_password() {
        let bcrypt = bcrypt::hash("secret", 4).expect("a hash");
        let mut scrypt = [0; 32];
        let params = scrypt::Params::new(15, 8, 1, 32).expect("params");
        scrypt::scrypt(b"secret", b"salt", &params, &mut scrypt).expect("a hash");
        for (algorithm, hash) in [
            ("md5", Md5::digest("secret").to_vec()),
            ("sha256", Sha256::digest("secret").to_vec()),
            ("bcrypt", bcrypt.into_bytes()),
            ("scrypt", scrypt.to_vec()),
        ] {
            let salt = STANDARD.encode("salt");
            let auth = BasicAuth::new("r", "bob", algorithm, &STANDARD.encode(hash), &salt).expect(algorithm);
            for _ in 0..2 {
                assert!(allowed(&auth, "Basic Ym9iOnNlY3JldA==").await, "{algorithm}");
                assert!(!allowed(&auth, "Basic Ym9iOndyb25n").await, "{algorithm}, wrong password");
                assert!(!allowed(&auth, "Basic YWw6c2VjcmV0").await, "{algorithm}, wrong user");
            }
            assert!(!allowed(&auth, "Bearer x").await);
        }
    }

    #[test]
    fn unusable_settings_are_refused() {
        assert!(BasicAuth::new("r", "bob", "sha256", "", "").is_err());
        assert!(BasicAuth::new("r", "", "sha256", "YQ==", "").is_err());
        assert!(BasicAuth::new("r", "bob", "rot13", "YQ==", "").is_err());
        assert!(BasicAuth::new("r", "bob", "scrypt", "YQ==", "").is_err());
        assert!(BasicAuth::new("r", "bob", "md5", "?", "").is_err());
    }
}
