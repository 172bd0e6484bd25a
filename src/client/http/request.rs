//! What is asked: requests made of messages.

use bytes::Bytes;
use http::header::{ACCEPT_ENCODING, AUTHORIZATION, CONTENT_TYPE, HOST};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use reqwest::{Client, RequestBuilder, Url};

use super::super::auth::Signer;
use super::super::metadata::MetadataFilter;
use super::super::multipart;
use super::error::HttpError;
use super::fields::{HEADERS, METADATA, URL};
use crate::config::{Conf, Field};
use crate::expr::Template;
use crate::message::Batch;
use crate::value::{Str, text};

/// What the body of a request is.
pub enum Payload {
    /// The messages themselves: one as it is, several as parts.
    Messages,
    /// A text of its own, or no body at all.
    Text(Option<Template>),
    /// Parts of its own; none: the messages themselves.
    Parts(Vec<Part>),
}

/// One part of a body.
pub struct Part {
    pub content_type: Template,
    pub content_disposition: Template,
    pub body: Template,
}

/// How requests are made.
pub struct Requests {
    method: Method,
    url: Template,
    host: Option<Template>,
    content_type: Option<Template>,
    /// All but the two above.
    headers: Vec<(HeaderName, Template)>,
    metadata: MetadataFilter,
    payload: Payload,
    signer: Signer,
}

/// A request that is ready to be sent, also more than once.
#[derive(Clone)]
pub struct Request {
    pub method: Method,
    pub url: Url,
    pub headers: HeaderMap,
    pub body: Option<Bytes>,
}

const OCTETS: HeaderValue = HeaderValue::from_static("application/octet-stream");

// === impl Request ===

impl Request {
    /// The request as `client` sends it.
    pub fn on(self, client: &Client) -> RequestBuilder {
        let builder = client.request(self.method, self.url).headers(self.headers);
        match self.body {
            Some(body) => builder.body(body),
            None => builder,
        }
    }
}

// === impl Requests ===

impl Requests {
    pub fn read(conf: &Conf, verb: &Field<Str>, payload: Payload) -> Result<Self, String> {
        let read = |error: crate::config::ConfError| error.to_string();
        let method = conf.get(verb).map_err(read)?;
        let method = Method::from_bytes(method.as_bytes())
            .map_err(|_| conf.error(verb, format!("'{method}' is no HTTP method")).to_string())?;
        let (mut host, mut content_type, mut headers) = (None, None, Vec::new());
        for (name, value) in conf.get(&HEADERS).map_err(read)? {
            let name = HeaderName::from_bytes(name.as_bytes())
                .map_err(|_| conf.error(&HEADERS, format!("'{name}' is no header name")).to_string())?;
            match name {
                HOST => host = Some(value),
                CONTENT_TYPE => content_type = Some(value),
                name => headers.push((name, value)),
            }
        }
        let metadata = conf.get(&METADATA).map_err(read)?.unwrap_or_default();
        let url = conf.get(&URL).map_err(read)?;
        let signer = Signer::read(conf)?;
        Ok(Self { method, url, host, content_type, headers, metadata, payload, signer })
    }

    /// Whether how answers may be encoded is part of the requests, so that whoever asked decodes them.
    pub fn asks_for_encoding(&self) -> bool {
        self.headers.iter().any(|(name, _)| name == ACCEPT_ENCODING)
    }

    /// The request for `batch`, whose first message is what templates see.
    pub fn make(&self, batch: &Batch) -> Result<Request, HttpError> {
        let url = render("url", &self.url, batch, 0)?;
        let url = Url::parse(&url).map_err(|error| HttpError::new(format!("'{url}' is no URL: {error}")))?;
        let mut headers = HeaderMap::with_capacity(self.headers.len() + 2);
        for (name, template) in &self.headers {
            headers.append(name, header(name.as_str(), template, batch, 0)?);
        }
        if let Some(first) = batch.first() {
            for (key, value) in self.metadata.select(first) {
                headers.append(header_name(key)?, header_value(key, &text::bytes(value))?);
            }
        }
        if let Some(host) = &self.host {
            headers.insert(HOST, header("host", host, batch, 0)?);
        }
        let body = self.body(batch)?.map(|(content_type, body)| {
            headers.insert(CONTENT_TYPE, content_type);
            body
        });
        if let Some(authorization) = self.signer.authorization(self.method.as_str(), &url) {
            headers.insert(AUTHORIZATION, authorization);
        }
        Ok(Request { method: self.method.clone(), url, headers, body })
    }

