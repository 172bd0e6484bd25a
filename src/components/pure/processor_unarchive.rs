//! `unarchive`: makes several messages of one.

use bytes::{Buf, Bytes};

use super::floats::floats;
use super::{archive_tar, archive_zip};
use crate::bloblang::did_you_mean;
use crate::bloblang::go::csv;
use crate::component::{Processor, ProcessorSpec, Step};
use crate::config::{AnyField, ComponentSpec, Example, Field, Kind, field};
use crate::message::{Batch, Message};
use crate::value::{Object, Str, Value, json};

const FORMAT: Field<Str> = field("format")
    .suggestions(&[
        "binary",
        "csv",
        "csv:x",
        "json_array",
        "json_documents",
        "json_map",
        "lines",
        "tar",
        "zip",
    ])
    .usable(|name| Format::named(name).map(|_| ()))
    .doc("How contents are put together; `csv:x` separates columns by the character `x`.");

pub const UNARCHIVE: ProcessorSpec = ProcessorSpec {
    spec: ComponentSpec::new(Kind::Processor, "unarchive")
        .categories(&["Parsing", "Utility"])
        .summary("Takes messages apart into several messages of the same batch.")
        .description("Each has the metadata of the original; with `tar` and `zip` also the file name as `archive_filename`, with `json_map` the key as `archive_key`. A message that cannot be taken apart is flagged and stays.")
        .fields(&[&FORMAT])
        .examples(&[Example {
            title: "The rows of a table",
            config: "unarchive:\n  format: csv\n",
        }]),
    build: |conf, _| {
        let format = Format::named(&conf.get(&FORMAT)?).map_err(|error| conf.error(&FORMAT, error))?;
        Ok(Box::new(Unarchive(format)))
    },
    silent: false,
};

struct Unarchive(Format);

/// Unpacks named contents.
type UnpackFiles = fn(&[u8]) -> Result<Vec<(String, Bytes)>, String>;

#[derive(Clone, Copy)]
enum Format {
    Binary,
    Csv(char),
    JsonArray,
    JsonDocuments,
    JsonMap,
    Lines,
    Files(UnpackFiles),
}

// === impl Format ===

impl Format {
    fn named(name: &str) -> Result<Self, String> {
        Ok(match name {
            "binary" => Format::Binary,
            "csv" => Format::Csv(','),
            "json_array" => Format::JsonArray,
            "json_documents" => Format::JsonDocuments,
            "json_map" => Format::JsonMap,
            "lines" => Format::Lines,
            "tar" => Format::Files(|archive| archive_tar::unpack(archive).map_err(|error| error.to_string())),
            "zip" => Format::Files(archive_zip::unpack),
            other => {
                let mut comma = other.strip_prefix("csv:").unwrap_or_default().chars();
                match (comma.next(), comma.next()) {
                    (Some(comma), None) => Format::Csv(comma),
                    _ => {
                        let known = FORMAT.info().options.iter().copied();
                        return Err(format!("there is no format '{other}'{}", did_you_mean(other, known)));
                    }
                }
            }
        })
    }

    fn unpack(self, message: &Message) -> Result<Batch, String> {
        let content = message.bytes();
        Ok(match self {
            Format::Binary => {
                let parts =
                    binary(content.clone()).ok_or("serialised message bytes were in unexpected format")?;
                parts.into_iter().map(|part| message.with_bytes(part)).collect()
            }
            Format::Lines => {
                let lines = content.split(|byte| *byte == b'\n');
                lines.map(|line| message.with_bytes(content.slice_ref(line))).collect()
            }
            Format::JsonArray => match message.structured() {
                Ok(Value::Array(items)) => items.iter().map(|i| message.with_document(i.clone())).collect(),
                other => return Err(unexpected("array", other)),
            },
            Format::JsonMap => match message.structured() {
                Ok(Value::Object(object)) => {
                    object.iter().map(|(key, value)| keyed(message, key, value)).collect()
                }
                other => return Err(unexpected("map", other)),
            },
            Format::JsonDocuments => {
                let documents = json::Documents::new(content);
                let messages =
                    documents.map(|document| document.map(|value| message.with_document(floats(value))));
                messages.collect::<Result<_, _>>().map_err(|error| error.to_string())?
            }
            Format::Csv(comma) => rows(content, comma)
                .map_err(|error| format!("failed to parse message as csv: {error}"))?
                .into_iter()
                .map(|row| message.with_document(row.into()))
                .collect(),
            Format::Files(unpack) => {
                unpack(content)?.into_iter().map(|(name, file)| named(message, name, file)).collect()
            }
        })
    }
}

