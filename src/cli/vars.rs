//! Environment variables: those of the process, and over them those of `--env-file`.

use std::collections::HashMap;
use std::fs;
use std::sync::Arc;

use super::paths;
use crate::expr::{SystemHost, install_host};
use crate::manager::Vars;

/// As [`read`], and shows the variables to mappings.
pub fn install(globs: &[String]) -> Result<Vars, String> {
    install_below(globs, |_| None)
}

/// As [`install`], where what `over` knows counts more than files and environment.
pub fn install_below(globs: &[String], over: fn(&str) -> Option<String>) -> Result<Vars, String> {
    let below = read(globs)?;
    let vars: Vars = Arc::new(move |name| over(name).or_else(|| below(name)));
    let seen = vars.clone();
    install_host(Arc::new(SystemHost::new(move |name| seen(name))));
    Ok(vars)
}

/// Looks variables up in the files that `globs` name, later ones first, then in the environment.
fn read(globs: &[String]) -> Result<Vars, String> {
    let mut set = HashMap::new();
    for path in paths::expand(globs)? {
        let text = fs::read_to_string(&path)
            .map_err(|error| format!("failed to read env file {}: {error}", path.display()))?;
        set.extend(
            parse(&text).map_err(|error| format!("failed to read env file {}: {error}", path.display()))?,
        );
    }
    Ok(Arc::new(move |name| set.get(name).cloned().or_else(|| std::env::var(name).ok())))
}

/// Reads `KEY=VALUE` lines: values may stand in single, double or triple double quotes, `#` begins a comment.
fn parse(text: &str) -> Result<Vec<(String, String)>, String> {
    let mut all = Vec::new();
    let mut lines = text.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let line = line.strip_prefix("export ").unwrap_or(line);
        let Some((key, value)) = line.split_once('=') else {
            return Err(format!("line {}: expected KEY=VALUE", number + 1));
        };
        let value = value.trim();
        let value = match value.strip_prefix("\"\"\"") {
            Some(begin) => triple(begin, &mut lines)
                .ok_or_else(|| format!("line {}: the value in triple quotes does not end", number + 1))?,
            None => single(value),
        };
        all.push((key.trim().to_owned(), value));
    }
    Ok(all)
}

/// A value in triple quotes that may go on over further lines.
fn triple<'a>(begin: &str, lines: &mut impl Iterator<Item = (usize, &'a str)>) -> Option<String> {
    let mut value = begin.to_owned();
    loop {
        if let Some(end) = value.find("\"\"\"") {
            value.truncate(end);
            return Some(value);
        }
        value.push('\n');
        value.push_str(lines.next()?.1);
    }
}

fn single(value: &str) -> String {
    for quote in ['"', '\''] {
        if let Some((inner, _)) = value.strip_prefix(quote).and_then(|rest| rest.split_once(quote)) {
            return inner.to_owned();
        }
    }
    value.split(" #").next().unwrap_or(value).trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_may_be_quoted() {
        let text =
            "# comment\nA=1\n B = two words # not this\nC='x # y'\nexport D=\"q\"\nE=\"\"\"a\nb\"\"\"\nF=\n";
        let all = parse(text).expect("an env file");
        let expected = [("A", "1"), ("B", "two words"), ("C", "x # y"), ("D", "q"), ("E", "a\nb"), ("F", "")];
        assert_eq!(all, expected.map(|(key, value)| (key.to_owned(), value.to_owned())));
        assert!(parse("nonsense").is_err());
        assert!(parse("A=\"\"\"x").is_err());
    }
}
