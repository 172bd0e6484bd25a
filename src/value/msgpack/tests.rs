//! Known bytes, round trips, and bytes that lie.

use super::*;
use crate::value::{Value, json};

fn parsed(text: &str) -> Value {
    json::parse(text.as_bytes()).unwrap()
}

fn written(value: &Value) -> Vec<u8> {
    let mut out = Vec::new();
    write(value, &mut out).unwrap();
    out
}

#[test]
fn numbers_of_a_document_take_few_bytes_and_computed_ones_all() {
    for (text, bytes) in [
        ("127", &[0x7f][..]),
        ("200", &[0xcc, 200]),
        ("-1", &[0xff]),
        ("-33", &[0xd0, 0xdf]),
        ("-129", &[0xd1, 0xff, 0x7f]),
        ("65536", &[0xce, 0, 1, 0, 0]),
        ("1.5", &[0xcb, 0x3f, 0xf8, 0, 0, 0, 0, 0, 0]),
        ("18446744073709551615", &[0xcf, 255, 255, 255, 255, 255, 255, 255, 255]),
    ] {
        assert_eq!(written(&parsed(text)), bytes, "{text}");
        assert_eq!(read(bytes).unwrap(), parsed(text), "{text}");
    }
    assert_eq!(written(&Value::Int(5)), [0xd3, 0, 0, 0, 0, 0, 0, 0, 5]);
    assert_eq!(read(&[0xca, 0x3d, 0xcc, 0xcc, 0xcd]).unwrap(), Value::Float(0.1));
}

#[test]
fn documents_make_the_round_trip() {
    let long = "x".repeat(70_000);
    for text in [
        r#"{"a":[1,-2.5,null,true,"é"],"b":{"c":{}}}"#.to_owned(),
        format!("[\"{long}\",\"{}\"]", &long[..300]),
        format!("[{}0]", "0,".repeat(70_000)),
    ] {
        assert_eq!(read(&written(&parsed(&text))).unwrap(), parsed(&text));
    }
    let bytes = Value::from(bytes::Bytes::from_static(b"\xff\x00"));
    assert_eq!(read(&written(&bytes)).unwrap(), bytes);
    for time in ["2024-05-06T07:08:09[UTC]", "2024-05-06T07:08:09.5[UTC]", "1901-02-03T04:05:06.7[UTC]"] {
        let time = Value::from(time.parse::<jiff::Zoned>().unwrap());
        assert_eq!(read(&written(&time)).unwrap(), time);
    }
}

#[test]
fn bytes_that_lie_are_errors() {
    for (bytes, error) in [
        (&[][..], MsgpackError::Truncated),
        (&[0xdd, 0xff, 0xff, 0xff, 0xff], MsgpackError::Truncated),
        (&[0xc1], MsgpackError::UnknownCode(0xc1)),
        (&[0x81, 0x01, 0x01], MsgpackError::InvalidKey(1)),
        (&[0xd4, 5, 0], MsgpackError::UnknownExtension(5)),
        (&[0xd5, 0xff, 0, 0], MsgpackError::InvalidTime),
    ] {
        assert_eq!(read(bytes).unwrap_err(), error);
    }
    let deep = || read(&[0x91; 2_000]).unwrap_err();
    let thread = std::thread::Builder::new().stack_size(crate::value::DEEP_STACK).spawn(deep).unwrap();
    assert_eq!(thread.join().unwrap(), MsgpackError::TooDeep);
    assert!(write(&Value::Delete, &mut Vec::new()).is_err());
}
