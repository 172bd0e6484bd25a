//! `parquet_encode`: a batch as a Parquet file.

use std::sync::Arc;

use ::parquet::basic::{Compression, Encoding, Type as Physical};
use ::parquet::errors::ParquetError;
use ::parquet::file::properties::WriterProperties;
use ::parquet::file::writer::SerializedFileWriter;
use ::parquet::schema::types::{SchemaDescriptor, Type};

use super::schema::{Column, LEAVES, Leaf, Of, Shape, Unit, from_metadata};
use super::shred::Shredded;
use crate::component::{Built, Processor, ProcessorSpec, Step};
use crate::components::rules;
use crate::config::{ComponentSpec, Conf, ConfError, Example, Field, Kind, Node, Status, field};
use crate::message::{Batch, Message, batch_of};
use crate::value::Str;

const NAME: Field<Str> = field("name").doc("The name.");
const TYPE: Field<Option<Str>> = field("type")
    .options(&[
        "BOOLEAN",
        "INT8",
        "INT16",
        "INT32",
        "INT64",
        "DECIMAL64",
        "DECIMAL32",
        "FLOAT",
        "DOUBLE",
        "BYTE_ARRAY",
        "UTF8",
        "TIMESTAMP",
        "BSON",
        "ENUM",
        "JSON",
        "UUID",
        "MAP",
        "LIST",
        "STRUCT",
    ])
    .doc("The type; one with `fields` and without a type is a struct.");
const PRECISION: Field<i64> = field("decimal_precision").default(0).doc("How many digits a decimal has.");
const SCALE: Field<i64> = field("decimal_scale").default(0).doc("How many of them stand behind the point.");
const REPEATED: Field<bool> = field("repeated").default(false).doc("Whether it is a list of values.");
const OPTIONAL: Field<bool> = field("optional").default(false).doc("Whether it may be missing.");
const FIELDS: Field<Option<Vec<Node>>> = field("fields")
    .doc("The columns of a struct, the element of a list, or the key and the value of a map; described as columns are.");
const SCHEMA: Field<Vec<Conf>> = field("schema")
    .fields(&[&NAME, &TYPE, &PRECISION, &SCALE, &REPEATED, &OPTIONAL, &FIELDS])
    .doc("The columns.");
const COMPRESSION: Field<Str> = field("default_compression")
    .default("uncompressed")
    .options(&["uncompressed", "snappy", "gzip", "brotli", "zstd", "lz4raw"])
    .doc("How columns are compressed.");
const ENCODING: Field<Str> = field("default_encoding")
    .default("DELTA_LENGTH_BYTE_ARRAY")
    .advanced()
    .options(&["DELTA_LENGTH_BYTE_ARRAY", "PLAIN", "RLE_DICTIONARY"])
    .doc("How texts and bytes are encoded; some readers only know `PLAIN`.");
const SCHEMA_METADATA: Field<Str> = field("schema_metadata")
    .default("")
    .doc("A metadata key whose value is the schema, instead of `schema`; that of the first message counts.");
const TIMESTAMP_UNIT: Field<Str> = field("default_timestamp_unit")
    .default("NANOSECOND")
    .advanced()
    .version("4.89.0")
    .options(&["NANOSECOND", "MICROSECOND", "MILLISECOND"])
    .doc("How exact times are; some readers do not know nanoseconds.");

pub const PARQUET_ENCODE: ProcessorSpec = ProcessorSpec {
    spec: ComponentSpec::new(Kind::Processor, "parquet_encode")
        .status(Status::Experimental)
        .categories(&["Parsing"])
        .summary("Makes a Parquet file of each batch.")
        .description("Every message is a row, and has to be an object. The file has the metadata of the first message. Columns that must be there and are not are zero, or empty. If a value does not fit its column, all messages of the batch are flagged.")
        .fields(&[&SCHEMA, &COMPRESSION, &ENCODING, &SCHEMA_METADATA, &TIMESTAMP_UNIT])
        .rule(rules::parquet::encode)
        .examples(&[Example {
            title: "A file with two columns",
            config: "parquet_encode:\n  schema:\n    - { name: id, type: INT64 }\n    - { name: note, type: UTF8, optional: true }\n  default_compression: zstd\n",
        }]),
    build: |conf, _| Ok(Box::new(ParquetEncode::new(conf)?)),
    silent: false,
};

