//! Logs whole exchanges, for finding out what a service really gets and says.

use bytes::Bytes;
use http::HeaderMap;
use reqwest::{Client, Response};

use super::error::{HttpError, without_password};
use super::request::Request;
use crate::telemetry::log::{Level, Logger};
use crate::telemetry::metrics::Timer;
use crate::value::{Object, Str, Value, json};

/// Sends a request and logs it with its response, whose body is read for that.
pub async fn exchange(
    client: &Client,
    request: Request,
    log: &Logger,
    level: Level,
) -> Result<Response, HttpError> {
    let began = Timer::start();
    let mut record = Object::new();
    record.insert("request".into(), described(&request));
    let result = send(client, request).await;
    record.insert("elapsed_ns".into(), i64::try_from(began.elapsed()).unwrap_or(i64::MAX).into());
    match &result {
        Ok(response) => record.insert("response".into(), answered(response)),
        Err(error) => record.insert("error".into(), error.to_string().into()),
    };
    log.with("access_log", record).log(level, "http request log");
    result.map(Response::from)
}

async fn send(client: &Client, request: Request) -> Result<http::Response<Bytes>, HttpError> {
    let failed = |error: reqwest::Error| HttpError::failed(&error);
    let response = request.on(client).send().await.map_err(failed)?;
    let mut whole = http::Response::new(Bytes::new());
    *whole.status_mut() = response.status();
    *whole.headers_mut() = response.headers().clone();
    *whole.body_mut() = response.bytes().await.map_err(failed)?;
    Ok(whole)
}

fn described(request: &Request) -> Value {
    let mut object = Object::new();
    object.insert("url".into(), without_password(&request.url).into());
    object.insert("method".into(), request.method.as_str().into());
    object.insert("header".into(), headers(&request.headers));
    object.insert("body".into(), body(request.body.as_deref().unwrap_or_default()));
    object.into()
}

fn answered(response: &http::Response<Bytes>) -> Value {
    let mut object = Object::new();
    object.insert("status_code".into(), i64::from(response.status().as_u16()).into());
    object.insert("content_length".into(), i64::try_from(response.body().len()).unwrap_or(i64::MAX).into());
    object.insert("header".into(), headers(response.headers()));
    object.insert("body".into(), body(response.body()));
    object.into()
}

fn headers(headers: &HeaderMap) -> Value {
    let shown = |name: &http::HeaderName| {
        let values = headers.get_all(name).iter();
        let values: Vec<_> = values
            .map(|value| match value.is_sensitive() {
                true => "***".into(),
                false => String::from_utf8_lossy(value.as_bytes()),
            })
            .collect();
        (Str::from(name.as_str()), Value::from(values.join(" ")))
    };
    Value::Object(headers.keys().map(shown).collect())
}

/// A body as JSON if it is that, else as text.
fn body(body: &[u8]) -> Value {
    match json::parse(body) {
        Ok(value) => value,
        Err(_) if body.is_empty() => Value::Null,
        Err(_) => Value::from(&*String::from_utf8_lossy(body)),
    }
}
