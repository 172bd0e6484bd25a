//! `oauth`: OAuth version 1, signatures by HMAC-SHA1 over method, URL and query (RFC 5849).

use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use http::HeaderValue;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::Url;
use sha1::Sha1;

use crate::config::{AnyField, Conf, ConfError, Field, FromConf, field};
use crate::value::Str;

const ENABLED: Field<bool> = field("enabled").default(false).advanced().doc("Whether requests are signed.");
const CONSUMER_KEY: Field<Str> =
    field("consumer_key").default("").advanced().doc("Who the client is to the service.");
const CONSUMER_SECRET: Field<Str> =
    field("consumer_secret").default("").advanced().secret().doc("The secret of the consumer key.");
const ACCESS_TOKEN: Field<Str> =
    field("access_token").default("").advanced().doc("The token of the user it acts for.");
const ACCESS_TOKEN_SECRET: Field<Str> =
    field("access_token_secret").default("").advanced().secret().doc("The secret of the access token.");

#[derive(Clone, Debug)]
pub struct OAuth1 {
    pub(super) enabled: bool,
    consumer_key: Str,
    consumer_secret: Str,
    access_token: Str,
    access_token_secret: Str,
}

/// What stays as it is in a percent-encoded text.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

impl FromConf for OAuth1 {
    const FIELDS: &'static [&'static dyn AnyField] =
        &[&ENABLED, &CONSUMER_KEY, &CONSUMER_SECRET, &ACCESS_TOKEN, &ACCESS_TOKEN_SECRET];

    fn from_conf(conf: &Conf) -> Result<Self, ConfError> {
        Ok(Self {
            enabled: conf.get(&ENABLED)?,
            consumer_key: conf.get(&CONSUMER_KEY)?,
            consumer_secret: conf.get(&CONSUMER_SECRET)?,
            access_token: conf.get(&ACCESS_TOKEN)?,
            access_token_secret: conf.get(&ACCESS_TOKEN_SECRET)?,
        })
    }
}

// === impl OAuth1 ===

impl OAuth1 {
    pub fn header(&self, method: &str, url: &Url) -> Option<HeaderValue> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let nonce: u64 = rand::random();
        self.header_at(method, url, &nonce.to_string(), &now.to_string())
    }

    fn header_at(&self, method: &str, url: &Url, nonce: &str, timestamp: &str) -> Option<HeaderValue> {
        let mut own = vec![
            ("oauth_consumer_key", self.consumer_key.as_str()),
            ("oauth_nonce", nonce),
            ("oauth_signature_method", "HMAC-SHA1"),
            ("oauth_timestamp", timestamp),
            ("oauth_version", "1.0"),
        ];
        if !self.access_token.is_empty() {
            own.push(("oauth_token", &self.access_token));
        }
        let signature = self.signature(method, url, &own);
        own.push(("oauth_signature", &signature));
        let parts: Vec<_> = own.iter().map(|(name, value)| format!("{name}=\"{}\"", encode(value))).collect();
        let mut header = HeaderValue::try_from(format!("OAuth {}", parts.join(", "))).ok()?;
        header.set_sensitive(true);
        Some(header)
    }

    fn signature(&self, method: &str, url: &Url, own: &[(&str, &str)]) -> String {
        let mut parameters: Vec<_> = url
            .query_pairs()
            .map(|(name, value)| (encode(&name), encode(&value)))
            .chain(own.iter().map(|(name, value)| (encode(name), encode(value))))
            .collect();
        parameters.sort();
        let parameters: Vec<_> = parameters.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut bare = url.clone();
        bare.set_query(None);
        bare.set_fragment(None);
        let text = [method.to_ascii_uppercase(), encode(bare.as_str()), encode(&parameters.join("&"))];
        let key = format!("{}&{}", encode(&self.consumer_secret), encode(&self.access_token_secret));
        // A key of any length will do, so this never fails.
        let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(key.as_bytes()) else { return String::new() };
        mac.update(text.join("&").as_bytes());
        STANDARD.encode(mac.finalize().into_bytes())
    }
}

fn encode(text: &str) -> String {
    utf8_percent_encode(text, UNRESERVED).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of RFC 5849, section 1.2.
    #[test]
    fn signs_as_the_standard_shows() {
        let oauth = OAuth1 {
            enabled: true,
            consumer_key: "dpf43f3p2l4k3l03".into(),
            consumer_secret: "kd94hf93k423kf44".into(),
            access_token: "nnch734d00sl2jdk".into(),
            access_token_secret: "pfkkdhi9sl3r4s00".into(),
        };
        let url =
            Url::parse("http://photos.example.net/photos?file=vacation.jpg&size=original").expect("a URL");
        let own = [
            ("oauth_consumer_key", "dpf43f3p2l4k3l03"),
            ("oauth_token", "nnch734d00sl2jdk"),
            ("oauth_signature_method", "HMAC-SHA1"),
            ("oauth_timestamp", "137131202"),
            ("oauth_nonce", "chapoH"),
        ];
        assert_eq!(oauth.signature("GET", &url, &own), "MdpQcU8iPSUjWoN/UDMsK2sui9I=");
        let header = oauth.header_at("GET", &url, "n", "1").expect("a header");
        let text = header.to_str().expect("text");
        assert!(text.starts_with("OAuth oauth_consumer_key=\"dpf43f3p2l4k3l03\", "), "{text}");
        assert!(text.contains("oauth_signature=\""), "{text}");
    }
}
