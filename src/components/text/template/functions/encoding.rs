//! Encodings and checksums, paths and ids.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use data_encoding::{BASE32, HEXLOWER};
use sha1::{Digest, Sha1};
use sha2::{Sha256, Sha512};

use super::{Line, string};
use crate::bloblang::go::path;
use crate::value::Value;
use crate::value::json::{self, Style};

pub const FUNCTIONS: &[Line] = &[
    ("b64enc", 1, 1, |args| Ok(BASE64_STANDARD.encode(string(&args[0])).into())),
    ("b64dec", 1, 1, |args| Ok(decoded(BASE64_STANDARD.decode(string(&args[0]))))),
    ("b32enc", 1, 1, |args| Ok(BASE32.encode(string(&args[0]).as_bytes()).into())),
    ("b32dec", 1, 1, |args| Ok(decoded(BASE32.decode(string(&args[0]).as_bytes())))),
    ("sha1sum", 1, 1, |args| Ok(HEXLOWER.encode(&Sha1::digest(string(&args[0]))).into())),
    ("sha256sum", 1, 1, |args| Ok(HEXLOWER.encode(&Sha256::digest(string(&args[0]))).into())),
    ("sha512sum", 1, 1, |args| Ok(HEXLOWER.encode(&Sha512::digest(string(&args[0]))).into())),
    ("toJson", 1, 1, |args| printed(&args[0], Style { escape_html: true, ..Style::default() })),
    ("mustToJson", 1, 1, |args| printed(&args[0], Style { escape_html: true, ..Style::default() })),
    ("toRawJson", 1, 1, |args| printed(&args[0], Style::default())),
    ("toPrettyJson", 1, 1, |args| printed(&args[0], Style { indent: Some("  "), escape_html: true })),
    ("fromJson", 1, 1, |args| {
        Ok(json::parse(string(&args[0]).as_bytes()).map_or(Value::Nothing, super::super::numbers))
    }),
    ("mustFromJson", 1, 1, |args| {
        json::parse(string(&args[0]).as_bytes()).map(super::super::numbers).map_err(|error| error.to_string())
    }),
    ("base", 1, 1, |args| {
        let path = path::clean(&string(&args[0]));
        Ok(path.rsplit('/').next().filter(|name| !name.is_empty()).unwrap_or("/").into())
    }),
    ("dir", 1, 1, |args| Ok(path::clean(path::split(&string(&args[0])).0).into())),
    ("clean", 1, 1, |args| Ok(path::clean(&string(&args[0])).into())),
    ("ext", 1, 1, |args| {
        let path = string(&args[0]);
        let name = path.rsplit('/').next().unwrap_or_default();
        Ok(name.rfind('.').map_or("", |at| &name[at..]).into())
    }),
    ("isAbs", 1, 1, |args| Ok(string(&args[0]).starts_with('/').into())),
    ("uuidv4", 0, 0, |_| Ok(uuid::Uuid::new_v4().to_string().into())),
    ("hello", 0, 0, |_| Ok("Hello!".into())),
];

/// What cannot be decoded is told in its place.
fn decoded<E: std::fmt::Display>(bytes: Result<Vec<u8>, E>) -> Value {
    bytes.map_or_else(|error| error.to_string().into(), Value::text)
}

fn printed(value: &Value, style: Style<'_>) -> Result<Value, String> {
    let value = if matches!(value, Value::Nothing) { &Value::Null } else { value };
    json::print_string(value, style).map(Value::from).map_err(|_| "the value has no JSON".to_owned())
}
