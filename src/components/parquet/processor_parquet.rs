//! `parquet`, the old form of `parquet_encode` and `parquet_decode`.

use ::parquet::basic::Compression;

use super::processor_encode::{ParquetEncode, in_place_of};
use super::tags::{self, Names};
use crate::component::{Built, Processor, ProcessorSpec, Step};
use crate::components::rules;
use crate::config::{ComponentSpec, Conf, Example, Field, Kind, Status, field};
use crate::message::{Batch, Message, batch_of};
use crate::value::Str;
use crate::value::parquet::{Lists, ParquetError, Rows};

const OPERATOR: Field<Str> = field("operator")
    .options(&["from_json", "to_json"])
    .doc("`from_json`: a batch becomes a file; `to_json`: each file becomes a batch of its rows.");
const COMPRESSION: Field<Str> = field("compression")
    .default("snappy")
    .options(&["uncompressed", "snappy", "gzip", "lz4", "zstd"])
    .doc("How columns of new files are compressed.");
const SCHEMA_FILE: Field<Option<Str>> =
    field("schema_file").doc("A file with the schema; it comes before `schema`.");
const SCHEMA: Field<Option<Str>> = field("schema").doc(
    "The columns as JSON: objects with a `Tag` of `name`, `inname`, `type`, `convertedtype` and `repetitiontype`, and with `Fields` where a column has some.",
);

pub const PARQUET: ProcessorSpec = ProcessorSpec {
    spec: ComponentSpec::new(Kind::Processor, "parquet")
        .status(Status::Deprecated)
        .categories(&["Parsing"])
        .version("3.62.0")
        .summary("The old form of `parquet_encode` and `parquet_decode`.")
        .description("Columns have two names: `name` in files, and in documents `inname`, or the name with a capital in front. When documents are written either will do, and capitals do not matter; those that are read have the second one. If a value does not fit its column, all messages of the batch are flagged.")
        .fields(&[&OPERATOR, &COMPRESSION, &SCHEMA_FILE, &SCHEMA])
        .rule(rules::parquet::old)
        .examples(&[Example {
            title: "A file with two columns",
            config: "parquet:\n  operator: from_json\n  schema: |\n    {\n      \"Tag\": \"name=root\",\n      \"Fields\": [\n        {\"Tag\": \"name=id, type=INT64\"},\n        {\"Tag\": \"name=note, type=BYTE_ARRAY, convertedtype=UTF8, repetitiontype=OPTIONAL\"}\n      ]\n    }\n",
        }]),
    build: |conf, _| new(conf),
    silent: false,
};

fn new(conf: &Conf) -> Built<Box<dyn Processor>> {
    let schema = match (conf.get(&SCHEMA_FILE)?.filter(|path| !path.is_empty()), conf.get(&SCHEMA)?) {
        (Some(path), _) => {
            let text = std::fs::read_to_string(&*path)
                .map_err(|error| conf.error(&SCHEMA_FILE, format!("'{path}' cannot be read: {error}")))?;
            Some(text.into())
        }
        (None, text) => text.filter(|text| !text.is_empty()),
    };
    let schema = schema.map(|text: Str| tags::read(&text)).transpose();
    let schema = schema.map_err(|error| conf.error(&SCHEMA, error))?;
    match (conf.get(&OPERATOR)?.as_str(), schema) {
        ("from_json", Some((columns, names))) => {
            let encode = ParquetEncode::plain(columns, compression(conf)?);
            Ok(Box::new(Write { encode: encode.map_err(|error| conf.error(&SCHEMA, error))?, names }))
        }
        ("from_json", None) => Err(conf.error(&SCHEMA, "from_json needs a schema or a schema_file").into()),
        ("to_json", schema) => Ok(Box::new(Read { names: schema.map(|(_, names)| names) })),
        (other, _) => Err(conf.error(&OPERATOR, format!("there is no operator '{other}'")).into()),
    }
}

fn compression(conf: &Conf) -> Built<Compression> {
    Ok(match conf.get(&COMPRESSION)?.as_str() {
        "uncompressed" => Compression::UNCOMPRESSED,
        "snappy" => Compression::SNAPPY,
        "gzip" => Compression::GZIP(Default::default()),
        "lz4" => Compression::LZ4,
        "zstd" => Compression::ZSTD(Default::default()),
        other => return Err(conf.error(&COMPRESSION, format!("there is no compression '{other}'")).into()),
    })
}

struct Write {
    encode: ParquetEncode,
    names: Names,
}

struct Read {
    /// Those of the file if there are none here.
    names: Option<Names>,
}

// === impl Write ===

