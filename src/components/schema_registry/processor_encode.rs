//! `schema_registry_encode`: documents by the newest schema of a subject.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration as Time, Instant};

use tokio::sync::Mutex;

use super::format::Format;
use super::registry::{self, Registered, Registry, TRANSPORT, URL};
use super::shapes;
use crate::client::{BASIC_AUTH, JWT, OAUTH, TLS};
use crate::component::{Built, Context, Processor, ProcessorSpec, Step};
use crate::config::{ComponentSpec, Conf, Duration, Example, Field, Finding, Kind, field};
use crate::expr::Template;
use crate::message::{Batch, Message, batches_of};
use crate::telemetry::Logger;
use crate::value::avro::Tags;
use crate::value::shape::Shape;
use crate::value::{Str, Value};

const SUBJECT: Field<Template> = field("subject").doc("The subject that a message belongs to.");
const REFRESH: Field<Duration> =
    field("refresh_period").default("10m").doc("How often the newest schema of a subject is asked for.");
const AVRO_RAW_JSON: Field<bool> = field("avro_raw_json")
    .default(false)
    .advanced()
    .doc("Whether values of Avro unions stand without the names of their types; what can be read in both ways is read so first.");
const AVRO_NESTED: Field<bool> = field("avro_nested_schemas")
    .default(false)
    .advanced()
    .version("1.2.0")
    .doc("Whether schemas may refer to others inside of their own types, which they always may.");
const SCHEMA_METADATA: Field<Str> = field("schema_metadata")
    .default("")
    .doc("A metadata key with what messages are like, as `infer_schema` or `store_schema_metadata` describe it; a schema made of it is registered.");
const FORMAT: Field<Option<Str>> =
    field("format").options(&["avro", "json_schema"]).doc("Which schemas are made, with `schema_metadata`.");
const NORMALIZE: Field<bool> = field("normalize")
    .default(true)
    .advanced()
    .doc("Whether the registry brings schemas into its normal form, with `schema_metadata`.");
const RAW_JSON: Field<Option<bool>> = field("raw_json").doc("As `avro_raw_json`, before which it comes.");
const RECORD_NAME: Field<Option<Str>> = field("record_name").default("").doc(
    "What the record that a message is is called, with `schema_metadata`; made of the subject if empty.",
);
const NAMESPACE: Field<Option<Str>> = field("namespace").default("").doc("The namespace of that record.");
const AVRO: Field<Conf> =
    field("avro").fields(&[&RAW_JSON, &RECORD_NAME, &NAMESPACE]).doc("How Avro is written.");

pub const SCHEMA_REGISTRY_ENCODE: ProcessorSpec = ProcessorSpec {
    spec: ComponentSpec::new(Kind::Processor, "schema_registry_encode")
        .categories(&["Parsing", "Integration"])
        .version("1.13.0")
        .summary("Writes documents by the newest schema that a registry has for a subject.")
        .description("Messages begin with a zero byte and the number of the schema. Schemas may be Avro, JSON Schema or Protocol Buffers; of the latter the first message type counts that a document fits. A message that does not fit is flagged and stays.")
        .fields(&[
            &URL,
            &SUBJECT,
            &REFRESH,
            &AVRO_RAW_JSON,
            &AVRO_NESTED,
            &TRANSPORT,
            &OAUTH,
            &BASIC_AUTH,
            &JWT,
            &TLS,
            &SCHEMA_METADATA,
            &FORMAT,
            &NORMALIZE,
            &AVRO,
        ])
        .rule(goes_together)
        .examples(&[Example {
            title: "A subject for each topic",
            config: "schema_registry_encode:\n  url: http://localhost:8081\n  subject: ${! meta(\"kafka_topic\") }-value\n",
        }]),
    build: |conf, cx| Ok(Box::new(Encode::new(conf, cx)?)),
    silent: false,
};

/// How long a subject that nobody uses is kept.
const KEEP: Time = Time::from_secs(600);

/// Finds what only stands together; older engines notice it when they build the processor.
fn goes_together(conf: &Conf, found: &mut Vec<Finding>) {
    if let Some(message) = apart(conf) {
        found.push(Finding::warning(conf.node().line, message));
    }
}

fn apart(conf: &Conf) -> Option<&'static str> {
    let key = conf.get(&SCHEMA_METADATA).is_ok_and(|key| !key.is_empty());
    match (key, conf.get(&FORMAT).ok().flatten()) {
        (true, None) => Some("schema_metadata needs a format"),
        (false, Some(_)) => Some("a format is only for schema_metadata"),
        (true, Some(format)) => {
            let raw = conf.get(&AVRO).is_ok_and(|avro| avro.has(&RAW_JSON));
            (format == "avro" && !raw)
                .then_some("schema_metadata with the format avro needs avro.raw_json, which mostly is true")
        }
        _ => None,
    }
}

/// How schemas are made of what messages are like.
struct Making {
    /// The metadata key.
    key: Str,
    /// Otherwise JSON schemas.
    avro: bool,
    normalize: bool,
    /// The name of the record that a message is; empty: made of the subject.
    record: Str,
    namespace: Str,
}

struct Encode {
    /// None: the registry has the schemas.
    making: Option<Making>,
    tags: Tags,
    registry: Registry,
    subject: Template,
    refresh: Time,
    known: Mutex<HashMap<String, Known>>,
    log: Logger,
}

