//! `lint`: configs are checked, not run.

use std::path::Path;
use std::process::ExitCode;

use super::args::{LintArgs, Shared};
use super::document::{read, with_path};
use super::{findings, paths, registry, vars};
use crate::component::Registry;
use crate::config::{self, Finding, FindingKind, Labels, LintOptions, Node, Part, Severity};
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
    files.extend(paths::targets(&shared.resources)?);
    let linter = Linter { registry, vars, options };
    let linted: Vec<Linted> = files.iter().map(|path| linter.file(path)).collect();
    let mut labels = Labels::default();
    linted.iter().flat_map(|file| &file.roots).for_each(|root| labels.add(root));
    let mut all = Vec::new();
    for (path, mut file) in files.iter().zip(linted) {
        if !file.unlinted {
            file.findings.extend(linter.unknown(&file.roots, &labels));
        }
        file.findings.retain(|it| !args.skip_env_var_check || it.kind != FindingKind::MissingEnvVar);
        if args.strict {
            file.findings.iter_mut().for_each(|finding| finding.severity = Severity::Error);
        }
        if args.verbose {
            let fails = file.findings.iter().any(Finding::is_error);
            println!("{}: {}", path.display(), if fails { "FAILED" } else { "OK" });
        }
        all.extend(with_path(path, file.findings));
    }
    findings::write(&all, args.format);
    Ok(if all.iter().any(|found| found.finding.is_error()) { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

struct Linter {
    registry: Registry,
    vars: Vars,
    options: LintOptions,
}

/// What was found in a file, and the configs that stand in it.
#[derive(Default)]
struct Linted {
    findings: Vec<Finding>,
    roots: Vec<Node>,
    /// Whether the file asks not to be linted.
    unlinted: bool,
}

impl Linter {
    fn file(&self, path: &Path) -> Linted {
        match read(path) {
            Err(error) => Linted::unreadable(Finding::new(1, FindingKind::FailedRead, error)),
            Ok(text) if path.extension().is_some_and(|extension| extension == "md") => {
                self.markdown(&String::from_utf8_lossy(&text))
            }
            Ok(text) => self.text(&text, true),
        }
    }

    fn unknown(&self, roots: &[Node], labels: &Labels) -> Vec<Finding> {
        roots.iter().flat_map(|root| labels.unknown(Part::Run.fields(), root, &self.registry)).collect()
    }

    fn text(&self, text: &[u8], fill: bool) -> Linted {
        let lookup = |name: &str| (self.vars)(name);
        let env: Option<config::Lookup<'_>> = if fill { Some(&lookup) } else { None };
        match config::load(text, Part::Run, env, &self.registry, &self.options) {
            Ok(loaded) => {
                Linted { findings: loaded.findings, roots: vec![loaded.node], unlinted: loaded.unlinted }
            }
            Err(error) => Linted::unreadable(error.finding()),
        }
    }

    /// Every fence of YAML in a Markdown page is a config, in which variables are not filled in.
    fn markdown(&self, page: &str) -> Linted {
        let mut all = Linted::default();
        let mut at = 0;
        while let Some(begin) = page[at..].find(FENCE.0).map(|begin| at + begin + FENCE.0.len()) {
            let before = u32::try_from(page[..begin].matches('\n').count()).unwrap_or(u32::MAX);
            let Some(end) = page[begin..].find(FENCE.1).map(|end| begin + end) else {
                let message = "this fence does not end";
                all.findings.push(Finding::new(before + 1, FindingKind::FailedRead, message));
                break;
            };
            let mut linted = self.text(&page.as_bytes()[begin..end], false);
            linted.findings.extend(linted.roots.iter().flat_map(|root| {
                let mut labels = Labels::default();
                labels.add(root);
                self.unknown(std::slice::from_ref(root), &labels)
            }));
            all.findings.extend(linted.findings.into_iter().map(|mut finding| {
                finding.line += before;
                finding
            }));
            at = end + FENCE.1.len();
        }
        all
    }
}

impl Linted {
    fn unreadable(finding: Finding) -> Self {
        Self { findings: vec![finding], ..Self::default() }
    }
}
