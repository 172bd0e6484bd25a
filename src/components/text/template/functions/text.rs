//! Texts.

use super::{Line, MANY, int, list, string};
use crate::bloblang::go::case;
use crate::bloblang::go::quote::{Charset, quote};
use crate::bloblang::go::regex::{Template, cached};
use crate::value::{Object, Value};

/// How long a text may be that a function makes longer.
const MAX_LENGTH: usize = 16 << 20;

pub const FUNCTIONS: &[Line] = &[
    ("trim", 1, 1, |args| Ok(string(&args[0]).trim().into())),
    ("trimAll", 2, 2, |args| Ok(string(&args[1]).trim_matches(|c| string(&args[0]).contains(c)).into())),
    ("trimall", 2, 2, |args| Ok(string(&args[1]).trim_matches(|c| string(&args[0]).contains(c)).into())),
    ("trimPrefix", 2, 2, |args| {
        let text = string(&args[1]);
        Ok(text.strip_prefix(&string(&args[0])).unwrap_or(&text).into())
    }),
    ("trimSuffix", 2, 2, |args| {
        let text = string(&args[1]);
        Ok(text.strip_suffix(&string(&args[0])).unwrap_or(&text).into())
    }),
    ("upper", 1, 1, |args| Ok(case::upper(&string(&args[0])).into())),
    ("lower", 1, 1, |args| Ok(case::lower(&string(&args[0])).into())),
    ("title", 1, 1, |args| Ok(capitals(&string(&args[0]), char::to_uppercase).into())),
    ("untitle", 1, 1, |args| Ok(capitals(&string(&args[0]), char::to_lowercase).into())),
    ("swapcase", 1, 1, |args| {
        let swap = |c: char| {
            if c.is_uppercase() { c.to_lowercase().to_string() } else { c.to_uppercase().to_string() }
        };
        Ok(string(&args[0]).chars().map(swap).collect::<String>().into())
    }),
    ("repeat", 2, 2, |args| {
        let (count, text) = (int(&args[0]).max(0) as usize, string(&args[1]));
        if count.saturating_mul(text.len()) > MAX_LENGTH {
            return Err("the text is repeated too often".to_owned());
        }
        Ok(text.repeat(count).into())
    }),
    ("substr", 3, 3, |args| {
        let text = string(&args[2]);
        let end = if int(&args[1]) < 0 || int(&args[1]) > text.len() as i64 {
            text.len()
        } else {
            int(&args[1]) as usize
        };
        let start = (int(&args[0]).max(0) as usize).min(end);
        Ok(Value::text(text.as_bytes()[start..end].to_vec()))
    }),
    ("nospace", 1, 1, |args| Ok(string(&args[0]).split_whitespace().collect::<String>().into())),
    ("trunc", 2, 2, |args| {
        let (length, text) = (int(&args[0]), string(&args[1]));
        let bytes = text.as_bytes();
        let size = (length.unsigned_abs() as usize).min(bytes.len());
        let part = if length < 0 { &bytes[bytes.len() - size..] } else { &bytes[..size] };
        Ok(Value::text(part.to_vec()))
    }),
    ("abbrev", 2, 2, |args| {
        let (width, text) = (int(&args[0]).max(0) as usize, string(&args[1]));
        if width < 4 || text.chars().count() <= width {
            return Ok(text.into());
        }
        Ok((text.chars().take(width - 3).collect::<String>() + "...").into())
    }),
    ("initials", 1, 1, |args| {
        Ok(string(&args[0])
            .split_whitespace()
            .filter_map(|word| word.chars().next())
            .collect::<String>()
            .into())
    }),
    ("wrap", 2, 2, |args| Ok(wrapped(&string(&args[1]), int(&args[0]), "\n").into())),
    ("wrapWith", 3, 3, |args| Ok(wrapped(&string(&args[2]), int(&args[0]), &string(&args[1])).into())),
    ("contains", 2, 2, |args| Ok(string(&args[1]).contains(&string(&args[0])).into())),
    ("hasPrefix", 2, 2, |args| Ok(string(&args[1]).starts_with(&string(&args[0])).into())),
    ("hasSuffix", 2, 2, |args| Ok(string(&args[1]).ends_with(&string(&args[0])).into())),
    ("quote", 0, MANY, |args| Ok(each(args, |text| quote(text, Charset::Unicode)))),
    ("squote", 0, MANY, |args| Ok(each(args, |text| format!("'{text}'")))),
    ("cat", 0, MANY, |args| Ok(each(args, str::to_owned))),
    ("indent", 2, 2, |args| indented(args, "")),
    ("nindent", 2, 2, |args| indented(args, "\n")),
    ("replace", 3, 3, |args| Ok(string(&args[2]).replace(&string(&args[0]), &string(&args[1])).into())),
    ("plural", 3, 3, |args| Ok(if int(&args[2]) == 1 { args[0].clone() } else { args[1].clone() })),
    ("snakecase", 1, 1, |args| Ok(words(&string(&args[0])).join("_").into())),
    ("kebabcase", 1, 1, |args| Ok(words(&string(&args[0])).join("-").into())),
    ("camelcase", 1, 1, |args| {
        let capital = |word: &String| capitals(word, char::to_uppercase);
        Ok(words(&string(&args[0])).iter().map(capital).collect::<String>().into())
    }),
    ("toString", 1, 1, |args| Ok(string(&args[0]).into())),
    ("toStrings", 1, 1, |args| Ok(strings(&args[0])?.into())),
    ("join", 2, 2, |args| {
        let texts: Vec<String> = match &args[1] {
            Value::Array(items) => items.iter().filter(|item| !item.is_null()).map(string).collect(),
            other => vec![string(other)],
        };
        Ok(texts.join(&string(&args[0])).into())
    }),
    ("splitList", 2, 2, |args| Ok(parts(&string(&args[1]), &string(&args[0]), usize::MAX).into())),
    ("split", 2, 2, |args| Ok(numbered(parts(&string(&args[1]), &string(&args[0]), usize::MAX)))),
    ("splitn", 3, 3, |args| {
        Ok(numbered(parts(&string(&args[2]), &string(&args[0]), int(&args[1]).max(1) as usize)))
    }),
    ("sortAlpha", 1, 1, |args| {
        let mut sorted = strings(&args[0])?;
        sorted.sort_by(super::order);
        Ok(sorted.into())
    }),
    ("regexMatch", 2, 2, |args| {
        Ok(cached(&string(&args[0])).map_err(invalid)?.regex().is_match(&string(&args[1])).into())
    }),
    ("regexFind", 2, 2, |args| {
        let (pattern, text) = (cached(&string(&args[0])).map_err(invalid)?, string(&args[1]));
        Ok(pattern.regex().find(&text).map_or("", |found| found.as_str()).into())
    }),
    ("regexFindAll", 3, 3, |args| {
        let (pattern, text) = (cached(&string(&args[0])).map_err(invalid)?, string(&args[1]));
        let most = usize::try_from(int(&args[2])).unwrap_or(usize::MAX);
        Ok(pattern
            .regex()
            .find_iter(&text)
            .take(most)
            .map(|found| Value::from(found.as_str()))
            .collect::<Vec<_>>()
            .into())
    }),
    ("regexReplaceAll", 3, 3, |args| {
        let pattern = cached(&string(&args[0])).map_err(invalid)?;
        let (text, template) = (string(&args[1]), Template::new(&string(&args[2])));
        let replaced = pattern.replace_all(&text, &template).ok_or("the replaced text is too long")?;
        Ok(replaced.as_ref().into())
    }),
    ("regexReplaceAllLiteral", 3, 3, |args| {
        let pattern = cached(&string(&args[0])).map_err(invalid)?;
        let with = string(&args[2]);
        Ok(pattern.regex().replace_all(&string(&args[1]), regex::NoExpand(&with)).as_ref().into())
    }),
    ("regexSplit", 3, 3, |args| {
        let (pattern, text) = (cached(&string(&args[0])).map_err(invalid)?, string(&args[1]));
        let most = usize::try_from(int(&args[2])).unwrap_or(usize::MAX);
        Ok(pattern.regex().splitn(&text, most).map(Value::from).collect::<Vec<_>>().into())
    }),
    ("regexQuoteMeta", 1, 1, |args| Ok(regex::escape(&string(&args[0])).into())),
];

