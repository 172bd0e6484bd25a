//! `http_client` as an input: asks a service again and again, or reads one long answer.

use std::sync::Arc;

use async_trait::async_trait;
use futures_util::TryStreamExt;
use futures_util::future::BoxFuture;
use tokio_util::io::StreamReader;

use super::surroundings;
use crate::client::http::{HttpClient, HttpError, Payload, field_count, fields, verb};
use crate::component::{
    Built, ConnectError, Context, Cut, InputBuild, InputSpec, ReadError, Reads, Scan, Scanner, Source,
    SourceSetup,
};
use crate::components::scan::{CODEC, MAX_BUFFER, SCANNER, scanner};
use crate::config::{AnyField, ComponentSpec, Conf, Field, Kind, field};
use crate::expr::Template;
use crate::message::{Ack, Batch, Message, Transaction, batch_of};
use crate::value::Str;

const VERB: Field<Str> = verb("GET");
const PAYLOAD: Field<Option<Template>> =
    field("payload").doc("The body of requests; the message it sees is the last answer.");
const DROP_EMPTY: Field<bool> =
    field("drop_empty_bodies").default(true).advanced().doc("Whether answers without content are ignored.");
const STREAM: Field<Option<Conf>> = field("stream")
    .fields(&[&ENABLED, &RECONNECT, &CODEC, &MAX_BUFFER, &SCANNER])
    .doc("Reads one long answer piece by piece.");
const AUTO_REPLAY: Field<bool> = field("auto_replay_nacks")
    .default(true)
    .doc("Whether messages that could not be delivered are sent again from memory; otherwise they are lost.");

const ENABLED: Field<bool> =
    field("enabled").default(false).doc("Whether the answer is read piece by piece.");
const RECONNECT: Field<bool> =
    field("reconnect").default(true).doc("Whether it is asked for again when it has ended.");

const OWN: &[&dyn AnyField] = &[&PAYLOAD, &DROP_EMPTY, &STREAM, &AUTO_REPLAY];
const FIELDS: [&dyn AnyField; field_count(OWN)] = fields(&VERB, OWN);

pub const HTTP_CLIENT: InputSpec = InputSpec {
    spec: ComponentSpec::new(Kind::Input, "http_client")
        .categories(&["Network"])
        .summary("Asks a service again and again; each answer is a message.")
        .description(
            "The fields `url`, `headers` and `payload` see the last answer, so that a page can name the next one. \
             There is no pause between requests: a `rate_limit` makes one.",
        )
        .fields(&FIELDS),
    build: InputBuild::Source(build),
};

fn build(conf: &Conf, cx: &Context) -> Built<SourceSetup> {
    let payload = Payload::Text(conf.get(&PAYLOAD)?.filter(|payload| !payload.is_empty()));
    let stream = conf.get(&STREAM)?.unwrap_or_else(|| Conf::new(crate::config::Node::NULL, conf.path()));
    let streams = stream.get(&ENABLED)?;
    let client = HttpClient::new(conf, &VERB, payload, !streams, surroundings(conf, cx)?)?;
    let last = batch_of(Message::default());
    let asker = Asker { client: Arc::new(client), last, drop_empty: conf.get(&DROP_EMPTY)? };
    let source: Box<dyn Source> = if streams {
        let scanner = scanner(&stream, cx)?;
        Box::new(Streaming { asker, scanner, reconnect: stream.get(&RECONNECT)?, answer: None })
    } else {
        Box::new(Polling { asker, under_way: None })
    };
    Ok(SourceSetup { source, auto_replay: conf.get(&AUTO_REPLAY)?, batching: None })
}

struct Asker {
    client: Arc<HttpClient>,
    /// The last answer, which the next request may refer to; an empty message before the first one.
    last: Batch,
    drop_empty: bool,
}

/// Each answer is a batch.
struct Polling {
    asker: Asker,
    /// Kept while reading is interrupted, so that no answer is lost.
    under_way: Option<BoxFuture<'static, Result<Batch, HttpError>>>,
}

/// One long answer.
struct Streaming {
    asker: Asker,
    scanner: Box<dyn Scanner>,
    reconnect: bool,
    answer: Option<Box<dyn Scan>>,
}

// === impl Asker ===

impl Asker {
    fn is_dropped(&self, batch: &Batch) -> bool {
        batch.is_empty() || (self.drop_empty && batch.len() == 1 && batch[0].bytes().is_empty())
    }
}

#[async_trait]
impl Source for Polling {
    async fn connect(&mut self) -> Result<(), ConnectError> {
        Ok(())
    }

    async fn read(&mut self, out: &mut Reads) -> Result<(), ReadError> {
        let asker = &mut self.asker;
        let under_way = self.under_way.get_or_insert_with(|| {
            let (client, last) = (asker.client.clone(), asker.last.clone());
            Box::pin(async move { client.exchange(&last).await })
        });
        let result = under_way.await;
        self.under_way = None;
        match result {
            Ok(batch) if asker.is_dropped(&batch) => Err(ReadError::Timeout),
            Ok(batch) => {
                asker.last = batch.clone();
                out.push(batch, Ack::none());
                Ok(())
            }
            Err(error) if error.timed_out => Err(ReadError::Timeout),
            Err(error) => Err(ReadError::Failed(error.to_string())),
        }
    }
}

#[async_trait]
impl Source for Streaming {
    async fn connect(&mut self) -> Result<(), ConnectError> {
        let response = self.asker.client.send(&self.asker.last).await.map_err(ConnectError::failed)?;
        let mut head = Message::default();
        for name in response.headers().keys() {
            if let Some(value) = response.headers().get(name) {
                head.set_meta(name.as_str(), &*String::from_utf8_lossy(value.as_bytes()));
            }
        }
        self.asker.last = batch_of(head);
        let bytes = StreamReader::new(response.bytes_stream().map_err(std::io::Error::other));
        self.answer = Some(self.scanner.open(Box::new(bytes), "").map_err(ConnectError::failed)?);
        Ok(())
    }

    async fn read(&mut self, out: &mut Reads) -> Result<(), ReadError> {
        let Some(answer) = &mut self.answer else { return Err(ReadError::NotConnected) };
        let mut cut = Reads::default();
        let result = answer.next(&mut Cut::new(&mut cut, None, &|_| {})).await;
        for Transaction { batch, ack } in cut.take() {
            if !self.asker.is_dropped(&batch) {
                self.asker.last = batch.clone();
                out.push(batch, ack);
            }
        }
        match result {
            Ok(()) if out.is_empty() => Err(ReadError::Timeout),
            Ok(()) => Ok(()),
            Err(ReadError::Timeout) => Err(ReadError::Timeout),
            Err(error) => {
                self.answer = None;
                match error {
                    ReadError::EndOfInput if self.reconnect => Err(ReadError::NotConnected),
                    error => Err(error),
                }
            }
        }
    }

    async fn close(&mut self) {
        self.answer = None;
    }
}
