//! Where the cases of a config stand: in the config itself, or in a file beside it.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};

use super::case::Case;
use crate::bloblang::go::path;
use crate::config::{Conf, ConfError, Node, NodeKind, TESTS, parse};

/// The endings of the names of files that hold nothing but cases, the most specific first.
const SUFFIXES: [&str; 4] = ["_benthos_test", "_bento_test", "_connect_test", "_test"];

/// The keys of a file that holds nothing but cases.
const KEYS_OF_TESTS: [&str; 2] = ["tests", "parallel"];

/// A config and its cases.
pub struct Definition {
    pub config: PathBuf,
    pub cases: Vec<Case>,
}

/// The configs among `paths` that have cases, by name, each once. A path may name a config or the file with its
/// cases.
pub fn find(paths: &[PathBuf]) -> Result<Vec<Definition>, String> {
    let mut found = BTreeMap::new();
    for path in paths {
        let pair = Pair::of(path);
        let cases = pair.cases()?;
        if !cases.is_empty() {
            found.insert(pair.config, cases);
        }
    }
    Ok(found.into_iter().map(|(config, cases)| Definition { config, cases }).collect())
}

/// A config, and the file with its cases if there is one.
struct Pair {
    config: PathBuf,
    cases: Option<PathBuf>,
}

// === impl Pair ===

impl Pair {
    /// The pair that `given` is part of.
    fn of(given: &Path) -> Self {
        let given = PathBuf::from(path::clean(&given.to_string_lossy()));
        let (stem, extension) = parts(&given);
        for suffix in SUFFIXES {
            let Some(plain) = stem.strip_suffix(suffix) else { continue };
            let config = given.with_file_name(format!("{plain}{extension}"));
            // Only the first suffix is certain: other files of such a name may be configs themselves.
            if suffix == SUFFIXES[0] || (config.exists() && is_tests_only(&given)) {
                return Self { config, cases: Some(given) };
            }
        }
        let beside = |suffix: &&str| {
            let cases = given.with_file_name(format!("{stem}{suffix}{extension}"));
            (cases.exists() && (**suffix == *SUFFIXES[0] || is_tests_only(&cases))).then_some(cases)
        };
        let cases = SUFFIXES.iter().find_map(beside);
        Self { config: given, cases }
    }

    /// Reads the cases; variables are not filled in.
    fn cases(&self) -> Result<Vec<Case>, String> {
        let config = self.config.display();
        std::fs::metadata(&self.config)
            .map_err(|error| format!("unable to access target config file '{config}': {error}"))?;
        let source = match &self.cases {
            Some(cases) if cases.exists() => cases,
            _ if matches!(parts(&self.config).1.as_str(), ".yaml" | ".yml") => &self.config,
            _ => return Ok(Vec::new()),
        };
        let shown = source.display();
        let text = std::fs::read(source)
            .map_err(|error| format!("failed to read test definition from '{shown}': {error}"))?;
        let unusable = |error: String| format!("failed to parse test definition from '{shown}': {error}");
        let root = parse(&text).map_err(|error| unusable(error.to_string()))?;
        check(&root).map_err(unusable)?;
        let folder = self.config.parent().unwrap_or(Path::new(""));
        read(root, folder).map_err(|error| unusable(error.to_string()))
    }
}

/// The cases of a document; `folder` is that of the config.
fn read(root: Node, folder: &Path) -> Result<Vec<Case>, ConfError> {
    let confs = Conf::new(root, "root").get(&TESTS)?.unwrap_or_default();
    confs.iter().map(|conf| Case::read(conf, folder)).collect()
}

/// The name of a file without its extension, and the extension with its dot.
fn parts(path: &Path) -> (String, String) {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    match name.rfind('.') {
        Some(dot) => (name[..dot].to_owned(), name[dot..].to_owned()),
        None => (name, String::new()),
    }
}

/// Whether a file holds cases and nothing else.
fn is_tests_only(path: &Path) -> bool {
    let root = std::fs::read(path).ok().and_then(|text| parse(&text).ok());
    root.is_some_and(|root| {
        let keys = root.entries();
        !keys.is_empty() && keys.iter().all(|entry| KEYS_OF_TESTS.contains(&entry.key.text.as_str()))
    })
}

/// Refuses a document that is no object, and one that says something twice, as the last would silently win.
fn check(root: &Node) -> Result<(), String> {
    if !matches!(root.value, NodeKind::Map(_)) && !root.is_null() {
        return Err(format!("line {}: expected an object, got {}", root.line, root.tag().name()));
    }
    let mut seen = HashSet::new();
    match root.entries().iter().find(|entry| !seen.insert(&entry.key.text)) {
        Some(twice) => Err(format!("line {}: the key '{}' is defined twice", twice.key.line, twice.key.text)),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CASES: &str = "tests: [{name: x}]\n";

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        folder
    }

    /// The configs with cases that `names` lead to, with the number of their cases.
    fn found(folder: &tempfile::TempDir, names: &[&str]) -> Result<Vec<String>, String> {
        let paths: Vec<_> = names.iter().map(|name| folder.path().join(name)).collect();
        let shown = |d: &Definition| {
            format!("{} {}", d.config.file_name().unwrap_or_default().display(), d.cases.len())
        };
        Ok(find(&paths)?.iter().map(shown).collect())
    }

    #[test]
    fn cases_stand_beside_a_config_or_in_it() {
        let files = [
            ("a.yaml", "tests: [{name: x}, {name: y}]\n"),
            ("b.yaml", "tests: [{name: x}, {name: y}]\n"),
            ("b_benthos_test.yaml", CASES),
            ("c.yaml", ""),
            ("c_bento_test.yaml", CASES),
            ("d.yaml", ""),
            ("d_test.yaml", CASES),
            ("e.yaml", ""),
            ("e_test.yaml", "tests: [{name: x}]\npipeline: {}\n"),
            ("f.json", "{}"),
        ];
        let folder = folder(&files);
        let all: Vec<_> = files.iter().map(|(name, _)| *name).collect();
        let expected = ["a.yaml 2", "b.yaml 1", "c.yaml 1", "d.yaml 1", "e_test.yaml 1"];
        assert_eq!(found(&folder, &all).unwrap(), expected);
    }

    #[test]
    fn what_cannot_be_read_ends_the_search() {
        let files = [
            ("x_benthos_test.yaml", CASES),
            ("list.yaml", "[1]"),
            ("twice.yaml", "tests: []\ntests: []\n"),
            ("nameless.yaml", "tests: [{}]\n"),
            ("query.yaml", "tests: [{name: x, output_batches: [[{bloblang: 'this.('}]]}]\n"),
        ];
        let folder = folder(&files);
        for (name, _) in files {
            assert!(found(&folder, &[name]).is_err(), "{name}");
        }
        assert!(found(&folder, &["none.yaml"]).is_err());
    }
}
