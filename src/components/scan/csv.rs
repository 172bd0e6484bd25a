//! `csv`: one message for each row of a table.

use bytes::BytesMut;

use super::cutter::{Cutter, Cutting};
use super::record::{Record, Records};
use crate::component::{Built, ByteSource, Context, Cut, Scan, Scanner, ScannerSpec};
use crate::config::{ComponentSpec, Conf, Example, Field, Kind, field};
use crate::message::Message;
use crate::value::{Object, Str, Value};

const CUSTOM_DELIMITER: Field<Option<Str>> =
    field("custom_delimiter").doc("The character between the fields of a row, instead of a comma.");
const PARSE_HEADER_ROW: Field<bool> = field("parse_header_row")
    .default(true)
    .doc("Whether the first row names the columns, so that rows become objects; else they become lists.");
const LAZY_QUOTES: Field<bool> = field("lazy_quotes")
    .default(false)
    .doc("Whether a quote may stand in a plain field, and a single one in a quoted field.");
const CONTINUE_ON_ERROR: Field<bool> = field("continue_on_error").default(false).doc(
    "Whether a broken row is a failed message, with the columns that could be read; else it ends the source.",
);

pub const CSV: ScannerSpec = ScannerSpec {
    spec: ComponentSpec::new(Kind::Scanner, "csv")
        .summary("Cuts a table of comma-separated values into its rows.")
        .description(
            "The number of each row, from 0, is in the metadata as `csv_row`. All values are strings.",
        )
        .fields(&[&CUSTOM_DELIMITER, &PARSE_HEADER_ROW, &LAZY_QUOTES, &CONTINUE_ON_ERROR])
        .examples(&[Example { title: "A table with tabs", config: "csv: { custom_delimiter: \"\\t\" }\n" }]),
    build: |conf: &Conf, _: &Context| -> Built<Box<dyn Scanner>> {
        let comma = conf.get(&CUSTOM_DELIMITER)?.and_then(|text| text.chars().next()).unwrap_or(',');
        let records = Records::new(comma, conf.get(&LAZY_QUOTES)?);
        let records = records.ok_or_else(|| conf.error(&CUSTOM_DELIMITER, "this cannot separate fields"))?;
        let on_error = if conf.get(&CONTINUE_ON_ERROR)? { OnError::Flag } else { OnError::Stop };
        Ok(Box::new(Csv { header_row: conf.get(&PARSE_HEADER_ROW)?, ..Csv::new(records, on_error) }))
    },
};

/// The scanner, and the cutter of each source.
#[derive(Clone)]
pub struct Csv {
    records: Records,
    header_row: bool,
    on_error: OnError,
    header: Option<Vec<Str>>,
    row: i64,
}

/// What becomes of a broken row.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum OnError {
    /// It ends the source.
    Stop,
    /// It is a failed message with the columns that could be read.
    Flag,
    /// It is an empty object, and metadata tells of every row how it went: the codec `csv-safe`.
    Note,
}

// === impl Csv ===

impl Csv {
    pub fn new(records: Records, on_error: OnError) -> Self {
        Self { records, header_row: true, on_error, header: None, row: 0 }
    }

    fn message(&self, record: Record) -> Message {
        let Record { fields, error } = record;
        let empty = fields.first().is_none_or(|field| field.trim().is_empty());
        let value = match &self.header {
            Some(_) if self.on_error == OnError::Note && error.is_some() => Value::Object(Object::new()),
            Some(header) => Value::Object(row(header, fields)),
            None => fields.into_iter().map(Value::String).collect::<Vec<_>>().into(),
        };
        let mut message = Message::from_value(value);
        if self.on_error != OnError::Note {
            message.set_meta("csv_row", self.row);
            if let Some(error) = error {
                message.fail(error);
            }
            return message;
        }
        // Rows count from 1 there, and the first of them is the header.
        message.set_meta("row_number", self.row + 2);
        message.set_meta("row_empty", empty);
        if let Some(error) = error {
            message.set_meta("row_parse_error", error);
        }
        message
    }
}

/// A row as an object; fields without a column are left out.
pub fn row(header: &[Str], fields: Vec<Str>) -> Object {
    header.iter().cloned().zip(fields.into_iter().map(Value::String)).collect()
}

impl Scanner for Csv {
    fn open(&self, bytes: ByteSource, _: &str) -> Result<Box<dyn Scan>, String> {
        Ok(Cutting::open(bytes, self.clone()))
    }
}

impl Cutter for Csv {
    fn cut(&mut self, buffer: &mut BytesMut, end: bool, out: &mut Cut<'_>) -> Result<(), String> {
        while !out.is_full() {
            let Some(record) = self.records.next(buffer, end) else { break };
            if self.header_row && self.header.is_none() {
                match record.error {
                    Some(error) => return Err(error),
                    None => self.header = Some(record.fields),
                }
                continue;
            }
            match record.error {
                Some(error) if self.on_error == OnError::Stop => return Err(error),
                _ => out.message(self.message(record)),
            }
            self.row += 1;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{batches, texts};
    use super::*;

    fn csv(on_error: OnError) -> Csv {
        Csv::new(Records::new(',', false).expect("a comma"), on_error)
    }

    #[test]
    fn rows_are_objects_or_lists() {
        let text = "id,name\n1,Ann\n2,\"B,o\"\n";
        assert_eq!(
            texts(&csv(OnError::Stop), text),
            ["{\"id\":\"1\",\"name\":\"Ann\"}", "{\"id\":\"2\",\"name\":\"B,o\"}"]
        );
        let lists = Csv { header_row: false, ..csv(OnError::Stop) };
        assert_eq!(texts(&lists, "id,name\n1,Ann"), ["[\"id\",\"name\"]", "[\"1\",\"Ann\"]"]);
        assert!(texts(&csv(OnError::Stop), "").is_empty());
    }

    #[test]
    fn a_broken_row_ends_flags_or_is_noted() {
        let text = "a,b\n1\n2,3,4\n5,6\n";
        assert_eq!(texts(&csv(OnError::Stop), text), ["! record on line 2: wrong number of fields"]);
        let (flagged, _) = batches(&csv(OnError::Flag), text.as_bytes());
        assert_eq!(
            texts(&csv(OnError::Flag), text),
            ["{\"a\":\"1\"}", "{\"a\":\"2\",\"b\":\"3\"}", "{\"a\":\"5\",\"b\":\"6\"}"]
        );
        let failed: Vec<_> = flagged.iter().map(|batch| batch[0].is_failed()).collect();
        assert_eq!(failed, [true, true, false]);
        let rows: Vec<_> = flagged.iter().map(|batch| batch[0].meta().get("csv_row").cloned()).collect();
        assert!(matches!(rows[..], [Some(Value::Int(0)), Some(Value::Int(1)), Some(Value::Int(2))]));
        assert_eq!(texts(&csv(OnError::Note), text), ["{}", "{}", "{\"a\":\"5\",\"b\":\"6\"}"]);
        let (noted, _) = batches(&csv(OnError::Note), text.as_bytes());
        assert!(noted[0][0].meta().contains_key("row_parse_error") && !noted[0][0].is_failed());
    }
}
