//! The JSON Schema of configs accepts what lint accepts: every example, and every recorded config without a finding.

use std::path::Path;

use nekton::components::REGISTRY;
use nekton::config::{Part, parse, schema};
use nekton::value::json::print;
use serde_json::Value;

fn validator() -> jsonschema::Validator {
    let schema = print(&schema(Part::Run, &REGISTRY)).expect("a schema is finite");
    let schema: Value = serde_json::from_slice(&schema).expect("a schema is JSON");
    jsonschema::validator_for(&schema).expect("a schema of the draft")
}

/// Why `text` is no config by the schema, if it is none.
fn complaint(validator: &jsonschema::Validator, text: &str) -> Option<String> {
    let value = print(&parse(text.as_bytes()).ok()?.to_value()).ok()?;
    let value: Value = serde_json::from_slice(&value).ok()?;
    validator.iter_errors(&value).next().map(|error| format!("{}: {error}", error.instance_path()))
}

#[test]
fn recorded_configs_without_findings_are_valid() {
    let validator = validator();
    let mut checked = 0;
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance/cases");
    for file in ["lint.jsonl", "wider/lint.jsonl"] {
        let text =
            std::fs::read_to_string(cases.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
        for case in text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()) {
            let config = case["files"]["config.yaml"].as_str();
            let plain = case["args"] == serde_json::json!(["lint", "config.yaml"]) && case["env"].is_null();
            let (Some(config), true) = (config, plain && case["expect"]["exit"] == 0) else { continue };
            // What is not linted need not be valid.
            if config.starts_with("# BENTHOS LINT DISABLE") {
                continue;
            }
            assert_eq!(complaint(&validator, config), None, "{}\n{config}", case["id"]);
            checked += 1;
        }
    }
    assert!(checked > 50, "only {checked} configs were checked");
}

#[test]
fn examples_are_valid() {
    let validator = validator();
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let mut checked = 0;
    for file in walkdir::WalkDir::new(examples).into_iter().filter_map(Result::ok) {
        let is_config = file.path().extension().is_some_and(|extension| extension == "yaml");
        let Some(text) = is_config.then(|| std::fs::read_to_string(file.path()).ok()).flatten() else {
            continue;
        };
        assert_eq!(complaint(&validator, &text), None, "{}", file.path().display());
        checked += 1;
    }
    assert!(checked > 0, "there are examples");
}
