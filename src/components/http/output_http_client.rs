//! `http_client` as an output: sends messages to a service.

use std::sync::Arc;

use async_trait::async_trait;

use super::{answered, surroundings};
use crate::client::http::{HttpClient, HttpError, Part, Payload, field_count, fields, verb};
use crate::component::{
    BATCHING, Built, ConnectError, Context, OutputBuild, OutputSpec, Policy, Sink, SinkSetup, WriteError,
};
use crate::config::{AnyField, ComponentSpec, Conf, ConfError, Example, Field, FromConf, Kind, field};
use crate::expr::Template;
use crate::message::{Batch, batch_of};
use crate::value::Str;

const VERB: Field<Str> = verb("POST");
const AS_MULTIPART: Field<bool> = field("batch_as_multipart")
    .default(false)
    .advanced()
    .doc("Whether a batch is one request, with a part for each message.");
const PROPAGATE: Field<bool> = field("propagate_response")
    .default(false)
    .advanced()
    .doc("Whether the client of the input gets the answer of the service.");
const MAX_IN_FLIGHT: Field<usize> =
    field("max_in_flight").default(64).doc("How many batches may be on their way at a time.");
const PARTS: Field<Vec<Part>> = field("multipart")
    .default_list(&[])
    .advanced()
    .version("3.63.0")
    .doc("The parts of every request, made of its message; empty for the content as it is.");

const CONTENT_TYPE: Field<Template> =
    field("content_type").default("").advanced().doc("The content type of the part.");
const DISPOSITION: Field<Template> = field("content_disposition")
    .default("")
    .advanced()
    .doc("The content disposition of the part, such as `form-data; name=\"x\"`.");
const BODY: Field<Template> = field("body").default("").advanced().doc("The content of the part.");

const OWN: &[&dyn AnyField] = &[&AS_MULTIPART, &PROPAGATE, &MAX_IN_FLIGHT, &BATCHING, &PARTS];
const FIELDS: [&dyn AnyField; field_count(OWN)] = fields(&VERB, OWN);

pub const HTTP_CLIENT: OutputSpec = OutputSpec {
    spec: ComponentSpec::new(Kind::Output, "http_client")
        .categories(&["Network"])
        .summary("Sends messages to a service.")
        .description(
            "Each message is a request of its own unless `batch_as_multipart` is set. Messages of a batch that \
             were delivered before one failed are not sent again.",
        )
        .fields(&FIELDS)
        .examples(&[Example {
            title: "Deliver to a service that wants to know the customer",
            config: "http_client:\n  url: http://orders.example.com/${! @region }\n  headers:\n    X-Customer: \
                     ${! this.customer }\n  max_in_flight: 8\n",
        }]),
    build: OutputBuild::Sink(build),
};

fn build(conf: &Conf, cx: &Context) -> Built<SinkSetup> {
    let payload = Payload::Parts(conf.get(&PARTS)?);
    let sink = Arc::new(HttpOutput {
        client: HttpClient::new(conf, &VERB, payload, true, surroundings(conf, cx)?)?,
        as_multipart: conf.get(&AS_MULTIPART)?,
        propagate: conf.get(&PROPAGATE)?,
        cx: cx.clone(),
    });
    let batching = Policy::read(&conf.get(&BATCHING)?, cx)?;
    Ok(SinkSetup { sink, max_in_flight: conf.get(&MAX_IN_FLIGHT)?, batching })
}

impl FromConf for Part {
    const FIELDS: &'static [&'static dyn AnyField] = &[&CONTENT_TYPE, &DISPOSITION, &BODY];

    fn from_conf(conf: &Conf) -> Result<Self, ConfError> {
        Ok(Self {
            content_type: conf.get(&CONTENT_TYPE)?,
            content_disposition: conf.get(&DISPOSITION)?,
            body: conf.get(&BODY)?,
        })
    }
}

struct HttpOutput {
    client: HttpClient,
    as_multipart: bool,
    propagate: bool,
    cx: Context,
}

// === impl HttpOutput ===

impl HttpOutput {
    async fn deliver(&self, batch: &Batch) -> Result<(), HttpError> {
        let answer = self.client.exchange(batch).await?;
        if !self.propagate {
            return Ok(());
        }
        match batch.first().and_then(|first| first.reply()) {
            Some(reply) => reply.add(answered(batch, answer)),
            None => self.cx.log().warn("No client waits for the answer that was to be passed on"),
        }
        Ok(())
    }
}

#[async_trait]
impl Sink for HttpOutput {
    async fn connect(&self) -> Result<(), ConnectError> {
        Ok(())
    }

    async fn write(&self, batch: &Batch) -> Result<(), WriteError> {
        if self.as_multipart || batch.len() == 1 {
            return self.deliver(batch).await.map_err(WriteError::failed);
        }
        for (i, message) in batch.iter().enumerate() {
            if let Err(error) = self.deliver(&batch_of(message.clone())).await {
                // What comes after the failure is not sent, so that the order is kept when all of it is sent again.
                let reason = Str::from(error.to_string());
                return Err(WriteError::Partial((i..batch.len()).map(|i| (i, reason.clone())).collect()));
            }
        }
        Ok(())
    }
}