fn unexpected(what: &str, got: Result<&Value, crate::message::NotStructured>) -> String {
    let why =
        got.map_or_else(|error| error.to_string(), |value| format!("invalid type '{}'", value.type_name()));
    format!("failed to parse message into JSON {what}: {why}")
}

fn keyed(message: &Message, key: &Str, value: &Value) -> Message {
    let mut part = message.with_document(value.clone());
    part.set_meta("archive_key", key.clone());
    part
}

fn named(message: &Message, name: String, content: Bytes) -> Message {
    let mut part = message.with_bytes(content);
    if !name.is_empty() {
        part.set_meta("archive_filename", name);
    }
    part
}

/// The parts of a binary archive; none if it is not one.
fn binary(mut content: Bytes) -> Option<Vec<Bytes>> {
    let count = content.try_get_u32().ok()?;
    let mut parts = Vec::new();
    for _ in 0..count {
        let length = content.try_get_u32().ok()? as usize;
        if length > content.len() {
            return None;
        }
        parts.push(content.split_to(length));
    }
    Some(parts)
}

/// The rows of a table below its header.
fn rows(content: &Bytes, comma: char) -> Result<Vec<Object>, csv::CsvError> {
    let text = json::go_lossy(content);
    let mut records = csv::Reader::new(&text, comma, false);
    let Some(header) = records.next().transpose()? else { return Ok(Vec::new()) };
    let header: Vec<Str> = header.into_iter().map(Str::from).collect();
    records.map(|row| Ok(header.iter().cloned().zip(row?.into_iter().map(Value::from)).collect())).collect()
}

impl Processor for Unarchive {
    fn process(&self, batch: Batch) -> Step<'_> {
        let mut parts = Batch::new();
        for mut message in batch {
            match self.0.unpack(&message) {
                Ok(unpacked) => parts.extend(unpacked),
                Err(error) => {
                    if matches!(self.0, Format::JsonArray | Format::JsonMap) {
                        message.reprint();
                    }
                    message.fail(error);
                    parts.push(message);
                }
            }
        }
        Step::non_empty(parts)
    }

    fn logs_failures(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{context, processor, run};
    use super::*;

    #[tokio::test]
    async fn what_was_archived_comes_back() {
        let texts = [r#"{"a":1.50}"#, "[2]", r#""three""#];
        for format in ["binary", "json_array", "lines", "tar", "zip"] {
            let archive = processor(
                &context(),
                &format!("archive: {{format: {format}, path: 'f${{! batch_index() }}'}}"),
            );
            let unarchive = processor(&context(), &format!("unarchive: {{format: {format}}}"));
            let batch = super::super::testing::batch(&texts);
            let packed = archive.process(batch).finish().await.expect("nothing is rejected").remove(0);
            assert_eq!((packed.len(), packed[0].originals()), (1, 3));
            let parts = unarchive.process(packed).finish().await.expect("nothing is rejected").remove(0);
            let back: Vec<_> =
                parts.iter().map(|part| String::from_utf8_lossy(part.bytes()).into_owned()).collect();
            assert_eq!(back, texts, "{format}");
            if matches!(format, "tar" | "zip") {
                assert_eq!(parts[1].meta().get("archive_filename").and_then(Value::as_str), Some("f1"));
            }
        }
    }

    #[test]
    fn long_and_empty_names_are_kept() {
        let files = vec![("d/".repeat(90), Bytes::from_static(b"x")), (String::new(), Bytes::new())];
        assert_eq!(archive_tar::unpack(&archive_tar::pack(&files).unwrap()).unwrap(), files);
        assert_eq!(archive_zip::unpack(&archive_zip::pack(&files).unwrap()).unwrap(), files);
    }

    #[test]
    fn broken_archives_are_refused() {
        let files = [("f".to_owned(), Bytes::from_static(b"some content"))];
        let zip = archive_zip::pack(&files).unwrap();
        for cut in 0..zip.len() {
            assert!(archive_zip::unpack(&zip[..cut]).is_err(), "{cut}");
        }
        assert_eq!(binary(Bytes::from_static(b"\0\0\0\x02\0\0\0\x01a")), None);
    }

    #[tokio::test]
    async fn tables_need_rows_of_the_same_width() {
        let chain = processor(&context(), "unarchive: {format: 'csv:;'}");
        assert_eq!(run(&chain, &["a;b\n1;2\n"]).await, [[r#"{"a":"1","b":"2"}"#]]);
        let failed = run(&chain, &["a;b\n1\n"]).await;
        assert!(failed[0][0].starts_with("a;b\n1\n!failed to parse message as csv: "), "{failed:?}");
    }
}
