//! YAML text that is written as Go writes it, and read back.

use super::*;
use crate::value::{Value, json};

fn parsed(yaml: &str) -> String {
    match parse(yaml) {
        Ok(value) => json::print_string(&value, json::Style::default()).unwrap(),
        Err(error) => error.to_string(),
    }
}

fn emitted(document: &str) -> String {
    emit(&json::parse(document.as_bytes()).unwrap())
}

#[test]
fn documents_become_values() {
    for (yaml, expected) in [
        ("a: 1\nb:\n  - x\n  - y: z\n", r#"{"a":1,"b":["x",{"y":"z"}]}"#),
        ("b: &b {x: 1, y: 2}\nc:\n  y: 3\n  <<: *b", r#"{"b":{"x":1,"y":2},"c":{"x":1,"y":3}}"#),
        ("a: {<<: [{x: 1}, {x: 2, y: 2}]}", r#"{"a":{"x":1,"y":2}}"#),
        ("'<<': 1", r#"{"<<":1}"#),
        ("1: a\ntrue: b", r#"{"1":"a","true":"b"}"#),
        ("a: 1\n---\nb: 2", r#"{"a":1}"#),
        ("", "null"),
        ("!!str 5", r#""5""#),
        ("\"5\"", r#""5""#),
        ("12345678901234567890", "12345678901234567890"),
    ] {
        assert_eq!(parsed(yaml), expected, "{yaml:?}");
    }
}

#[test]
fn faults_are_refused() {
    for (yaml, expected) in [
        ("a: *missing", "yaml: line 1: unknown anchor 'missing' referenced"),
        ("a: &r [*r]", "yaml: line 1: anchor 'r' value contains itself"),
        ("a: 1\na: 2", "yaml: line 3: mapping key already defined"),
        ("? [a]\n: 1", "yaml: line 1: invalid map key: a list or an object"),
        ("a: {<<: 1}", "yaml: line 1: map merge requires map or sequence of maps as the value"),
        ("a: !!int x", "yaml: line 1: cannot decode `x` as a tag:yaml.org,2002:int"),
    ] {
        assert_eq!(parsed(yaml), expected, "{yaml:?}");
    }
    assert!(parse(&"[".repeat(2000)).is_err());
    let laughs: String = (0..40).map(|i| format!("a{}: &a{} [*a{i}, *a{i}]\n", i + 1, i + 1)).collect();
    assert!(parse(&format!("a0: &a0 x\n{laughs}")).unwrap_err().what.contains("excessive"));
}

#[test]
fn values_become_block_style() {
    let nested = r#"{"b":"1st","a":{"x":["p",{"q":null,"r":[["s"]]}],"e":{},"l":[]},"t":true}"#;
    let expected = "a:\n    e: {}\n    l: []\n    x:\n        - p\n        - q: null\n          r:\n            - - s\nb: 1st\nt: true\n";
    assert_eq!(emitted(nested), expected);
    assert_eq!(emitted(r#"["a",["b"],{"c":"d","e":["f"]}]"#), "- a\n- - b\n- c: d\n  e:\n    - f\n");
    assert_eq!(
        emitted(r#"{"k":"a\nb","m":"1\n2\n","n":"x\n\n"}"#),
        "k: |-\n    a\n    b\nm: |\n    1\n    2\n\"n\": |+\n    x\n\n"
    );
    assert_eq!(emitted(r#""a\n\n b""#), "|-\n    a\n\n     b\n");
    assert_eq!(
        emit(&vec![Value::Float(1e21), Value::Float(f64::NAN), Value::Int(-5)].into()),
        "- 1e+21\n- .nan\n- -5\n"
    );
}

#[test]
fn texts_are_quoted_where_they_would_be_misread() {
    for (text, expected) in [
        ("plain text", "plain text"),
        ("yes", "\"yes\""),
        ("12:30", "\"12:30\""),
        ("0x1f", "\"0x1f\""),
        ("", "\"\""),
        ("%x", "'%x'"),
        ("'", "''''"),
        ("a #b", "'a #b'"),
        ("a: b", "'a: b'"),
        ("- x", "'- x'"),
        ("-x", "-x"),
        (" x", "' x'"),
        ("--- x", "'--- x'"),
        ("<<", "<<"),
        ("tab\there", "\"tab\\there\""),
        ("\u{1f600}", "\"\\U0001F600\""),
        ("é", "é"),
        ("1.2.3", "1.2.3"),
        ("2020-01-02", "\"2020-01-02\""),
    ] {
        assert_eq!(emit(&text.into()), format!("{expected}\n"));
    }
}

#[test]
fn keys_are_in_natural_order() {
    let keys = emitted(r#"{"10":1,"2":2,"a10":3,"a9":4,"B":5,"b":6,"é":7,"":8,"x y":10,"a.b":11}"#);
    let keys: Vec<&str> = keys.lines().map(|line| line.split(':').next().unwrap()).collect();
    assert_eq!(keys, ["\"\"", "\"2\"", "\"10\"", "B", "a.b", "a9", "a10", "b", "x y", "é"]);
}
