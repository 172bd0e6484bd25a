//! `schema_registry_decode`: messages by the schemas whose numbers they begin with.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use tokio::sync::Mutex;

use super::format::{Format, Style};
use super::names::{full_name, sanitized};
use super::registry::{Registry, TRANSPORT, URL};
use super::shapes;
use crate::client::{BASIC_AUTH, JWT, OAUTH, TLS};
use crate::component::{Built, Processor, ProcessorSpec, Step};
use crate::config::{ComponentSpec, Conf, Duration, Example, Field, Finding, Kind, Node, field};
use crate::expr::Mapping;
use crate::message::{Batch, Message, batch_of, batches_of};
use crate::value::avro::Tags;
use crate::value::{Str, Value};

const AVRO_RAW_JSON: Field<bool> = field("avro_raw_json")
    .default(false)
    .advanced()
    .doc("Whether values of Avro unions stand without the names of their types.");
const AVRO_NESTED: Field<bool> = field("avro_nested_schemas")
    .default(false)
    .advanced()
    .version("1.2.0")
    .doc("Whether schemas may refer to others inside of their own types, which they always may.");
const SANITIZE: Field<bool> =
    field("sanitize_namespace_names")
    .default(false)
    .advanced()
    .version("1.17.0")
    .doc("Whether namespaces of Avro lose what is no letter, digit or underscore, which Avro does not allow there.");
const RAW_UNIONS: Field<Option<bool>> =
    field("raw_unions").doc("Whether values of unions stand without the names of their types.");
const PRESERVE: Field<bool> = field("preserve_logical_types")
    .default(false)
    .doc("Whether times are timestamps, decimals numbers and bytes bytes, rather than numbers and texts as JSON has them.");
const KAFKA_CONNECT: Field<bool> = field("translate_kafka_connect_types")
    .default(false)
    .doc("Whether times that Kafka Connect knows by names of its own (`io.debezium.time.*`) are timestamps; only with `preserve_logical_types`.");
const MAPPING: Field<Option<Mapping>> =
    field("mapping").advanced().doc("A mapping of the schema before it is used.");
const STORE_SCHEMA: Field<Option<String>> = field("store_schema_metadata")
    .doc("A metadata key for what documents are like, as `infer_schema` describes it; `parquet_encode` takes its columns from there.");
const AVRO: Field<Conf> = field("avro")
    .fields(&[&RAW_UNIONS, &PRESERVE, &KAFKA_CONNECT, &MAPPING, &STORE_SCHEMA])
    .doc("How Avro is read.");
const PROTO_NAMES: Field<bool> = field("use_proto_names")
    .default(false)
    .doc("Whether fields keep their names rather than `lowerCamelCase`.");
const ENUM_NUMBERS: Field<bool> =
    field("use_enum_numbers").default(false).doc("Whether values of enums are written as numbers.");
const UNPOPULATED: Field<bool> =
    field("emit_unpopulated").default(false).doc("Whether fields that are not set are written.");
const DEFAULTS: Field<bool> = field("emit_default_values")
    .default(false)
    .doc("Whether fields that are not set are written with their defaults.");
const TO_JSON: Field<bool> = field("serialize_to_json")
    .default(true)
    .doc("Whether messages become JSON, rather than documents with numbers, times and bytes of their own.");
const PROTOBUF: Field<Conf> = field("protobuf")
    .fields(&[&PROTO_NAMES, &ENUM_NUMBERS, &UNPOPULATED, &DEFAULTS, &TO_JSON])
    .doc("How Protocol Buffers are read.");
const COERCE: Field<bool> = field("coerce_data")
    .default(false)
    .version("4.97.0")
    .rule(no_coercion)
    .doc("Whether values become what the schema calls them, which this program leaves to mappings.");
const JSON: Field<Conf> = field("json").fields(&[&COERCE]).doc("How JSON is read.");
const CACHE_DURATION: Field<Duration> =
    field("cache_duration").default("10m").doc("How long a schema that nobody uses is kept.");
const DEFAULT_ID: Field<Option<u64>> =
    field("default_schema_id").doc("The schema of messages that begin with none.");

pub const SCHEMA_REGISTRY_DECODE: ProcessorSpec = ProcessorSpec {
    spec: ComponentSpec::new(Kind::Processor, "schema_registry_decode")
        .categories(&["Parsing", "Integration"])
        .summary("Reads messages by the schemas of a registry, whose numbers they begin with.")
        .description("Schemas may be Avro, JSON Schema or Protocol Buffers. The metadata `schema_id` is the number of the schema. A message that does not fit its schema is flagged.")
        .fields(&[
            &AVRO_RAW_JSON,
            &AVRO_NESTED,
            &URL,
            &TRANSPORT,
            &SANITIZE,
            &OAUTH,
            &BASIC_AUTH,
            &JWT,
            &TLS,
            &AVRO,
            &PROTOBUF,
            &JSON,
            &CACHE_DURATION,
            &DEFAULT_ID,
        ])
        .examples(&[Example {
            title: "A registry nearby",
            config: "schema_registry_decode:\n  url: http://localhost:8081\n",
        }]),
    build: |conf, _| Ok(Box::new(Decode::new(conf)?)),
    silent: false,
};

const NO_COERCION: &str = "values are not fitted to JSON schemas: leave this out, and convert them with a mapping after the processor";

