//! `csv`: the rows of tables in files.

use bytes::BytesMut;

use super::files::Files;
use crate::component::{
    AUTO_REPLAY_NACKS, Built, ByteSource, Context, Cut, InputBuild, InputSpec, Scan, Scanner, SourceSetup,
    expand,
};
use crate::components::scan::{Cutter, Cutting, Records, row};
use crate::config::{ComponentSpec, Conf, Example, Field, Kind, field};
use crate::message::{Batch, Message};
use crate::telemetry::log::Logger;
use crate::value::{Array, Str, Value};

const PATHS: Field<Vec<Str>> = field("paths")
    .doc("The files, read in this order. Wildcards are allowed, also `**` for any number of folders.");
const PARSE_HEADER_ROW: Field<bool> = field("parse_header_row")
    .default(true)
    .doc("Whether the first row names the columns, so that rows become objects; else they become lists.");
const DELIMITER: Field<Str> =
    field("delimiter").default(",").doc("The character between the fields of a row.");
const LAZY_QUOTES: Field<bool> = field("lazy_quotes")
    .default(false)
    .version("4.1.0")
    .doc("Whether a quote may stand in a plain field, and a single one in a quoted field.");
const DELETE_ON_FINISH: Field<bool> = field("delete_on_finish")
    .default(false)
    .advanced()
    .doc("Whether a file is deleted once all its messages are delivered.");
const BATCH_COUNT: Field<i64> =
    field("batch_count").default(1).advanced().doc("How many rows make a batch; one never spans files.");

pub const CSV: InputSpec = InputSpec {
    spec: ComponentSpec::new(Kind::Input, "csv")
        .categories(&["Local"])
        .summary("Reads the rows of CSV files.")
        .description("All values are strings. A row with fewer fields than the header has only those; one with more is a list. A row that cannot be read is left out, and logged. Each message has the metadata `path`, `mod_time_unix`, `mod_time` (RFC 3339) and, where there is one, `header`: the names of the columns in their order.")
        .fields(&[
            &PATHS,
            &PARSE_HEADER_ROW,
            &DELIMITER,
            &LAZY_QUOTES,
            &DELETE_ON_FINISH,
            &BATCH_COUNT,
            &AUTO_REPLAY_NACKS,
        ])
        .examples(&[Example {
            title: "Tables with semicolons, a hundred rows at a time",
            config: "csv:\n  paths: [ data/*.csv ]\n  delimiter: ';'\n  batch_count: 100\n",
        }]),
    build: InputBuild::Source(|conf: &Conf, cx: &Context| -> Built<SourceSetup> {
        let paths = expand(&conf.get(&PATHS)?).map_err(|error| conf.error(&PATHS, error))?;
        if paths.is_empty() {
            return Err(conf.error(&PATHS, "no file fits these paths").into());
        }
        let size = usize::try_from(conf.get(&BATCH_COUNT)?).unwrap_or(0);
        if size == 0 {
            return Err(conf.error(&BATCH_COUNT, "a batch has at least one row").into());
        }
        let tables = Tables {
            records: records(conf)?,
            header_row: conf.get(&PARSE_HEADER_ROW)?,
            size,
            log: cx.log().clone(),
        };
        let files = Files::new(paths, Box::new(tables), conf.get(&DELETE_ON_FINISH)?, cx).reconnecting();
        Ok(SourceSetup { source: Box::new(files), auto_replay: conf.get(&AUTO_REPLAY_NACKS)?, batching: None })
    }),
};

fn records(conf: &Conf) -> Built<Records> {
    let text = conf.get(&DELIMITER)?;
    let mut chars = text.chars();
    let records = match (chars.next(), chars.next()) {
        (Some(comma), None) => Records::new(comma, conf.get(&LAZY_QUOTES)?),
        _ => None,
    };
    records.ok_or_else(|| conf.error(&DELIMITER, "a delimiter is a single character that is no quote").into())
}

/// Opens a table.
struct Tables {
    records: Records,
    header_row: bool,
    /// Rows in a batch.
    size: usize,
    log: Logger,
}