fn invalid(error: impl std::fmt::Display) -> String {
    format!("the pattern is not valid: {error}")
}

/// The first letter of each word in another case.
fn capitals<I: Iterator<Item = char>>(text: &str, to: impl Fn(char) -> I) -> String {
    let mut out = String::with_capacity(text.len());
    let mut before = ' ';
    for c in text.chars() {
        if before.is_whitespace() {
            out.extend(to(c))
        } else {
            out.push(c)
        }
        before = c;
    }
    out
}

/// The values that are there, one after another.
fn each(args: &[Value], shown: impl Fn(&str) -> String) -> Value {
    let there = args.iter().filter(|arg| !matches!(arg, Value::Null | Value::Nothing));
    there.map(|arg| shown(&string(arg))).collect::<Vec<_>>().join(" ").into()
}

fn indented(args: &[Value], before: &str) -> Result<Value, String> {
    let (width, text) = (int(&args[0]).max(0) as usize, string(&args[1]));
    if width.saturating_mul(1 + text.matches('\n').count()) > MAX_LENGTH {
        return Err("the text is indented too far".to_owned());
    }
    let pad = " ".repeat(width);
    Ok(format!("{before}{pad}{}", text.replace('\n', &format!("\n{pad}"))).into())
}

fn wrapped(text: &str, width: i64, end: &str) -> String {
    let width = width.max(1) as usize;
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut().filter(|line| line.chars().count() + 1 + word.chars().count() <= width) {
            Some(line) => {
                line.push(' ');
                line.push_str(word);
            }
            None => lines.push(word.to_owned()),
        }
    }
    lines.join(end)
}

/// The words of a name in small letters: they end at signs, and where a capital begins another one.
fn words(text: &str) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    let mut words = vec![String::new()];
    for (i, c) in chars.iter().enumerate() {
        let before = i.checked_sub(1).map(|i| chars[i]);
        let next_small = chars.get(i + 1).is_some_and(|c| c.is_lowercase());
        let begins = c.is_uppercase()
            && before.is_some_and(|b| b.is_lowercase() || b.is_numeric() || b.is_uppercase() && next_small);
        if begins || !c.is_alphanumeric() {
            words.push(String::new());
        }
        if c.is_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.extend(c.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

fn strings(value: &Value) -> Result<Vec<Value>, String> {
    Ok(list(value)?.iter().map(|item| string(item).into()).collect())
}

fn parts(text: &str, separator: &str, most: usize) -> Vec<Value> {
    if separator.is_empty() {
        return text.chars().map(|c| Value::from(c.to_string())).collect();
    }
    text.splitn(most, separator).map(Value::from).collect()
}

/// Parts as an object with the keys `_0`, `_1` ...
fn numbered(parts: Vec<Value>) -> Value {
    let entries = parts.into_iter().enumerate().map(|(i, part)| (format!("_{i}").into(), part));
    Value::Object(entries.collect::<Object>())
}