fn no_coercion(node: &Node, found: &mut Vec<Finding>) {
    if node.as_text() == Some("true") {
        found.push(Finding::custom(node.line, NO_COERCION));
    }
}

struct Decode {
    registry: Registry,
    /// Whether namespaces are made what they should be.
    sanitize: bool,
    /// The metadata key for shapes.
    shape_key: Option<Str>,
    /// Whether names of Kafka Connect mean something.
    connect: bool,
    style: Style,
    mapping: Option<Mapping>,
    default_id: Option<u32>,
    keep: std::time::Duration,
    known: Mutex<HashMap<u32, Known>>,
}

#[derive(Clone)]
struct Known {
    format: Arc<Format>,
    /// What documents of an Avro schema are like, where somebody wants to know.
    shape: Option<Value>,
    used: Instant,
}

// === impl Decode ===

impl Decode {
    fn new(conf: &Conf) -> Built<Self> {
        let (avro, json) = (conf.get(&AVRO)?, conf.get(&JSON)?);
        #[cfg(feature = "protobuf")]
        let protobuf = conf.get(&PROTOBUF)?;
        if json.get(&COERCE)? {
            return Err(json.error(&COERCE, NO_COERCION).into());
        }
        let raw = avro.get(&RAW_UNIONS)?.unwrap_or(conf.get(&AVRO_RAW_JSON)?);
        let style = Style {
            tags: if raw { Tags::None } else { Tags::Qualified },
            meant: avro.get(&PRESERVE)?,
            #[cfg(feature = "protobuf")]
            protobuf: crate::value::protobuf::Style {
                proto_names: protobuf.get(&PROTO_NAMES)?,
                unpopulated: protobuf.get(&UNPOPULATED)? || protobuf.get(&DEFAULTS)?,
                enum_numbers: protobuf.get(&ENUM_NUMBERS)?,
            },
            #[cfg(feature = "protobuf")]
            json: protobuf.get(&TO_JSON)?,
        };
        let default_id = conf.get(&DEFAULT_ID)?.filter(|id| *id != 0);
        let default_id = default_id.map(u32::try_from).transpose();
        Ok(Self {
            registry: Registry::new(conf)?,
            sanitize: conf.get(&SANITIZE)?,
            shape_key: avro.get(&STORE_SCHEMA)?.filter(|key| !key.is_empty()).map(Str::from),
            connect: avro.get(&PRESERVE)? && avro.get(&KAFKA_CONNECT)?,
            style,
            mapping: avro.get(&MAPPING)?,
            default_id: default_id
                .map_err(|_| conf.error(&DEFAULT_ID, "the number has more than 32 bits"))?,
            keep: conf.get(&CACHE_DURATION)?.get(),
            known: Mutex::default(),
        })
    }

    /// The schema with a number, which is asked for once.
    async fn known(&self, id: u32) -> Result<Known, String> {
        let mut known = self.known.lock().await;
        let now = Instant::now();
        if let Some(found) = known.get_mut(&id) {
            found.used = now;
            return Ok(found.clone());
        }
        known.retain(|_, known| now.duration_since(known.used) < self.keep);
        let mut registered = self.registry.by_id(id).await?;
        if let Some(mapping) =
            self.mapping.as_ref().filter(|_| registered.kind == super::registry::Kind::Avro)
        {
            let batch = batch_of(Message::from_bytes(registered.text));
            let mapped = mapping.map(&batch, 0).map_err(|error| format!("mapping the schema: {error}"))?;
            let mapped = mapped.ok_or("the mapping has deleted the schema")?;
            registered.text = String::from_utf8_lossy(mapped.bytes()).into_owned();
        }
        if self.sanitize && registered.kind == super::registry::Kind::Avro {
            registered.text = sanitized(&registered.text);
            for (name, text) in &mut registered.others {
                (*name, *text) = (full_name(name).to_string(), sanitized(text));
            }
        }
        let format = Arc::new(
            Format::new(&registered, self.connect).map_err(|error| format!("the schema {id}: {error}"))?,
        );
        let shape = match &*format {
            Format::Avro(schema) if self.shape_key.is_some() => {
                Some(shapes::of_avro(schema, self.style.tags == Tags::None, self.style.meant).describe())
            }
            _ => None,
        };
        let new = Known { format, shape, used: now };
        known.insert(id, new.clone());
        Ok(new)
    }

    /// Reads a message; one that does not fit its schema is left without the number.
    async fn decode(&self, message: &mut Message) -> Result<(), String> {
        let (id, start) = match (message.bytes().split_first_chunk::<5>(), self.default_id) {
            (Some(([0, id @ ..], _)), _) => (u32::from_be_bytes(*id), 5),
            (_, Some(id)) => (id, 0),
            _ => return Err("the message does not begin with the number of a schema".to_owned()),
        };
        let Known { format, shape, .. } = self.known(id).await?;
        *message = message.with_bytes(message.bytes().slice(start..));
        *message = format.decode(message, self.style)?;
        message.set_meta("schema_id", Value::Int(id.into()));
        if let Some((key, shape)) = self.shape_key.as_ref().zip(shape) {
            message.set_meta(key.as_str(), shape);
        }
        Ok(())
    }
}

impl Processor for Decode {
    fn process(&self, mut batch: Batch) -> Step<'_> {
        Step::later(async move {
            for message in &mut batch {
                if let Err(error) = self.decode(message).await {
                    message.fail(error);
                }
            }
            Ok(batches_of(batch))
        })
    }
}
