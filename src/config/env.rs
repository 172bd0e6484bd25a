//! `${NAME}`, `${NAME:default}` and `${NAME|function}` in config text, replaced before YAML is read.
//!
//! `${{NAME}}` stands for a literal `${NAME}`. Values are spliced in as they are, except that their line breaks become
//! the two characters `\n`.

use std::borrow::Cow;
use std::fmt;

use base64::Engine;
use memchr::{memchr, memmem, memrchr};

/// Looks a variable up.
pub type Lookup<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Config text with its variables filled in.
#[derive(Debug)]
pub struct Expanded<'a> {
    pub text: Cow<'a, [u8]>,
    /// Variables without value and default, in order of appearance with repetitions; the text has nothing in their
    /// place.
    pub missing: Vec<String>,
}

/// Why a reference to a variable cannot be filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EnvError {
    UnknownFunction(String),
    BadBase64(String),
}

impl fmt::Display for EnvError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            EnvError::UnknownFunction(name) => {
                write!(f, "environment variable function '{name}' does not exist; there is only base64decode")
            }
            EnvError::BadBase64(name) => write!(f, "environment variable {name} does not hold base64"),
        }
    }
}

impl std::error::Error for EnvError {}

/// Fills the variables of `text` in.
pub fn expand<'a>(text: &'a [u8], lookup: Lookup<'_>) -> Result<Expanded<'a>, EnvError> {
    let mut missing = Vec::new();
    let filled = replace(text, 2, |reference, out| {
        let value = fill(reference, lookup, &mut missing)?;
        out.extend_from_slice(value.replace('\n', "\\n").as_bytes());
        Ok(())
    })?;
    let unescape = |escaped: &[u8], out: &mut Vec<u8>| {
        out.push(b'$');
        out.extend_from_slice(&escaped[2..escaped.len() - 1]);
        Ok(())
    };
    let text = match filled {
        Cow::Borrowed(text) => replace(text, 3, unescape)?,
        Cow::Owned(text) => Cow::Owned(replace(&text, 3, unescape)?.into_owned()),
    };
    Ok(Expanded { text, missing })
}

/// Replaces every reference that begins with `opening` characters (2 for `${`, 3 for `${{`).
fn replace<'a>(
    text: &'a [u8],
    opening: usize,
    mut write: impl FnMut(&[u8], &mut Vec<u8>) -> Result<(), EnvError>,
) -> Result<Cow<'a, [u8]>, EnvError> {
    let finder = memmem::Finder::new(&b"${{"[..opening]);
    let last_brace = memrchr(b'}', text).unwrap_or(0);
    let mut out = Vec::new();
    let mut copied = 0;
    let mut from = 0;
    while let Some(start) = finder.find(&text[from..]).map(|at| from + at).filter(|start| *start < last_brace)
    {
        match reference(text, start, opening) {
            Some(end) => {
                out.extend_from_slice(&text[copied..start]);
                write(&text[start..end], &mut out)?;
                (copied, from) = (end, end);
            }
            None => from = start + 1,
        }
    }
    if copied == 0 {
        return Ok(Cow::Borrowed(text));
    }
    out.extend_from_slice(&text[copied..]);
    Ok(Cow::Owned(out))
}

/// Where the reference ends that begins at `start`: a name, then maybe a default (in which `${...}` may nest) or a
/// function, then as many closing braces as there were opening ones.
fn reference(text: &[u8], start: usize, opening: usize) -> Option<usize> {
    let is_name = |b: &u8| b.is_ascii_alphanumeric() || *b == b'_' || *b == b'.';
    let run = |from: usize, member: &dyn Fn(&u8) -> bool| {
        from + text[from..].iter().take_while(|b| member(b)).count()
    };
    let closing = opening - 1;
    let closed = |at: usize| text[at..].starts_with(&b"}}"[..closing]).then_some(at + closing);

    let name = start + opening;
    let mut at = run(name, &is_name);
    if at == name {
        return None;
    }
    if text.get(at) == Some(&b':') {
        return default_ends(text, at + 1).into_iter().find_map(closed);
    }
    if opening == 2 && text.get(at) == Some(&b'|') {
        let end = run(at + 1, &u8::is_ascii_alphanumeric);
        if end == at + 1 {
            return None;
        }
        at = end;
    }
    closed(at)
}

