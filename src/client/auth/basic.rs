//! `basic_auth`: a name and a password.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderValue;

use crate::config::{AnyField, Conf, ConfError, Field, FromConf, field};
use crate::value::Str;

const ENABLED: Field<bool> = field("enabled").default(false).advanced().doc("Whether they are sent.");
const USERNAME: Field<Str> = field("username").default("").advanced().doc("The name.");
const PASSWORD: Field<Str> = field("password").default("").advanced().secret().doc("The password.");

#[derive(Clone, Debug)]
pub struct Basic {
    enabled: bool,
    username: Str,
    password: Str,
}

impl FromConf for Basic {
    const FIELDS: &'static [&'static dyn AnyField] = &[&ENABLED, &USERNAME, &PASSWORD];

    fn from_conf(conf: &Conf) -> Result<Self, ConfError> {
        Ok(Self {
            enabled: conf.get(&ENABLED)?,
            username: conf.get(&USERNAME)?,
            password: conf.get(&PASSWORD)?,
        })
    }
}

impl Basic {
    /// The header, if it is enabled.
    pub fn header(&self) -> Option<HeaderValue> {
        self.enabled.then(|| credentials(&self.username, &self.password))
    }
}

/// `Basic base64(username:password)`.
pub fn credentials(username: &str, password: &str) -> HeaderValue {
    let text = format!("Basic {}", STANDARD.encode(format!("{username}:{password}")));
    let mut value = HeaderValue::try_from(text).unwrap_or_else(|_| HeaderValue::from_static("Basic"));
    value.set_sensitive(true);
    value
}
