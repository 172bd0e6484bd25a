//! How requests prove who sends them: the common blocks `oauth`, `basic_auth` and `jwt`, which need nothing but the
//! request, and `oauth2`, which fetches tokens.
//!
//! Several enabled blocks set the same header; the one later in this order wins: oauth, jwt, basic_auth, oauth2.

mod basic;
mod jwt;
mod oauth1;
mod oauth2;

use http::HeaderValue;
use reqwest::Url;

use crate::config::{Conf, Field, field};

use basic::Basic;
use jwt::Jwt;
use oauth1::OAuth1;
pub use oauth2::{OAuth2, OAuth2Conf, lists_of_texts};

pub const OAUTH: Field<Option<OAuth1>> =
    field("oauth").advanced().doc("Signs requests with OAuth version 1 (HMAC-SHA1).");
pub const OAUTH2: Field<Option<OAuth2Conf>> = field("oauth2")
    .advanced()
    .doc("Fetches tokens with OAuth version 2, by client credentials or a refresh token.");
pub const BASIC_AUTH: Field<Option<Basic>> =
    field("basic_auth").advanced().doc("Sends a name and a password.");
pub const JWT: Field<Jwt> = field("jwt").advanced().doc("Sends a signed JSON web token.");

/// What can be said about a request without asking anybody.
#[derive(Clone, Debug, Default)]
pub struct Signer {
    oauth: Option<OAuth1>,
    /// The same for every request.
    fixed: Option<HeaderValue>,
}

impl Signer {
    /// Reads [`OAUTH`], [`JWT`] and [`BASIC_AUTH`] of `conf`.
    pub fn read(conf: &Conf) -> Result<Self, String> {
        let read = |error: crate::config::ConfError| error.to_string();
        let basic = conf.get(&BASIC_AUTH).map_err(read)?.and_then(|basic| basic.header());
        let fixed = match basic {
            Some(basic) => Some(basic),
            None => conf.get(&JWT).map_err(read)?.header()?,
        };
        let oauth = conf.get(&OAUTH).map_err(read)?.filter(|oauth| oauth.enabled && fixed.is_none());
        Ok(Self { oauth, fixed })
    }

    /// The `Authorization` header of a request, if it has any.
    pub fn authorization(&self, method: &str, url: &Url) -> Option<HeaderValue> {
        self.fixed.clone().or_else(|| self.oauth.as_ref()?.header(method, url))
    }
}
