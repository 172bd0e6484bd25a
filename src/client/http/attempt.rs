//! Sending a request until it succeeds, or until no try is left.

use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use http::header::AUTHORIZATION;
use reqwest::Response;

use super::error::HttpError;
use super::request::Request;
use super::spans::RequestSpans;
use super::{HttpClient, dump, fields};
use crate::config::{Conf, ConfError};
use crate::message::Batch;
use crate::telemetry::metrics::Timer;

/// When a request has succeeded, and what is done if not.
pub struct Retries {
    limit: u64,
    pause: Duration,
    max_pause: Duration,
    backoff_on: Vec<i64>,
    drop_on: Vec<i64>,
    successful_on: Vec<i64>,
    follow_redirects: bool,
}

/// What a response means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Success,
    Retry,
    /// Retry after a pause that doubles.
    BackOff,
    GiveUp,
}

/// The pause after a rate limit that cannot be asked.
const RATE_LIMIT_ERROR: Duration = Duration::from_secs(1);

/// How much of a refusal is shown.
const REFUSAL_LIMIT: usize = 16 * 1024;

// === impl Retries ===

impl Retries {
    pub fn read(conf: &Conf) -> Result<Self, ConfError> {
        Ok(Self {
            limit: u64::try_from(conf.get(&fields::RETRIES)?).unwrap_or(0),
            pause: conf.get(&fields::RETRY_PERIOD)?.get(),
            max_pause: conf.get(&fields::MAX_RETRY_BACKOFF)?.get(),
            backoff_on: conf.get(&fields::BACKOFF_ON)?,
            drop_on: conf.get(&fields::DROP_ON)?,
            successful_on: conf.get(&fields::SUCCESSFUL_ON)?,
            follow_redirects: conf.get(&fields::FOLLOW_REDIRECTS)?,
        })
    }

    fn verdict(&self, status: StatusCode) -> Verdict {
        let listed = |list: &[i64]| list.contains(&i64::from(status.as_u16()));
        if listed(&self.drop_on) {
            Verdict::GiveUp
        } else if listed(&self.backoff_on) {
            Verdict::BackOff
        } else if listed(&self.successful_on)
            || status.is_success()
            || (!self.follow_redirects && status.is_redirection())
        {
            Verdict::Success
        } else {
            Verdict::Retry
        }
    }
}

// === impl HttpClient ===

impl HttpClient {
    /// Sends the request for `batch` until it succeeds; answers with the response, its body unread.
    pub async fn send(&self, batch: &Batch) -> Result<Response, HttpError> {
        let (mut spans, batch) = RequestSpans::begin(&self.around.tracer, batch);
        let mut pause = self.retries.pause;
        let mut tried = 0;
        loop {
            let request = self.requests.make(&batch).inspect_err(|error| spans.fails(error))?;
            match tried {
                0 => spans.asks(&request),
                n => spans.asks_again(n),
            }
            let (error, verdict) = match self.attempt(&request).await {
                Ok(response) => {
                    spans.succeeds(response.status().as_u16());
                    return Ok(response);
                }
                Err(failure) => failure,
            };
            spans.fails(&error);
            if verdict == Verdict::GiveUp || tried == self.retries.limit {
                return Err(error.at(&request.url));
            }
            if verdict == Verdict::BackOff && tried > 0 {
                pause = (pause * 2).min(self.retries.max_pause);
            }
            tried += 1;
            tokio::time::sleep(pause).await;
        }
    }

    /// Sends the request for `batch` until it succeeds; answers with the messages of the response.
    pub async fn exchange(&self, batch: &Batch) -> Result<Batch, HttpError> {
        let response = self.send(batch).await?;
        let url = response.url().clone();
        self.messages(response).await.map_err(|error| error.at(&url))
    }

    async fn attempt(&self, request: &Request) -> Result<Response, (HttpError, Verdict)> {
        self.wait_for_access().await;
        let began = Timer::start();
        let result = self.send_once(request).await;
        self.around.metrics.latency.record(began.elapsed(), 1);
        let response = result.map_err(|error| (error, Verdict::Retry))?;
        let status = response.status();
        self.around.metrics.responded(status.as_u16());
        match self.retries.verdict(status) {
            Verdict::Success => Ok(response),
            verdict => Err((self.refusal(response).await, verdict)),
        }
    }

    async fn send_once(&self, request: &Request) -> Result<Response, HttpError> {
        let mut request = request.clone();
        let client = self.clients.of(&request.url);
        if let Some(oauth2) = &self.oauth2 {
            let header =
                oauth2.authorization(self.clients.to(oauth2.token_url())).await.map_err(HttpError::new)?;
            request.headers.insert(AUTHORIZATION, header);
        }
        if let Some(level) = self.dump {
            return dump::exchange(client, request, &self.around.log, level).await;
        }
        request.on(client).send().await.map_err(|error| HttpError::failed(&error))
    }

    /// What a response that is no success says.
    async fn refusal(&self, response: Response) -> HttpError {
        let status = response.status();
        if let (StatusCode::UNAUTHORIZED, Some(oauth2)) = (status, &self.oauth2) {
            oauth2.refused().await;
        }
        let headers = response.headers().clone();
        let body = match response.bytes().await {
            Ok(body) => body.slice(..body.len().min(REFUSAL_LIMIT)),
            Err(_) => Bytes::new(),
        };
        let body = String::from_utf8_lossy(&body).replace('\n', "");
        let reason = format!(
            "HTTP request returned unexpected response code ({}): {status}, Error: {body}",
            status.as_u16()
        );
        HttpError {
            reason,
            status: Some(status.as_u16()),
            headers: Box::new(headers),
            ..HttpError::default()
        }
    }

    async fn wait_for_access(&self) {
        let Some(claim) = &self.around.rate_limit else { return };
        loop {
            match claim().await {
                Ok(None) => return,
                Ok(Some(pause)) => tokio::time::sleep(pause).await,
                Err(reason) => {
                    self.around.log.error(format_args!("Rate limit error: {reason}"));
                    tokio::time::sleep(RATE_LIMIT_ERROR).await;
                }
            }
        }
    }
}
