//! Methods that quote and escape texts, and those on file paths.

use std::borrow::Cow;

use super::target::string;
use crate::bloblang::args::Args;
use crate::bloblang::error::Error;
use crate::bloblang::go::quote::{Charset, quote, unquote};
use crate::bloblang::go::url::{self, Part};
use crate::bloblang::go::{html, path};
use crate::bloblang::spec::{Example, MethodRun, MethodSpec, Result};
use crate::value::{Array, Value, text};

pub const METHODS: &[&MethodSpec] = &[
    &ESCAPE_HTML,
    &ESCAPE_URL_PATH,
    &ESCAPE_URL_QUERY,
    &FILEPATH_JOIN,
    &FILEPATH_SPLIT,
    &QUOTE,
    &UNESCAPE_HTML,
    &UNESCAPE_URL_PATH,
    &UNESCAPE_URL_QUERY,
    &UNQUOTE,
];

const CATEGORY: &str = "String Manipulation";

const QUOTE: MethodSpec = MethodSpec::new(
    "quote",
    CATEGORY,
    MethodRun::Pure(|target, _| Ok(Value::from(quote(content(&target)?, Charset::Unicode)))),
)
.doc("The text in double quotes, with Go's escapes for quotes, backslashes and what cannot be printed.")
.examples(&[
    Example { mapping: "root.q = this.s.quote()", cases: &[(r#"{"s":"a\tb"}"#, r#"{"q":"\"a\\tb\""}"#)] },
    Example {
        mapping: "root = \"name=\" + this.name.quote()",
        cases: &[(r#"{"name":"Ann"}"#, r#"name="Ann""#)],
    },
]);

const UNQUOTE: MethodSpec = MethodSpec::new(
    "unquote",
    CATEGORY,
    MethodRun::Pure(|target, _| match unquote(&string(&target)?) {
        Some(text) => Ok(Value::text(text)),
        None => Err(Error::new("invalid syntax")),
    }),
)
.doc("The text inside of double quotes, backquotes, or single quotes around one character, with Go's escapes resolved. Anything else is an error.")
.examples(&[
    Example { mapping: "root = this.s.unquote()", cases: &[(r#"{"s":"\"a\\u00e9\""}"#, "aé"), (r#"{"s":"bare"}"#, "Error")] },
    Example { mapping: "root = this.s.unquote()", cases: &[(r#"{"s":"`x\\y`"}"#, r"x\y")] },
]);

const ESCAPE_HTML: MethodSpec = MethodSpec::new(
    "escape_html",
    CATEGORY,
    MethodRun::Pure(|target, _| Ok(Value::from(html::escape(&string(&target)?)))),
)
.doc("The text with `<`, `>`, `&`, `'` and `\"` as HTML entities.")
.examples(&[
    Example {
        mapping: "root = this.s.escape_html()",
        cases: &[(r#"{"s":"a < b & c"}"#, "a &lt; b &amp; c")],
    },
    Example { mapping: "root = this.s.escape_html()", cases: &[(r#"{"s":"it's"}"#, "it&#39;s")] },
]);

const UNESCAPE_HTML: MethodSpec = MethodSpec::new(
    "unescape_html",
    CATEGORY,
    MethodRun::Pure(|target, _| Ok(Value::from(html::unescape(&string(&target)?).as_ref()))),
)
.doc("The text with HTML entities, named or numeric, replaced by their characters.")
.examples(&[
    Example {
        mapping: "root = this.s.unescape_html()",
        cases: &[(r#"{"s":"a &lt; b &eacute; &#x41;"}"#, "a < b é A")],
    },
    Example { mapping: "root = this.s.unescape_html()", cases: &[(r#"{"s":"&unknown;"}"#, "&unknown;")] },
]);

/// The bytes of a string, of bytes or of a timestamp's text.
fn content(target: &Value) -> Result<Cow<'_, [u8]>> {
    text::content(target).ok_or_else(|| Error::expected("string", target))
}

fn escape(target: &Value, place: Part) -> Result<Value> {
    Ok(Value::from(url::escape(content(target)?, place)))
}

fn unescape(target: &Value, place: Part) -> Result<Value> {
    url::unescape_bytes(&string(target)?, place).map(Value::text).map_err(|e| Error::new(e.to_string()))
}

const ESCAPE_URL_QUERY: MethodSpec =
    MethodSpec::new("escape_url_query", CATEGORY, MethodRun::Pure(|target, _| escape(&target, Part::Query)))
        .doc("The text with escapes as the query of a URL needs them; blanks become `+`.")
        .examples(&[
            Example {
                mapping: "root = this.s.escape_url_query()",
                cases: &[(r#"{"s":"a b&c/d"}"#, "a+b%26c%2Fd")],
            },
            Example {
                mapping: "root = \"?q=\" + this.s.escape_url_query()",
                cases: &[(r#"{"s":"é"}"#, "?q=%C3%A9")],
            },
        ]);

const UNESCAPE_URL_QUERY: MethodSpec = MethodSpec::new(
    "unescape_url_query",
    CATEGORY,
    MethodRun::Pure(|target, _| unescape(&target, Part::Query)),
)
.doc("The text with the escapes of a URL's query resolved; `+` becomes a blank. A broken escape is an error.")
.examples(&[
    Example { mapping: "root = this.s.unescape_url_query()", cases: &[(r#"{"s":"a+b%26c"}"#, "a b&c")] },
    Example { mapping: "root = this.s.unescape_url_query()", cases: &[(r#"{"s":"50%"}"#, "Error")] },
]);

const ESCAPE_URL_PATH: MethodSpec = MethodSpec::new(
    "escape_url_path",
    CATEGORY,
    MethodRun::Pure(|target, _| escape(&target, Part::PathSegment)),
)
.doc("The text with escapes as a segment of a URL's path needs them; blanks become `%20`, slashes `%2F`.")
.examples(&[
    Example { mapping: "root = this.s.escape_url_path()", cases: &[(r#"{"s":"a b&c/d"}"#, "a%20b&c%2Fd")] },
    Example {
        mapping: "root = \"/files/\" + this.s.escape_url_path()",
        cases: &[(r#"{"s":"x?.txt"}"#, "/files/x%3F.txt")],
    },
]);

const UNESCAPE_URL_PATH: MethodSpec = MethodSpec::new(
    "unescape_url_path",
    CATEGORY,
    MethodRun::Pure(|target, _| unescape(&target, Part::PathSegment)),
)
.doc("The text with the escapes of a URL's path resolved. A broken escape is an error.")
.examples(&[
    Example { mapping: "root = this.s.unescape_url_path()", cases: &[(r#"{"s":"a%20b+c"}"#, "a b+c")] },
    Example { mapping: "root = this.s.unescape_url_path()", cases: &[(r#"{"s":"%zz"}"#, "Error")] },
]);

const FILEPATH_JOIN: MethodSpec = MethodSpec::new("filepath_join", CATEGORY, MethodRun::Pure(filepath_join))
    .doc("The elements of an array as one path, without empty segments and with `.` and `..` resolved.")
    .examples(&[
        Example {
            mapping: "root = this.parts.filepath_join()",
            cases: &[(r#"{"parts":["/data/","in","a.txt"]}"#, "/data/in/a.txt")],
        },
        Example {
            mapping: "root = this.parts.filepath_join()",
            cases: &[(r#"{"parts":["a","../b"]}"#, "b"), (r#"{"parts":["a",1]}"#, "Error")],
        },
    ]);

fn filepath_join(target: Cow<'_, Value>, _: &Args<'_>) -> Result<Value> {
    let Value::Array(items) = &*target else { return Err(Error::expected("array", &target)) };
    let element = |(i, item)| string(item).map_err(|error| error.context(format!("path element {i}")));
    let elements: Vec<_> = items.iter().enumerate().map(element).collect::<Result<_>>()?;
    Ok(Value::from(path::join(elements.iter().map(AsRef::as_ref))))
}

const FILEPATH_SPLIT: MethodSpec = MethodSpec::new(
    "filepath_split",
    CATEGORY,
    MethodRun::Pure(|target, _| {
        let text = string(&target)?;
        let (folder, file) = path::split(&text);
        Ok(Value::Array(Array::from([Value::from(folder), Value::from(file)])))
    }),
)
.doc("The folder with its last slash, and the file name, of a path.")
.examples(&[
    Example {
        mapping: "root = this.p.filepath_split()",
        cases: &[(r#"{"p":"/data/a.txt"}"#, r#"["/data/","a.txt"]"#)],
    },
    Example { mapping: "root = this.p.filepath_split().length()", cases: &[(r#"{"p":"a.txt"}"#, "2")] },
]);