impl Write {
    fn file(&self, batch: &Batch) -> Result<Vec<u8>, String> {
        let rows = batch.iter().map(|message| {
            let document = message.structured().map_err(|error| error.to_string())?;
            Ok(message.with_document(self.names.outward(document)))
        });
        self.encode.file(&rows.collect::<Result<Batch, String>>()?)
    }
}

impl Processor for Write {
    fn process(&self, batch: Batch) -> Step<'_> {
        let file = self.file(&batch);
        Step::one(in_place_of(batch, file))
    }
}

// === impl Read ===

impl Read {
    fn rows(&self, message: &Message) -> Result<Batch, ParquetError> {
        let rows = Rows::open(message.bytes().clone(), Lists::Arrays)?;
        let own;
        let names = match &self.names {
            Some(names) => names,
            None => {
                own = Names::of_file(rows.schema());
                &own
            }
        };
        rows.map(|row| Ok(message.with_document(names.inward(&row?)))).collect()
    }
}

impl Processor for Read {
    fn process(&self, batch: Batch) -> Step<'_> {
        let mut all = Vec::new();
        for mut message in batch {
            match self.rows(&message) {
                Ok(rows) => all.push(rows),
                Err(error) => {
                    message.fail(error.to_string());
                    all.push(batch_of(message));
                }
            }
        }
        all.retain(|batch| !batch.is_empty());
        Step::Done(Ok(all.into_iter().collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::component::testing::{alone, run_alone, show};

    const SCHEMA: &str = r#"{"Tag": "name=root, repetitiontype=REQUIRED", "Fields": [
        {"Tag": "name=name, inname=NameIn, type=BYTE_ARRAY, convertedtype=UTF8, repetitiontype=REQUIRED"},
        {"Tag": "name=age, type=INT32, repetitiontype=OPTIONAL"},
        {"Tag": "name=favs, inname=Favs, type=LIST, repetitiontype=OPTIONAL", "Fields": [
            {"Tag": "name=element, repetitiontype=REQUIRED", "Fields": [
                {"Tag": "name=x-y, type=FLOAT, repetitiontype=REQUIRED"}]}]},
        {"Tag": "name=tags, type=MAP, repetitiontype=OPTIONAL", "Fields": [
            {"Tag": "name=key, type=BYTE_ARRAY, convertedtype=UTF8"}, {"Tag": "name=value, type=INT64"}]}]}"#;

    #[tokio::test]
    async fn batches_go_both_ways() {
        for compression in ["uncompressed", "snappy", "gzip", "lz4", "zstd"] {
            let config =
                |operator| format!("operator: {operator}\ncompression: {compression}\nschema: '{SCHEMA}'");
            let write = alone(&PARQUET, &config("from_json")).expect("built");
            let rows = [r#"{"name":"a","Age":5}"#, r#"{"namein":"b","favs":[{"X45y":1.5}],"tags":{"k":2}}"#];
            let batch: Batch = rows.iter().map(|row| Message::from_bytes(row.as_bytes().to_vec())).collect();
            let file = write.process(batch).finish().await.expect("a file");
            for read in [config("to_json"), "operator: to_json".to_owned()] {
                let own = read.contains("schema");
                let read = alone(&PARQUET, &read).expect("built");
                let rows = read.process(file[0].clone()).finish().await.expect("rows");
                let rows: Vec<String> = rows.iter().flatten().map(show).collect();
                let name = if own { "NameIn" } else { "Name" };
                let first = format!(r#"{{"Age":5,"Favs":null,"{name}":"a","Tags":null}}"#);
                let second =
                    format!(r#"{{"Age":null,"Favs":[{{"X45y":1.5}}],"{name}":"b","Tags":{{"k":2}}}}"#);
                assert_eq!(rows, [first, second], "{compression}");
            }
        }
    }

    #[tokio::test]
    async fn what_does_not_fit_is_flagged() {
        let config = format!("operator: from_json\nschema: '{SCHEMA}'");
        let write = alone(&PARQUET, &config).expect("built");
        assert!(run_alone(&*write, &[r#"{"name":"a","age":"x"}"#]).await[0].contains('!'));
        let read = alone(&PARQUET, "operator: to_json").expect("built");
        assert!(run_alone(&*read, &["oops"]).await[0].starts_with("oops!"));
        for schema in ["[]", "{}", r#"{"Fields":[{"Tag":"name=a, type=INT96"}]}"#] {
            assert!(
                alone(&PARQUET, &format!("operator: from_json\nschema: '{schema}'")).is_err(),
                "{schema}"
            );
        }
    }
}
