//! Methods that search with regular expressions.

use std::sync::Arc;

use bytes::Bytes;
use regex::{Captures, Match};

use super::target::{bounded, bytes, too_long};
use crate::bloblang::args::{Args, Param, Params};
use crate::bloblang::error::Error;
use crate::bloblang::go::regex::{Pattern, Subject, Template, cached};
use crate::bloblang::scope::Environment;
use crate::bloblang::spec::{Example, MethodRun, MethodSpec, PreparedMethod, Result};
use crate::value::{Object, Str, Value};

pub const METHODS: &[&MethodSpec] = &[
    &RE_FIND_ALL,
    &RE_FIND_ALL_OBJECT,
    &RE_FIND_ALL_SUBMATCH,
    &RE_FIND_OBJECT,
    &RE_MATCH,
    &RE_REPLACE,
    &RE_REPLACE_ALL,
];

const CATEGORY: &str = "Regular Expressions";

const PATTERN: Params = Params::Named(&[Param::string("pattern", "A regular expression in RE2 syntax.")]);

/// The text of a string or of bytes.
fn subject(target: &Value) -> Result<Subject<'_>> {
    match target {
        Value::String(text) => Ok(Subject::from(text.as_str())),
        other => bytes(other).map(Subject::from),
    }
}

/// A part of a text as a string.
fn text(part: &[u8]) -> Value {
    match std::str::from_utf8(part) {
        Ok(text) => Value::from(text),
        Err(_) => Value::text(Bytes::copy_from_slice(part)),
    }
}

fn pattern(args: &Args<'_>) -> Result<Arc<Pattern>> {
    cached(args.str(0)).map_err(|e| Error::new(e.to_string()))
}

