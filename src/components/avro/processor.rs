//! The `avro` processor.

use crate::component::{Built, Processor, ProcessorSpec, Step};
use crate::config::{ComponentSpec, Conf, Example, Field, Kind, field};
use crate::message::{Batch, Message};
use crate::value::Str;
use crate::value::avro::{Schema, Tags, binary, fingerprint, textual};

const OPERATOR: Field<Str> = field("operator")
    .options(&["to_json", "from_json"])
    .doc("Whether Avro becomes a document or the other way round.");
const ENCODING: Field<Str> = field("encoding")
    .default("textual")
    .options(&["textual", "binary", "single"])
    .doc("How the Avro side is encoded. `single` is binary behind a fingerprint of the schema.");
const SCHEMA: Field<String> = field("schema").default("").doc("The schema.");
const SCHEMA_PATH: Field<Str> = field("schema_path")
    .default("")
    .doc("Where the schema is: `file://` and an absolute path. It wins over `schema`.");

pub const AVRO: ProcessorSpec = ProcessorSpec {
    spec: ComponentSpec::new(Kind::Processor, "avro")
        .categories(&["Parsing"])
        .summary("Turns Avro into documents, and documents into Avro.")
        .description("Values of unions are tagged with their type in documents, as in `{\"string\":\"x\"}`; towards Avro the tag may be left out. Times become timestamps, decimals fractions, other binary values bytes. Fields that are missing get their defaults.")
        .fields(&[&OPERATOR, &ENCODING, &SCHEMA, &SCHEMA_PATH])
        .examples(&[Example {
            title: "Binary data of one type",
            config: "avro:\n  operator: to_json\n  encoding: binary\n  schema: '{\"type\": \"record\", \"name\": \"Point\", \"fields\": [{\"name\": \"x\", \"type\": \"int\"}]}'\n",
        }]),
    build: |conf, _| Ok(Box::new(Avro::new(conf)?)),
    silent: false,
};

/// What binary data of a single object begins with, before the fingerprint of its schema.
const SINGLE: [u8; 2] = [0xc3, 0x01];

struct Avro {
    schema: Schema,
    encoding: Encoding,
    to_json: bool,
}

enum Encoding {
    Textual,
    Binary,
    /// With what the data begins with.
    Single([u8; 10]),
}

// === impl Avro ===

impl Avro {
    fn new(conf: &Conf) -> Built<Self> {
        let to_json = match conf.get(&OPERATOR)?.as_str() {
            "to_json" => true,
            "from_json" => false,
            other => return Err(conf.error(&OPERATOR, format!("there is no operator '{other}'")).into()),
        };
        let schema = Schema::parse(&text(conf)?);
        let schema =
            schema.map_err(|error| conf.error(&SCHEMA, format!("the schema is not valid: {error}")))?;
        let encoding = match conf.get(&ENCODING)?.as_str() {
            "textual" => Encoding::Textual,
            "binary" => Encoding::Binary,
            "single" => {
                let mut start = [0; 10];
                start[..2].copy_from_slice(&SINGLE);
                start[2..].copy_from_slice(&fingerprint(&schema).to_le_bytes());
                Encoding::Single(start)
            }
            other => return Err(conf.error(&ENCODING, format!("there is no encoding '{other}'")).into()),
        };
        Ok(Self { schema, encoding, to_json })
    }

    fn convert(&self, message: &Message) -> Result<Message, String> {
        if self.to_json { self.to_document(message) } else { self.to_avro(message) }
    }

    fn to_document(&self, message: &Message) -> Result<Message, String> {
        let tags = Tags::Qualified;
        let mut bytes = &message.bytes()[..];
        let document = match &self.encoding {
            Encoding::Textual => {
                let document = message.structured().map_err(|error| error.to_string())?;
                textual::decode(&self.schema, document, tags)?
            }
            Encoding::Binary => binary::decode(&self.schema, &mut bytes, tags)?,
            Encoding::Single(start) => {
                bytes = bytes.strip_prefix(start).ok_or("the data is not a single object of this schema")?;
                binary::decode(&self.schema, &mut bytes, tags)?
            }
        };
        Ok(message.with_document(document))
    }

    fn to_avro(&self, message: &Message) -> Result<Message, String> {
        let document = message.structured().map_err(|error| error.to_string())?;
        let mut out = match &self.encoding {
            Encoding::Textual => {
                let mut text = String::new();
                textual::encode(&self.schema, document, Tags::Qualified, &mut text)?;
                return Ok(message.with_bytes(text));
            }
            Encoding::Binary => Vec::new(),
            Encoding::Single(start) => start.to_vec(),
        };
        binary::encode(&self.schema, document, Tags::Qualified, &mut out)?;
        Ok(message.with_bytes(out))
    }
}

/// The text of the schema.
fn text(conf: &Conf) -> Built<String> {
    let path = conf.get(&SCHEMA_PATH)?;
    if path.is_empty() {
        let text = conf.get(&SCHEMA)?;
        let given = !text.is_empty();
        return given.then_some(text).ok_or_else(|| conf.error(&SCHEMA, "there is no schema").into());
    }
    let file = path
        .strip_prefix("file://")
        .ok_or_else(|| conf.error(&SCHEMA_PATH, "the path must begin with file://"))?;
    let text = std::fs::read_to_string(file);
    Ok(text.map_err(|error| conf.error(&SCHEMA_PATH, format!("'{file}' cannot be read: {error}")))?)
}

impl Processor for Avro {
    fn process(&self, batch: Batch) -> Step<'_> {
        Step::each(batch, |message| self.convert(message))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::component::testing::{alone, run_alone};

    #[tokio::test]
    async fn every_encoding_goes_both_ways() {
        let schema = r#"{"type":"record","name":"P","fields":[{"name":"b","type":"int"},{"name":"a","type":["null","string"]}]}"#;
        for encoding in ["textual", "binary", "single"] {
            let built = |operator| {
                let config = format!("{{operator: {operator}, encoding: {encoding}, schema: '{schema}'}}");
                alone(&AVRO, &config).expect("built")
            };
            let (there, back) = (built("from_json"), built("to_json"));
            let batch = [r#"{"a":{"string":"x"},"b":1}"#, r#"{"a":null,"b":2}"#].map(Message::from_bytes);
            let there = there.process(Batch::from_iter(batch)).finish().await.expect("not rejected");
            let back =
                back.process(there.into_iter().flatten().collect()).finish().await.expect("not rejected");
            let texts: Vec<_> = back.iter().flatten().map(crate::component::testing::show).collect();
            assert_eq!(texts, [r#"{"a":{"string":"x"},"b":1}"#, r#"{"a":null,"b":2}"#], "{encoding}");
        }
        let single = alone(&AVRO, "{operator: to_json, encoding: single, schema: int}").expect("built");
        assert!(run_alone(&*single, &["x"]).await[0].starts_with("x!"));
        assert!(alone(&AVRO, "{operator: to_json}").is_err());
    }
}
