//! The mappings of the recorded cases.

use std::path::Path;

use serde_json::Value;

/// All mappings that cases run, whether they compile or not.
pub fn mappings() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance/cases/bloblang");
    let files = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let texts = files.map(|file| std::fs::read_to_string(file.expect("a file").path()).expect("text"));
    let cases = texts.flat_map(|text| text.lines().map(serde_json::from_str::<Value>).collect::<Vec<_>>());
    cases.filter_map(|case| Some(case.expect("JSON")["mapping"].as_str()?.to_owned())).collect()
}
