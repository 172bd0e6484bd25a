//! Environment variables: those of the process, and over them those of `--env-file`.

use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};

use super::paths;
use crate::bloblang::go::quote::unquote;
use crate::expr::{SystemHost, install_host};
use crate::manager::Vars;

/// The files with variables, which can be read again.
#[derive(Clone)]
pub struct EnvFiles {
    globs: Vec<String>,
    set: Arc<RwLock<HashMap<String, String>>>,
}

/// Looks variables up in the files that `globs` name, later ones first, then in the environment, and shows them to
/// mappings.
pub fn install(globs: &[String]) -> Result<Vars, String> {
    Ok(EnvFiles::read(globs)?.install(|_| None))
}

/// As [`install`], where what `over` knows counts more than files and environment.
pub fn install_below(globs: &[String], over: fn(&str) -> Option<String>) -> Result<Vars, String> {
    Ok(EnvFiles::read(globs)?.install(over))
}

// === impl EnvFiles ===

impl EnvFiles {
    pub fn read(globs: &[String]) -> Result<Self, String> {
        let files = Self { globs: globs.to_vec(), set: Arc::default() };
        files.read_again()?;
        Ok(files)
    }

    /// Takes over what the files say now; on an error nothing changes.
    pub fn read_again(&self) -> Result<(), String> {
        let mut set = HashMap::new();
        for path in paths::expand(&self.globs)? {
            let failed = |error: String| format!("failed to read env file {}: {error}", path.display());
            let text = fs::read_to_string(&path).map_err(|error| failed(error.to_string()))?;
            set.extend(parse(&text).map_err(failed)?);
        }
        *self.set.write().unwrap_or_else(PoisonError::into_inner) = set;
        Ok(())
    }

    /// The files that there are now.
    pub fn paths(&self) -> Vec<PathBuf> {
        paths::expand(&self.globs).unwrap_or_default()
    }

    /// The variables, of which those count first that `over` knows; mappings see them too.
    pub fn install(&self, over: fn(&str) -> Option<String>) -> Vars {
        let set = self.set.clone();
        let filed = move |name: &str| set.read().unwrap_or_else(PoisonError::into_inner).get(name).cloned();
        let vars: Vars =
            Arc::new(move |name| over(name).or_else(|| filed(name)).or_else(|| std::env::var(name).ok()));
        let seen = vars.clone();
        install_host(Arc::new(SystemHost::new(move |name| seen(name))));
        vars
    }
}

/// Reads `KEY=VALUE` lines. A value is plain up to a space or a `#`, a quoted string with the escapes of Go, or anything
/// between triple quotes; `#` begins a comment.
fn parse(text: &str) -> Result<Vec<(String, String)>, String> {
    let mut all = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let number = text[..text.len() - rest.len()].lines().count() + 1;
        let at = |what: &str| format!("line {number}: {what}");
        rest = rest.trim_start_matches(SPACE);
        if !rest.starts_with(['#', '\r', '\n']) && !rest.is_empty() {
            let end = rest.find(['=', ' ', '\r', '\n', '#']).unwrap_or(rest.len());
            let (key, behind) = rest.split_at(end);
            let behind = behind.trim_start_matches(SPACE).strip_prefix('=').filter(|_| !key.is_empty());
            let behind = behind.ok_or_else(|| at("expected KEY=VALUE"))?.trim_start_matches(SPACE);
            let (value, behind) = value(behind).map_err(at)?;
            all.push((key.to_owned(), value));
            rest = behind.trim_start_matches(SPACE);
        }
        if rest.starts_with('#') {
            rest = &rest[rest.find('\n').unwrap_or(rest.len())..];
        }
        let line_break = rest.strip_prefix('\r').unwrap_or(rest);
        rest = match line_break.strip_prefix('\n') {
            Some(next) => next,
            None if line_break.is_empty() => line_break,
            None => return Err(at("expected the end of the line behind the value")),
        };
    }
    Ok(all)
}

const SPACE: [char; 2] = [' ', '\t'];

/// The value that `text` begins with, and what follows it.
fn value(text: &str) -> Result<(String, &str), &'static str> {
    if let Some(begin) = text.strip_prefix("\"\"\"") {
        let (value, rest) = begin.split_once("\"\"\"").ok_or("the value in triple quotes does not end")?;
        return Ok((value.to_owned(), rest));
    }
    if !text.starts_with('"') {
        let (value, rest) = text.split_at(text.find(['#', ' ', '\r', '\n']).unwrap_or(text.len()));
        return Ok((value.to_owned(), rest));
    }
    let mut escaped = false;
    let end = text[1..].find(|c: char| {
        let ends = c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        ends
    });
    let (quoted, rest) = text.split_at(end.ok_or("the value in quotes does not end")? + 2);
    let value = unquote(quoted).and_then(|bytes| String::from_utf8(bytes).ok());
    Ok((value.ok_or("the value in quotes has an escape that is none")?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_may_be_quoted() {
        let text = "# comment\n\nA=1\n B = two # not this\nC='x'\nD=\"q \\n#\\\"\" # c\r\nE=\"\"\"a\n\"b\"\"\"\nF=\nG=a#b\nH=x=y";
        let all = parse(text).expect("an env file");
        let expected = [
            ("A", "1"),
            ("B", "two"),
            ("C", "'x'"),
            ("D", "q \n#\""),
            ("E", "a\n\"b"),
            ("F", ""),
            ("G", "a"),
            ("H", "x=y"),
        ];
        assert_eq!(all, expected.map(|(key, value)| (key.to_owned(), value.to_owned())));
        for broken in ["nonsense", "export A=1", "=x", "A=x y", "A=\"\"\"x", "A=\"x", "A=\"\\q\"", "A='x y'"]
        {
            assert!(parse(broken).is_err(), "{broken}");
        }
    }
}
