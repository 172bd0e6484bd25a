//! Expressions over one document, and those that are none.

use super::parse;
use crate::value::json::{self, Style};

const DOCUMENT: &str =
    r#"{"a":{"b":[1,2,3]},"pets":[{"kind":"cat","name":"Mio"},{"kind":"dog"}],"n":5,"s":"7"}"#;

fn over(expression: &str) -> String {
    let document = json::parse(DOCUMENT.as_bytes()).unwrap();
    match parse(expression).and_then(|expression| expression.over(&document)) {
        Ok(value) => json::print_string(&value, Style::default()).unwrap(),
        Err(error) => format!("Error: {error}"),
    }
}

#[test]
fn paths_find_one_or_many() {
    for (expression, found) in [
        ("$.a.b[1]", "2"),
        ("$['a']['b'][0,2]", "[1,3]"),
        ("$.a.b[-2:]", "[2,3]"),
        ("$.a.b[::-2]", "[3,1]"),
        ("$.pets[*].name", r#"["Mio"]"#),
        ("$..kind", r#"["cat","dog"]"#),
        ("$.pets[?(@.kind == 'dog' || @.name =~ '^M')].kind", r#"["cat","dog"]"#),
        ("$.pets[($.n ? 1 : 0)].kind", r#""dog""#),
        ("$.none.b[*]", "[]"),
    ] {
        assert_eq!(over(expression), found, "{expression}");
    }
    assert!(over("$.none").starts_with("Error"));
    assert!(over("$.a.b[3]").starts_with("Error"));
}

#[test]
fn operators_bind_and_convert() {
    for (expression, result) in [
        ("1 + 2 * 3 ** 2", "19"),
        ("10 - 2 - 3", "5"),
        ("$.s + 1", "8"),
        ("$.n + 1", r#""51""#),
        ("'a' in ['a', $.n] && !false", "true"),
        ("$.pets[1].name ?? 'no'", "Error"),
        ("null ?? 'none'", r#""none""#),
        ("5 & 3 | 8", "9"),
        ("{'k': [a.b[0], -1]} // a comment", r#"{"k":[1,-1]}"#),
    ] {
        let got = over(expression);
        assert!(got == result || result == "Error" && got.starts_with(result), "{expression}: {got}");
    }
}

#[test]
fn what_is_no_expression_is_an_error() {
    for expression in
        ["", "$[", "$.", "$.a[0:1,2]", "1 +", "a b", "'open", "$.x =~ '('", "'a' - 1", "(1", "$..[1:2]"]
    {
        assert!(parse(expression).is_err(), "{expression}");
    }
    assert!(parse(&"(".repeat(100_000)).is_err());
    assert!(parse(&"1+".repeat(100_000)).is_err());
}