const RE_MATCH: MethodSpec = MethodSpec::new("re_match", CATEGORY, MethodRun::Prepared(re_match))
    .doc("Whether a regular expression matches anywhere in the text.")
    .params(PATTERN)
    .examples(&[
        Example {
            mapping: "root = this.s.re_match(\"^[a-z]+$\")",
            cases: &[(r#"{"s":"abc"}"#, "true"), (r#"{"s":"ab1"}"#, "false")],
        },
        Example {
            mapping: "root = this.s.re_match(this.p)",
            cases: &[(r#"{"s":"x","p":"(?i)X"}"#, "true"), (r#"{"s":"x","p":"("}"#, "Error")],
        },
    ]);

fn re_match(args: &Args<'_>, _: &Environment) -> Result<PreparedMethod> {
    let pattern = pattern(args)?;
    Ok(Arc::new(move |target, _| Ok(Value::Bool(pattern.regex().is_match(subject(&target)?.shown())))))
}

const RE_FIND_ALL: MethodSpec = MethodSpec::new("re_find_all", CATEGORY, MethodRun::Prepared(re_find_all))
    .doc("All matches of a regular expression, as an array of strings.")
    .params(PATTERN)
    .examples(&[
        Example {
            mapping: "root = this.s.re_find_all(\"[0-9]+\")",
            cases: &[(r#"{"s":"1 and 22"}"#, r#"["1","22"]"#), (r#"{"s":"none"}"#, "[]")],
        },
        Example {
            mapping: "root = this.s.re_find_all(\"#\\\\w+\")",
            cases: &[(r##"{"s":"a #b #c"}"##, r##"["#b","#c"]"##)],
        },
    ]);

fn re_find_all(args: &Args<'_>, _: &Environment) -> Result<PreparedMethod> {
    let pattern = pattern(args)?;
    Ok(Arc::new(move |target, _| {
        let subject = subject(&target)?;
        let matches = pattern.regex().find_iter(subject.shown());
        bounded(matches.map(|found| text(subject.at(found.range()))))
    }))
}

const RE_FIND_ALL_SUBMATCH: MethodSpec =
    MethodSpec::new("re_find_all_submatch", CATEGORY, MethodRun::Prepared(re_find_all_submatch))
        .doc("All matches of a regular expression, each as an array of the whole match and its groups.")
        .params(PATTERN)
        .examples(&[
            Example {
                mapping: "root = this.s.re_find_all_submatch(\"(\\\\w)=(\\\\d)\")",
                cases: &[(r#"{"s":"a=1 b=2"}"#, r#"[["a=1","a","1"],["b=2","b","2"]]"#)],
            },
            Example {
                mapping: "root = this.s.re_find_all_submatch(\"a(b)?\")",
                cases: &[(r#"{"s":"a"}"#, r#"[["a",""]]"#)],
            },
        ]);

fn re_find_all_submatch(args: &Args<'_>, _: &Environment) -> Result<PreparedMethod> {
    let pattern = pattern(args)?;
    Ok(Arc::new(move |target, _| {
        let subject = subject(&target)?;
        let group = |found: Option<Match<'_>>| text(found.map_or(&[], |found| subject.at(found.range())));
        let groups = |captures: Captures<'_>| Value::Array(captures.iter().map(group).collect());
        bounded(pattern.regex().captures_iter(subject.shown()).map(groups))
    }))
}

/// The keys of a pattern's groups, and an object of one match under them.
fn keys(pattern: &Pattern) -> Vec<Str> {
    (0..pattern.groups()).map(|i| pattern.key(i)).collect()
}

fn object(keys: &[Str], subject: &Subject<'_>, captures: &Captures<'_>, value: fn(&[u8]) -> Value) -> Value {
    let group = |i| value(captures.get(i).map_or(&[], |found| subject.at(found.range())));
    let entry = |(key, i): (&Str, usize)| (key.clone(), group(i));
    Value::Object(keys.iter().zip(0..).map(entry).collect())
}

const RE_FIND_OBJECT: MethodSpec =
    MethodSpec::new("re_find_object", CATEGORY, MethodRun::Prepared(re_find_object))
        .doc("The first match of a regular expression as an object: `0` is the whole match, every group is under its name or number. Without a match it is empty.")
        .params(PATTERN)
        .examples(&[
            Example { mapping: "root = this.s.re_find_object(\"(?P<key>\\\\w+)=(\\\\w+)\")", cases: &[(r#"{"s":"a=1"}"#, r#"{"0":"a=1","2":"1","key":"a"}"#)] },
            Example { mapping: "root = this.s.re_find_object(\"z\")", cases: &[(r#"{"s":"a"}"#, "{}")] },
        ]);

fn re_find_object(args: &Args<'_>, _: &Environment) -> Result<PreparedMethod> {
    let pattern = pattern(args)?;
    let keys = keys(&pattern);
    Ok(Arc::new(move |target, _| {
        let value: fn(&[u8]) -> Value = match &*target {
            Value::Bytes(_) => |bytes| Value::from(Bytes::copy_from_slice(bytes)),
            _ => text,
        };
        let subject = subject(&target)?;
        let found = pattern.regex().captures(subject.shown());
        Ok(found.map_or_else(|| Value::Object(Object::new()), |found| object(&keys, &subject, &found, value)))
    }))
}

const RE_FIND_ALL_OBJECT: MethodSpec =
    MethodSpec::new("re_find_all_object", CATEGORY, MethodRun::Prepared(re_find_all_object))
        .doc("All matches of a regular expression, each as an object like that of `re_find_object`.")
        .params(PATTERN)
        .examples(&[
            Example {
                mapping: "root = this.s.re_find_all_object(\"(?P<n>\\\\d)\")",
                cases: &[(r#"{"s":"1 2"}"#, r#"[{"0":"1","n":"1"},{"0":"2","n":"2"}]"#)],
            },
            Example { mapping: "root = this.s.re_find_all_object(\"z\")", cases: &[(r#"{"s":"a"}"#, "[]")] },
        ]);

fn re_find_all_object(args: &Args<'_>, _: &Environment) -> Result<PreparedMethod> {
    let pattern = pattern(args)?;
    let keys = keys(&pattern);
    Ok(Arc::new(move |target, _| {
        let subject = subject(&target)?;
        let matches = pattern.regex().captures_iter(subject.shown());
        bounded(matches.map(|found| object(&keys, &subject, &found, text)))
    }))
}

const REPLACEMENT: Params = Params::Named(&[
    Param::string("pattern", "A regular expression in RE2 syntax."),
    Param::string(
        "value",
        "What to put there: `$1`, `${1}` and `${name}` stand for groups, `$$` for a dollar sign.",
    ),
]);

const RE_REPLACE_ALL: MethodSpec =
    MethodSpec::new("re_replace_all", CATEGORY, MethodRun::Prepared(re_replace_all))
        .doc("The text with all matches of a regular expression replaced.")
        .params(REPLACEMENT)
        .examples(&[
            Example {
                mapping: "root = this.s.re_replace_all(\"(\\\\w+)@\\\\w+\", \"$1@...\")",
                cases: &[(r#"{"s":"ann@home"}"#, "ann@...")],
            },
            Example {
                mapping: "root = this.s.re_replace_all(\"[0-9]\", \"#\")",
                cases: &[(r#"{"s":"a1b22"}"#, "a#b##")],
            },
        ]);

const RE_REPLACE: MethodSpec = MethodSpec::new("re_replace", CATEGORY, MethodRun::Prepared(re_replace_all))
    .doc("The same as `re_replace_all`.")
    .params(REPLACEMENT)
    .examples(&[
        Example {
            mapping: "root = this.s.re_replace(\" +\", \" \")",
            cases: &[(r#"{"s":"a   b  c"}"#, "a b c")],
        },
        Example {
            mapping: "root = this.s.re_replace(\"(?P<d>\\\\d)\", \"<${d}>\")",
            cases: &[(r#"{"s":"a1"}"#, "a<1>")],
        },
    ]);

fn re_replace_all(args: &Args<'_>, _: &Environment) -> Result<PreparedMethod> {
    let pattern = pattern(args)?;
    let template = Template::new(args.str(1));
    Ok(Arc::new(move |target, _| {
        let replaced = match &*target {
            Value::String(text) => {
                pattern.replace_all(text, &template).map(|text| Value::from(text.as_ref()))
            }
            other => pattern.replace_all_in(&subject(other)?, &template).map(Value::text),
        };
        replaced.ok_or_else(too_long)
    }))
}
