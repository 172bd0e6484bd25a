//! Methods that change strings. On bytes they work alike and yield bytes.

use std::borrow::Cow;
use std::sync::Arc;

use memchr::memmem;

use super::target::{MAX_TEXT, bytes, like, map_text, part, string, too_long};
use crate::bloblang::args::{Args, Param, ParamType, Params};
use crate::bloblang::error::Error;
use crate::bloblang::go::{case, format};
use crate::bloblang::scope::Environment;
use crate::bloblang::spec::{Example, MethodRun, MethodSpec, PreparedMethod, Result};
use crate::value::{Value, text};

pub const METHODS: &[&MethodSpec] = &[
    &CAPITALIZE,
    &FORMAT,
    &HAS_PREFIX,
    &HAS_SUFFIX,
    &LOWERCASE,
    &REPEAT,
    &REPLACE,
    &REPLACE_ALL,
    &REPLACE_ALL_MANY,
    &REPLACE_MANY,
    &REVERSE,
    &TRIM,
    &TRIM_PREFIX,
    &TRIM_SUFFIX,
    &UPPERCASE,
];

const CATEGORY: &str = "String Manipulation";

const UPPERCASE: MethodSpec =
    MethodSpec::new("uppercase", CATEGORY, MethodRun::Pure(|target, _| map_text(&target, case::upper)))
        .doc("The text with every letter in upper case.")
        .examples(&[
            Example { mapping: "root = this.s.uppercase()", cases: &[(r#"{"s":"déjà vu"}"#, "DÉJÀ VU")] },
            Example {
                mapping: "root.code = this.code.uppercase()",
                cases: &[(r#"{"code":"xy-7"}"#, r#"{"code":"XY-7"}"#)],
            },
        ]);

const LOWERCASE: MethodSpec =
    MethodSpec::new("lowercase", CATEGORY, MethodRun::Pure(|target, _| map_text(&target, case::lower)))
        .doc("The text with every letter in lower case.")
        .examples(&[
            Example {
                mapping: "root = this.s.lowercase()",
                cases: &[(r#"{"s":"LOUD Noise"}"#, "loud noise")],
            },
            Example {
                mapping: "root = this.mail.lowercase()",
                cases: &[(r#"{"mail":"Ann@Example.ORG"}"#, "ann@example.org")],
            },
        ]);

const CAPITALIZE: MethodSpec =
    MethodSpec::new("capitalize", CATEGORY, MethodRun::Pure(|target, _| map_text(&target, case::title)))
        .doc("The text with the first letter of every word in title case and all others in lower case.")
        .examples(&[
            Example {
                mapping: "root = this.s.capitalize()",
                cases: &[(r#"{"s":"the long way"}"#, "The Long Way")],
            },
            Example {
                mapping: "root = this.s.capitalize()",
                cases: &[(r#"{"s":"it's mary-ANN"}"#, "It's Mary-Ann")],
            },
        ]);

const TRIM: MethodSpec = MethodSpec::new("trim", CATEGORY, MethodRun::Pure(trim))
    .doc("The text without white space, or without the characters of `cutset`, at its start and end.")
    .params(Params::Named(&[Param::string("cutset", "The characters to remove.").optional()]))
    .examples(&[
        Example { mapping: "root = this.s.trim()", cases: &[(r#"{"s":"  a b\n"}"#, "a b")] },
        Example { mapping: "root = this.s.trim(\"-=\")", cases: &[(r#"{"s":"--=a-b=-"}"#, "a-b")] },
    ]);

fn trim(target: Cow<'_, Value>, args: &Args<'_>) -> Result<Value> {
    let whole = bytes(&target)?;
    let cutset = args.opt_str(0);
    let is_cut = |c: char| cutset.map_or(c.is_whitespace(), |cutset| cutset.contains(c));
    let (start, end) = match std::str::from_utf8(whole) {
        Ok(text) => {
            let start = text.len() - text.trim_start_matches(is_cut).len();
            (start, start + text[start..].trim_end_matches(is_cut).len())
        }
        Err(_) => {
            let kept = |b: &u8| !b.is_ascii() || !is_cut(char::from(*b));
            let start = whole.iter().position(kept).unwrap_or(whole.len());
            (start, whole.iter().rposition(kept).map_or(start, |last| last + 1))
        }
    };
    Ok(part(&target, start, end))
}

const TRIM_PREFIX: MethodSpec = MethodSpec::new("trim_prefix", CATEGORY, MethodRun::Pure(trim_prefix))
    .doc("The text without `prefix`, if it begins with it.")
    .params(Params::Named(&[Param::bytes("prefix", "What to remove.")]))
    .examples(&[
        Example {
            mapping: "root = this.s.trim_prefix(\"id-\")",
            cases: &[(r#"{"s":"id-7"}"#, "7"), (r#"{"s":"7"}"#, "7")],
        },
        Example { mapping: "root = this.s.trim_prefix(\"a\")", cases: &[(r#"{"s":"aab"}"#, "ab")] },
    ]);

fn trim_prefix(target: Cow<'_, Value>, args: &Args<'_>) -> Result<Value> {
    let whole = bytes(&target)?;
    let start = if whole.starts_with(args.bytes(0)) { args.bytes(0).len() } else { 0 };
    Ok(part(&target, start, whole.len()))
}

const TRIM_SUFFIX: MethodSpec = MethodSpec::new("trim_suffix", CATEGORY, MethodRun::Pure(trim_suffix))
    .doc("The text without `suffix`, if it ends with it.")
    .params(Params::Named(&[Param::bytes("suffix", "What to remove.")]))
    .examples(&[
        Example {
            mapping: "root = this.s.trim_suffix(\".gz\")",
            cases: &[(r#"{"s":"log.gz"}"#, "log"), (r#"{"s":"log"}"#, "log")],
        },
        Example { mapping: "root = this.s.trim_suffix(\"b\")", cases: &[(r#"{"s":"abb"}"#, "ab")] },
    ]);

fn trim_suffix(target: Cow<'_, Value>, args: &Args<'_>) -> Result<Value> {
    let whole = bytes(&target)?;
    let cut = if whole.ends_with(args.bytes(0)) { args.bytes(0).len() } else { 0 };
    Ok(part(&target, 0, whole.len() - cut))
}

const AFFIX: Params = Params::Named(&[Param::bytes("value", "What to look for.")]);

const HAS_PREFIX: MethodSpec = MethodSpec::new(
    "has_prefix",
    CATEGORY,
    MethodRun::Pure(|target, args| Ok(Value::Bool(bytes(&target)?.starts_with(args.bytes(0))))),
)
.doc("Whether the text begins with another.")
.params(AFFIX)
.examples(&[
    Example {
        mapping: "root = this.s.has_prefix(\"/api\")",
        cases: &[(r#"{"s":"/api/x"}"#, "true"), (r#"{"s":"x"}"#, "false")],
    },
    Example { mapping: "root = this.s.has_prefix(\"\")", cases: &[(r#"{"s":""}"#, "true")] },
]);

const HAS_SUFFIX: MethodSpec = MethodSpec::new(
    "has_suffix",
    CATEGORY,
    MethodRun::Pure(|target, args| Ok(Value::Bool(bytes(&target)?.ends_with(args.bytes(0))))),
)
.doc("Whether the text ends with another.")
.params(AFFIX)
.examples(&[
    Example {
        mapping: "root = this.s.has_suffix(\".csv\")",
        cases: &[(r#"{"s":"a.csv"}"#, "true"), (r#"{"s":"a.txt"}"#, "false")],
    },
    Example { mapping: "root = this.s.has_suffix(\"B\")", cases: &[(r#"{"s":"ab"}"#, "false")] },
]);

const REVERSE: MethodSpec = MethodSpec::new("reverse", CATEGORY, MethodRun::Pure(reverse))
    .doc("The characters of a string, or the bytes of bytes, in the opposite order.")
    .examples(&[
        Example { mapping: "root = this.s.reverse()", cases: &[(r#"{"s":"élan"}"#, "nalé")] },
        Example {
            mapping: "root.same = this.s.reverse() == this.s",
            cases: &[(r#"{"s":"level"}"#, r#"{"same":true}"#)],
        },
    ]);

fn reverse(target: Cow<'_, Value>, _: &Args<'_>) -> Result<Value> {
    match &*target {
        Value::String(_) | Value::RawString(_) => {
            Ok(Value::from(string(&target)?.chars().rev().collect::<String>()))
        }
        other => Ok(like(other, bytes(other)?.iter().rev().copied().collect::<Vec<u8>>())),
    }
}

const REPEAT: MethodSpec = MethodSpec::new("repeat", CATEGORY, MethodRun::Prepared(repeat))
    .doc("The text so many times in a row. A negative count is an error.")
    .params(Params::Named(&[Param::integer("count", "How many times.")]))
    .examples(&[
        Example { mapping: "root = this.s.repeat(3)", cases: &[(r#"{"s":"ab"}"#, "ababab")] },
        Example {
            mapping: "root = \"=\".repeat(this.n)",
            cases: &[(r#"{"n":5}"#, "====="), (r#"{"n":-1}"#, "Error")],
        },
    ]);

fn repeat(args: &Args<'_>, _: &Environment) -> Result<PreparedMethod> {
    let count = usize::try_from(args.int(0)).map_err(|_| {
        Error::new(format!("invalid count, must be greater than or equal to zero: {}", args.int(0)))
    })?;
    Ok(Arc::new(move |target, _| {
        let once = bytes(&target)?;
        if once.len().checked_mul(count).is_none_or(|length| length > MAX_TEXT) {
            return Err(Error::new(format!("invalid count, would overflow: {}*{count}", once.len())));
        }
        Ok(like(&target, once.repeat(count)))
    }))
}

const OLD_AND_NEW: Params = Params::Named(&[
    Param::bytes("old", "What to replace; if it is empty, the places between characters."),
    Param::bytes("new", "What to put there."),
]);

const REPLACE_ALL: MethodSpec = MethodSpec::new("replace_all", CATEGORY, MethodRun::Pure(replace_all))
    .doc("The text with all occurrences of `old` replaced by `new`.")
    .params(OLD_AND_NEW)
    .examples(&[
        Example {
            mapping: "root = this.s.replace_all(\"-\", \"_\")",
            cases: &[(r#"{"s":"a-b-c"}"#, "a_b_c")],
        },
        Example { mapping: "root = this.s.replace_all(\"\", \".\")", cases: &[(r#"{"s":"né"}"#, ".n.é.")] },
    ]);

const REPLACE: MethodSpec = MethodSpec::new("replace", CATEGORY, MethodRun::Pure(replace_all))
    .doc("The same as `replace_all`.")
    .params(OLD_AND_NEW)
    .examples(&[
        Example {
            mapping: "root = this.s.replace(\"one\", \"two\")",
            cases: &[(r#"{"s":"one by one"}"#, "two by two")],
        },
        Example { mapping: "root = this.s.replace(\" \", \"\")", cases: &[(r#"{"s":"a b c"}"#, "abc")] },
    ]);

fn replace_all(target: Cow<'_, Value>, args: &Args<'_>) -> Result<Value> {
    let whole = bytes(&target)?;
    match replaced(whole, args.bytes(0), args.bytes(1))? {
        Some(result) => Ok(like(&target, result)),
        None => Ok(target.into_owned()),
    }
}

/// `text` with `old` replaced by `new`; none where `old` does not occur.
fn replaced(text: &[u8], old: &[u8], new: &[u8]) -> Result<Option<Vec<u8>>> {
    if old.is_empty() {
        return between_characters(text, new).map(Some);
    }
    let mut out = Vec::new();
    let mut done = 0;
    for at in memmem::find_iter(text, old) {
        out.extend_from_slice(&text[done..at]);
        out.extend_from_slice(new);
        done = at + old.len();
        if out.len() > MAX_TEXT {
            return Err(too_long());
        }
    }
    if done == 0 {
        return Ok(None);
    }
    out.extend_from_slice(&text[done..]);
    Ok(Some(out))
}

fn between_characters(text: &[u8], new: &[u8]) -> Result<Vec<u8>> {
    if new.len().saturating_mul(text.len() + 1) > MAX_TEXT {
        return Err(too_long());
    }
    let mut out = new.to_vec();
    for chunk in text.utf8_chunks() {
        for c in chunk.valid().chars() {
            out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            out.extend_from_slice(new);
        }
        for byte in chunk.invalid() {
            out.push(*byte);
            out.extend_from_slice(new);
        }
    }
    Ok(out)
}

const PAIRS: Params = Params::Named(&[Param::new(
    "values",
    ParamType::Array,
    "What to replace and what to put there, in turn.",
)]);

const REPLACE_ALL_MANY: MethodSpec =
    MethodSpec::new("replace_all_many", CATEGORY, MethodRun::Prepared(replace_all_many))
        .doc("The text with each pair of `values` applied, one after the other: all occurrences of the first replaced by the second. An odd number of values is an error.")
        .params(PAIRS)
        .examples(&[
            Example { mapping: "root = this.s.replace_all_many([\"<\", \"(\", \">\", \")\"])", cases: &[(r#"{"s":"<a> <b>"}"#, "(a) (b)")] },
            Example { mapping: "root = this.s.replace_all_many([\"a\", \"b\", \"b\", \"c\"])", cases: &[(r#"{"s":"abc"}"#, "ccc")] },
        ]);

const REPLACE_MANY: MethodSpec =
    MethodSpec::new("replace_many", CATEGORY, MethodRun::Prepared(replace_all_many))
        .doc("The same as `replace_all_many`.")
        .params(PAIRS)
        .examples(&[
            Example {
                mapping: "root = this.s.replace_many([\"ä\", \"ae\", \"ö\", \"oe\"])",
                cases: &[(r#"{"s":"schön später"}"#, "schoen spaeter")],
            },
            Example {
                mapping: "root = this.s.replace_many(this.pairs)",
                cases: &[(r#"{"s":"x","pairs":["x","y"]}"#, "y"), (r#"{"s":"x","pairs":["x"]}"#, "Error")],
            },
        ]);

fn replace_all_many(args: &Args<'_>, _: &Environment) -> Result<PreparedMethod> {
    let values = args.array(0).cloned().unwrap_or_default();
    if values.len() % 2 != 0 {
        let mut shown = String::new();
        text::write_go(args.value(0), &mut shown);
        return Err(Error::new(format!(
            "invalid arg, replacements should be in pairs and must therefore be even: {shown}"
        )));
    }
    let as_text = |(i, value): (usize, &Value)| match string(value) {
        Ok(text) => Ok(text.into_owned()),
        Err(error) => Err(error.context(format!("invalid replacement value at index {i}"))),
    };
    let values: Vec<String> = values.iter().enumerate().map(as_text).collect::<Result<_>>()?;
    Ok(Arc::new(move |target, _| {
        let mut current = Cow::Borrowed(bytes(&target)?);
        for pair in values.chunks_exact(2) {
            if let Some(changed) = replaced(&current, pair[0].as_bytes(), pair[1].as_bytes())? {
                current = Cow::Owned(changed);
            }
        }
        Ok(like(&target, current.into_owned()))
    }))
}

const FORMAT: MethodSpec = MethodSpec::new(
    "format",
    CATEGORY,
    MethodRun::Pure(|target, args| {
        let values: Vec<Value> = args.values().cloned().collect();
        Ok(Value::from(format::sprintf(&string(&target)?, &values)))
    }),
)
.doc("The arguments put into the text in place of Go's verbs, such as `%s`, `%v`, `%05d` and `%.2f`. Numbers of a document are texts to it (`%s`, `%v`): turn them into integers or floats for `%d` and `%f`. Verbs that do not fit their argument show what is wrong and are no error.")
.params(Params::Variadic)
.examples(&[
    Example { mapping: "root = \"%s is %v\".format(this.name, this.age)", cases: &[(r#"{"name":"Ann","age":7}"#, "Ann is 7")] },
    Example { mapping: "root = \"%05.1f|%-4d|%x\".format(this.f.number(), this.i.int64(), \"hi\")", cases: &[(r#"{"f":2.25,"i":42}"#, "002.2|42  |6869")] },
]);
