//! Config files: read, overridden by `--set`, linted.

use std::fs;
use std::path::{Path, PathBuf};

use crate::component::Registry;
use crate::config::{self, Finding, FindingKind, LintOptions, Node, Part, Severity};
use crate::manager::Vars;
use crate::telemetry::Logger;

/// A config file that can be read, with its findings.
pub struct Document {
    pub node: Node,
    /// The same with variables as references, for showing.
    pub given: Node,
    pub findings: Vec<FileFinding>,
    path: PathBuf,
    /// Whether the file asks not to be linted.
    unlinted: bool,
}

/// A finding and the file that it is in.
pub struct FileFinding {
    pub path: PathBuf,
    pub finding: Finding,
}

// === impl Document ===

impl Document {
    /// The config that there is where there is no file.
    pub fn empty() -> Self {
        let empty = Node::map([]);
        Self {
            node: empty.clone(),
            given: empty,
            findings: Vec::new(),
            path: PathBuf::new(),
            unlinted: false,
        }
    }

    /// Reads a config file.
    pub fn read(path: &Path, part: Part, vars: &Vars, registry: &Registry) -> Result<Self, String> {
        let text = read(path)?;
        let lookup = |name: &str| vars(name);
        let loaded = config::load(&text, part, Some(&lookup), registry, &LintOptions::default())
            .map_err(|error| format!("{}{}", path.display(), error.finding()))?;
        let given = config::parse(&text).unwrap_or_else(|_| loaded.node.clone());
        let findings = with_path(path, loaded.findings);
        Ok(Self { node: loaded.node, given, findings, path: path.to_owned(), unlinted: loaded.unlinted })
    }

    /// Applies `--set` assignments and lints what they make of the document.
    pub fn set(&mut self, part: Part, assignments: &[String], registry: &Registry) -> Result<(), String> {
        for assignment in assignments {
            for node in [&mut self.node, &mut self.given] {
                *node = config::set(node, part.fields(), registry, assignment)
                    .map_err(|error| error.to_string())?;
            }
        }
        if !assignments.is_empty() {
            config::check_outline(part.fields(), &self.node, registry)
                .map_err(|finding| format!("{}{finding}", self.path.display()))?;
        }
        if !assignments.is_empty() && !self.unlinted {
            self.findings.retain(|found| found.finding.kind == FindingKind::MissingEnvVar);
            let options = LintOptions::default();
            self.findings
                .extend(with_path(&self.path, config::lint(part.fields(), &self.node, registry, &options)));
        }
        Ok(())
    }
}

// === impl FileFinding ===

impl std::fmt::Display for FileFinding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{}", self.path.display(), self.finding)
    }
}

pub fn read(path: &Path) -> Result<Vec<u8>, String> {
    fs::read(path).map_err(|error| format!("failed to read {}: {error}", path.display()))
}

pub fn with_path(path: &Path, findings: Vec<Finding>) -> Vec<FileFinding> {
    findings.into_iter().map(|finding| FileFinding { path: path.to_owned(), finding }).collect()
}

/// Logs findings; an error unless `chilled` or all of them are mere warnings.
pub fn check(findings: &[FileFinding], chilled: bool, log: &Logger) -> Result<(), String> {
    let mut refused = false;
    for finding in findings {
        let log = log.with("lint", finding.to_string());
        if finding.finding.severity == Severity::Error && !chilled {
            refused = true;
            log.error("Config lint error");
        } else {
            log.warn(if finding.finding.is_error() { "Config lint error" } else { "Config lint warning" });
        }
    }
    log.flush();
    match refused {
        true => Err("not started because of lint errors; to start in spite of them add --chilled".to_owned()),
        false => Ok(()),
    }
}
