//! How tests ended, as text, as JSON and as JUnit XML.

use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Value, json};

use super::coverage::Coverage;
use super::definition::Definition;
use super::text::Text;
use crate::config::Finding;
use crate::value::Str;

/// How all tests ended.
#[derive(Default)]
pub struct Report {
    pub files: Vec<FileReport>,
}

/// How the tests of one config ended.
pub struct FileReport {
    pub config: PathBuf,
    /// What the linter says of the config; any finding fails the tests.
    pub lints: Vec<Finding>,
    pub cases: Vec<CaseReport>,
    pub coverage: Option<Coverage>,
}

/// How one case ended.
pub struct CaseReport {
    pub name: Str,
    pub line: u32,
    /// Why it failed; empty where it passed.
    pub failures: Vec<Text>,
    pub took: Duration,
}

// === impl FileReport ===

impl FileReport {
    /// The report on a config of which no case has been run.
    pub fn new(definition: &Definition, lints: Vec<Finding>) -> Self {
        Self { config: definition.config.clone(), lints, cases: Vec::new(), coverage: None }
    }

    pub fn passed(&self) -> bool {
        self.lints.is_empty() && self.cases.iter().all(|case| case.failures.is_empty())
    }

    fn failed_cases(&self) -> impl Iterator<Item = &CaseReport> {
        self.cases.iter().filter(|case| !case.failures.is_empty())
    }

    fn seconds(&self) -> f64 {
        self.cases.iter().map(|case| case.took.as_secs_f64()).sum()
    }

    /// The lines about its failures.
    fn failures(&self, out: &mut String, colours: bool) {
        out.push_str(&format!("--- {} ---\n\n", self.config.display()));
        for lint in &self.lints {
            out.push_str(&format!("Lint: {lint}\n"));
        }
        for (i, case) in self.failed_cases().enumerate() {
            if i > 0 || !self.lints.is_empty() {
                out.push('\n');
            }
            out.push_str(&format!("{} [line {}]:\n", case.name, case.line));
            for failure in &case.failures {
                out.push_str(&failure.render(colours));
                out.push('\n');
            }
        }
    }
}

// === impl Report ===

impl Report {
    pub fn passed(&self) -> bool {
        self.files.iter().all(FileReport::passed)
    }

    /// The failures as they are told at the end; empty where there are none.
    pub fn failures(&self, colours: bool) -> String {
        let mut out = String::new();
        for file in self.files.iter().filter(|file| !file.passed()) {
            out.push_str(if out.is_empty() { "\nFailures:\n\n" } else { "\n" });
            file.failures(&mut out, colours);
        }
        out
    }

    /// What was run and what was not; empty where nobody has noted it.
    pub fn coverage(&self) -> String {
        let mut out = String::new();
        for file in &self.files {
            let Some(coverage) = &file.coverage else { continue };
            out.push_str(if out.is_empty() { "\nCoverage:\n\n" } else { "" });
            let (processors, of_processors) = Coverage::count(&coverage.processors);
            let (branches, of_branches) = Coverage::count(&coverage.branches);
            out.push_str(&format!(
                "{}: {processors} of {of_processors} processors, {branches} of {of_branches} switch branches\n",
                file.config.display()
            ));
            for (what, places) in [("never run", &coverage.processors), ("never taken", &coverage.branches)] {
                for ((line, name), _) in places.iter().filter(|(_, run)| !**run) {
                    out.push_str(&format!("  {what}: {name} (line {line})\n"));
                }
            }
        }
        out
    }

    /// One JSON object.
    pub fn json(&self) -> String {
        let files: Vec<Value> = self.files.iter().map(json_of_file).collect();
        let cases = || self.files.iter().flat_map(|file| &file.cases);
        let failed = cases().filter(|case| !case.failures.is_empty()).count();
        let report = json!({
            "passed": self.passed(),
            "tests": cases().count(),
            "failed": failed,
            "files": files,
        });
        format!("{report:#}\n")
    }

    /// JUnit XML: a suite for each config; its lint findings are the failure of a case of their own.
    pub fn junit(&self) -> String {
        let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
        for file in &self.files {
            let config = escaped(&file.config.display().to_string());
            let lints = usize::from(!file.lints.is_empty());
            out.push_str(&format!(
                "  <testsuite name=\"{config}\" tests=\"{}\" failures=\"{}\" time=\"{:.6}\">\n",
                file.cases.len() + lints,
                file.failed_cases().count() + lints,
                file.seconds(),
            ));
            if lints > 0 {
                let text: Vec<String> = file.lints.iter().map(ToString::to_string).collect();
                junit_case(&mut out, &config, "lint", Duration::ZERO, &text);
            }
            for case in &file.cases {
                let text: Vec<String> = case.failures.iter().map(|text| text.render(false)).collect();
                junit_case(&mut out, &config, &case.name, case.took, &text);
            }
            out.push_str("  </testsuite>\n");
        }
        out.push_str("</testsuites>\n");
        out
    }
}

