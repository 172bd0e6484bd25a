//! The recorded cases: one JSON object a line, with `id`, `kind` and `expect`.

use std::collections::BTreeMap;
use std::path::Path;

use globset::Glob;
use serde_json::Value;

const CASES: &str = "tests/conformance/cases";
const DEVIATIONS: &str = "tests/conformance/deviations";

/// One recorded case.
pub struct Case {
    /// The file it stands in, relative to the folder of cases.
    pub file: String,
    pub id: String,
    json: Value,
}

impl Case {
    /// What is recorded under a name; null where nothing is.
    pub fn get(&self, name: &str) -> &Value {
        self.json.get(name).unwrap_or(&Value::Null)
    }

    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name).as_str()
    }

    pub fn list(&self, name: &str) -> &[Value] {
        self.get(name).as_array().map_or(&[], Vec::as_slice)
    }

    /// The pairs of an object of strings.
    pub fn pairs(&self, name: &str) -> Vec<(String, String)> {
        pairs(self.get(name))
    }

    pub fn expect(&self) -> &Value {
        self.get("expect")
    }

    /// Whether one of the globs, or their absence, chooses this case.
    pub fn matches(&self, globs: &[String]) -> bool {
        globs.is_empty() || globs.iter().any(|g| glob_matches(g, &self.id))
    }
}

/// The pairs of a JSON object whose values are strings.
pub fn pairs(object: &Value) -> Vec<(String, String)> {
    let Some(object) = object.as_object() else { return Vec::new() };
    object.iter().filter_map(|(k, v)| Some((k.clone(), v.as_str()?.to_owned()))).collect()
}

/// `*` stands for anything, slashes too.
pub fn glob_matches(glob: &str, id: &str) -> bool {
    Glob::new(glob).is_ok_and(|g| g.compile_matcher().is_match(id))
}

/// All cases; with `deviations`, what we promise instead replaces what was recorded.
pub fn load(deviations: bool) -> Vec<Case> {
    let mut ours: BTreeMap<String, Case> = BTreeMap::new();
    if deviations {
        ours.extend(read(DEVIATIONS).into_iter().map(|case| (case.id.clone(), case)));
    }
    let mut seen = BTreeMap::new();
    let mut cases = read(CASES);
    for case in &mut cases {
        let file = case.file.clone();
        assert!(seen.insert(case.id.clone(), ()).is_none(), "{file}: the id {} is there twice", case.id);
        if let Some(own) = ours.remove(&case.id) {
            assert!(own.text("why").is_some(), "{}: {} has no `why`", own.file, own.id);
            *case = Case { file, ..own };
        }
    }
    let unknown: Vec<&String> = ours.keys().collect();
    assert!(unknown.is_empty(), "deviations from cases that do not exist: {unknown:?}");
    cases
}

fn read(folder: &str) -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut cases = Vec::new();
    for entry in walkdir::WalkDir::new(&folder).sort_by_file_name().into_iter().filter_map(Result::ok) {
        if entry.path().extension().is_none_or(|e| e != "jsonl") {
            continue;
        }
        let file = entry.path().strip_prefix(&folder).unwrap_or(entry.path()).display().to_string();
        let text = std::fs::read_to_string(entry.path()).unwrap_or_else(|e| panic!("{file}: {e}"));
        for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.is_empty()) {
            let json: Value =
                serde_json::from_str(line).unwrap_or_else(|e| panic!("{file}:{}: {e}", number + 1));
            let id = json["id"].as_str().unwrap_or_else(|| panic!("{file}:{}: no id", number + 1)).to_owned();
            cases.push(Case { file: file.clone(), id, json });
        }
    }
    cases
}

/// Equality of JSON values where numbers are the same when they say the same: 1 and 1.0.
pub fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => {
            a == b || (a.is_f64() || b.is_f64()) && a.as_f64() == b.as_f64()
        }
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| same(a, b)))
        }
        _ => a == b,
    }
}
