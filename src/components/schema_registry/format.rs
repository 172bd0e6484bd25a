//! Messages in the formats that a registry knows.

use super::registry::{Kind, Registered};
use crate::bloblang::methods::schema::Schema as JsonSchema;
use crate::message::Message;
use crate::value::avro::{Schema, Tags, binary, textual};
#[cfg(feature = "protobuf")]
use crate::value::protobuf;

/// How documents are made.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    pub tags: Tags,
    /// Times and decimals of Avro stay what they are, rather than become JSON.
    pub meant: bool,
    #[cfg(feature = "protobuf")]
    pub protobuf: protobuf::Style,
    /// Protocol Buffers become JSON text, rather than documents with numbers and times of their own.
    #[cfg(feature = "protobuf")]
    pub json: bool,
}

/// A schema that messages are read and written by.
pub enum Format {
    Avro(Schema),
    Json(JsonSchema),
    #[cfg(feature = "protobuf")]
    Protobuf(Vec<prost_reflect::MessageDescriptor>),
}

/// What a file is called that imports others but is imported by none.
#[cfg(feature = "protobuf")]
const ROOT: &str = "root.proto";

// === impl Format ===

impl Format {
    /// With `connect` types of Avro also mean what Kafka Connect calls them.
    pub fn new(registered: &Registered, connect: bool) -> Result<Self, String> {
        match registered.kind {
            Kind::Avro => Ok(Self::Avro(Schema::parse_with(&registered.text, &registered.others, connect)?)),
            Kind::Json => {
                JsonSchema::parse(&registered.text, None).map(Self::Json).map_err(|error| error.to_string())
            }
            #[cfg(feature = "protobuf")]
            Kind::Protobuf => {
                let mut files = registered.others.clone();
                files.push((ROOT.to_owned(), registered.text.clone()));
                let pool = protobuf::compile(ROOT, files)?;
                let file = pool.get_file_by_name(ROOT).ok_or("the schema has no messages")?;
                Ok(Self::Protobuf(file.messages().collect()))
            }
            #[cfg(not(feature = "protobuf"))]
            Kind::Protobuf => Err("this program was built without Protocol Buffers".to_owned()),
        }
    }

    /// The document of a message.
    pub fn decode(&self, message: &Message, style: Style) -> Result<Message, String> {
        let mut bytes = &message.bytes()[..];
        match self {
            Self::Avro(schema) if style.meant => {
                Ok(message.with_document(binary::decode_meant(schema, &mut bytes, style.tags)?))
            }
            Self::Avro(schema) => {
                let value = binary::decode(schema, &mut bytes, Tags::None)?;
                let mut text = String::new();
                textual::encode(schema, &value, style.tags, &mut text)?;
                Ok(message.with_bytes(text))
            }
            Self::Json(schema) => {
                schema.check(message.structured().map_err(|error| error.to_string())?)?;
                Ok(message.clone())
            }
            #[cfg(feature = "protobuf")]
            Self::Protobuf(messages) => {
                let of = indexed(messages, &mut bytes)?;
                let typed = protobuf::read(&of, message.bytes().slice_ref(bytes))?;
                Ok(match style.json {
                    true => message.with_bytes(protobuf::to_json(&typed, style.protobuf)?),
                    false => message.with_document(protobuf::document(&typed, style.protobuf)?),
                })
            }
        }
    }

    /// What stands for a document; `tags` says whether values of unions are expected to have them.
    pub fn encode(&self, message: &Message, tags: Tags) -> Result<Vec<u8>, String> {
        match self {
            Self::Avro(schema) => {
                let mut out = Vec::new();
                let document = message.structured().map_err(|error| error.to_string())?;
                binary::encode(schema, document, tags, &mut out)?;
                Ok(out)
            }
            Self::Json(schema) => {
                schema.check(message.structured().map_err(|error| error.to_string())?)?;
                Ok(message.bytes().to_vec())
            }
            #[cfg(feature = "protobuf")]
            Self::Protobuf(messages) => {
                let mut failure = "the schema has no messages".to_owned();
                for (at, of) in messages.iter().enumerate() {
                    match protobuf::from_json(of, message.bytes(), false) {
                        // The first message has a short form.
                        Ok(data) if at == 0 => return Ok([vec![0], data].concat()),
                        Ok(data) => return Ok([vec![2], varint(2 * at as u64), data].concat()),
                        Err(error) => failure = error,
                    }
                }
                Err(failure)
            }
        }
    }
}

#[cfg(feature = "protobuf")]
fn varint(mut n: u64) -> Vec<u8> {
    let mut out = Vec::new();
    while n >= 0x80 {
        out.push(n as u8 | 0x80);
        n >>= 7;
    }
    out.push(n as u8);
    out
}

/// The message type that indexes at the start of `bytes` lead to, which are taken off.
#[cfg(feature = "protobuf")]
fn indexed(
    messages: &[prost_reflect::MessageDescriptor],
    bytes: &mut &[u8],
) -> Result<prost_reflect::MessageDescriptor, String> {
    let count = binary::read_long(bytes)?;
    let mut indexes = vec![0];
    if count != 0 {
        indexes = (0..count.clamp(0, 32)).map(|_| binary::read_long(bytes)).collect::<Result<_, _>>()?;
    }
    let mut found: Option<prost_reflect::MessageDescriptor> = None;
    for index in indexes {
        let at = usize::try_from(index).unwrap_or(usize::MAX);
        let next = match &found {
            None => messages.get(at).cloned(),
            Some(outer) => outer.child_messages().nth(at),
        };
        found = Some(next.ok_or_else(|| format!("there is no message with the index {index}"))?);
    }
    found.ok_or_else(|| "the message has no index".to_owned())
}