#[derive(Clone)]
struct Known {
    id: u32,
    format: Arc<Format>,
    asked: Instant,
    used: Instant,
}

// === impl Encode ===

impl Encode {
    fn new(conf: &Conf, cx: &Context) -> Built<Self> {
        if let Some(message) = apart(conf) {
            return Err(conf.error(&SCHEMA_METADATA, message).into());
        }
        let avro = conf.get(&AVRO)?;
        let text = |field: &Field<Option<Str>>| -> Built<Str> { Ok(avro.get(field)?.unwrap_or_default()) };
        let making = conf.get(&FORMAT)?.map(|format| -> Built<Making> {
            Ok(Making {
                key: conf.get(&SCHEMA_METADATA)?,
                avro: format == "avro",
                normalize: conf.get(&NORMALIZE)?,
                record: text(&RECORD_NAME)?,
                namespace: text(&NAMESPACE)?,
            })
        });
        let raw = avro.get(&RAW_JSON)?.unwrap_or(conf.get(&AVRO_RAW_JSON)?);
        Ok(Self {
            making: making.transpose()?,
            tags: if raw { Tags::None } else { Tags::Qualified },
            registry: Registry::new(conf)?,
            subject: conf.get(&SUBJECT)?,
            refresh: conf.get(&REFRESH)?.get(),
            known: Mutex::default(),
            log: cx.log().clone(),
        })
    }

    /// The newest schema of a subject, or the one before if the registry cannot be asked.
    async fn latest(&self, subject: &str) -> Result<Known, String> {
        let mut known = self.known.lock().await;
        let now = Instant::now();
        if let Some(found) = known.get_mut(subject) {
            found.used = now;
            if now.duration_since(found.asked) < self.refresh {
                return Ok(found.clone());
            }
        }
        known.retain(|_, known| now.duration_since(known.used) < KEEP);
        match (self.ask(subject, now).await, known.get_mut(subject)) {
            (Ok(newest), _) => {
                known.insert(subject.to_owned(), newest.clone());
                Ok(newest)
            }
            (Err(error), Some(found)) => {
                self.log.error(format_args!("the schema of '{subject}' stays as it was: {error}"));
                found.asked = now;
                Ok(found.clone())
            }
            (Err(error), None) => Err(error),
        }
    }

    async fn ask(&self, subject: &str, now: Instant) -> Result<Known, String> {
        let registered = self.registry.latest(subject).await?;
        let format =
            Format::new(&registered, false).map_err(|error| format!("the schema of '{subject}': {error}"))?;
        Ok(Known { id: registered.id, format: Arc::new(format), asked: now, used: now })
    }

    /// The schema of what a message is like, registered at first sight.
    async fn made(&self, making: &Making, subject: &str, message: &Message) -> Result<Known, String> {
        let description = message.meta().get(&making.key);
        let description =
            description.ok_or_else(|| format!("the metadata '{}' with the schema is missing", making.key))?;
        let shape = Shape::read(description)?;
        let print = |value: &Value| value.get("fingerprint").and_then(Value::as_str).map(str::to_owned);
        let print = print(description).or_else(|| print(&shape.describe())).unwrap_or_default();
        let name = format!("{subject}\0{print}");
        let mut known = self.known.lock().await;
        let now = Instant::now();
        if let Some(found) = known.get_mut(&name) {
            found.used = now;
            return Ok(found.clone());
        }
        known.retain(|_, known| now.duration_since(known.used) < KEEP);
        let (kind, text) = making.schema(&shape, subject)?;
        let id = self.registry.register(subject, kind, &text, making.normalize).await?;
        let registered = Registered { id, kind, text, others: Vec::new() };
        let format = Arc::new(Format::new(&registered, false)?);
        let new = Known { id, format, asked: now, used: now };
        known.insert(name, new.clone());
        Ok(new)
    }

    async fn encode(&self, subject: &str, message: &Message) -> Result<Message, String> {
        let known = match &self.making {
            Some(making) => self.made(making, subject, message).await?,
            None => self.latest(subject).await?,
        };
        let data = known.format.encode(message, self.tags)?;
        Ok(message.with_bytes([&[0], &known.id.to_be_bytes()[..], &data].concat()))
    }
}

// === impl Making ===

impl Making {
    fn schema(&self, shape: &Shape, subject: &str) -> Result<(registry::Kind, String), String> {
        if !self.avro {
            return Ok((registry::Kind::Json, shapes::to_json_schema(shape)?));
        }
        let own = shapes::avro_name(subject);
        let name = if self.record.is_empty() { &own } else { self.record.as_str() };
        Ok((registry::Kind::Avro, shapes::to_avro(shape, name, &self.namespace)?))
    }
}

impl Processor for Encode {
    fn process(&self, mut batch: Batch) -> Step<'_> {
        Step::later(async move {
            let subjects: Vec<_> = (0..batch.len()).map(|i| self.subject.render(&batch, i)).collect();
            for (message, subject) in batch.iter_mut().zip(subjects) {
                let encoded = match subject {
                    Ok(subject) => self.encode(&subject, message).await,
                    Err(error) => Err(format!("subject interpolation error: {error}")),
                };
                match encoded {
                    Ok(done) => *message = done,
                    Err(error) => message.fail(error),
                }
            }
            Ok(batches_of(batch))
        })
    }
}
