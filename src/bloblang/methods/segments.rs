//! Splitting texts and arrays where a query says so, and texts by the rules of Unicode.

use std::borrow::Cow;
use std::sync::Arc;

use bytes::Bytes;
use unicode_segmentation::UnicodeSegmentation;

use super::target::strict_string;
use crate::bloblang::Environment;
use crate::bloblang::args::{Args, Param, Params};
use crate::bloblang::error::Error;
use crate::bloblang::eval::Ctx;
use crate::bloblang::spec::{Example, MethodRun, MethodSpec, PreparedMethod, Result, Status};
use crate::value::json::go_lossy;
use crate::value::{Array, Value};

pub const METHODS: &[&MethodSpec] = &[&SPLIT_BY, &UNICODE_SEGMENTS];

const SPLIT_BY: MethodSpec = MethodSpec::new("split_by", "Object & Array Manipulation", MethodRun::Scoped(split_by))
    .status(Status::Experimental)
    .doc("Splits an array at the elements for which a query is true, or a text at its characters; what it is split at is left out. Of bytes the query sees numbers.")
    .params(Params::Named(&[Param::query("predicate", "Whether to split at an element.")]))
    .examples(&[
        Example { mapping: "root = this.ns.split_by(n -> n == 0)", cases: &[(r#"{"ns":[1,2,0,3,0]}"#, "[[1,2],[3],[]]")] },
        Example { mapping: "root = this.s.split_by(c -> c == \";\" || c == \",\")", cases: &[(r#"{"s":"a;b,c"}"#, r#"["a","b","c"]"#), (r#"{"s":""}"#, r#"[""]"#)] },
    ]);

fn split_by<'a>(target: Cow<'a, Value>, args: &Args<'_>, ctx: &Ctx<'a>) -> Result<Cow<'a, Value>> {
    let splits = |element: &Value, i: usize| match args.run_with(0, ctx, element) {
        Ok(result) => Ok(matches!(result, Value::Bool(true))),
        Err(error) => Err(error.located(|| args.source(0)).context(format!("failed to process element {i}"))),
    };
    let mut parts = Array::new();
    match &*target {
        Value::Array(items) => {
            let mut part = Array::new();
            for (i, item) in items.iter().enumerate() {
                match splits(item, i)? {
                    true => parts.push(Value::Array(std::mem::take(&mut part))),
                    false => part.push(item.clone()),
                }
            }
            parts.push(Value::Array(part));
        }
        Value::Bytes(bytes) => {
            let mut begin = 0;
            for (i, byte) in bytes.iter().enumerate() {
                if splits(&Value::Int(i64::from(*byte)), i)? {
                    parts.push(Value::from(bytes.slice(begin..i)));
                    begin = i + 1;
                }
            }
            parts.push(Value::from(bytes.slice(begin..)));
        }
        Value::String(_) | Value::RawString(_) => {
            let text = strict_string(&target)?;
            let mut begin = 0;
            for (i, (at, c)) in text.char_indices().enumerate() {
                if splits(&Value::from(&*c.encode_utf8(&mut [0; 4])), i)? {
                    parts.push(Value::from(&text[begin..at]));
                    begin = at + c.len_utf8();
                }
            }
            parts.push(Value::from(&text[begin..]));
        }
        other => return Err(Error::expected("string or array", other)),
    }
    Ok(Cow::Owned(Value::Array(parts)))
}

const UNICODE_SEGMENTS: MethodSpec =
    MethodSpec::new("unicode_segments", "String Manipulation", MethodRun::Prepared(unicode_segments))
        .doc("The graphemes (characters as readers see them), words or sentences of a text; nothing of it is left out.")
        .params(Params::Named(&[Param::string("segmentation_type", "grapheme, word or sentence.")]))
        .examples(&[
            Example { mapping: "root = this.s.unicode_segments(\"word\")", cases: &[(r#"{"s":"Ok, go"}"#, r#"["Ok",","," ","go"]"#)] },
            Example { mapping: "root = this.s.unicode_segments(\"grapheme\").length()", cases: &[(r#"{"s":"👍🏽é"}"#, "2")] },
        ]);

fn unicode_segments(args: &Args<'_>, _: &Environment) -> Result<PreparedMethod> {
    type Split = fn(&str) -> Array;
    let split: Split = match args.str(0) {
        "grapheme" => |text| text.graphemes(true).flat_map(clusters).map(Value::from).collect(),
        "word" => |text| text.split_word_bounds().map(Value::from).collect(),
        // Not collected: the iterator over the sentences of the empty text says that there are many.
        "sentence" => |text| {
            let mut sentences = Array::new();
            text.split_sentence_bounds().for_each(|sentence| sentences.push(Value::from(sentence)));
            sentences
        },
        other => return Err(Error::new(format!("there are no segments of type {other}"))),
    };
    Ok(Arc::new(move |target, _| match &*target {
        Value::Bytes(bytes) => {
            let of_bytes = |part: &Value| match part {
                Value::String(part) => Value::from(Bytes::copy_from_slice(part.as_bytes())),
                part => part.clone(),
            };
            Ok(Value::Array(split(&go_lossy(bytes)).iter().map(of_bytes).collect()))
        }
        target => Ok(Value::Array(split(&strict_string(target)?))),
    }))
}

/// The signs that join Indian consonants.
const JOINERS: [char; 6] = ['\u{94d}', '\u{9cd}', '\u{acd}', '\u{b4d}', '\u{c4d}', '\u{d4d}'];

/// The parts of a grapheme by the rules of the reference, which are older: consonants are not joined.
fn clusters(grapheme: &str) -> impl Iterator<Item = &str> {
    let is_consonant = |c: char| {
        ('\u{900}'..='\u{d7f}').contains(&c) && matches!(u32::from(c) & 0x7f, 0x15..=0x39 | 0x58..=0x5f)
    };
    let mut rest = grapheme;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let mut joined = false;
        let end = rest.char_indices().find(|(_, c)| {
            let splits = joined && is_consonant(*c);
            joined |= JOINERS.contains(c);
            splits
        });
        let (part, after) = rest.split_at(end.map_or(rest.len(), |(at, _)| at));
        rest = after;
        Some(part)
    })
}
