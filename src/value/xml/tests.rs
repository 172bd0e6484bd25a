//! Documents and the objects they are.

use super::*;
use crate::value::{Value, json};

fn read_as(document: &str, cast: bool) -> String {
    let object = read(document.as_bytes(), cast).unwrap_or_else(|e| panic!("{document}: {e}"));
    json::print_string(&Value::Object(object), json::Style::default()).unwrap()
}

fn written(object: &str, layout: Layout<'_>, root: Option<&str>) -> String {
    let Value::Object(object) = json::parse(object.as_bytes()).unwrap() else { panic!("no object") };
    write(&object, layout, root).unwrap()
}

#[test]
fn elements_attributes_and_texts() {
    for (document, object) in [
        ("<a/>", r#"{"a":""}"#),
        ("<a b='1' c=x d>t</a>", r##"{"a":{"#text":"t","-b":"1","-c":"x","-d":"d"}}"##),
        ("<a> <b>1</b>\r\n<b>2</b> </a> rest <", r#"{"a":{"b":["1","2"]}}"#),
        ("<a>x<b/>y</a>", r##"{"a":{"#text":"x","b":""}}"##),
        (
            "<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b '>'>]><!-- c --><a><![CDATA[<&]]></a>",
            r#"{"a":"<&"}"#,
        ),
        ("<a>&lt;&#65;&#x42;&nbsp;& &#;</a>", r#"{"a":"<AB&nbsp;& &#;"}"#),
        ("<a><b><c>1</a>", r#"{"a":{"b":{"c":"1"}}}"#),
        ("<n:a n:b=\"1\"></n:a>", r#"{"a":{"-b":"1"}}"#),
    ] {
        assert_eq!(read_as(document, false), object, "{document}");
    }
    assert_eq!(
        read_as("<a b=\"1\"><c>true</c><c>-1.50</c><c>inf</c><c>yes</c></a>", true),
        r#"{"a":{"-b":1,"c":[true,-1.5,"inf","yes"]}}"#
    );
}

#[test]
fn the_declared_encoding_counts() {
    let latin = b"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a>\xe9\x80</a>";
    assert_eq!(read(latin, false).unwrap().get("a"), Some(&Value::from("é€")));
    let unknown = read(b"<?xml encoding='klingon'?><a/>", false);
    assert_eq!(unknown.unwrap_err(), XmlError::Encoding("klingon".into()));
}

#[test]
fn what_is_no_document_is_an_error() {
    for document in [
        "",
        "text",
        "</a>",
        "<a",
        "<a><b>",
        "<a x=\"<\"/>",
        "<1/>",
        "<a>]]></a>",
        "<a>\u{1}</a>",
        "<x:a></y:a>",
    ] {
        assert!(read(document.as_bytes(), false).is_err(), "{document}");
    }
    let deep = "<a>".repeat(20_000);
    assert_eq!(read(deep.as_bytes(), false).unwrap_err(), XmlError::TooDeep);
}

#[test]
fn objects_become_documents() {
    let four = Layout::Indented("    ");
    for (object, layout, root, document) in [
        (r#"{"a":null}"#, four, None, "<a/>"),
        (r##"{"a":{"-b":1,"#text":"<"}}"##, four, None, "<a b=\"1\"><</a>"),
        (r#"{"a":{"b":[1,{"c":"x"}],"d":{}}}"#, Layout::Compact, None, "<a><b>1</b><b><c>x</c></b><d/></a>"),
        (r#"{"a":[1,2]}"#, Layout::Indented(" "), None, "<doc>\n <a>1</a>\n <a>2</a>\n</doc>"),
        (
            r#"{"a":1,"b":{"c":true}}"#,
            Layout::Indented(""),
            Some("r"),
            "<r>\n<a>1</a>\n<b>\n<c>true</c>\n</b>\n</r>",
        ),
    ] {
        assert_eq!(written(object, layout, root), document);
    }
    let Value::Object(object) = json::parse(br#"{"a":{"-b":[]}}"#).unwrap() else { panic!("no object") };
    assert_eq!(write(&object, four, None), Err(XmlError::Attribute("-b".into())));
}
