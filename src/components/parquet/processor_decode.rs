//! `parquet_decode`: the rows of Parquet files.

use crate::component::{Processor, ProcessorSpec, Step};
use crate::config::{ComponentSpec, Example, Field, Kind, Status, field};
use crate::message::{Batch, Message};
use crate::value::Str;
use crate::value::parquet::{Lists, Logical, Rows};

const BYTE_ARRAY_AS_STRING: Field<bool> = field("byte_array_as_string")
    .default(false)
    .deprecated()
    .doc("Whether bytes of any length are strings, which they always are.");
const LIST_FORMAT: Field<bool> = field("use_parquet_list_format")
    .default(true)
    .advanced()
    .version("1.8.0")
    .doc("Whether lists are shown as they are stored, `{\"list\": [{\"element\": ..}]}`; only if it is set, else they are arrays.");
const LOGICAL_TYPES: Field<Str> = field("handle_logical_types")
    .default("v1")
    .options(&["v1", "v2"])
    .doc("Whether times and UUIDs are shown as what they are stored as (`v1`, only if it is set) or as timestamps and texts.");

pub const PARQUET_DECODE: ProcessorSpec = ProcessorSpec {
    spec: ComponentSpec::new(Kind::Processor, "parquet_decode")
        .status(Status::Experimental)
        .categories(&["Parsing"])
        .summary("Turns each Parquet file into a batch of its rows.")
        .description("Every row is a message with the metadata of the file. A file that cannot be read is flagged and stays.")
        .fields(&[&BYTE_ARRAY_AS_STRING, &LIST_FORMAT, &LOGICAL_TYPES])
        .examples(&[Example { title: "Rows", config: "parquet_decode: {}\n" }]),
    build: |conf, _| {
        let stored = conf.has(&LIST_FORMAT) && conf.get(&LIST_FORMAT)?;
        let plain = conf.has(&LOGICAL_TYPES) && conf.get(&LOGICAL_TYPES)? == "v1";
        Ok(Box::new(ParquetDecode {
            lists: if stored { Lists::Stored } else { Lists::Arrays },
            logical: if plain { Logical::Stored } else { Logical::Meant },
        }))
    },
    silent: false,
};

struct ParquetDecode {
    lists: Lists,
    logical: Logical,
}

// === impl ParquetDecode ===

impl ParquetDecode {
    fn rows(&self, message: &Message) -> Result<Batch, String> {
        let rows = Rows::open_as(message.bytes().clone(), self.lists, self.logical)
            .map_err(|error| error.to_string())?;
        let rows = rows.map(|row| Ok(message.with_document(row.map_err(|error| error.to_string())?)));
        rows.collect()
    }
}

impl Processor for ParquetDecode {
    fn process(&self, batch: Batch) -> Step<'_> {
        let mut all = Batch::new();
        for mut message in batch {
            match self.rows(&message) {
                Ok(rows) => all.extend(rows),
                Err(error) => {
                    message.fail(error);
                    all.push(message);
                }
            }
        }
        Step::non_empty(all)
    }
}

#[cfg(test)]
mod tests {
    use super::super::processor_encode::PARQUET_ENCODE;
    use super::*;
    use crate::component::testing::{alone, run_alone};

    /// Rows after they were in a file.
    async fn through(schema: &str, decode: &str, rows: &[&str]) -> Vec<String> {
        let encode = alone(&PARQUET_ENCODE, &format!("{{schema: {schema}}}")).expect("built");
        let decode = alone(&PARQUET_DECODE, decode).expect("built");
        let batch = rows.iter().map(|row| Message::from_bytes(row.to_string())).collect();
        let file = encode.process(batch).finish().await.expect("not rejected");
        let rows = decode.process(file.into_iter().flatten().collect()).finish().await.expect("not rejected");
        rows.iter().flatten().map(crate::component::testing::show).collect()
    }

