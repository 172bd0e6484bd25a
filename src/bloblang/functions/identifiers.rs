//! Functions that make identifiers.

use std::borrow::Cow;

use crate::bloblang::args::{Args, Param, ParamType, Params};
use crate::bloblang::error::Error;
use crate::bloblang::eval::Ctx;
use crate::bloblang::scope::{Environment, Host};
use crate::bloblang::spec::{Example, FunctionRun, FunctionSpec, PreparedFunction, Result};
use crate::value::Value;

pub const FUNCTIONS: &[&FunctionSpec] = &[&KSUID, &NANOID, &UUID_V4, &UUID_V7];

const CATEGORY: &str = "General";

/// Where the seconds of a KSUID start, in seconds since 1970.
const KSUID_EPOCH: i64 = 1_400_000_000;

const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

const URL_SAFE: &str = "_-0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

/// The longest identifier that is made, in characters.
const MAX_LENGTH: i64 = 1 << 20;

const UUID_V4: FunctionSpec = FunctionSpec::new(
    "uuid_v4",
    CATEGORY,
    FunctionRun::Scoped(|_, ctx| {
        let id = uuid::Builder::from_random_bytes(random_bits(ctx.host()).to_be_bytes()).into_uuid();
        Ok(Cow::Owned(hyphenated(id)))
    }),
)
.doc("A random UUID of version 4.")
.examples(&[
    Example { mapping: "root = uuid_v4().length()", cases: &[("{}", "36")] },
    Example { mapping: "root = uuid_v4() == uuid_v4()", cases: &[("{}", "false")] },
]);

const UUID_V7: FunctionSpec = FunctionSpec::new("uuid_v7", CATEGORY, FunctionRun::Scoped(uuid_v7))
    .doc("A UUID of version 7: random behind the time in milliseconds, by which it sorts.")
    .params(Params::Named(&[Param::new(
        "time",
        ParamType::Timestamp,
        "The time that it holds, the present one if there is none.",
    )
    .optional()]))
    .examples(&[
        Example {
            mapping: "root = uuid_v7(this.at).slice(0, 13)",
            cases: &[(r#"{"at":"2025-01-01T00:00:00Z"}"#, "01941f29-7c00"), (r#"{"at":"soon"}"#, "Error")],
        },
        Example { mapping: "root = uuid_v7().re_match(\"^.{14}7\")", cases: &[("{}", "true")] },
    ]);

const KSUID: FunctionSpec = FunctionSpec::new("ksuid", CATEGORY, FunctionRun::Scoped(ksuid))
    .doc("A KSUID: 27 letters and digits that sort by the second in which it was made, random behind it.")
    .examples(&[
        Example { mapping: "root = ksuid().length()", cases: &[("{}", "27")] },
        Example { mapping: "root = ksuid() == ksuid()", cases: &[("{}", "false")] },
    ]);

const NANOID: FunctionSpec = FunctionSpec::new("nanoid", CATEGORY, FunctionRun::Prepared(nanoid))
    .doc("Random characters, by default of those that URLs need not escape.")
    .params(Params::Named(&[
        Param::integer("length", "How many characters, 21 by default.").optional(),
        Param::string(
            "alphabet",
            "The characters that it is made of, at most 255 bytes. A length must stand with it.",
        )
        .optional(),
    ]))
    .examples(&[
        Example { mapping: "root = nanoid().length()", cases: &[("{}", "21")] },
        Example {
            mapping: "root = nanoid(this.n, \"a\")",
            cases: &[(r#"{"n":3}"#, "aaa"), (r#"{"n":0}"#, "Error")],
        },
    ]);

fn random_bits(host: &dyn Host) -> u128 {
    (u128::from(host.random()) << 64) | u128::from(host.random())
}

fn hyphenated(id: uuid::Uuid) -> Value {
    Value::from(&*id.hyphenated().encode_lower(&mut uuid::Uuid::encode_buffer()))
}

fn uuid_v7<'a>(args: &Args<'_>, ctx: &Ctx<'a>) -> Result<Cow<'a, Value>> {
    let time = args.timestamp(0).cloned().unwrap_or_else(|| ctx.host().now());
    let millis = time.as_millisecond() as u64;
    let random = random_bits(ctx.host()).to_be_bytes();
    let bytes = std::array::from_fn(|i| random[i]);
    Ok(Cow::Owned(hyphenated(uuid::Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid())))
}

fn ksuid<'a>(_: &Args<'_>, ctx: &Ctx<'a>) -> Result<Cow<'a, Value>> {
    let seconds = ctx.host().now().as_second() - KSUID_EPOCH;
    let mut bytes = [0; 20];
    bytes[..4].copy_from_slice(&(seconds as u32).to_be_bytes());
    bytes[4..].copy_from_slice(&random_bits(ctx.host()).to_be_bytes());
    let digits: [u8; 27] = base62(bytes);
    Ok(Cow::Owned(Value::from(&*String::from_utf8_lossy(&digits))))
}

/// The digits of a large number to the base of 62.
fn base62<const N: usize, const D: usize>(mut number: [u8; N]) -> [u8; D] {
    let mut digits = [BASE62[0]; D];
    for digit in digits.iter_mut().rev() {
        let mut rest = 0;
        for byte in &mut number {
            let value = rest << 8 | u32::from(*byte);
            *byte = (value / 62) as u8;
            rest = value % 62;
        }
        *digit = BASE62[rest as usize];
    }
    digits
}

fn nanoid(args: &Args<'_>, _: &Environment) -> Result<PreparedFunction> {
    let (length, alphabet) = (args.opt_int(0), args.opt_str(1));
    if alphabet.is_some() && length.is_none() {
        return Err(Error::new("field length must be specified when an alphabet is specified"));
    }
    let least = i64::from(alphabet.is_some());
    let (length, alphabet) = (length.unwrap_or(21), alphabet.unwrap_or(URL_SAFE).to_owned());
    Ok(std::sync::Arc::new(move |_, ctx| {
        if !(1..=255).contains(&alphabet.len()) {
            return Err(Error::new("alphabet must not be empty and contain no more than 255 chars"));
        }
        if !(least..=MAX_LENGTH).contains(&length) {
            return Err(Error::new(format!("size must be between {least} and {MAX_LENGTH}, got {length}")));
        }
        let letters: Vec<char> = alphabet.chars().collect();
        // Of 64 random bits the remainder by at most 255 is as good as even.
        let id = (0..length).map(|_| letters[(ctx.host().random() % letters.len() as u64) as usize]);
        Ok(Value::from(id.collect::<String>()))
    }))
}

#[cfg(test)]
mod tests {
    use super::base62;

    #[test]
    fn large_numbers_have_their_digits() {
        assert_eq!(&base62::<20, 27>([0xff; 20]), b"aWgEPTl1tmebfsQzFP4bxwgy80V");
        assert_eq!(&base62::<20, 27>([0; 20]), b"000000000000000000000000000");
    }
}
