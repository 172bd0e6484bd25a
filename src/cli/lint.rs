//! `lint`: configs are checked, not run.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::args::{LintArgs, Shared};
use super::document::{FileFinding, read, with_path};
use super::{findings, paths, registry, vars};
use crate::component::Registry;
use crate::config::{self, Finding, FindingKind, LintOptions, Part, Severity};
use crate::manager::Vars;

/// How a config begins and ends in a Markdown page.
const FENCE: (&str, &str) = ("```yaml", "```");

pub fn run(shared: Shared, args: LintArgs) -> Result<ExitCode, String> {
    let shared = shared.and(args.shared);
    let vars = vars::install(&shared.env_file)?;
    let options = LintOptions { deprecated: args.deprecated, labels: args.labels, strict_errors: true };
    let registry = registry::load(&shared)?;
    let mut files = paths::targets(&args.paths)?;
    files.extend(shared.config);
    files.extend(shared.resources.into_iter().map(PathBuf::from));
    let linter =
        Linter { registry, vars, options, skip_vars: args.skip_env_var_check, warnings: args.strict };
    let mut all = Vec::new();
    for path in &files {
        let findings = linter.file(path);
        if args.verbose {
            println!("{}: {}", path.display(), if findings.is_empty() { "OK" } else { "FAILED" });
        }
        all.extend(findings);
    }
    findings::write(&all, args.format);
    Ok(if all.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

struct Linter {
    registry: Registry,
    vars: Vars,
    options: LintOptions,
    skip_vars: bool,
    /// Whether warnings are findings too.
    warnings: bool,
}

impl Linter {
    fn file(&self, path: &Path) -> Vec<FileFinding> {
        let mut findings = match read(path) {
            Err(error) => vec![Finding::new(1, FindingKind::FailedRead, error)],
            Ok(text) if path.extension().is_some_and(|extension| extension == "md") => {
                self.markdown(&String::from_utf8_lossy(&text))
            }
            Ok(text) => self.text(&text, true),
        };
        findings.retain(|finding| self.wants(finding));
        with_path(path, findings)
    }

    fn wants(&self, finding: &Finding) -> bool {
        let skipped = self.skip_vars && finding.kind == FindingKind::MissingEnvVar;
        !skipped && (self.warnings || finding.severity == Severity::Error)
    }

    fn text(&self, text: &[u8], fill: bool) -> Vec<Finding> {
        let lookup = |name: &str| (self.vars)(name);
        let env: Option<config::Lookup<'_>> = if fill { Some(&lookup) } else { None };
        let loaded = config::load(text, Part::Run, env, &self.registry, &self.options);
        loaded.map_or_else(|error| vec![error.finding()], |loaded| loaded.findings)
    }

    /// Every fence of YAML in a Markdown page is a config, in which variables are not filled in.
    fn markdown(&self, page: &str) -> Vec<Finding> {
        let mut findings = Vec::new();
        let mut at = 0;
        while let Some(begin) = page[at..].find(FENCE.0).map(|begin| at + begin + FENCE.0.len()) {
            let before = u32::try_from(page[..begin].matches('\n').count()).unwrap_or(u32::MAX);
            let Some(end) = page[begin..].find(FENCE.1).map(|end| begin + end) else {
                let message = "this fence does not end";
                findings.push(Finding::new(before + 1, FindingKind::FailedRead, message));
                break;
            };
            findings.extend(self.text(&page.as_bytes()[begin..end], false).into_iter().map(|mut finding| {
                finding.line += before;
                finding
            }));
            at = end + FENCE.1.len();
        }
        findings
    }
}