/// Makes files of batches.
pub struct ParquetEncode {
    schema: Source,
    unit: Unit,
    compression: Compression,
    encoding: Encoding,
}

enum Source {
    Columns(Vec<Column>, Arc<Type>),
    /// A metadata key.
    Metadata(Str),
}

// === impl ParquetEncode ===

impl ParquetEncode {
    fn new(conf: &Conf) -> Built<Self> {
        let unit = match conf.get(&TIMESTAMP_UNIT)?.as_str() {
            "NANOSECOND" => Unit::Nanos,
            "MICROSECOND" => Unit::Micros,
            "MILLISECOND" => Unit::Millis,
            other => return Err(conf.error(&TIMESTAMP_UNIT, format!("there is no unit '{other}'")).into()),
        };
        let key = conf.get(&SCHEMA_METADATA)?;
        let columns =
            conf.get(&SCHEMA)?.iter().map(|column| read(column, unit)).collect::<Result<Vec<_>, _>>()?;
        let schema = match (key.is_empty(), columns.is_empty()) {
            (false, _) => Source::Metadata(key),
            (true, true) => return Err(conf.error(&SCHEMA, "there are no columns").into()),
            (true, false) => {
                let written = written(&columns).map_err(|error| conf.error(&SCHEMA, error.to_string()))?;
                Source::Columns(columns, written)
            }
        };
        Ok(Self { schema, unit, compression: compression(conf)?, encoding: encoding(conf)? })
    }

    /// Files of columns that are encoded as they are.
    pub fn plain(columns: Vec<Column>, compression: Compression) -> Result<Self, String> {
        let written = written(&columns).map_err(|error| error.to_string())?;
        let schema = Source::Columns(columns, written);
        Ok(Self { schema, unit: Unit::Nanos, compression, encoding: Encoding::PLAIN })
    }

    /// The file whose rows are messages.
    pub fn file(&self, batch: &[Message]) -> Result<Vec<u8>, String> {
        let metadata;
        let (columns, schema) = match &self.schema {
            Source::Columns(columns, schema) => (columns, schema.clone()),
            Source::Metadata(key) => {
                let schema = batch.first().and_then(|message| message.meta().get(key));
                let schema =
                    schema.ok_or_else(|| format!("the metadata '{key}' with the schema is missing"))?;
                metadata = from_metadata(schema, self.unit)?;
                (&metadata, written(&metadata).map_err(|error| error.to_string())?)
            }
        };
        let mut rows = Shredded::new(columns);
        for message in batch {
            rows.row(columns, message.structured().map_err(|error| error.to_string())?)?;
        }
        self.write(schema, rows).map_err(|error| error.to_string())
    }

    fn write(&self, schema: Arc<Type>, rows: Shredded) -> Result<Vec<u8>, ParquetError> {
        let properties = Arc::new(self.properties(&schema));
        let mut writer = SerializedFileWriter::new(Vec::new(), schema, properties)?;
        let mut group = writer.next_row_group()?;
        rows.write(&mut group)?;
        group.close()?;
        writer.into_inner()
    }

    fn properties(&self, schema: &Arc<Type>) -> WriterProperties {
        let mut builder = WriterProperties::builder().set_compression(self.compression);
        builder = builder.set_dictionary_enabled(self.encoding == Encoding::RLE_DICTIONARY);
        if self.encoding == Encoding::DELTA_LENGTH_BYTE_ARRAY {
            let descriptor = SchemaDescriptor::new(schema.clone());
            for column in
                descriptor.columns().iter().filter(|column| column.physical_type() == Physical::BYTE_ARRAY)
            {
                builder = builder.set_column_encoding(column.path().clone(), self.encoding);
            }
        }
        builder.build()
    }
}

fn written(columns: &[Column]) -> Result<Arc<Type>, ParquetError> {
    let columns = columns.iter().map(Column::written).collect::<Result<_, _>>()?;
    Type::group_type_builder("schema").with_fields(columns).build().map(Arc::new)
}

