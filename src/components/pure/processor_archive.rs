//! `archive`: makes one message of a batch.

use bytes::{BufMut, Bytes};

use super::{archive_tar, archive_zip};
use crate::component::{Built, Context, Processor, ProcessorSpec, Step};
use crate::config::{ComponentSpec, Conf, Example, Field, Kind, field};
use crate::expr::Template;
use crate::message::{Batch, Message, batch_of};
use crate::value::{Array, Str, Value};

const FORMAT: Field<Str> = field("format")
    .options(&["binary", "concatenate", "json_array", "lines", "tar", "zip"])
    .doc("How contents are put together; `binary` puts the length before each of them.");
const PATH: Field<Template> =
    field("path").default("").doc("The file name of each message in formats that have them.");

pub const ARCHIVE: ProcessorSpec = ProcessorSpec {
    spec: ComponentSpec::new(Kind::Processor, "archive")
        .categories(&["Parsing", "Utility"])
        .summary("Makes one message of all messages of a batch.")
        .description(
            "It has the metadata of the first one. If they cannot be put together all are flagged and stay.",
        )
        .fields(&[&FORMAT, &PATH])
        .examples(&[
            Example { title: "One array", config: "archive:\n  format: json_array\n" },
            Example { title: "Files", config: "archive:\n  format: zip\n  path: ${! this.id }.json\n" },
        ]),
    build: |conf, cx| Ok(Box::new(Archive::new(conf, cx)?)),
    silent: false,
};

struct Archive {
    format: Format,
    path: Template,
    cx: Context,
}

/// Packs named contents.
type PackFiles = fn(&[(String, Bytes)]) -> Result<Vec<u8>, String>;

#[derive(Clone, Copy)]
enum Format {
    Binary,
    /// With something between contents.
    Joined(&'static [u8]),
    JsonArray,
    Files(PackFiles),
}

// === impl Archive ===

impl Archive {
    fn new(conf: &Conf, cx: &Context) -> Built<Self> {
        let format = match conf.get(&FORMAT)?.as_str() {
            "binary" => Format::Binary,
            "concatenate" => Format::Joined(b""),
            "lines" => Format::Joined(b"\n"),
            "json_array" => Format::JsonArray,
            "tar" => Format::Files(|files| archive_tar::pack(files).map_err(|error| error.to_string())),
            "zip" => Format::Files(archive_zip::pack),
            other => return Err(conf.error(&FORMAT, format!("there is no format '{other}'")).into()),
        };
        Ok(Self { format, path: conf.get(&PATH)?, cx: cx.clone() })
    }

    fn packed(&self, batch: &Batch) -> Result<Value, String> {
        let packed = match self.format {
            Format::Binary => binary(batch),
            Format::Joined(between) => {
                batch.iter().map(|message| &message.bytes()[..]).collect::<Vec<_>>().join(between)
            }
            Format::JsonArray => {
                let documents = batch.iter().map(|message| message.structured().cloned());
                let documents = documents.collect::<Result<Array, _>>();
                let array = documents.map_err(|e| format!("failed to parse message as JSON: {e}"))?;
                return Ok(Value::Array(array));
            }
            Format::Files(pack) => {
                let file = |(i, message): (usize, &Message)| (self.name(batch, i), message.bytes().clone());
                pack(&batch.iter().enumerate().map(file).collect::<Vec<_>>())?
            }
        };
        Ok(Bytes::from(packed).into())
    }

    fn name(&self, batch: &Batch, index: usize) -> String {
        self.path.render(batch, index).map(String::from).unwrap_or_else(|error| {
            self.cx.log().error(format_args!("Name interpolation error: {error}"));
            String::new()
        })
    }
}

/// The number of contents, then each with its length before it, all big endian.
fn binary(batch: &Batch) -> Vec<u8> {
    let mut out = Vec::new();
    out.put_u32(batch.len() as u32);
    for message in batch {
        out.put_u32(message.size() as u32);
        out.put_slice(message.bytes());
    }
    out
}

impl Processor for Archive {
    fn process(&self, mut batch: Batch) -> Step<'_> {
        let packed = match self.packed(&batch) {
            Ok(packed) => packed,
            Err(error) => {
                if matches!(self.format, Format::JsonArray) {
                    let documents = batch.iter_mut().take_while(|message| message.structured().is_ok());
                    documents.for_each(Message::reprint);
                }
                batch.iter_mut().for_each(|message| message.fail(error.as_str()));
                return Step::one(batch);
            }
        };
        let originals = batch.iter().map(Message::originals).sum();
        let Some(mut archive) = batch.into_iter().next() else { return Step::none() };
        archive.set_value(packed);
        archive.set_originals(originals);
        Step::one(batch_of(archive))
    }

    fn logs_failures(&self) -> bool {
        true
    }
}