fn json_of_file(file: &FileReport) -> Value {
    let case = |case: &CaseReport| {
        let failures: Vec<String> = case.failures.iter().map(|text| text.render(false)).collect();
        json!({
            "name": case.name.as_str(),
            "line": case.line,
            "passed": failures.is_empty(),
            "seconds": case.took.as_secs_f64(),
            "failures": failures,
        })
    };
    let mut object = json!({
        "path": file.config.display().to_string(),
        "passed": file.passed(),
        "lints": file.lints.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "cases": file.cases.iter().map(case).collect::<Vec<_>>(),
    });
    if let Some(coverage) = &file.coverage {
        let places = |places: &std::collections::BTreeMap<(u32, Str), bool>| -> Vec<Value> {
            let place = |((line, name), run): (&(u32, Str), &bool)| json!({"path": name.as_str(), "line": line, "run": run});
            places.iter().map(place).collect()
        };
        object["coverage"] =
            json!({"processors": places(&coverage.processors), "branches": places(&coverage.branches)});
    }
    object
}

fn junit_case(out: &mut String, config: &str, name: &str, took: Duration, failures: &[String]) {
    let head = format!(
        "    <testcase classname=\"{config}\" name=\"{}\" time=\"{:.6}\"",
        escaped(name),
        took.as_secs_f64()
    );
    out.push_str(&head);
    let Some(first) = failures.first() else { return out.push_str("/>\n") };
    let message = first.lines().next().unwrap_or_default();
    out.push_str(&format!(
        ">\n      <failure message=\"{}\">{}</failure>\n    </testcase>\n",
        escaped(message),
        escaped(&failures.join("\n"))
    ));
}

/// Text for XML; what no XML document may hold becomes U+FFFD.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' => out.push(c),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::FindingKind;

    fn report() -> Report {
        let case = |name: &str, failures: &[&str]| CaseReport {
            name: name.into(),
            line: 3,
            failures: failures.iter().map(|text| Text::plain(*text)).collect(),
            took: Duration::from_millis(2),
        };
        let mut coverage = Coverage::default();
        coverage.processors.insert((5, "root.pipeline.processors.0".into()), true);
        coverage.processors.insert((6, "root.pipeline.processors.1".into()), false);
        let good = FileReport {
            config: "good.yaml".into(),
            lints: Vec::new(),
            cases: vec![case("fine", &[])],
            coverage: Some(coverage),
        };
        let bad = FileReport {
            config: "bad.yaml".into(),
            lints: vec![Finding::new(7, FindingKind::Unknown, "field x not recognised")],
            cases: vec![case("a <b>", &["first\n  more", "second"]), case("c", &[])],
            coverage: None,
        };
        Report { files: vec![good, bad] }
    }

    #[test]
    fn failures_are_told_by_config_and_case() {
        let expected = "\nFailures:\n\n--- bad.yaml ---\n\nLint: (7,1) field x not recognised\n\na <b> [line 3]:\nfirst\n  more\nsecond\n";
        assert_eq!(report().failures(false), expected);
        assert!(!report().passed() && report().files[0].passed());
    }

    #[test]
    fn what_was_not_run_is_listed() {
        let text = report().coverage();
        assert!(text.contains("good.yaml: 1 of 2 processors, 0 of 0 switch branches"), "{text}");
        assert!(text.contains("never run: root.pipeline.processors.1 (line 6)"), "{text}");
    }

    #[test]
    fn machines_read_json_and_xml() {
        let json: Value = serde_json::from_str(&report().json()).expect("JSON");
        assert_eq!((&json["tests"], &json["failed"], &json["passed"]), (&json!(3), &json!(1), &json!(false)));
        assert_eq!(json["files"][1]["cases"][0]["failures"][1], "second");
        assert_eq!(json["files"][0]["coverage"]["processors"][1]["run"], false);
        let xml = report().junit();
        assert!(xml.contains("<testsuite name=\"bad.yaml\" tests=\"3\" failures=\"2\""), "{xml}");
        assert!(
            xml.contains("name=\"a &lt;b&gt;\"") && xml.contains("first\n  more\nsecond</failure>"),
            "{xml}"
        );
    }
}
