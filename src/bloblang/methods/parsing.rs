//! Methods that turn texts of common formats into values and back.

use std::borrow::Cow;

use bytes::Bytes;

use super::target::{bytes, string};
use crate::bloblang::args::{Args, Constant, Param, Params};
use crate::bloblang::error::Error;
use crate::bloblang::go::url::{Url, parse_query};
use crate::bloblang::go::{csv, yaml};
use crate::bloblang::spec::{Example, MethodRun, MethodSpec, Result, Status};
use crate::value::json::{self, Style, go_lossy};
use crate::value::{Array, Object, Str, Value};

pub const METHODS: &[&MethodSpec] = &[
    &FORMAT_JSON,
    &FORMAT_YAML,
    &PARSE_CSV,
    &PARSE_FORM_URL_ENCODED,
    &PARSE_JSON,
    &PARSE_LOGFMT,
    &PARSE_URL,
    &PARSE_YAML,
];

const CATEGORY: &str = "Parsing";

const PARSE_JSON: MethodSpec = MethodSpec::new("parse_json", CATEGORY, MethodRun::Pure(parse_json))
    .doc("The value of the JSON document that the text begins with; what follows it is ignored. Numbers become floats, or with `use_number` keep their digits.")
    .params(Params::Named(&[
        Param::boolean("use_number", "Whether numbers keep their digits.").optional(),
    ]))
    .examples(&[
        Example { mapping: "root = this.s.parse_json()", cases: &[(r#"{"s":"{\"a\":[1.50]}"}"#, r#"{"a":[1.5]}"#), (r#"{"s":"{"}"#, "Error")] },
        Example { mapping: "root = this.s.parse_json(use_number: true)", cases: &[(r#"{"s":"12345678901234567890"}"#, "12345678901234567890")] },
    ]);

fn parse_json(target: Cow<'_, Value>, args: &Args<'_>) -> Result<Value> {
    let failed = |what: &dyn std::fmt::Display| Error::new(format!("failed to parse value as JSON: {what}"));
    let (mut value, _) = json::parse_prefix(bytes(&target)?).map_err(|e| failed(&e))?;
    if !args.bool(0) {
        to_floats(&mut value).map_err(|text| failed(&format!("number {text} does not fit a float")))?;
    }
    Ok(value)
}

/// Turns the numbers of a document into floats; the first that does not fit one is an error.
pub(in crate::bloblang) fn to_floats(value: &mut Value) -> std::result::Result<(), Str> {
    match value {
        Value::Number(text) => match text.parse::<f64>() {
            Ok(f) if f.is_finite() => *value = Value::Float(f),
            _ => return Err(text.clone()),
        },
        Value::Array(items) => items.make_mut().iter_mut().try_for_each(to_floats)?,
        Value::Object(object) => object.values_mut().try_for_each(to_floats)?,
        _ => {}
    }
    Ok(())
}

const FORMAT_JSON: MethodSpec = MethodSpec::new("format_json", CATEGORY, MethodRun::Pure(format_json))
    .status(Status::Beta)
    .doc("The value as JSON, in bytes. NaN and infinities are errors.")
    .params(Params::Named(&[
        Param::string("indent", "What each level is indented by; if it is empty all is on one line.")
            .default(Constant::String("    ")),
        Param::boolean("no_indent", "Whether all is on one line.").default(Constant::Bool(false)),
        Param::boolean("escape_html", "Whether `<`, `>` and `&` are escaped.").default(Constant::Bool(true)),
    ]))
    .examples(&[
        Example {
            mapping: "root = this.format_json()",
            cases: &[(r#"{"a":[1]}"#, "{\n    \"a\": [\n        1\n    ]\n}")],
        },
        Example {
            mapping: "root = this.format_json(no_indent: true, escape_html: false)",
            cases: &[(r#"{"b":"<","a":1}"#, r#"{"a":1,"b":"<"}"#)],
        },
    ]);

fn format_json(target: Cow<'_, Value>, args: &Args<'_>) -> Result<Value> {
    let indent = Some(args.str(0)).filter(|indent| !indent.is_empty() && !args.bool(1));
    let style = Style { indent, escape_html: args.bool(2) };
    let mut out = Vec::new();
    json::print_to(&mut out, &target, style).map_err(|e| Error::new(format!("json: {e}")))?;
    Ok(Value::from(Bytes::from(out)))
}

const PARSE_YAML: MethodSpec = MethodSpec::new("parse_yaml", CATEGORY, MethodRun::Pure(parse_yaml))
    .doc("The value of the first document of a YAML text. Dates become timestamps, keys that are no strings become their text.")
    .examples(&[
        Example { mapping: "root = this.s.parse_yaml()", cases: &[(r#"{"s":"a: [1, x]\nb: ~"}"#, r#"{"a":[1,"x"],"b":null}"#), (r#"{"s":"a: b: c"}"#, "Error")] },
        Example { mapping: "root = content().parse_yaml().on", cases: &[("on: yes", "yes")] },
    ]);

fn parse_yaml(target: Cow<'_, Value>, _: &Args<'_>) -> Result<Value> {
    let text = go_lossy(bytes(&target)?);
    yaml::parse(&text).map_err(|e| Error::new(format!("failed to parse value as YAML: {e}")))
}

const FORMAT_YAML: MethodSpec = MethodSpec::new(
    "format_yaml",
    CATEGORY,
    MethodRun::Pure(|target, _| Ok(Value::from(Bytes::from(yaml::emit(&target))))),
)
.doc("The value as YAML, in bytes: four spaces a level, keys in natural order. Numbers of a document are texts to it and so are quoted.")
.examples(&[
    Example { mapping: "root = this.format_yaml()", cases: &[(r#"{"b":["x"],"a":"yes"}"#, "a: \"yes\"\nb:\n    - x\n")] },
    Example { mapping: "root = {\"n\": this.n.int64()}.format_yaml()", cases: &[(r#"{"n":5}"#, "\"n\": 5\n")] },
]);

const PARSE_CSV: MethodSpec = MethodSpec::new("parse_csv", CATEGORY, MethodRun::Pure(parse_csv))
    .doc("The rows of a CSV text: objects with the keys of the first row, or without a header row arrays. Rows of different lengths are an error.")
    .params(Params::Named(&[
        Param::boolean("parse_header_row", "Whether the first row holds the keys.").default(Constant::Bool(true)),
        Param::string("delimiter", "The character between the fields.").default(Constant::String(",")),
        Param::boolean("lazy_quotes", "Whether quotes may stand in plain fields, and single ones in quoted fields.")
            .default(Constant::Bool(false)),
    ]))
    .examples(&[
        Example { mapping: "root = this.s.parse_csv()", cases: &[(r#"{"s":"id,name\n1,\"A, B\""}"#, r#"[{"id":"1","name":"A, B"}]"#)] },
        Example { mapping: "root = this.s.parse_csv(parse_header_row: false, delimiter: \";\")", cases: &[(r#"{"s":"1;2\n3;4"}"#, r#"[["1","2"],["3","4"]]"#)] },
    ]);

fn parse_csv(target: Cow<'_, Value>, args: &Args<'_>) -> Result<Value> {
    let mut delimiter = args.str(1).chars();
    let (Some(comma), None) = (delimiter.next(), delimiter.next()) else {
        return Err(Error::new("delimiter value must be exactly one character"));
    };
    let text = go_lossy(bytes(&target)?);
    let mut rows = csv::Reader::new(&text, comma, args.bool(2));
    let mut row = || rows.next().transpose().map_err(|e| Error::new(e.to_string()));
    let Some(first) = row()? else { return Err(Error::new("zero records were parsed")) };
    let mut records = Array::new();
    if args.bool(0) {
        let keys: Vec<Str> = first.into_iter().map(Str::from).collect();
        while let Some(fields) = row()? {
            let entries = keys.iter().cloned().zip(fields.into_iter().map(Value::from));
            records.push(Value::Object(entries.collect()));
        }
    } else {
        let list = |fields: Vec<String>| Value::Array(fields.into_iter().map(Value::from).collect());
        records.push(list(first));
        while let Some(fields) = row()? {
            records.push(list(fields));
        }
    }
    Ok(Value::Array(records))
}

const PARSE_FORM_URL_ENCODED: MethodSpec =
    MethodSpec::new("parse_form_url_encoded", CATEGORY, MethodRun::Pure(parse_form_url_encoded))
        .doc("The keys and values of a URL's query or of a form's body; a key that is repeated has an array.")
        .examples(&[
            Example {
                mapping: "root = this.s.parse_form_url_encoded()",
                cases: &[(r#"{"s":"a=1&b=x+y&a=2"}"#, r#"{"a":["1","2"],"b":"x y"}"#)],
            },
            Example {
                mapping: "root = this.s.parse_form_url_encoded()",
                cases: &[(r#"{"s":"a=%zz"}"#, "Error")],
            },
        ]);

fn parse_form_url_encoded(target: Cow<'_, Value>, _: &Args<'_>) -> Result<Value> {
    let pairs = parse_query(&string(&target)?)
        .map_err(|e| Error::new(format!("failed to parse value as url-encoded data: {e}")))?;
    let mut object = Object::new();
    for (key, value) in pairs {
        let value = Value::text(value);
        match object.get_mut(&key) {
            Some(Value::Array(values)) => values.push(value),
            Some(single) => *single = Value::Array(Array::from([std::mem::take(single), value])),
            None => {
                object.insert(key.into(), value);
            }
        }
    }
    Ok(Value::Object(object))
}

const PARSE_URL: MethodSpec = MethodSpec::new("parse_url", CATEGORY, MethodRun::Pure(parse_url))
    .doc("The parts of a URL: `scheme`, `opaque`, `host`, `path`, `raw_path`, `raw_query`, `fragment`, `raw_fragment`, and `user` with `name` and `password` if it has one.")
    .examples(&[
        Example { mapping: "root = this.u.parse_url().without(\"opaque\", \"raw_path\", \"raw_fragment\")", cases: &[(r#"{"u":"https://a.b:8/c d?e=f#g"}"#, r#"{"fragment":"g","host":"a.b:8","path":"/c d","raw_query":"e=f","scheme":"https"}"#)] },
        Example { mapping: "root = this.u.parse_url().user", cases: &[(r#"{"u":"ftp://ann:pw@host/"}"#, r#"{"name":"ann","password":"pw"}"#)] },
    ]);

fn parse_url(target: Cow<'_, Value>, _: &Args<'_>) -> Result<Value> {
    let url = Url::parse(&string(&target)?).map_err(|e| Error::new(e.to_string()))?;
    let user = url.user.map(|user| {
        let name = ("name".into(), Value::from(user.name));
        let password = user.password.map(|password| ("password".into(), Value::from(password)));
        ("user", Value::Object(std::iter::once(name).chain(password).collect()))
    });
    let parts = [
        ("scheme", url.scheme),
        ("opaque", url.opaque),
        ("host", url.host),
        ("path", url.path),
        ("raw_path", url.raw_path),
        ("raw_query", url.raw_query),
        ("fragment", url.fragment),
        ("raw_fragment", url.raw_fragment),
    ];
    let parts = parts.into_iter().map(|(key, value)| (key, Value::from(value))).chain(user);
    Ok(Value::Object(parts.map(|(key, value)| (Str::from(key), value)).collect()))
}

const PARSE_LOGFMT: MethodSpec = MethodSpec::new("parse_logfmt", CATEGORY, MethodRun::Pure(parse_logfmt))
    .doc("The pairs of a text such as `level=info msg=\"all well\" fast`. Values are strings; a key without one is true.")
    .examples(&[
        Example { mapping: "root = this.s.parse_logfmt()", cases: &[(r#"{"s":"level=info msg=\"all well\" fast"}"#, r#"{"fast":true,"level":"info","msg":"all well"}"#)] },
        Example { mapping: "root = this.s.parse_logfmt()", cases: &[(r#"{"s":"msg=\"never ends"}"#, "Error")] },
    ]);

fn parse_logfmt(target: Cow<'_, Value>, _: &Args<'_>) -> Result<Value> {
    let text = string(&target)?;
    let mut object = Object::new();
    let mut rest = text.trim_start_matches([' ', '\t']);
    while !rest.is_empty() {
        let end = rest.find(['=', ' ', '\t']).unwrap_or(rest.len());
        let (key, after) = rest.split_at(end);
        rest = match after.strip_prefix('=') {
            Some(after) if key.is_empty() => after,
            Some(after) => {
                let (value, after) = match after.strip_prefix('"') {
                    Some(quoted) => unquoted(quoted).ok_or_else(|| {
                        Error::new(format!("logfmt: unterminated quoted value for key {key:?}"))
                    })?,
                    None => {
                        let (value, after) = after.split_at(after.find([' ', '\t']).unwrap_or(after.len()));
                        (value.to_owned(), after)
                    }
                };
                object.insert(key.into(), Value::from(value));
                after
            }
            None => {
                object.insert(key.into(), Value::Bool(true));
                after
            }
        };
        rest = rest.trim_start_matches([' ', '\t']);
    }
    Ok(Value::Object(object))
}

/// The value behind a quote and what follows it; none if the quote is not closed. Unknown escapes stay as they are.
fn unquoted(quoted: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut chars = quoted.chars();
    loop {
        match chars.next()? {
            '"' => return Some((value, chars.as_str())),
            '\\' => match chars.next()? {
                c @ ('"' | '\\' | '/') => value.push(c),
                'n' => value.push('\n'),
                'r' => value.push('\r'),
                't' => value.push('\t'),
                'b' => value.push('\u{8}'),
                'f' => value.push('\u{c}'),
                c => value.extend(['\\', c]),
            },
            c => value.push(c),
        }
    }
}