fn compression(conf: &Conf) -> Built<Compression> {
    Ok(match conf.get(&COMPRESSION)?.as_str() {
        "uncompressed" => Compression::UNCOMPRESSED,
        "snappy" => Compression::SNAPPY,
        "gzip" => Compression::GZIP(Default::default()),
        "brotli" => Compression::BROTLI(Default::default()),
        "zstd" => Compression::ZSTD(Default::default()),
        "lz4raw" => Compression::LZ4_RAW,
        other => return Err(conf.error(&COMPRESSION, format!("there is no compression '{other}'")).into()),
    })
}

fn encoding(conf: &Conf) -> Built<Encoding> {
    Ok(match conf.get(&ENCODING)?.as_str() {
        "DELTA_LENGTH_BYTE_ARRAY" => Encoding::DELTA_LENGTH_BYTE_ARRAY,
        "PLAIN" => Encoding::PLAIN,
        "RLE_DICTIONARY" => Encoding::RLE_DICTIONARY,
        other => return Err(conf.error(&ENCODING, format!("there is no encoding '{other}'")).into()),
    })
}

/// A column as the config describes it.
fn read(conf: &Conf, unit: Unit) -> Result<Column, ConfError> {
    let name = conf.get(&NAME)?;
    let (repeated, optional) = (conf.get(&REPEATED)?, conf.get(&OPTIONAL)?);
    let shape = match (repeated, optional) {
        (true, true) => {
            return Err(conf.error(&REPEATED, format!("'{name}' cannot be repeated and optional")));
        }
        (true, false) => Shape::Repeated,
        (false, true) => Shape::Optional,
        (false, false) => Shape::Required,
    };
    let nodes = conf.get(&FIELDS)?.unwrap_or_default();
    let inner = nodes
        .iter()
        .enumerate()
        .map(|(i, node)| read(&Conf::new(node.clone(), format!("{}.fields.{i}", conf.path())), unit));
    let mut inner = inner.collect::<Result<Vec<_>, _>>()?;
    let wrong = |what: &str| conf.error(&FIELDS, format!("'{name}' needs {what}"));
    let decimal = || -> Result<(i32, i32), ConfError> {
        let part = |field| Ok(i32::try_from(conf.get(field)?).unwrap_or(0));
        Ok((part(&PRECISION)?, part(&SCALE)?))
    };
    let kind = conf.get(&TYPE)?;
    let of = match kind.as_deref() {
        None | Some("STRUCT") if !inner.is_empty() => Of::Group(inner),
        Some("STRUCT") => return Err(wrong("columns of its own")),
        Some("LIST") => match (inner.pop(), inner.pop()) {
            (Some(element), None) => Of::List(Box::new(Column { name: "element".into(), ..element })),
            _ => return Err(wrong("one field, its element")),
        },
        Some("MAP") => match (inner.pop(), inner.pop(), inner.pop()) {
            (Some(value), Some(key), None) => Of::Map(Box::new((
                Column { name: "key".into(), ..key },
                Column { name: "value".into(), ..value },
            ))),
            _ => return Err(wrong("two fields, its key and its value")),
        },
        // As in other engines the columns win over a type.
        Some(_) if !inner.is_empty() => Of::Group(inner),
        Some("TIMESTAMP") => Of::Leaf(Leaf::Timestamp(unit)),
        Some("DECIMAL32") => {
            decimal().map(|(precision, scale)| Of::Leaf(Leaf::Decimal32 { precision, scale }))?
        }
        Some("DECIMAL64") => {
            decimal().map(|(precision, scale)| Of::Leaf(Leaf::Decimal64 { precision, scale }))?
        }
        Some(other) => {
            let leaf = LEAVES.iter().find(|(known, _)| *known == other);
            Of::Leaf(leaf.ok_or_else(|| conf.error(&TYPE, format!("there is no type '{other}'")))?.1)
        }
        None => return Err(conf.error(&TYPE, format!("'{name}' needs a type"))),
    };
    Ok(Column { name, shape, of })
}

impl Processor for ParquetEncode {
    fn process(&self, batch: Batch) -> Step<'_> {
        let file = self.file(&batch);
        Step::one(in_place_of(batch, file))
    }
}

/// The file that was made of a batch; where none could be made, the batch, flagged.
pub fn in_place_of(mut batch: Batch, file: Result<Vec<u8>, String>) -> Batch {
    match file {
        Ok(file) => batch_of(batch[0].with_bytes(file)),
        Err(error) => {
            batch.iter_mut().for_each(|message| message.fail(error.as_str()));
            batch
        }
    }
}
