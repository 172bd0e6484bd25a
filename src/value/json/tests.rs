//! JSON text in and out.

use proptest::prelude::*;

use super::*;
use crate::value::{Object, Value};

fn compact(text: &str) -> String {
    print_string(&parse(text.as_bytes()).unwrap(), Style::default()).unwrap()
}

#[test]
fn documents_print_in_canonical_form() {
    for (text, expected) in [
        (" {\"b\" : 1.0 , \"a\" : [ ] } \n", r#"{"a":[],"b":1.0}"#),
        (r#"{"a":1,"b":2,"a":3}"#, r#"{"a":3,"b":2}"#),
        (r#"[1E400,-0,12345678901234567890,1e-5]"#, r#"[1E400,-0,12345678901234567890,1e-5]"#),
        (r#""\u00e9\/\ud83d\ude00\ud800x\udc00""#, "\"\u{e9}/\u{1f600}\u{fffd}x\u{fffd}\""),
        (r#""\ud800\u0041 plain text of some length""#, "\"\u{fffd}A plain text of some length\""),
        ("\"a<b>&\u{2028}\u{2029}\u{201c}\u{7f}\"", "\"a<b>&\\u2028\\u2029\u{201c}\u{7f}\""),
        (r#""\b\f\n\r\t\u0001\"\\""#, r#""\b\f\n\r\t\u0001\"\\""#),
        (r#"[{},[[]],{"a":{"b":[null,true,false]}}]"#, r#"[{},[[]],{"a":{"b":[null,true,false]}}]"#),
    ] {
        assert_eq!(compact(text), expected);
    }
}

#[test]
fn invalid_utf8_becomes_one_replacement_per_byte() {
    assert_eq!(parse(b"\"a\xff\xe2\x82b\"").unwrap().as_str(), Some("a\u{fffd}\u{fffd}\u{fffd}b"));
    let (first, end) = parse_prefix(b"\"\xff\" \xfe").unwrap();
    assert_eq!((first.as_str(), end), (Some("\u{fffd}"), 3));
}

#[test]
fn faults_are_located() {
    for (text, offset, line, column, what) in [
        ("", 0, 1, 1, "EOF"),
        ("{\"a\":\n  é}", 8, 2, 3, "invalid character 'é' looking for beginning of value"),
        ("[\"é\" x]", 6, 1, 6, "invalid character 'x' after array element"),
        ("{\"a\" 1}", 5, 1, 6, "invalid character '1' after object key"),
        ("{\"a\":1 2}", 7, 1, 8, "invalid character '2' after object key:value pair"),
        ("{1}", 1, 1, 2, "invalid character '1' looking for beginning of object key string"),
        ("{\"a\":1,}", 7, 1, 8, "invalid character '}' looking for beginning of object key string"),
        ("[1,]", 3, 1, 4, "invalid character ']' looking for beginning of value"),
        ("trux", 3, 1, 4, "invalid character 'x' in literal true (expecting 'e')"),
        ("\"a\nb\"", 2, 1, 3, "invalid character '\\n' in string literal"),
        (r#""\x""#, 2, 1, 3, "invalid character 'x' in string escape code"),
        (r#""\u12g4""#, 5, 1, 6, "invalid character 'g' in \\u hexadecimal character escape"),
        ("-x", 1, 1, 2, "invalid character 'x' in numeric literal"),
        ("1.x", 2, 1, 3, "invalid character 'x' after decimal point in numeric literal"),
        ("\0", 0, 1, 1, "invalid character '\\x00' looking for beginning of value"),
        ("1e", 2, 1, 3, "unexpected EOF"),
        ("{} {}", 3, 1, 4, "message contains multiple valid documents"),
        ("01", 1, 1, 2, "message contains multiple valid documents"),
    ] {
        let what = std::borrow::Cow::Borrowed(what);
        assert_eq!(parse(text.as_bytes()), Err(JsonError { offset, line, column, what }), "{text}");
    }
}

#[test]
fn depth_is_limited_without_recursion() {
    let nested = |depth| "[".repeat(depth) + &"]".repeat(depth);
    let check = move || {
        assert_eq!(compact(&nested(10_000)), nested(10_000));
        let too_deep = parse(nested(10_001).as_bytes()).map(|_| ());
        assert_eq!(too_deep.unwrap_err().what, "exceeded max depth");
        assert!(parse("{\"a\":".repeat(9_000).as_bytes()).unwrap_err().what == "unexpected EOF");
    };
    let thread = std::thread::Builder::new().stack_size(crate::value::DEEP_STACK).spawn(check);
    thread.unwrap().join().unwrap();
}

#[test]
fn several_documents() {
    let all: Vec<_> = Documents::new(b"1 {\"a\":2}\n[3] ] 4").collect();
    assert_eq!(all.len(), 4);
    assert_eq!(compact("[1,{\"a\":2},[3]]"), {
        let values: Vec<_> = all[..3].iter().map(|v| v.clone().unwrap()).collect();
        print_string(&values.into(), Style::default()).unwrap()
    });
    assert_eq!(all[3].as_ref().unwrap_err().offset, 14);
    let (value, end) = parse_prefix(b" 12 rest").unwrap();
    assert_eq!((value, end), (Value::Int(12), 3));
}

#[test]
fn other_layouts() {
    let value = parse(r#"{"a":[1,{"b":"<"}],"c":{},"d":[]}"#.as_bytes()).unwrap();
    let style = Style { indent: Some("  "), escape_html: true };
    let expected = r#"{
  "a": [
    1,
    {
      "b": "\u003c"
    }
  ],
  "c": {},
  "d": []
}"#;
    assert_eq!(print_string(&value, style).unwrap(), expected);
}

#[test]
fn values_without_a_json_type() {
    let raw = Value::text(bytes::Bytes::from_static(b"a\xe2\x82\"\xef\xbf\xbd"));
    assert_eq!(print(&raw).unwrap(), "\"a\\ufffd\\ufffd\\\"\u{fffd}\"".as_bytes());
    let bytes = Value::from(bytes::Bytes::from_static(b"\xff\x00hello"));
    let time = Value::from("2020-01-02T03:04:05.5[UTC]".parse::<jiff::Zoned>().unwrap());
    let value = Value::from(vec![bytes, time, Value::Float(1e21), Value::Nothing]);
    assert_eq!(print(&value).unwrap(), br#"["/wBoZWxsbw==","2020-01-02T03:04:05.5Z",1e+21,null]"#);
    assert_eq!(
        print(&Value::from(vec![Value::Float(f64::INFINITY)])),
        Err(Unprintable::Number(f64::INFINITY))
    );
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Int),
        any::<f64>().prop_filter("finite", |f| f.is_finite()).prop_map(Value::Float),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 64, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
            prop::collection::vec((any::<String>(), inner), 0..12).prop_map(|entries| {
                Value::Object(entries.into_iter().map(|(k, v)| (k.into(), v)).collect::<Object>())
            }),
        ]
    })
}

proptest! {
    #[test]
    fn printing_and_parsing_are_inverse(value in value(), escape_html in any::<bool>()) {
        let text = print_string(&value, Style { indent: None, escape_html }).unwrap();
        let again = parse(text.as_bytes()).unwrap();
        prop_assert_eq!(&again, &value);
        prop_assert_eq!(print_string(&again, Style { indent: None, escape_html }).unwrap(), text);
        let pretty = print_string(&value, Style { indent: Some("\t"), escape_html }).unwrap();
        prop_assert_eq!(parse(pretty.as_bytes()).unwrap(), value);
    }

    #[test]
    fn serde_json_reads_what_is_printed(value in value()) {
        let text = print(&value).unwrap();
        prop_assert!(serde_json::from_slice::<serde_json::Value>(&text).is_ok());
    }

    #[test]
    fn texts_parse_where_serde_json_parses_them(text in "[\\[\\]{}:,\"\\\\ truefalsn0-9.eE+\\-]{0,24}") {
        let ours = parse(text.as_bytes()).is_ok();
        let theirs = match serde_json::from_str::<serde_json::Value>(&text) {
            Ok(_) => true,
            Err(e) => e.to_string().starts_with("number out of range"), // Go keeps the text
        };
        prop_assert!(ours == theirs, "{}: ours {}, theirs {}", text, ours, theirs);
    }

    #[test]
    fn garbage_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        for document in Documents::new(&bytes) {
            prop_assert!(document.is_ok() || document.is_err_and(|e| e.offset <= bytes.len()));
        }
    }
}

#[test]
fn keys_are_recognised_only_where_they_stand() {
    for (text, expected) in [
        (r#"{"b":1,"a":{"z":1,"y":2},"c":3}"#, r#"{"a":{"y":2,"z":1},"b":1,"c":3}"#),
        (r#"{"b":1,"a":{"z":1,"y":2},"c":4}"#, r#"{"a":{"y":2,"z":1},"b":1,"c":4}"#),
        (r#"{"b":1,"a":{"y":1,"z":2},"c":5}"#, r#"{"a":{"y":1,"z":2},"b":1,"c":5}"#),
        (r#"{"b":1,"a":{"y":1,"y":2},"b":6}"#, r#"{"a":{"y":2},"b":6}"#),
        (r#"{"bb":1,"a\n":{"y":1},"":{}}"#, r#"{"":{},"a\n":{"y":1},"bb":1}"#),
        (r#"{"bb":1,"":{"y":1},"c":{}}"#, r#"{"":{"y":1},"bb":1,"c":{}}"#),
        (r#"{"c":2,"b":2,"a":1}"#, r#"{"a":1,"b":2,"c":2}"#),
    ] {
        let value = parse(text.as_bytes()).unwrap();
        assert_eq!(String::from_utf8(print(&value).unwrap()).unwrap(), expected);
    }
}

#[test]
fn stops_are_found_in_every_place() {
    for length in 0..40 {
        for stop in 0..length {
            let mut text = vec![b'x'; length];
            text[stop] = b'\n';
            let value = Value::from(String::from_utf8(text.clone()).unwrap());
            let expected = format!("\"{}\"", String::from_utf8(text).unwrap().replace('\n', "\\n"));
            assert_eq!(String::from_utf8(print(&value).unwrap()).unwrap(), expected);
        }
    }
}
