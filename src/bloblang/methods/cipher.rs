//! AES encryption.

use std::borrow::Cow;
use std::sync::Arc;

use aes::cipher::block_padding::NoPadding;
use aes::cipher::{BlockDecryptMut, BlockEncryptMut, StreamCipher};
use aes::{Aes128, Aes192, Aes256};
use aes_gcm::aead::Aead;
use aes_gcm::aead::generic_array::GenericArray;
use aes_gcm::aead::generic_array::typenum::U12;
use aes_gcm::{AesGcm, KeyInit};

use crate::bloblang::args::{Args, Param, Params};
use crate::bloblang::error::Error;
use crate::bloblang::spec::{Example, MethodRun, MethodSpec, PreparedMethod, Result};
use crate::value::Value;

pub const METHODS: &[&MethodSpec] = &[&DECRYPT_AES, &ENCRYPT_AES];

const CATEGORY: &str = "Encoding and Encryption";

const PARAMS: Params = Params::Named(&[
    Param::string("scheme", "ctr, gcm, ofb or cbc (whose input is a number of whole blocks of 16 bytes)."),
    Param::bytes("key", "A key of 16, 24 or 32 bytes."),
    Param::bytes("iv", "The initialisation vector: 16 bytes, 12 for gcm."),
]);

const ENCRYPT_AES: MethodSpec =
    MethodSpec::new("encrypt_aes", CATEGORY, MethodRun::Prepared(|args, _| prepared(args, Direction::Encrypt)))
        .doc("Encrypts a string or bytes with AES; the result is a string of raw bytes.")
        .params(PARAMS)
        .examples(&[
            Example {
                mapping: "root = this.v.encrypt_aes(\"ctr\", \"0123456789abcdef\", \"fedcba9876543210\").encode(\"hex\").length()",
                cases: &[(r#"{"v":"hello"}"#, "10")],
            },
            Example {
                mapping: "root = this.v.encrypt_aes(\"gcm\", \"0123456789abcdef\", \"fedcba987654\").decrypt_aes(\"gcm\", \"0123456789abcdef\", \"fedcba987654\")",
                cases: &[(r#"{"v":"hello"}"#, "hello")],
            },
        ]);

const DECRYPT_AES: MethodSpec =
    MethodSpec::new("decrypt_aes", CATEGORY, MethodRun::Prepared(|args, _| prepared(args, Direction::Decrypt)))
        .doc("Decrypts a string or bytes with AES; the result is bytes.")
        .params(PARAMS)
        .examples(&[
            Example {
                mapping: "root = this.v.encrypt_aes(\"ofb\", \"0123456789abcdef\", \"fedcba9876543210\").decrypt_aes(\"ofb\", \"0123456789abcdef\", \"fedcba9876543210\")",
                cases: &[(r#"{"v":"hello"}"#, "hello")],
            },
            Example {
                mapping: "root = this.v.decrypt_aes(\"gcm\", \"0123456789abcdef\", \"fedcba987654\").catch(\"damaged\")",
                cases: &[(r#"{"v":"hello"}"#, "damaged")],
            },
        ]);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    Encrypt,
    Decrypt,
}

fn prepared(args: &Args<'_>, direction: Direction) -> Result<PreparedMethod> {
    let (scheme, key, iv) = (args.str(0).to_owned(), args.bytes(1).to_vec(), args.bytes(2).to_vec());
    if !matches!(scheme.as_str(), "ctr" | "gcm" | "ofb" | "cbc") {
        return Err(Error::new(format!("unrecognized encryption type: {scheme}")));
    }
    if !matches!(key.len(), 16 | 24 | 32) {
        return Err(Error::new(format!("an AES key has 16, 24 or 32 bytes, this one has {}", key.len())));
    }
    let wanted = if scheme == "gcm" { 12 } else { 16 };
    if iv.len() != wanted {
        return Err(Error::new(format!("the iv of {scheme} has {wanted} bytes, this one has {}", iv.len())));
    }
    Ok(Arc::new(move |target, _| {
        let data = Cow::Borrowed(super::target::bytes(&target)?);
        let result = match key.len() {
            16 => run::<Aes128>(&scheme, direction, &key, &iv, data),
            24 => run::<Aes192>(&scheme, direction, &key, &iv, data),
            _ => run::<Aes256>(&scheme, direction, &key, &iv, data),
        }?;
        // As in the reference the cipher text is a string, the plain text is bytes.
        Ok(match direction {
            Direction::Encrypt => Value::text(result),
            Direction::Decrypt => Value::from(bytes::Bytes::from(result)),
        })
    }))
}

/// What the modes need of a cipher with one length of key.
trait Cipher:
    aes::cipher::BlockCipher
    + aes::cipher::BlockSizeUser<BlockSize = aes::cipher::consts::U16>
    + aes::cipher::BlockEncrypt
    + aes::cipher::BlockDecrypt
    + BlockEncryptMut
    + BlockDecryptMut
    + KeyInit
    + Clone
{
}

impl Cipher for Aes128 {}
impl Cipher for Aes192 {}
impl Cipher for Aes256 {}

fn run<C: Cipher>(
    scheme: &str,
    direction: Direction,
    key: &[u8],
    iv: &[u8],
    data: Cow<'_, [u8]>,
) -> Result<Vec<u8>> {
    let failed = |_| Error::new("the data cannot be decrypted with this key");
    let cipher = C::new_from_slice(key).map_err(|_| Error::new("the key has a wrong length"))?;
    let block = GenericArray::from_slice;
    match (scheme, direction) {
        ("gcm", Direction::Encrypt) => {
            let gcm: AesGcm<C, U12> = cipher.into();
            gcm.encrypt(GenericArray::from_slice(iv), &*data).map_err(failed)
        }
        ("gcm", Direction::Decrypt) => {
            let gcm: AesGcm<C, U12> = cipher.into();
            gcm.decrypt(GenericArray::from_slice(iv), &*data).map_err(failed)
        }
        ("cbc", _) if !data.len().is_multiple_of(16) => {
            Err(Error::new("plaintext is not a multiple of the block size"))
        }
        ("cbc", Direction::Encrypt) => {
            let cbc = <cbc::Encryptor<C> as aes::cipher::InnerIvInit>::inner_iv_init(cipher, block(iv));
            Ok(cbc.encrypt_padded_vec_mut::<NoPadding>(&data))
        }
        ("cbc", Direction::Decrypt) => {
            let cbc = <cbc::Decryptor<C> as aes::cipher::InnerIvInit>::inner_iv_init(cipher, block(iv));
            cbc.decrypt_padded_vec_mut::<NoPadding>(&data)
                .map_err(|_| Error::new("ciphertext is not a multiple of the block size"))
        }
        ("ctr", _) => {
            let mut data = data.into_owned();
            let core = <ctr::CtrCore<C, ctr::flavors::Ctr128BE> as aes::cipher::InnerIvInit>::inner_iv_init(
                cipher,
                block(iv),
            );
            aes::cipher::StreamCipherCoreWrapper::from_core(core).apply_keystream(&mut data);
            Ok(data)
        }
        _ => {
            let mut data = data.into_owned();
            let core = <ofb::OfbCore<C> as aes::cipher::InnerIvInit>::inner_iv_init(cipher, block(iv));
            aes::cipher::StreamCipherCoreWrapper::from_core(core).apply_keystream(&mut data);
            Ok(data)
        }
    }
}
