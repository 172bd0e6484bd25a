//! What was answered: messages made of responses.

use http::HeaderMap;
use http::header::CONTENT_TYPE;
use reqwest::Response;

use super::super::multipart;
use super::HttpClient;
use super::error::HttpError;
use crate::message::{Batch, Message, batch_of};
use crate::value::{Str, Value};

impl HttpClient {
    /// One message, or one for each part, with the status and the chosen headers as metadata.
    pub async fn messages(&self, response: Response) -> Result<Batch, HttpError> {
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let body = response.bytes().await.map_err(|error| HttpError::failed(&error))?;
        let content_type =
            headers.get(CONTENT_TYPE).filter(|value| multipart::is_multipart(value.as_bytes()));
        let mut batch = match content_type {
            None => batch_of(Message::from_bytes(body)),
            Some(content_type) => {
                let content_type = String::from_utf8_lossy(content_type.as_bytes());
                let parts = multipart::parts(&content_type, &body).map_err(HttpError::new)?;
                parts.into_iter().map(Message::from_bytes).collect()
            }
        };
        for message in &mut batch {
            self.describe(message, Some(status), &headers);
        }
        Ok(batch)
    }

    /// Adds what is known about a response to the metadata of `message`.
    pub fn describe(&self, message: &mut Message, status: Option<u16>, headers: &HeaderMap) {
        if let Some(status) = status {
            message.set_meta("http_status_code", i64::from(status));
        }
        if self.extract.is_empty() {
            return;
        }
        for name in headers.keys().filter(|name| self.extract.matches(name.as_str())) {
            let mut values: Vec<Value> =
                headers.get_all(name).iter().map(|value| text(value.as_bytes())).collect();
            let value = if values.len() == 1 { values.remove(0) } else { values.into() };
            message.set_meta(name.as_str(), value);
        }
    }
}

fn text(bytes: &[u8]) -> Value {
    Value::from(Str::from(&*String::from_utf8_lossy(bytes)))
}
