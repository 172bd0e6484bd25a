//! What the linter says of a document.

use lsp_types::{Diagnostic, DiagnosticSeverity, NumberOrString};

use super::World;
use super::document::Document;
use crate::config::{Finding, LintOptions, LoadError, Part, Severity, load};

const SOURCE: &str = "nekton";

/// The findings about a document, the same that `lint` reports.
pub fn of(document: &Document, world: &World<'_>) -> Vec<Diagnostic> {
    let options = LintOptions { strict_errors: true, ..LintOptions::default() };
    let loaded = load(document.text.as_bytes(), Part::Run, Some(world.vars), world.specs, &options);
    let findings = match loaded {
        Ok(loaded) => loaded.findings,
        // The place that YAML stumbled over says more than the first line.
        Err(LoadError::Yaml(error)) => {
            let finding = LoadError::Yaml(error.clone()).finding();
            vec![Finding { line: error.line, column: error.column, ..finding }]
        }
        Err(error) => vec![error.finding()],
    };
    findings.iter().map(|finding| diagnostic(document, finding)).collect()
}

fn diagnostic(document: &Document, finding: &Finding) -> Diagnostic {
    let number = finding.line.max(1) as usize - 1;
    let line = document.line(number);
    let indent = line.len() - line.trim_start().len();
    // Columns are told in characters; those of most findings are 1, which stands for the whole line.
    let column = line.char_indices().nth(finding.column.max(1) as usize - 1).map_or(line.len(), |(at, _)| at);
    let from = if column < indent || column == line.len() { indent } else { column };
    Diagnostic {
        range: document.range(number, from, line.len()),
        severity: Some(match finding.severity {
            Severity::Error => DiagnosticSeverity::ERROR,
            Severity::Warning => DiagnosticSeverity::WARNING,
        }),
        code: Some(NumberOrString::String(format!("{:?}", finding.kind))),
        source: Some(SOURCE.to_owned()),
        message: finding.message.clone(),
        ..Diagnostic::default()
    }
}