/// Where a default that begins at `at` may end, best first: at the first brace outside nested references, or else at
/// the brace of the last nested one.
fn default_ends(text: &[u8], mut at: usize) -> Vec<usize> {
    let mut nested = Vec::new();
    loop {
        match text.get(at) {
            None => break,
            Some(b'}') => {
                nested.push(at);
                break;
            }
            Some(b'$') if text.get(at + 1) == Some(&b'{') && text.get(at + 2).is_some_and(|b| *b != b'}') => {
                let Some(close) = memchr(b'}', &text[at + 2..]) else { break };
                at += 2 + close;
                nested.push(at);
                at += 1;
            }
            Some(_) => at += 1,
        }
    }
    nested.reverse();
    nested
}

/// The value of `reference`, a whole `${...}`.
fn fill(reference: &[u8], lookup: Lookup<'_>, missing: &mut Vec<String>) -> Result<String, EnvError> {
    let inner = String::from_utf8_lossy(&reference[2..reference.len() - 1]);
    let (name, default) = match inner.split_once(':') {
        Some((name, default)) => (name, Some(default)),
        None => (inner.as_ref(), None),
    };
    let last = default.unwrap_or(name);
    let (kept, function) = last.rsplit_once('|').unwrap_or((last, ""));
    let value = match default {
        Some(_) => lookup(name).filter(|value| !value.is_empty()).unwrap_or_else(|| kept.to_owned()),
        None => lookup(kept).unwrap_or_else(|| {
            missing.push(kept.to_owned());
            String::new()
        }),
    };
    match function {
        "" => Ok(value),
        "base64decode" => {
            let bytes = base64::engine::general_purpose::STANDARD.decode(&value).ok();
            let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
            text.ok_or_else(|| EnvError::BadBase64(if default.is_some() { name } else { kept }.to_owned()))
        }
        other => Err(EnvError::UnknownFunction(other.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lookup(name: &str) -> Option<String> {
        match name {
            "A" => Some("foo".to_owned()),
            "EMPTY" => Some(String::new()),
            "LINES" => Some("a\nb".to_owned()),
            "B64" => Some("aGVsbG8=".to_owned()),
            _ => None,
        }
    }

    #[test]
    fn references_are_filled_in() {
        let cases = [
            ("a: ${A}", "a: foo"),
            ("${A:x}${B:x}${EMPTY:x}${EMPTY}", "fooxx"),
            ("${B:}|", "|"),
            ("${B:${A}}", "${A}"),
            ("${B:x${A}y${C}z}", "x${A}y${C}z"),
            ("${B:${A} ", "${A "),
            ("${LINES}", "a\\nb"),
            ("${B64|base64decode}", "hello"),
            ("${B:aGVsbG8=|base64decode}", "hello"),
            ("${{A}} ${{A:x}} $${A}", "${A} ${A:x} $foo"),
            ("${! json() } ${} ${a b} $A ${A", "${! json() } ${} ${a b} $A ${A"),
            ("${A", "${A"),
            ("}", "}"),
        ];
        for (text, want) in cases {
            let got = expand(text.as_bytes(), &lookup).unwrap();
            assert_eq!(String::from_utf8_lossy(&got.text), want, "{text}");
            assert!(got.missing.is_empty(), "{text}");
        }
    }

    #[test]
    fn missing_variables_and_bad_functions_are_reported() {
        let got = expand(b"${X} ${A} ${Y|base64decode} ${X}", &lookup).unwrap();
        assert_eq!((&*got.text, got.missing), (&b" foo  "[..], vec!["X".into(), "Y".into(), "X".into()]));
        assert_eq!(expand(b"${A|upper}", &lookup).unwrap_err(), EnvError::UnknownFunction("upper".into()));
        assert_eq!(expand(b"${B:a|b}", &lookup).unwrap_err(), EnvError::UnknownFunction("b".into()));
        assert_eq!(expand(b"${A|base64decode}", &lookup).unwrap_err(), EnvError::BadBase64("A".into()));
    }
}
