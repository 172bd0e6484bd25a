//! Private keys that are kept encrypted: PKCS #8 with a password, and what OpenSSL wrote before that.

use aes::cipher::block_padding::Pkcs7;
use aes::cipher::{BlockDecryptMut, KeyIvInit};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs1KeyDer, PrivatePkcs8KeyDer, PrivateSec1KeyDer};

/// One block of a PEM text.
struct Section<'t> {
    label: &'t str,
    headers: Vec<(&'t str, &'t str)>,
    base64: String,
}

// === impl Section ===

impl<'t> Section<'t> {
    /// The first encrypted private key of a text.
    fn find(text: &'t str) -> Option<Self> {
        let mut lines = text.lines().map(str::trim);
        while let Some(line) = lines.next() {
            let label = line.strip_prefix("-----BEGIN ").and_then(|line| line.strip_suffix("-----"));
            let Some(label) = label.filter(|label| label.ends_with("PRIVATE KEY")) else { continue };
            let mut section = Section { label, headers: Vec::new(), base64: String::new() };
            for line in lines.by_ref().take_while(|line| !line.starts_with("-----END")) {
                match line.split_once(':') {
                    Some((name, value)) => section.headers.push((name, value.trim())),
                    None => section.base64.push_str(line),
                }
            }
            if section.is_encrypted() {
                return Some(section);
            }
        }
        None
    }

    fn is_encrypted(&self) -> bool {
        self.label.starts_with("ENCRYPTED") || self.header("DEK-Info").is_some()
    }

    fn header(&self, wanted: &str) -> Option<&'t str> {
        self.headers.iter().find(|(name, _)| *name == wanted).map(|(_, value)| *value)
    }
}

/// Whether a PEM text holds an encrypted private key.
pub fn is_encrypted(pem: &[u8]) -> bool {
    std::str::from_utf8(pem).is_ok_and(|text| Section::find(text).is_some())
}

/// The encrypted private key of a PEM text.
pub fn decrypt(pem: &[u8], password: &str) -> Result<PrivateKeyDer<'static>, String> {
    let text = std::str::from_utf8(pem).map_err(|error| error.to_string())?;
    let section = Section::find(text).ok_or("it holds no encrypted private key")?;
    let bytes = STANDARD.decode(&section.base64).map_err(|error| format!("the key is broken: {error}"))?;
    let Some(info) = section.header("DEK-Info") else {
        let key = pkcs8::EncryptedPrivateKeyInfo::try_from(bytes.as_slice());
        let key = key.and_then(|key| key.decrypt(password));
        let key = key.map_err(|error| format!("the key cannot be decrypted: {error}"))?;
        return Ok(PrivatePkcs8KeyDer::from(key.as_bytes().to_vec()).into());
    };
    let key = decrypt_old(&bytes, info, password)?;
    Ok(match section.label {
        "RSA PRIVATE KEY" => PrivatePkcs1KeyDer::from(key).into(),
        "EC PRIVATE KEY" => PrivateSec1KeyDer::from(key).into(),
        _ => PrivatePkcs8KeyDer::from(key).into(),
    })
}

/// Decrypts what is described by a header `DEK-Info: cipher,initialisation vector`.
fn decrypt_old(bytes: &[u8], info: &str, password: &str) -> Result<Vec<u8>, String> {
    let (cipher, iv) = info.split_once(',').ok_or("the header DEK-Info has no initialisation vector")?;
    let iv = data_encoding::HEXUPPER_PERMISSIVE
        .decode(iv.as_bytes())
        .map_err(|error| format!("the header DEK-Info is broken: {error}"))?;
    let salt = iv.get(..8).ok_or("the initialisation vector of the key is too short")?;
    let plain = match cipher {
        "AES-128-CBC" => decrypt_cbc::<cbc::Decryptor<aes::Aes128>>(bytes, &derive(password, salt, 16), &iv),
        "AES-192-CBC" => decrypt_cbc::<cbc::Decryptor<aes::Aes192>>(bytes, &derive(password, salt, 24), &iv),
        "AES-256-CBC" => decrypt_cbc::<cbc::Decryptor<aes::Aes256>>(bytes, &derive(password, salt, 32), &iv),
        _ => return Err(format!("the key is encrypted with {cipher}, which is not supported")),
    };
    plain.ok_or_else(|| "the key cannot be decrypted: is the password right?".to_owned())
}

