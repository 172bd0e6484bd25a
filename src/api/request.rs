//! A request to an endpoint of the service: its variables, its query, its body.

use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, StatusCode};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::{Body, Incoming};

use super::answer::Failure;
use crate::component::PathVars;
use crate::config;

/// Bodies larger than this are refused.
const MAX_BODY: usize = 64 * 1024 * 1024;

pub struct Call {
    pub request: Request<Incoming>,
    pub vars: PathVars,
}

impl Call {
    pub fn method(&self) -> &Method {
        self.request.method()
    }

    /// What the variable `name` of the path matched.
    pub fn var(&self, name: &str) -> String {
        let var = self.vars.0.iter().find(|(key, _)| key == name);
        var.map(|(_, value)| value.to_string()).unwrap_or_default()
    }

    /// The parameter `name` of the query, if it is there.
    pub fn query(&self, name: &str) -> Option<&str> {
        let query = self.request.uri().query()?;
        let pairs = query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
        pairs.into_iter().find(|(key, _)| *key == name).map(|(_, value)| value)
    }

    /// Whether lint findings are to be tolerated.
    pub fn chilled(&self) -> bool {
        self.query("chilled") == Some("true")
    }

    /// The parameter `timeout`, a duration such as `5s`; one that cannot be read counts as missing.
    pub fn timeout(&self) -> Option<Duration> {
        self.query("timeout")
            .and_then(|text| text.parse::<config::Duration>().ok())
            .map(config::Duration::get)
    }

    /// The whole body.
    pub async fn body(self) -> Result<Bytes, Failure> {
        // What announces too much is refused before it is read.
        if self.request.body().size_hint().lower() > MAX_BODY as u64 {
            return Err(too_large());
        }
        let body = Limited::new(self.request.into_body(), MAX_BODY).collect().await;
        body.map(http_body_util::Collected::to_bytes).map_err(|error| {
            if error.is::<LengthLimitError>() {
                too_large()
            } else {
                Failure::bad_request("body_unreadable", format!("the body could not be read: {error}"))
            }
        })
    }
}

fn too_large() -> Failure {
    let text = format!("the body is larger than {MAX_BODY} bytes");
    Failure::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", text)
}
