//! The HTTP client that components share: what is asked is made of messages, answers become messages, and what
//! fails is tried again.

mod attempt;
mod clients;
mod dump;
mod error;
mod fields;
mod request;
mod response;
mod spans;

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;

pub use error::HttpError;
pub use fields::{COMMON, URL, field_count, fields, verb};
pub use request::{Part, Payload};

use super::auth::{OAUTH2, OAuth2};
use super::metadata::MetadataFilter;
use crate::config::{Conf, ConfError, Field};
use crate::telemetry::log::{Level, Logger};
use crate::telemetry::metrics::{self, Handle};
use crate::telemetry::trace::Tracer;
use crate::value::Str;
use attempt::Retries;
use clients::Clients;
use request::Requests;

/// Sends requests by the common fields of HTTP components.
pub struct HttpClient {
    clients: Clients,
    requests: Requests,
    oauth2: Option<OAuth2>,
    retries: Retries,
    /// Which headers of an answer become metadata.
    extract: MetadataFilter,
    /// At which level exchanges are logged.
    dump: Option<Level>,
    around: Surroundings,
}

/// What a client needs of the component it works for.
pub struct Surroundings {
    pub log: Logger,
    pub metrics: Handle<metrics::HttpClient>,
    pub rate_limit: Option<Gate>,
    pub tracer: Tracer,
}

/// Claims one access of a rate limit: how long to wait before asking again, if it is not granted.
pub type Gate = Arc<dyn Fn() -> BoxFuture<'static, Result<Option<Duration>, String>> + Send + Sync>;

// === impl HttpClient ===

impl HttpClient {
    /// Reads the common fields of `conf`. `verb` is the component's own field of that name, `timeout` whether
    /// requests are limited in time.
    pub fn new(
        conf: &Conf,
        verb: &Field<Str>,
        payload: Payload,
        timeout: bool,
        around: Surroundings,
    ) -> Result<Self, String> {
        let read = |error: ConfError| error.to_string();
        let level = conf.get(&fields::DUMP).map_err(read)?;
        let requests = Requests::read(conf, verb, payload)?;
        Ok(Self {
            clients: Clients::read(conf, timeout, requests.asks_for_encoding())?,
            requests,
            oauth2: conf.get(&OAUTH2).map_err(read)?.and_then(OAuth2::new),
            retries: Retries::read(conf).map_err(read)?,
            extract: conf.get(&fields::EXTRACT_HEADERS).map_err(read)?,
            dump: if level.is_empty() { None } else { Level::parse(level.trim())? },
            around,
        })
    }

    /// The label of the rate limit resource that requests wait for.
    pub fn rate_limit(conf: &Conf) -> Result<Option<Str>, ConfError> {
        Ok(conf.get(&fields::RATE_LIMIT)?.filter(|label| !label.is_empty()))
    }
}

#[cfg(test)]
mod tests;
