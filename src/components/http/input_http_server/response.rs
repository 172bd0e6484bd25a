//! What the client of a request gets: its messages' answers, or how they ended.

use http::header::CONTENT_TYPE;
use http::{HeaderName, HeaderValue, StatusCode};

use crate::client::{MetadataFilter, multipart};
use crate::config::{AnyField, Conf, ConfError, Field, FromConf, field};
use crate::expr::Template;
use crate::message::Batch;
use crate::telemetry::Logger;
use crate::value::{Str, text};

use super::super::server::answer::{self, Answer, content_type};
use super::exchange::End;

const STATUS: Field<Template> = field("status")
    .default("200")
    .advanced()
    .doc("The status code of answers, which sees their first message.");
const HEADERS: Field<Vec<(Str, Template)>> = field("headers")
    .default_map(&[("Content-Type", "application/octet-stream")])
    .advanced()
    .doc("Headers of answers, which see their first message.");
const METADATA_HEADERS: Field<MetadataFilter> =
    field("metadata_headers").advanced().doc("Which metadata of answers becomes headers.");

/// How answers are made of messages.
pub struct Responses {
    status: Template,
    headers: Vec<(HeaderName, Template)>,
    /// The content type of each part, where one was given in lower case.
    part_type: Option<Template>,
    metadata: MetadataFilter,
}

impl FromConf for Responses {
    const FIELDS: &'static [&'static dyn AnyField] = &[&STATUS, &HEADERS, &METADATA_HEADERS];

    fn from_conf(conf: &Conf) -> Result<Self, ConfError> {
        let headers = conf.get(&HEADERS)?;
        let part_type =
            headers.iter().find(|(name, _)| name == "content-type").map(|(_, value)| value.clone());
        let known = |(name, value): (Str, Template)| match HeaderName::from_bytes(name.as_bytes()) {
            Ok(name) => Ok((name, value)),
            Err(_) => Err(conf.error(&HEADERS, format!("'{name}' is no header name"))),
        };
        Ok(Self {
            status: conf.get(&STATUS)?,
            headers: headers.into_iter().map(known).collect::<Result<_, _>>()?,
            part_type,
            metadata: conf.get(&METADATA_HEADERS)?,
        })
    }
}

/// The answer to a request whose messages ended like this; `None`: they took too long.
pub fn of_end(end: Option<End>, replies: Batch, responses: &Responses, log: &Logger) -> Answer {
    match end {
        Some(End::Delivered) if replies.is_empty() => Answer::default(),
        Some(End::Delivered) => responses.answer(&replies, log),
        Some(End::Failed(reason)) => answer::text(StatusCode::BAD_GATEWAY, &reason),
        Some(End::Closed) => closing(),
        None => answer::text(StatusCode::REQUEST_TIMEOUT, "Request timed out"),
    }
}

pub fn closing() -> Answer {
    answer::text(StatusCode::SERVICE_UNAVAILABLE, "Server closing")
}

// === impl Responses ===

impl Responses {
    fn answer(&self, replies: &Batch, log: &Logger) -> Answer {
        let mut answer = Answer::default();
        match self.status(replies) {
            Ok(status) => *answer.status_mut() = status,
            Err(reason) => {
                log.error(format_args!("Failed to make the status of an answer: {reason}"));
                return answer::status(StatusCode::BAD_GATEWAY);
            }
        }
        for (name, template) in &self.headers {
            match value(template, replies, 0) {
                Ok(value) => answer.headers_mut().insert(name.clone(), value),
                Err(reason) => {
                    log.error(format_args!("Failed to make the header {name} of an answer: {reason}"));
                    None
                }
            };
        }
        for (key, value) in replies.iter().flat_map(|message| self.metadata.select(message)) {
            let name = HeaderName::from_bytes(key.as_bytes());
            if let (Ok(name), Ok(value)) = (name, HeaderValue::from_bytes(&text::bytes(value))) {
                answer.headers_mut().insert(name, value);
            }
        }
        match replies.as_slice() {
            [only] => {
                let content = only.bytes().clone();
                let unnamed = || HeaderValue::from_static(content_type(&content));
                answer.headers_mut().entry(CONTENT_TYPE).or_insert_with(unnamed);
                *answer.body_mut() = content;
            }
            _ => self.parts(replies, &mut answer, log),
        }
        answer
    }

    fn parts(&self, replies: &Batch, answer: &mut Answer, log: &Logger) {
        let mut writer = multipart::Writer::default();
        for (i, message) in replies.iter().enumerate() {
            let content = message.bytes();
            let given = self.part_type.as_ref().map(|template| value(template, replies, i));
            let part_type = match given {
                Some(Ok(given)) => given,
                Some(Err(reason)) => {
                    log.error(format_args!("Failed to make the content type of an answer: {reason}"));
                    HeaderValue::from_static(content_type(content))
                }
                None => HeaderValue::from_static(content_type(content)),
            };
            writer.part([("Content-Type", part_type.as_bytes())], content);
        }
        let (body, whole_type) = writer.finish();
        if let Ok(whole_type) = HeaderValue::try_from(whole_type) {
            answer.headers_mut().insert(CONTENT_TYPE, whole_type);
        }
        *answer.body_mut() = body;
    }

    fn status(&self, replies: &Batch) -> Result<StatusCode, String> {
        if self.status.as_static() == Some("200") {
            return Ok(StatusCode::OK);
        }
        let text = self.status.render(replies, 0).map_err(|error| error.to_string())?;
        let code = text.parse().ok().and_then(|code: u16| StatusCode::from_u16(code).ok());
        code.ok_or_else(|| format!("'{text}' is no status code"))
    }
}

fn value(template: &Template, replies: &Batch, index: usize) -> Result<HeaderValue, String> {
    let text = template.render(replies, index).map_err(|error| error.to_string())?;
    HeaderValue::from_bytes(text.as_bytes()).map_err(|_| "it holds control characters".to_owned())
}
