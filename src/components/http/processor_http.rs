//! `http`: asks a service about messages and puts its answers in their place.

use futures_util::StreamExt;
use futures_util::stream;

use super::{answered, surroundings};
use crate::client::http::{HttpClient, HttpError, Payload, field_count, fields, verb};
use crate::component::{Context, Processed, Processor, ProcessorSpec, Step};
use crate::config::{AnyField, ComponentSpec, Example, Field, Kind, field};
use crate::message::{Batch, Message, batch_of, batches_of};
use crate::value::Str;

const VERB: Field<Str> = verb("POST");
const AS_MULTIPART: Field<bool> = field("batch_as_multipart")
    .default(false)
    .advanced()
    .doc("Whether a batch is one request, with a part for each message.");
const PARALLEL: Field<bool> = field("parallel")
    .default(false)
    .doc("Whether the requests for the messages of a batch overlap, instead of following each other.");

const OWN: &[&dyn AnyField] = &[&AS_MULTIPART, &PARALLEL];
const FIELDS: [&dyn AnyField; field_count(OWN)] = fields(&VERB, OWN);

pub const HTTP: ProcessorSpec = ProcessorSpec {
    spec: ComponentSpec::new(Kind::Processor, "http")
        .categories(&["Integration"])
        .summary("Sends messages to a service and puts its answers in their place.")
        .description(
            "Metadata stays; the status code is added as `http_status_code`, headers as `extract_headers` says. \
             A message whose request fails keeps its content and is flagged. An answer in several parts becomes \
             several messages. To add an answer to a document rather than replace it, use a `branch`.",
        )
        .fields(&FIELDS)
        .examples(&[Example {
            title: "Look up a user and keep the rest of the document",
            config: "branch:\n  request_map: root.id = this.user_id\n  processors:\n    - http:\n        url: \
                     http://users.example.com/find\n  result_map: root.user = this\n",
        }]),
    build: |conf, cx| {
        Ok(Box::new(Http {
            client: HttpClient::new(conf, &VERB, Payload::Messages, true, surroundings(conf, cx)?)?,
            as_multipart: conf.get(&AS_MULTIPART)?,
            parallel: conf.get(&PARALLEL)?,
            cx: cx.clone(),
        }))
    },
    silent: false,
};

struct Http {
    client: HttpClient,
    as_multipart: bool,
    parallel: bool,
    cx: Context,
}

/// How many requests of one batch may overlap.
const OVERLAP: usize = 256;

// === impl Http ===

impl Http {
    async fn ask(&self, batch: Batch) -> Processed {
        if self.as_multipart || batch.len() == 1 {
            return Ok(batches_of(self.ask_once(batch).await));
        }
        let each = stream::iter(batch).map(|message| self.ask_once(batch_of(message)));
        let overlap = if self.parallel { OVERLAP } else { 1 };
        let answers: Vec<Batch> = each.buffered(overlap).collect().await;
        Ok(batches_of(answers.into_iter().flatten().collect()))
    }

    /// One request for all messages of a batch.
    async fn ask_once(&self, asked: Batch) -> Batch {
        match self.client.exchange(&asked).await {
            Ok(answer) if answer.is_empty() => {
                self.failed(asked, &HttpError::new("the answer holds no message"))
            }
            Ok(answer) => answered(&asked, answer),
            Err(error) => self.failed(asked, &error),
        }
    }

    fn failed(&self, mut asked: Batch, error: &HttpError) -> Batch {
        self.cx.log().error(format_args!("HTTP request failed: {error}"));
        let flag = |message: &mut Message| {
            self.client.describe(message, error.status, &error.headers);
            message.fail(error.to_string());
        };
        asked.iter_mut().for_each(flag);
        asked
    }
}

impl Processor for Http {
    fn process(&self, batch: Batch) -> Step<'_> {
        Step::later(self.ask(batch))
    }
}