/// The cutter of one table.
struct Rows {
    records: Records,
    header: Header,
    size: usize,
    /// The rows of the batch in the making.
    batch: Batch,
    log: Logger,
}

enum Header {
    /// Rows are lists.
    None,
    /// The next row is the header.
    Awaited,
    /// The names, for lookups and as metadata.
    Known(Vec<Str>, Value),
}

impl Scanner for Tables {
    fn open(&self, bytes: ByteSource, _: &str) -> Result<Box<dyn Scan>, String> {
        let rows = Rows {
            records: self.records.clone(),
            header: if self.header_row { Header::Awaited } else { Header::None },
            size: self.size,
            batch: Batch::new(),
            log: self.log.clone(),
        };
        Ok(Cutting::open(bytes, rows))
    }
}

// === impl Rows ===

impl Rows {
    /// A row as a message; none for the header.
    fn message(&mut self, fields: Vec<Str>) -> Option<Message> {
        match &self.header {
            Header::Awaited => {
                let names: Array = fields.iter().cloned().map(Value::String).collect();
                self.header = Header::Known(fields, names.into());
                None
            }
            Header::Known(names, shown) if fields.len() <= names.len() => {
                let mut message = Message::from_value(Value::Object(row(names, fields)));
                message.set_meta("header", shown.clone());
                Some(message)
            }
            _ => Some(Message::from_value(fields.into_iter().map(Value::String).collect::<Vec<_>>().into())),
        }
    }
}

impl Cutter for Rows {
    fn cut(&mut self, buffer: &mut BytesMut, end: bool, out: &mut Cut<'_>) -> Result<(), String> {
        while !out.is_full() {
            let Some(record) = self.records.next(buffer, end) else {
                if end && !self.batch.is_empty() {
                    out.batch(std::mem::take(&mut self.batch));
                }
                break;
            };
            if let Some(error) = record.error.filter(|_| record.fields.is_empty()) {
                // It is the end of the batch before it, which is all that is seen of it.
                match self.batch.is_empty() {
                    true => self.log.error(format_args!("Failed to read message: {error}")),
                    false => out.batch(std::mem::take(&mut self.batch)),
                }
                continue;
            }
            let message = self.message(record.fields);
            self.batch.extend(message);
            if self.batch.len() >= self.size {
                out.batch(std::mem::take(&mut self.batch));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{context, input, read_all};

    /// What is read of files with these contents, as JSON.
    async fn rows(files: &[&str], conf: &str) -> Vec<String> {
        let folder = tempfile::tempdir().expect("a folder");
        for (i, text) in files.iter().enumerate() {
            std::fs::write(folder.path().join(i.to_string()), text).expect("written");
        }
        let conf = format!("csv: {{ paths: [ '{}/*' ], {conf} }}", folder.path().display());
        let read = read_all(&mut *input(&context(), &conf)).await;
        read.iter().map(|m| String::from_utf8_lossy(m.bytes()).into_owned()).collect()
    }

    #[tokio::test]
    async fn rows_become_objects_or_lists() {
        for (files, conf, want) in [
            (
                &["a,b\n1,2\n3\n4,5,6\n"][..],
                "",
                &["{\"a\":\"1\",\"b\":\"2\"}", "{\"a\":\"3\"}", "[\"4\",\"5\",\"6\"]"][..],
            ),
            (&["a\n1\n", "b\n2\n"], "", &["{\"a\":\"1\"}", "{\"b\":\"2\"}"]),
            (&["1;2\n"], "delimiter: ';', parse_header_row: false", &["[\"1\",\"2\"]"]),
            (&["a,b\n\"x\"y,1\n2,3\n"], "", &["{\"a\":\"2\",\"b\":\"3\"}"]),
            (&["a,b\n\"x\"y,1\n"], "lazy_quotes: true", &["{\"a\":\"x\\\"y,1\\n\"}"]),
            (&["", "a\n"], "", &[]),
        ] {
            assert_eq!(rows(files, conf).await, want, "{files:?} {conf}");
        }
    }
}
