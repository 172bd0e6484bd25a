//! Methods that write bytes as text and read them back.

use std::borrow::Cow;

use base64::Engine;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::general_purpose::{GeneralPurpose, NO_PAD, PAD};
use data_encoding::HEXLOWER;
use data_encoding::HEXLOWER_PERMISSIVE;

use crate::bloblang::args::{Args, Param, Params};
use crate::bloblang::error::Error;
use crate::bloblang::spec::{Example, MethodRun, MethodSpec, PreparedMethod, Result};
use crate::value::Value;

use super::target::bytes;

pub const METHODS: &[&MethodSpec] = &[&DECODE, &ENCODE];

const CATEGORY: &str = "Encoding and Encryption";

const SCHEME: Params = Params::Named(&[Param::string(
    "scheme",
    "base64, base64url, base64rawurl, hex, ascii85 or z85 (whose input has a length that four divides).",
)]);

/// As Go does, these ignore the bits that are left over in the last digit.
const BASE64: GeneralPurpose = GeneralPurpose::new(&STANDARD, PAD.with_decode_allow_trailing_bits(true));
const BASE64_URL: GeneralPurpose = GeneralPurpose::new(&URL_SAFE, PAD.with_decode_allow_trailing_bits(true));
const BASE64_RAW_URL: GeneralPurpose =
    GeneralPurpose::new(&URL_SAFE, NO_PAD.with_decode_allow_trailing_bits(true));

/// One way to write bytes as text.
struct Scheme {
    name: &'static str,
    encode: fn(&[u8]) -> Result<String>,
    decode: fn(&[u8]) -> Result<Vec<u8>>,
}

const SCHEMES: [Scheme; 6] = [
    Scheme {
        name: "base64",
        encode: |bytes| Ok(BASE64.encode(bytes)),
        decode: |text| BASE64.decode(unbroken(text)).map_err(illegal),
    },
    Scheme {
        name: "base64url",
        encode: |bytes| Ok(BASE64_URL.encode(bytes)),
        decode: |text| BASE64_URL.decode(unbroken(text)).map_err(illegal),
    },
    Scheme {
        name: "base64rawurl",
        encode: |bytes| Ok(BASE64_RAW_URL.encode(bytes)),
        decode: |text| BASE64_RAW_URL.decode(unbroken(text)).map_err(illegal),
    },
    Scheme {
        name: "hex",
        encode: |bytes| Ok(HEXLOWER.encode(bytes)),
        decode: |text| HEXLOWER_PERMISSIVE.decode(text).map_err(illegal),
    },
    Scheme { name: "ascii85", encode: |bytes| Ok(ascii85(bytes)), decode: from_ascii85 },
    Scheme { name: "z85", encode: z85, decode: from_z85 },
];

