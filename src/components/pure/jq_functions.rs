//! Functions of `jq` programs in place of the standard library's: JSON text by Go's rules, and regular expressions
//! in Go's syntax that also report the groups that took no part.

use jaq_core::native::{Filter, bome, run, v};
use jaq_core::{Cv, Error, Native, RunPtr, ValR};
use jaq_json::{Map, Val};

use super::processor_jq::{Data, val, value};
use crate::bloblang::go::regex::{Pattern, cached};
use crate::value::{Value, json};

/// The functions, ready to be compiled into a program.
pub fn all() -> impl Iterator<Item = Filter<Native<Data>>> {
    let table: [Filter<RunPtr<Data>>; 5] = [
        ("tojson", v(0), |cv| bome(Ok(Val::utf8_str(text(&cv.1))))),
        ("tostring", v(0), |cv| {
            bome(Ok(if matches!(cv.1, Val::TStr(_)) { cv.1 } else { Val::utf8_str(text(&cv.1)) }))
        }),
        ("fromjson", v(0), |cv| bome(parsed(&cv.1))),
        ("matches", v(2), |cv| bome(matches(cv, false))),
        ("split_matches", v(2), |cv| bome(matches(cv, true))),
    ];
    table.into_iter().map(run::<Data>)
}

/// The JSON text of a value; NaN is null, an infinity the largest number.
fn text(val: &Val) -> Vec<u8> {
    let value = value(val);
    json::print(&value).or_else(|_| json::print(&finite(value))).unwrap_or_default()
}

fn finite(value: Value) -> Value {
    match value {
        Value::Float(f) if f.is_nan() => Value::Null,
        Value::Float(f) => Value::Float(f.clamp(f64::MIN, f64::MAX)),
        Value::Array(items) => Value::Array(items.into_iter().map(finite).collect()),
        Value::Object(object) => {
            Value::Object(object.into_iter().map(|(key, value)| (key, finite(value))).collect())
        }
        value => value,
    }
}

fn parsed(text: &Val) -> ValR<Val> {
    let bytes = text.try_as_utf8_bytes_owned()?;
    let document = json::parse(&bytes);
    document
        .map(|document| val(&document))
        .map_err(|error| Error::str(format!("cannot parse {text} as JSON: {error}")))
}

/// An array of matches, each an array of its groups; `split` puts the text between them in between.
fn matches(mut cv: Cv<'_, Data>, split: bool) -> ValR<Val> {
    let (flags, pattern) = (cv.0.pop_var(), cv.0.pop_var());
    let flags = if flags == Val::Null { Val::utf8_str("") } else { flags };
    let [subject, pattern, flags] = [string(&cv.1)?, string(&pattern)?, string(&flags)?];
    if let Some(flag) = flags.chars().find(|flag| !"gi".contains(*flag)) {
        return Err(Error::str(format!("unsupported regular expression flag {flag:?}")));
    }
    let ignore_case = if flags.contains('i') { "(?i)" } else { "" };
    let pattern = cached(&format!("{ignore_case}{pattern}")).map_err(Error::str)?;
    let limit = if flags.contains('g') { usize::MAX } else { 1 };
    let (mut found, mut end) = (Vec::new(), 0);
    for captures in pattern.regex().captures_iter(&subject).take(limit) {
        if let Some(whole) = captures.get(0).filter(|_| split) {
            found.push(Val::utf8_str(subject[end..whole.start()].to_owned()));
            end = whole.end();
        }
        let groups = captures.iter().enumerate();
        found.push(groups.map(|(i, span)| group(&pattern, &subject, i, span)).collect());
    }
    if split {
        found.push(Val::utf8_str(subject[end..].to_owned()));
    }
    Ok(found.into_iter().collect())
}

/// Group `i` of a match; the whole match has no name. Offsets and lengths are characters.
fn group(pattern: &Pattern, subject: &str, i: usize, span: Option<regex::Match<'_>>) -> Val {
    let count = |text: &str| Val::from(text.chars().count());
    let (offset, length, text) = match span {
        Some(span) => {
            (count(&subject[..span.start()]), count(span.as_str()), Val::utf8_str(span.as_str().to_owned()))
        }
        None => (Val::from(-1_isize), Val::from(0_usize), Val::Null),
    };
    let mut fields = Map::default();
    let mut put = |name: &str, field| fields.insert(Val::utf8_str(name.to_owned()), field);
    put("offset", offset);
    put("length", length);
    put("string", text);
    if i > 0 {
        put("name", pattern.name(i).map_or(Val::Null, |name| Val::utf8_str(name.to_string())));
    }
    Val::obj(fields)
}

fn string(val: &Val) -> Result<String, Error<Val>> {
    Ok(json::go_lossy(&val.try_as_utf8_bytes_owned()?).into_owned())
}