fn decrypt_cbc<C: KeyIvInit + BlockDecryptMut>(bytes: &[u8], key: &[u8], iv: &[u8]) -> Option<Vec<u8>> {
    C::new_from_slices(key, iv).ok()?.decrypt_padded_vec_mut::<Pkcs7>(bytes).ok()
}

/// The key that OpenSSL makes of a password.
fn derive(password: &str, salt: &[u8], length: usize) -> Vec<u8> {
    let mut key = Vec::new();
    let mut last = Vec::new();
    while key.len() < length {
        last = Md5::new().chain_update(&last).chain_update(password).chain_update(salt).finalize().to_vec();
        key.extend_from_slice(&last);
    }
    key.truncate(length);
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same key of P-256, written by OpenSSL: encrypted as PKCS #8 with PBKDF2, with scrypt, and in the old form.
    const KEYS: [&str; 3] = [
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\n\
         MIHrMFYGCSqGSIb3DQEFDTBJMCgGCSqGSIb3DQEFDDAbBAjOE2faf9KOJAIBZDAM\n\
         BggqhkiG9w0CCQUAMB0GCWCGSAFlAwQBKgQQyR2dYw573DbJMfQGytYYDgSBkF51\n\
         /9+hrQADLYq63dvHfXw2detFFspBobL4ADvqQCa13MgznGBbC0GitbwDQHzoIIgI\n\
         NVdufutCO3QE0VHiSOedLF9oT1x6BEGnd+UHqldFQWwSpoX6M4q2uvH5SYi1t84A\n\
         bJRpFmYMcAEGGTaQRg9PiI1TjwqHS8jUvg8eB13hvY+dGb0hQMkIyMLWIFbHPw==\n\
         -----END ENCRYPTED PRIVATE KEY-----\n",
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\n\
         MIHjME4GCSqGSIb3DQEFDTBBMCAGCSsGAQQB2kcECzATBAh5q8ju4c04dgIBEAIB\n\
         AQIBATAdBglghkgBZQMEASoEEEG8OD6rXuOgsYmfHRttxIsEgZAVuj4aZNNiFZ6l\n\
         iipB6EqBaBV7hR5wTCgFipn5jdWSPjROgOCzK4pGiDOZfJ7R4Tp+jASIlYj3gCxS\n\
         urLrcyYX7BVJ/pHrnu9Uh0gN19D2f5F2VDPU0vz+nxSpl3oy2CP/UXs1zsVVQXXG\n\
         C9ToqOxGTKJyCnmVtE0sDBT6qQlisrIl6lDYYFkvDgFn3TeKP1Q=\n\
         -----END ENCRYPTED PRIVATE KEY-----\n",
        "-----BEGIN EC PRIVATE KEY-----\n\
         Proc-Type: 4,ENCRYPTED\n\
         DEK-Info: AES-128-CBC,2ADF65E495E5AD0201EDDA1115409203\n\
         \n\
         aybADAjd/G9eEzKIR6JoS6qNokDFCrcXlTuXjrYUygJZstsqhPlclGK/B50H4LME\n\
         KbAoA4BbRU+vp0/5GEfRNWjJYcK4EZYrlzKhsesdnnH3svBSTp2Hsz8RmgkwtrmS\n\
         ti3B3RyetNkomVFfMBuhjmkyhQs65YnSyBflvziScc8=\n\
         -----END EC PRIVATE KEY-----\n",
    ];

    #[test]
    fn a_password_opens_every_form() {
        for pem in KEYS {
            assert!(is_encrypted(pem.as_bytes()), "{pem}");
            let key = decrypt(pem.as_bytes(), "sesame").unwrap_or_else(|error| panic!("{error}: {pem}"));
            assert!(rustls::crypto::ring::sign::any_ecdsa_type(&key).is_ok(), "{pem}");
            assert!(decrypt(pem.as_bytes(), "wrong").is_err(), "{pem}");
        }
    }

    #[test]
    fn what_is_no_encrypted_key_is_refused() {
        for pem in [
            "",
            "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n",
            "-----BEGIN RSA PRIVATE KEY-----\nDEK-Info: AES-256-CBC,00\n\nAAAA\n-----END RSA PRIVATE KEY-----\n",
            "-----BEGIN RSA PRIVATE KEY-----\nDEK-Info: DES-CBC,0011223344556677\n\nAAAA\n",
        ] {
            assert!(decrypt(pem.as_bytes(), "sesame").is_err(), "{pem}");
        }
    }
}
