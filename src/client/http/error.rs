//! Why a request failed.

use http::HeaderMap;

/// A failed request: what, where, why.
#[derive(Clone, Debug, Default)]
pub struct HttpError {
    /// Without password; empty where the URL itself is the problem.
    pub url: String,
    pub reason: String,
    /// What was answered, if anything was.
    pub status: Option<u16>,
    pub headers: Box<HeaderMap>,
    /// Whether the response did not come in time.
    pub timed_out: bool,
}

impl HttpError {
    /// A request that could not be made.
    pub fn new(reason: impl ToString) -> Self {
        Self { reason: reason.to_string(), ..Self::default() }
    }

    pub(super) fn failed(error: &reqwest::Error) -> Self {
        let mut reason = String::new();
        let mut cause: Option<&dyn std::error::Error> = Some(error);
        while let Some(error) = cause {
            // The outer ones repeat the URL and say little, the innermost say what happened.
            reason = match error.source() {
                Some(_) => reason,
                None => error.to_string(),
            };
            cause = error.source();
        }
        Self { reason, timed_out: error.is_timeout(), ..Self::default() }
    }

    pub(super) fn at(self, url: &reqwest::Url) -> Self {
        Self { url: without_password(url), ..self }
    }
}

/// A URL as it may be shown.
pub fn without_password(url: &reqwest::Url) -> String {
    let mut url = url.clone();
    if url.password().is_some() {
        // Only URLs without a host refuse a password, and those have none.
        let _ = url.set_password(Some("xxxxx"));
    }
    url.to_string()
}

impl std::fmt::Display for HttpError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if !self.url.is_empty() {
            write!(f, "{}: ", self.url)?;
        }
        f.write_str(&self.reason)
    }
}
