//! Comparing texts with hashes of secrets.

use std::borrow::Cow;

use argon2::{Algorithm, Argon2, Version};
use base64::Engine;
use base64::engine::general_purpose::{GeneralPurpose, NO_PAD};

use super::target::string;
use crate::bloblang::args::{Args, Param, Params};
use crate::bloblang::error::Error;
use crate::bloblang::spec::{Example, MethodRun, MethodSpec, Result};
use crate::value::Value;

pub const METHODS: &[&MethodSpec] = &[&COMPARE_ARGON2, &COMPARE_BCRYPT];

const CATEGORY: &str = "String Manipulation";

const HASHED: Params = Params::Named(&[Param::string("hashed_secret", "The hash, with how it was made.")]);

const COMPARE_ARGON2: MethodSpec = MethodSpec::new("compare_argon2", CATEGORY, MethodRun::Pure(compare_argon2))
    .doc("Whether a text is the secret that an Argon2 hash (`argon2i` or `argon2id`) was made of. The empty text never is.")
    .params(HASHED)
    .examples(&[
        Example { mapping: "root = this.word.compare_argon2(\"$argon2id$v=19$m=64,t=1,p=1$cGluY2gtb2Ytc2FsdC0wMQ$CtJAyCMRPhqwan20zaiOHw\")", cases: &[(r#"{"word":"sesame"}"#, "true"), (r#"{"word":"pepper"}"#, "false")] },
        Example { mapping: "root = this.word.compare_argon2(this.hash)", cases: &[(r#"{"word":"","hash":"any"}"#, "false"), (r#"{"word":"a","hash":"none"}"#, "Error")] },
    ]);

const BASE64: GeneralPurpose =
    GeneralPurpose::new(&base64::alphabet::STANDARD, NO_PAD.with_decode_allow_trailing_bits(true));

fn compare_argon2(target: Cow<'_, Value>, args: &Args<'_>) -> Result<Value> {
    let secret = string(&target)?;
    if secret.is_empty() {
        return Ok(Value::Bool(false));
    }
    let hash = Argon2Hash::parse(args.str(0))
        .ok_or_else(|| Error::new("the hash is not of the form $argon2id$v=..$m=..,t=..,p=..$salt$key"))?;
    let mut key = vec![0; hash.key.len()];
    hash.made_by
        .hash_password_into(secret.as_bytes(), &hash.salt, &mut key)
        .map_err(|e| Error::new(format!("argon2: {e}")))?;
    let differs = key.iter().zip(&hash.key).fold(0, |all, (left, right)| all | (left ^ right));
    Ok(Value::Bool(differs == 0))
}

struct Argon2Hash {
    made_by: Argon2<'static>,
    salt: Vec<u8>,
    key: Vec<u8>,
}

impl Argon2Hash {
    fn parse(text: &str) -> Option<Self> {
        let parts: Vec<&str> = text.split('$').collect();
        let &["", algorithm, version, params, salt, key] = parts.as_slice() else { return None };
        let algorithm = match algorithm {
            "argon2i" => Algorithm::Argon2i,
            "argon2id" => Algorithm::Argon2id,
            _ => return None,
        };
        // Whatever the version says, hashes are those of the newest one.
        version.strip_prefix("v=")?.parse::<i64>().ok()?;
        let mut numbers = params
            .split(',')
            .zip(["m=", "t=", "p="])
            .map(|(param, name)| param.strip_prefix(name)?.parse::<u32>().ok());
        let (memory, rounds, lanes) = (numbers.next()??, numbers.next()??, numbers.next()??);
        if params.split(',').count() != 3 {
            return None;
        }
        let (salt, key) = (BASE64.decode(salt).ok()?, BASE64.decode(key).ok()?);
        let memory = memory.max(lanes.checked_mul(8)?);
        let params = argon2::Params::new(memory, rounds, lanes, Some(key.len())).ok()?;
        Some(Self { made_by: Argon2::new(algorithm, Version::V0x13, params), salt, key })
    }
}

const COMPARE_BCRYPT: MethodSpec = MethodSpec::new("compare_bcrypt", CATEGORY, MethodRun::Pure(compare_bcrypt))
    .doc("Whether a text is the secret that a bcrypt hash was made of. Only its first 72 bytes count.")
    .params(HASHED)
    .examples(&[
        Example { mapping: "root = this.word.compare_bcrypt(\"$2b$04$abcdefghijklmnopqrstuuinwY/tkBVrn3xrxQI/TgnMHhkvl85RW\")", cases: &[(r#"{"word":"sesame"}"#, "true"), (r#"{"word":"pepper"}"#, "false")] },
        Example { mapping: "root = this.word.compare_bcrypt(this.hash)", cases: &[(r#"{"word":"a","hash":"none"}"#, "Error")] },
    ]);

fn compare_bcrypt(target: Cow<'_, Value>, args: &Args<'_>) -> Result<Value> {
    let secret = string(&target)?;
    // All letters behind the 2 mean the same.
    let hash = match args.str(0).as_bytes() {
        [b'$', b'2', letter, b'$', ..] if letter.is_ascii() => {
            Cow::Owned(format!("$2b{}", &args.str(0)[3..]))
        }
        _ => Cow::Borrowed(args.str(0)),
    };
    let matches = bcrypt::verify(secret.as_bytes(), &hash).map_err(|e| Error::new(format!("bcrypt: {e}")))?;
    Ok(Value::Bool(matches))
}
