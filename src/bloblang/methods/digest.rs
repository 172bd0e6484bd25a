//! Hashes and name-based ids.

use std::borrow::Cow;
use std::sync::Arc;

use hmac::{Hmac, Mac};
use sha2::Digest;

use crate::bloblang::args::{Args, Constant, Param, Params};
use crate::bloblang::error::Error;
use crate::bloblang::spec::{Example, MethodRun, MethodSpec, PreparedMethod, Result};
use crate::value::Value;

use super::target::bytes;

pub const METHODS: &[&MethodSpec] = &[&HASH, &UUID_V5];

const CATEGORY: &str = "Encoding and Encryption";

const HASH: MethodSpec = MethodSpec::new("hash", CATEGORY, MethodRun::Prepared(hash))
    .doc("The hash of a string or of bytes: as bytes, which for xxhash64 and fnv32 are decimal digits. The `hmac_` algorithms need a key; `polynomial` (IEEE, Castagnoli, Koopman) is that of crc32.")
    .params(Params::Named(&[
        Param::string("algorithm", "hmac_sha1, hmac_sha256, hmac_sha512, md5, sha1, sha256, sha512, sha3_256, sha3_512, xxhash64, crc32 or fnv32."),
        Param::bytes("key", "The key of an hmac.").optional(),
        Param::string("polynomial", "The polynomial of crc32.").default(Constant::String("IEEE")),
    ]))
    .examples(&[
        Example { mapping: "root = this.v.hash(\"sha1\").encode(\"hex\")", cases: &[(r#"{"v":"abc"}"#, "a9993e364706816aba3e25717850c26c9cd0d89d")] },
        Example { mapping: "root = this.v.hash(\"xxhash64\")", cases: &[(r#"{"v":""}"#, "17241709254077376921")] },
    ]);

type Algorithm = fn(&[u8]) -> Value;

/// Algorithms without a key.
const PLAIN: [(&str, Algorithm); 8] = [
    ("md5", |data| raw(&md5::Md5::digest(data))),
    ("sha1", |data| raw(&sha1::Sha1::digest(data))),
    ("sha256", |data| raw(&sha2::Sha256::digest(data))),
    ("sha512", |data| raw(&sha2::Sha512::digest(data))),
    ("sha3_256", |data| raw(&sha3::Sha3_256::digest(data))),
    ("sha3_512", |data| raw(&sha3::Sha3_512::digest(data))),
    ("xxhash64", |data| raw(xxhash_rust::xxh64::xxh64(data, 0).to_string().as_bytes())),
    ("fnv32", |data| raw(fnv32(data).to_string().as_bytes())),
];

type Keyed = fn(&[u8], &[u8]) -> Option<Value>;

const KEYED: [(&str, Keyed); 3] = [
    ("hmac_sha1", |key, data| {
        Hmac::<sha1::Sha1>::new_from_slice(key)
            .ok()
            .map(|mac| raw(&mac.chain_update(data).finalize().into_bytes()))
    }),
    ("hmac_sha256", |key, data| {
        Hmac::<sha2::Sha256>::new_from_slice(key)
            .ok()
            .map(|mac| raw(&mac.chain_update(data).finalize().into_bytes()))
    }),
    ("hmac_sha512", |key, data| {
        Hmac::<sha2::Sha512>::new_from_slice(key)
            .ok()
            .map(|mac| raw(&mac.chain_update(data).finalize().into_bytes()))
    }),
];

/// Reversed polynomials of crc32.
const POLYNOMIALS: [(&str, u32); 3] =
    [("IEEE", 0xedb8_8320), ("Castagnoli", 0x82f6_3b78), ("Koopman", 0xeb31_d82e)];

fn raw(bytes: &[u8]) -> Value {
    Value::from(bytes::Bytes::copy_from_slice(bytes))
}

fn hash(args: &Args<'_>, _: &crate::bloblang::Environment) -> Result<PreparedMethod> {
    let name = args.str(0);
    if let Some((_, run)) = PLAIN.iter().find(|(n, _)| *n == name) {
        return Ok(Arc::new(move |target, _| Ok(run(bytes(&target)?))));
    }
    // `hmac-sha1` is an old spelling of `hmac_sha1`.
    if let Some((_, run)) = KEYED.iter().find(|(n, _)| *n == name.replacen("hmac-", "hmac_", 1)) {
        let key = args.bytes(1).to_vec();
        if key.is_empty() {
            return Err(Error::new(format!("hash algorithm {name} requires a key argument")));
        }
        return Ok(Arc::new(move |target, _| {
            run(&key, bytes(&target)?).ok_or_else(|| Error::new("the key cannot be used"))
        }));
    }
    if name == "crc32" {
        let wanted = args.str(2);
        let Some((_, polynomial)) = POLYNOMIALS.iter().find(|(n, _)| *n == wanted) else {
            return Err(Error::new(format!("unsupported crc32 hash polynomial: {wanted}")));
        };
        let table = crc_table(*polynomial);
        return Ok(Arc::new(move |target, _| Ok(raw(&crc32(&table, bytes(&target)?).to_be_bytes()))));
    }
    Err(Error::new(format!("unrecognized hash type: {name}")))
}

fn crc_table(polynomial: u32) -> [u32; 256] {
    let mut table = [0; 256];
    for (i, entry) in table.iter_mut().enumerate() {
        *entry = (0..8).fold(i as u32, |c, _| if c & 1 == 1 { polynomial ^ (c >> 1) } else { c >> 1 });
    }
    table
}

fn crc32(table: &[u32; 256], data: &[u8]) -> u32 {
    !data.iter().fold(!0, |crc: u32, byte| table[((crc ^ u32::from(*byte)) & 0xff) as usize] ^ (crc >> 8))
}

fn fnv32(data: &[u8]) -> u32 {
    data.iter().fold(0x811c_9dc5, |hash: u32, byte| hash.wrapping_mul(0x0100_0193) ^ u32::from(*byte))
}

const UUID_V5: MethodSpec = MethodSpec::new("uuid_v5", CATEGORY, MethodRun::Pure(uuid_v5))
    .doc("The UUID of version 5 that a name has in a namespace: dns, url, oid, x500, or any UUID; without one in the nil UUID. Null stays null.")
    .params(Params::Named(&[Param::string("ns", "The namespace.").optional()]))
    .examples(&[
        Example { mapping: "root = this.v.uuid_v5(\"dns\")", cases: &[(r#"{"v":"example.com"}"#, "cfbff0d1-9375-5685-968c-48ce8b15ae17")] },
        Example { mapping: "root = this.v.uuid_v5(\"nonsense\")", cases: &[(r#"{"v":"x"}"#, "Error")] },
    ]);

fn uuid_v5(target: Cow<'_, Value>, args: &Args<'_>) -> Result<Value> {
    if target.is_null() {
        return Ok(Value::Null);
    }
    let namespace = match args.opt_str(0) {
        None => uuid::Uuid::nil(),
        Some("dns" | "DNS") => uuid::Uuid::NAMESPACE_DNS,
        Some("url" | "URL") => uuid::Uuid::NAMESPACE_URL,
        Some("oid" | "OID") => uuid::Uuid::NAMESPACE_OID,
        Some("x500" | "X500") => uuid::Uuid::NAMESPACE_X500,
        Some(text) => uuid::Uuid::parse_str(text).map_err(|_| {
            Error::new(format!("invalid ns uuid: '{text}' is neither a namespace nor a UUID"))
        })?,
    };
    Ok(Value::from(uuid::Uuid::new_v5(&namespace, bytes(&target)?).to_string()))
}
