//! JSON Web Tokens: signing claims, and reading them after the signature was verified.

use std::sync::Arc;

use crate::bloblang::Environment;
use crate::bloblang::args::{Args, Param, Params};
use crate::bloblang::error::Error;
use crate::bloblang::jwt::{Algorithm, Family, Hash, Private, Public};
use crate::bloblang::spec::{Example, MethodRun, MethodSpec, PreparedMethod, Result};
use crate::value::{Object, Value};

use super::target::string;
use super::to_floats;

pub const METHODS: &[&MethodSpec] = &[
    &parsing::<HS256>("parse_jwt_hs256"),
    &parsing::<HS384>("parse_jwt_hs384"),
    &parsing::<HS512>("parse_jwt_hs512"),
    &parsing::<RS256>("parse_jwt_rs256"),
    &parsing::<RS384>("parse_jwt_rs384"),
    &parsing::<RS512>("parse_jwt_rs512"),
    &parsing::<ES256>("parse_jwt_es256"),
    &parsing::<ES384>("parse_jwt_es384"),
    &parsing::<ES512>("parse_jwt_es512"),
    &signing::<HS256>("sign_jwt_hs256"),
    &signing::<HS384>("sign_jwt_hs384"),
    &signing::<HS512>("sign_jwt_hs512"),
    &signing::<RS256>("sign_jwt_rs256"),
    &signing::<RS384>("sign_jwt_rs384"),
    &signing::<RS512>("sign_jwt_rs512"),
    &signing::<ES256>("sign_jwt_es256"),
    &signing::<ES384>("sign_jwt_es384"),
    &signing::<ES512>("sign_jwt_es512"),
];

/// The places of the algorithms in [`ALGORITHMS`].
const HS256: usize = 0;
const HS384: usize = 1;
const HS512: usize = 2;
const RS256: usize = 3;
const RS384: usize = 4;
const RS512: usize = 5;
const ES256: usize = 6;
const ES384: usize = 7;
const ES512: usize = 8;

const ALGORITHMS: [Algorithm; 9] = [
    Algorithm { family: Family::Hmac, hash: Hash::Sha256 },
    Algorithm { family: Family::Hmac, hash: Hash::Sha384 },
    Algorithm { family: Family::Hmac, hash: Hash::Sha512 },
    Algorithm { family: Family::Rsa, hash: Hash::Sha256 },
    Algorithm { family: Family::Rsa, hash: Hash::Sha384 },
    Algorithm { family: Family::Rsa, hash: Hash::Sha512 },
    Algorithm { family: Family::Ecdsa, hash: Hash::Sha256 },
    Algorithm { family: Family::Ecdsa, hash: Hash::Sha384 },
    Algorithm { family: Family::Ecdsa, hash: Hash::Sha512 },
];

const CATEGORY: &str = "JSON Web Tokens";

/// What a header may not say, as signing says it or others would trust it.
const RESERVED: [&str; 9] = ["alg", "typ", "jku", "jwk", "x5u", "x5c", "x5t", "x5t#S256", "crit"];

const PARSING: &[Param] =
    &[Param::string("signing_secret", "The secret, or the public key or certificate in PEM.")];

const SIGNING: &[Param] = &[
    Param::string("signing_secret", "The secret, or the private key in PEM."),
    Param::any("headers", "An object of what the header says besides how the token is signed.").optional(),
];

const EXAMPLES: &[Example] = &[
    Example {
        mapping: "root = {\"sub\": this.name}.sign_jwt_hs256(\"hush\").parse_jwt_hs256(\"hush\")",
        cases: &[(r#"{"name":"ada"}"#, r#"{"sub":"ada"}"#)],
    },
    Example {
        mapping: "root = {\"sub\": \"ada\"}.sign_jwt_hs256(\"hush\", {\"kid\": \"7\"}).split(\".\").index(0).decode(\"base64rawurl\")",
        cases: &[("{}", r#"{"alg":"HS256","kid":"7","typ":"JWT"}"#)],
    },
    Example {
        mapping: "root = this.token.parse_jwt_hs256(\"hush\").catch(\"not to be trusted\")",
        cases: &[(r#"{"token":"a.b.c"}"#, "not to be trusted")],
    },
    Example {
        mapping: "root = {\"n\": 1}.sign_jwt_rs256(this.key).catch(\"no key\")",
        cases: &[(r#"{"key":"-----BEGIN PRIVATE KEY-----"}"#, "no key")],
    },
    Example {
        mapping: "let private = \"\"\"-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIAwRCrhGoDyui8yWqHMl8z+gnyZyAmgVfzTSBr9bDWS+oAoGCCqGSM49\nAwEHoUQDQgAEEO/8PnXp9UrT82IuppzG/1BLn1RI5kilzB7Wl3kO7bkHRNhu6z7c\n9y94ihkIsIlbsy8JN8e5/7tezWbn60cnlA==\n-----END EC PRIVATE KEY-----\"\"\"\nlet public = \"\"\"-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEEO/8PnXp9UrT82IuppzG/1BLn1RI\n5kilzB7Wl3kO7bkHRNhu6z7c9y94ihkIsIlbsy8JN8e5/7tezWbn60cnlA==\n-----END PUBLIC KEY-----\"\"\"\nroot = this.sign_jwt_es256($private).parse_jwt_es256($public)",
        cases: &[(r#"{"n":1}"#, r#"{"n":1}"#)],
    },
];

const fn parsing<const A: usize>(name: &'static str) -> MethodSpec {
    MethodSpec::new(name, CATEGORY, MethodRun::Prepared(parse::<A>))
        .doc("The claims of a token, once its signature was verified with this algorithm. A token that has expired, that is not valid yet or that another algorithm signed is an error.")
        .params(Params::Named(PARSING))
        .examples(EXAMPLES)
}

const fn signing<const A: usize>(name: &'static str) -> MethodSpec {
    MethodSpec::new(name, CATEGORY, MethodRun::Prepared(sign::<A>))
        .doc("A token of the claims that an object holds, signed with this algorithm.")
        .params(Params::Named(SIGNING))
        .examples(EXAMPLES)
}

fn parse<const A: usize>(args: &Args<'_>, environment: &Environment) -> Result<PreparedMethod> {
    let algorithm = ALGORITHMS[A];
    let key = Public::read(args.str(0), algorithm.family)?;
    let host = environment.host.clone();
    Ok(Arc::new(move |target, _| {
        let token = string(&target)?;
        let mut claims = algorithm.verify(&token, &key, host.now().as_second())?;
        let fits = claims.values_mut().try_for_each(to_floats);
        fits.map_err(|text| Error::new(format!("failed to parse JWT string: {text} does not fit a float")))?;
        Ok(Value::Object(claims))
    }))
}

fn sign<const A: usize>(args: &Args<'_>, _: &Environment) -> Result<PreparedMethod> {
    let algorithm = ALGORITHMS[A];
    let key = Private::read(args.str(0), algorithm.family)?;
    let headers = match args.get(1) {
        None | Some(Value::Null) => None,
        Some(Value::Object(headers)) => {
            let kept = headers.iter().filter(|(name, _)| !RESERVED.contains(&name.as_str()));
            Some(kept.cloned().collect::<Object>())
        }
        Some(other) => return Err(Error::expected("object", other)),
    };
    Ok(Arc::new(move |target, _| {
        let Value::Object(claims) = &*target else { return Err(Error::expected("object", &target)) };
        algorithm.sign(claims, headers.as_ref(), &key).map(Value::from)
    }))
}