    fn body(&self, batch: &Batch) -> Result<Option<(HeaderValue, Bytes)>, HttpError> {
        match &self.payload {
            Payload::Text(None) => Ok(None),
            Payload::Text(Some(template)) => {
                let body = template.render_bytes(batch, 0).map_err(|error| failed("payload", error))?;
                Ok(Some((self.content_type(batch, 0)?, body)))
            }
            Payload::Parts(parts) if !parts.is_empty() => {
                let mut writer = multipart::Writer::default();
                for part in parts {
                    let body =
                        part.body.render_bytes(batch, 0).map_err(|error| failed("part body", error))?;
                    let content_type = header("content-type", &part.content_type, batch, 0)?;
                    let disposition = header("content-disposition", &part.content_disposition, batch, 0)?;
                    let headers = [
                        ("Content-Disposition", disposition.as_bytes()),
                        ("Content-Type", content_type.as_bytes()),
                    ];
                    writer.part(headers, &body);
                }
                Ok(Some(finished(writer)?))
            }
            Payload::Messages | Payload::Parts(_) => match batch.as_slice() {
                [] => Ok(None),
                [message] => Ok(Some((self.content_type(batch, 0)?, message.bytes().clone()))),
                _ => self.messages_as_parts(batch).map(Some),
            },
        }
    }

    fn messages_as_parts(&self, batch: &Batch) -> Result<(HeaderValue, Bytes), HttpError> {
        let mut writer = multipart::Writer::default();
        for (i, message) in batch.iter().enumerate() {
            let content_type = self.content_type(batch, i)?;
            let mut headers = Vec::new();
            for (key, value) in self.metadata.select(message) {
                headers.push((header_name(key)?, header_value(key, &text::bytes(value))?));
            }
            let headers = headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes()));
            writer.part(
                [("Content-Type", content_type.as_bytes())].into_iter().chain(headers),
                message.bytes(),
            );
        }
        finished(writer)
    }

    fn content_type(&self, batch: &Batch, index: usize) -> Result<HeaderValue, HttpError> {
        match &self.content_type {
            Some(template) => header("content-type", template, batch, index),
            None => Ok(OCTETS),
        }
    }
}

fn finished(writer: multipart::Writer) -> Result<(HeaderValue, Bytes), HttpError> {
    let (body, content_type) = writer.finish();
    Ok((header_value("content-type", content_type.as_bytes())?, body))
}

fn render(what: &str, template: &Template, batch: &Batch, index: usize) -> Result<Str, HttpError> {
    template.render(batch, index).map_err(|error| failed(what, error))
}

fn failed(what: &str, error: impl std::fmt::Display) -> HttpError {
    HttpError::new(format!("{what} interpolation error: {error}"))
}

fn header(name: &str, template: &Template, batch: &Batch, index: usize) -> Result<HeaderValue, HttpError> {
    header_value(name, render(name, template, batch, index)?.as_bytes())
}

fn header_name(name: &str) -> Result<HeaderName, HttpError> {
    HeaderName::from_bytes(name.as_bytes()).map_err(|_| HttpError::new(format!("'{name}' is no header name")))
}

fn header_value(name: &str, value: &[u8]) -> Result<HeaderValue, HttpError> {
    HeaderValue::from_bytes(value)
        .map_err(|_| HttpError::new(format!("the value of header '{name}' holds control characters")))
}
