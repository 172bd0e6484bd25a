//! How long files and functions may get, as a ratchet: `architecture-exceptions.txt` names what is longer, by how much, and why.

use std::collections::BTreeMap;

use crate::source::Source;

const FILE_LINES: usize = 500;
const FUNCTION_LINES: usize = 70;
const EXCEPTIONS: &str = include_str!("../architecture-exceptions.txt");

/// Everything that is too long, and every exception that is no longer needed.
pub fn findings(sources: &[Source]) -> Vec<String> {
    let (exceptions, mut findings) = exceptions();
    let mut unused = exceptions.clone();
    for (key, at, measured, ceiling) in sources.iter().flat_map(measures) {
        if measured <= ceiling {
            continue;
        }
        unused.remove(&key);
        let (path, what) = &key;
        match exceptions.get(&key) {
            None => findings.push(format!(
                "{at}: {what} is {measured} lines, the ceiling is {ceiling}. Split it by idea; if it is a table that \
                 reads best in one piece, add `{path}  {what}  {measured}  the reason` to \
                 tests/architecture-exceptions.txt"
            )),
            Some(allowed) if measured > *allowed => findings.push(format!(
                "{at}: {what} grew to {measured} lines, its exception allows {allowed}. Split it, do not raise the number"
            )),
            Some(allowed) if measured + measured / 10 < *allowed => findings.push(format!(
                "{at}: {what} shrank to {measured} lines: lower the {allowed} in tests/architecture-exceptions.txt"
            )),
            Some(_) => {}
        }
    }
    findings.extend(unused.keys().map(|(path, what)| {
        format!("tests/architecture-exceptions.txt: `{path}  {what}` is not needed any more: delete the line")
    }));
    findings
}

type Key = (String, String);

/// (path and measure, where to look, measured, ceiling) of a file and its functions.
fn measures(source: &Source) -> Vec<(Key, String, usize, usize)> {
    let key = |what: String| (source.path.clone(), what);
    let mut all = vec![(key("lines".into()), source.path.clone(), source.text.lines().count(), FILE_LINES)];
    for function in source.functions() {
        let at = format!("{}:{}", source.path, function.line);
        all.push((key(format!("fn {}", function.name)), at, function.lines, FUNCTION_LINES));
    }
    all
}

/// The exceptions, and the lines that cannot be read. Columns are parted by two spaces or more.
fn exceptions() -> (BTreeMap<Key, usize>, Vec<String>) {
    let (mut read, mut bad) = (BTreeMap::new(), Vec::new());
    for (number, line) in EXCEPTIONS.lines().enumerate() {
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        let columns: Vec<&str> = line.split("  ").map(str::trim).filter(|c| !c.is_empty()).collect();
        match columns[..] {
            [path, what, allowed, _reason] if allowed.parse::<usize>().is_ok() => {
                read.insert((path.into(), what.into()), allowed.parse().unwrap_or(0));
            }
            _ => bad.push(format!(
                "tests/architecture-exceptions.txt:{}: not `path  measure  allowed  reason`: {line}",
                number + 1
            )),
        }
    }
    (read, bad)
}
