//! Findings as text: for people, for programs, for code review.

use std::io::{IsTerminal, stderr};

use clap::ValueEnum;

use super::document::FileFinding;
use crate::config::{Finding, FindingKind, Severity};
use crate::value::json::print;
use crate::value::{Object, Value};

/// How findings are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// One line each on standard error.
    #[default]
    Text,
    /// One array of objects on standard output.
    Json,
    /// Static Analysis Results Interchange Format on standard output.
    Sarif,
    /// Annotations of GitHub Actions on standard output.
    Github,
}

/// Writes findings out. As text, warnings stand in the form that compilers have.
pub fn write(findings: &[FileFinding], format: Format) {
    match format {
        Format::Text => findings.iter().for_each(text),
        Format::Json => println!("{}", json(&Value::Array(findings.iter().map(object).collect()))),
        Format::Sarif => println!("{}", json(&sarif(findings))),
        Format::Github => findings.iter().for_each(annotation),
    }
}

fn text(finding: &FileFinding) {
    if !finding.finding.is_error() {
        let Finding { line, column, message, .. } = &finding.finding;
        return eprintln!("{}:{line}:{column}: warning: {message}", finding.path.display());
    }
    let grave = matches!(finding.finding.kind, FindingKind::FailedRead | FindingKind::ComponentMissing);
    match (stderr().is_terminal(), grave) {
        (true, true) => eprintln!("\x1b[31m{finding}\x1b[0m"),
        (true, false) => eprintln!("\x1b[33m{finding}\x1b[0m"),
        (false, _) => eprintln!("{finding}"),
    }
}

/// What an annotation's text must not hold as it is.
fn escaped(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn annotation(found: &FileFinding) {
    let finding = &found.finding;
    let (path, text) = (found.path.display().to_string(), escaped(&finding.message));
    let path = escaped(&path).replace(':', "%3A").replace(',', "%2C");
    println!("::{} file={path},line={},col={}::{text}", severity(found), finding.line.max(1), finding.column);
}

fn severity(found: &FileFinding) -> &'static str {
    match found.finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

fn object(found: &FileFinding) -> Value {
    let finding = &found.finding;
    of(vec![
        ("path", found.path.display().to_string().into()),
        ("line", i64::from(finding.line).into()),
        ("column", i64::from(finding.column).into()),
        ("severity", severity(found).into()),
        ("kind", finding.kind.name().into()),
        ("message", finding.message.clone().into()),
    ])
}

fn sarif(findings: &[FileFinding]) -> Value {
    let result = |found: &FileFinding| {
        let finding = &found.finding;
        let region = of(vec![
            ("startLine", i64::from(finding.line.max(1)).into()),
            ("startColumn", i64::from(finding.column).into()),
        ]);
        let artifact = of(vec![("uri", found.path.display().to_string().into())]);
        let place = of(vec![("artifactLocation", artifact), ("region", region)]);
        of(vec![
            ("ruleId", finding.kind.name().into()),
            ("level", severity(found).into()),
            ("message", of(vec![("text", finding.message.clone().into())])),
            ("locations", vec![of(vec![("physicalLocation", place)])].into()),
        ])
    };
    let driver = of(vec![("name", "nekton".into()), ("version", super::VERSION.0.into())]);
    let results: Vec<Value> = findings.iter().map(result).collect();
    let run = of(vec![("tool", of(vec![("driver", driver)])), ("results", results.into())]);
    of(vec![
        ("$schema", "https://json.schemastore.org/sarif-2.1.0.json".into()),
        ("version", "2.1.0".into()),
        ("runs", vec![run].into()),
    ])
}

fn of(entries: Vec<(&str, Value)>) -> Value {
    Value::Object(entries.into_iter().map(|(key, value)| (key.into(), value)).collect::<Object>())
}

fn json(value: &Value) -> String {
    String::from_utf8_lossy(&print(value).unwrap_or_default()).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_read_where_a_finding_is() {
        let finding = Finding::new(3, FindingKind::Unknown, "field x not recognised");
        let found = FileFinding { path: "a/b.yaml".into(), finding };
        assert_eq!(
            json(&object(&found)),
            r#"{"column":1,"kind":"unknown","line":3,"message":"field x not recognised","path":"a/b.yaml","severity":"error"}"#
        );
        let report = json(&sarif(&[found]));
        assert!(report.contains(r#""region":{"startColumn":1,"startLine":3}"#), "{report}");
        assert_eq!(escaped("50%\nx"), "50%25%0Ax");
    }
}