    #[tokio::test]
    async fn rows_go_both_ways() {
        for (schema, rows) in [
            (
                "[{name: i, type: INT64}, {name: s, type: UTF8}, {name: f, type: DOUBLE}, {name: b, type: BOOLEAN}]",
                &[
                    r#"{"b":true,"f":0.5,"i":9007199254740993,"s":"é"}"#,
                    r#"{"b":false,"f":-3,"i":-1,"s":""}"#,
                ][..],
            ),
            (
                "[{name: a, type: INT32, optional: true}, {name: l, type: UTF8, repeated: true}]",
                &[r#"{"a":null,"l":["x","y"]}"#, r#"{"a":1,"l":[]}"#],
            ),
            (
                "[{name: g, optional: true, fields: [{name: h, repeated: true, fields: [{name: n, type: FLOAT}, {name: o, type: UTF8, optional: true}]}]}]",
                &[
                    r#"{"g":{"h":[{"n":0.1,"o":null},{"n":2,"o":"x"}]}}"#,
                    r#"{"g":null}"#,
                    r#"{"g":{"h":[]}}"#,
                ],
            ),
            (
                "[{name: l, type: LIST, fields: [{name: x, type: LIST, optional: true, fields: [{name: y, type: INT16}]}]}]",
                &[r#"{"l":[[1,2],null,[]]}"#, r#"{"l":[]}"#],
            ),
            (
                "[{name: m, type: MAP, fields: [{name: k, type: UTF8}, {name: v, type: INT8}]}]",
                &[r#"{"m":{"a":1,"b":-2}}"#, r#"{"m":{}}"#],
            ),
            (
                "[{name: t, type: TIMESTAMP}, {name: u, type: UUID}, {name: j, type: JSON}]",
                &[
                    r#"{"j":{"a":[1]},"t":"1969-12-31T23:59:59.5Z","u":"b1b2c3d4-0001-4002-8003-a1a2a3a4a5a6"}"#,
                ],
            ),
        ] {
            assert_eq!(through(schema, "{}", rows).await, rows, "{schema}");
        }
        assert_eq!(
            through("[{name: a, type: INT64}, {name: b, type: UTF8}]", "{}", &["{}"]).await,
            [r#"{"a":0,"b":""}"#]
        );
        let list = "[{name: l, type: LIST, fields: [{name: x, type: INT32}]}]";
        let stored = through(list, "{use_parquet_list_format: true}", &[r#"{"l":[1]}"#]).await;
        assert_eq!(stored, [r#"{"l":{"list":[{"element":1}]}}"#]);
        let (time, row) = ("[{name: t, type: TIMESTAMP}]", r#"{"t":"1970-01-01T00:00:01Z"}"#);
        assert_eq!(through(time, "{handle_logical_types: v2}", &[row]).await, [row]);
        let plain = through(time, "{handle_logical_types: v1}", &[row]).await;
        assert_eq!(plain, [r#"{"t":1000000000}"#]);
    }

    #[tokio::test]
    async fn what_does_not_fit_flags_the_batch() {
        for (schema, row) in [
            ("[{name: a, type: INT64}]", r#"{"a":"text"}"#),
            ("[{name: a, type: INT8}]", r#"{"a":128}"#),
            ("[{name: a, type: INT64}]", "[1]"),
        ] {
            let encode = alone(&PARQUET_ENCODE, &format!("{{schema: {schema}}}")).expect("built");
            let flagged = run_alone(&*encode, &[row, "{}"]).await;
            assert!(flagged.len() == 2 && flagged.iter().all(|message| message.contains('!')), "{flagged:?}");
        }
        let decode = alone(&PARQUET_DECODE, "{}").expect("built");
        assert!(run_alone(&*decode, &["PAR1"]).await[0].starts_with("PAR1!"));
        for schema in [
            "[]",
            "[{name: a}]",
            "[{name: a, type: INT64, repeated: true, optional: true}]",
            "[{name: a, type: MAP, fields: []}]",
        ] {
            assert!(alone(&PARQUET_ENCODE, &format!("{{schema: {schema}}}")).is_err(), "{schema}");
        }
    }
}