const ENCODE: MethodSpec = MethodSpec::new("encode", CATEGORY, MethodRun::Prepared(encode))
    .doc("The text of a string or of bytes in an encoding.")
    .params(SCHEME)
    .examples(&[
        Example { mapping: "root = this.v.encode(\"base64\")", cases: &[(r#"{"v":"hello"}"#, "aGVsbG8=")] },
        Example { mapping: "root = content().encode(\"hex\")", cases: &[("az", "617a")] },
    ]);

const DECODE: MethodSpec = MethodSpec::new("decode", CATEGORY, MethodRun::Prepared(decode))
    .doc("The bytes that a text in an encoding stands for. A text that is not in it is an error.")
    .params(SCHEME)
    .examples(&[
        Example { mapping: "root = this.v.decode(\"base64\")", cases: &[(r#"{"v":"aGVsbG8="}"#, "hello")] },
        Example {
            mapping: "root = this.v.decode(\"hex\").catch(\"bad\")",
            cases: &[(r#"{"v":"6g"}"#, "bad")],
        },
    ]);

fn scheme(args: &Args<'_>) -> Result<&'static Scheme> {
    let name = args.str(0);
    SCHEMES
        .iter()
        .find(|scheme| scheme.name == name)
        .ok_or_else(|| Error::new(format!("unrecognized encoding type: {name}")))
}

fn encode(args: &Args<'_>, _: &crate::bloblang::Environment) -> Result<PreparedMethod> {
    let scheme = scheme(args)?;
    Ok(std::sync::Arc::new(move |target, _| Ok(Value::from((scheme.encode)(bytes(&target)?)?))))
}

fn decode(args: &Args<'_>, _: &crate::bloblang::Environment) -> Result<PreparedMethod> {
    let scheme = scheme(args)?;
    Ok(std::sync::Arc::new(move |target, _| {
        let decoded = (scheme.decode)(bytes(&target)?)?;
        Ok(Value::from(bytes::Bytes::from(decoded)))
    }))
}

fn illegal(error: impl std::fmt::Display) -> Error {
    Error::new(format!("illegal data: {error}"))
}

/// Line breaks inside base64 do not count.
fn unbroken(text: &[u8]) -> Cow<'_, [u8]> {
    if text.iter().any(|b| matches!(b, b'\r' | b'\n')) {
        return text.iter().copied().filter(|b| !matches!(b, b'\r' | b'\n')).collect::<Vec<u8>>().into();
    }
    text.into()
}

/// Four bytes as five digits of base 85; four zero bytes as `z`.
fn ascii85(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() / 4 * 5 + 5);
    for chunk in bytes.chunks(4) {
        let mut block = [0; 4];
        block[..chunk.len()].copy_from_slice(chunk);
        let mut number = u32::from_be_bytes(block);
        if number == 0 && chunk.len() == 4 {
            out.push('z');
            continue;
        }
        let mut digits = [0; 5];
        for digit in digits.iter_mut().rev() {
            *digit = (number % 85) as u8 + b'!';
            number /= 85;
        }
        out.extend(digits[..chunk.len() + 1].iter().map(|d| char::from(*d)));
    }
    out
}

fn from_ascii85(text: &[u8]) -> Result<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len() / 5 * 4);
    // Groups that are too large wrap around, as in the reference.
    let (mut number, mut digits) = (0_u32, 0);
    for (i, byte) in text.iter().enumerate() {
        match byte {
            0..=b' ' => {}
            b'z' if digits == 0 => out.extend_from_slice(&[0; 4]),
            b'!'..=b'u' => {
                number = number.wrapping_mul(85).wrapping_add(u32::from(byte - b'!'));
                digits += 1;
                if digits == 5 {
                    out.extend_from_slice(&number.to_be_bytes());
                    (number, digits) = (0, 0);
                }
            }
            _ => return Err(Error::new(format!("illegal ascii85 data at input byte {i}"))),
        }
    }
    if digits == 1 {
        return Err(Error::new(format!("illegal ascii85 data at input byte {}", text.len())));
    }
    if digits > 1 {
        let n = digits - 1;
        for _ in digits..5 {
            number = number.wrapping_mul(85).wrapping_add(84);
        }
        out.extend_from_slice(&number.to_be_bytes()[..n]);
    }
    Ok(out)
}

const Z85: &[u8; 85] =
    b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";

fn z85(bytes: &[u8]) -> Result<String> {
    if !bytes.len().is_multiple_of(4) {
        return Err(Error::new("z85 encodes only data whose length four divides"));
    }
    let mut out = String::with_capacity(bytes.len() / 4 * 5);
    for chunk in bytes.chunks_exact(4) {
        let number = chunk.iter().fold(0_u32, |n, b| n << 8 | u32::from(*b));
        for power in [85_u32.pow(4), 85_u32.pow(3), 85_u32.pow(2), 85, 1] {
            out.push(char::from(Z85[(number / power % 85) as usize]));
        }
    }
    Ok(out)
}

fn from_z85(text: &[u8]) -> Result<Vec<u8>> {
    if !text.len().is_multiple_of(5) {
        return Err(Error::new("z85 decodes only text whose length five divides"));
    }
    let mut out = Vec::with_capacity(text.len() / 5 * 4);
    for chunk in text.chunks_exact(5) {
        let mut number = 0_u64;
        for byte in chunk {
            let digit = Z85.iter().position(|d| d == byte);
            let digit = digit.ok_or_else(|| Error::new("illegal z85 data"))?;
            number = number * 85 + digit as u64;
        }
        let number = u32::try_from(number).map_err(|_| Error::new("illegal z85 data"))?;
        out.extend_from_slice(&number.to_be_bytes());
    }
    Ok(out)
}
