//! Files that the tests write themselves, column by column.

use std::sync::Arc;

use ::parquet::data_type::{ByteArray, ByteArrayType, DataType, Int32Type, Int64Type};
use ::parquet::file::properties::WriterProperties;
use ::parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use ::parquet::schema::parser::parse_message_type;
use bytes::Bytes;

use super::*;
use crate::value::Value;
use crate::value::json::{Style, print_string};

type Levels = &'static [i16];
type Group<'a> = SerializedRowGroupWriter<'a, Vec<u8>>;

/// A file of one row group.
fn file(schema: &str, write: impl FnOnce(&mut Group<'_>)) -> Bytes {
    let schema = Arc::new(parse_message_type(schema).unwrap());
    let properties = Arc::new(WriterProperties::builder().build());
    let mut writer = SerializedFileWriter::new(Vec::new(), schema, properties).unwrap();
    let mut group = writer.next_row_group().unwrap();
    write(&mut group);
    group.close().unwrap();
    writer.into_inner().unwrap().into()
}

/// Writes the next column: its values with definition and repetition levels.
fn column<T: DataType>(group: &mut Group<'_>, values: &[T::T], definitions: Levels, repetitions: Levels) {
    let mut column = group.next_column().unwrap().unwrap();
    let levels = |levels: &'static [i16]| Some(levels).filter(|levels| !levels.is_empty());
    column.typed::<T>().write_batch(values, levels(definitions), levels(repetitions)).unwrap();
    column.close().unwrap();
}

fn texts(texts: &[&str]) -> Vec<ByteArray> {
    texts.iter().map(|text| ByteArray::from(*text)).collect()
}

fn rows(file: Bytes, lists: Lists) -> String {
    let rows: Result<Vec<Value>, _> = Rows::open(file, lists).unwrap().collect();
    print_string(&Value::from(rows.unwrap()), Style::default()).unwrap()
}

#[test]
fn values_and_what_is_missing() {
    let schema =
        "message m { required int64 id; optional binary name (UTF8); required int32 price (DECIMAL(5,2)); }";
    let file = file(schema, |group| {
        column::<Int64Type>(group, &[1, 2], &[], &[]);
        column::<ByteArrayType>(group, &texts(&["é"]), &[0, 1], &[]);
        column::<Int32Type>(group, &[1250, -5], &[], &[]);
    });
    let expected = r#"[{"id":1,"name":null,"price":12.5},{"id":2,"name":"é","price":-0.05}]"#;
    assert_eq!(rows(file, Lists::Arrays), expected);
}

#[test]
fn lists_and_maps_nest() {
    let schema = "message m {
        optional group l (LIST) { repeated group list { optional group element (LIST) {
            repeated group list { optional int32 element; } } } }
        required group m (MAP) { repeated group key_value { required binary key (UTF8); optional int32 value; } }
    }";
    let file = file(schema, |group| {
        // [[1, null], null, []], nothing, []
        column::<Int32Type>(group, &[1], &[5, 4, 2, 3, 0, 1], &[0, 2, 1, 1, 0, 0]);
        // {a: 1, b: null}, {}, {c: 2}
        column::<ByteArrayType>(group, &texts(&["a", "b", "c"]), &[1, 1, 0, 1], &[0, 1, 0, 0]);
        column::<Int32Type>(group, &[1, 2], &[2, 1, 0, 2], &[0, 1, 0, 0]);
    });
    assert_eq!(
        rows(file.clone(), Lists::Arrays),
        r#"[{"l":[[1,null],null,[]],"m":{"a":1,"b":null}},{"l":null,"m":{}},{"l":[],"m":{"c":2}}]"#
    );
    assert!(rows(file, Lists::Stored).contains(r#""l":{"list":[{"element":[1,null]},{"element":null}"#));
}

#[test]
fn many_rows_and_none() {
    let schema = "message m { required int64 n; }";
    let numbers: Vec<i64> = (0..1000).collect();
    let many = file(schema, |group| column::<Int64Type>(group, &numbers, &[], &[]));
    let last = Rows::open(many, Lists::Arrays).unwrap().last().unwrap().unwrap();
    assert_eq!(last.get("n"), Some(&Value::Int(999)));
    assert_eq!(rows(file(schema, |group| column::<Int64Type>(group, &[], &[], &[])), Lists::Arrays), "[]");
}

#[test]
fn what_is_no_file_is_an_error() {
    assert!(Rows::open(Bytes::from_static(b"PAR1 and no more"), Lists::Arrays).is_err());
    let list = "message m { required group l (LIST) { required int32 n; } }";
    let shape = file(list, |group| column::<Int32Type>(group, &[1], &[], &[]));
    assert!(matches!(Rows::open(shape, Lists::Arrays), Err(ParquetError::Shape(name)) if name == "l"));
}
