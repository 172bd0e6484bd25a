//! `lint`: configs are checked, not run.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use walkdir::WalkDir;

use super::args::{LintArgs, Shared};
use super::document::{FileFinding, read, with_path};
use super::{paths, vars};
use crate::components::REGISTRY;
use crate::config::{self, Finding, LintOptions, Part};
use crate::manager::Vars;

const CONFIGS: [&str; 2] = ["yaml", "yml"];
/// Everything below a folder.
const BELOW: &str = "...";

pub fn run(shared: Shared, args: LintArgs) -> Result<ExitCode, String> {
    let shared = shared.and(args.shared);
    let vars = vars::install(&shared.env_file)?;
    let options = LintOptions { deprecated: args.deprecated, labels: args.labels, strict_errors: true };
    let mut files: Vec<(PathBuf, Part)> = Vec::new();
    for pattern in &args.paths {
        files.extend(targets(pattern)?.into_iter().map(|path| (path, Part::Run)));
    }
    files.extend(shared.config.into_iter().map(|path| (path, Part::Run)));
    files.extend(shared.resources.into_iter().map(|path| (path.into(), Part::Run)));
    let linter = Linter { vars, options, skip_vars: args.skip_env_var_check };
    let mut failed = false;
    for (path, part) in &files {
        let findings = linter.file(path, *part);
        findings.iter().for_each(|finding| eprintln!("{finding}"));
        if args.verbose {
            println!("{}: {}", path.display(), if findings.is_empty() { "OK" } else { "FAILED" });
        }
        failed |= !findings.is_empty();
    }
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// The files that one argument names: a file, a glob, or everything below a folder.
pub fn targets(pattern: &str) -> Result<Vec<PathBuf>, String> {
    let Some(folder) = pattern.strip_suffix(BELOW) else { return paths::expand(&[pattern.to_owned()]) };
    let folder = if folder.is_empty() { "." } else { folder };
    let files = WalkDir::new(folder).sort_by_file_name().into_iter().filter_map(Result::ok);
    let is_config = |path: &Path| {
        path.extension().and_then(|e| e.to_str()).is_some_and(|extension| CONFIGS.contains(&extension))
    };
    Ok(files.map(walkdir::DirEntry::into_path).filter(|path| is_config(path)).collect())
}

struct Linter {
    vars: Vars,
    options: LintOptions,
    skip_vars: bool,
}

impl Linter {
    fn file(&self, path: &Path, part: Part) -> Vec<FileFinding> {
        let text = match read(path) {
            Ok(text) => text,
            Err(error) => {
                let finding = Finding::new(1, config::FindingKind::FailedRead, error);
                return with_path(path, vec![finding]);
            }
        };
        let findings = if path.extension().is_some_and(|extension| extension == "md") {
            self.markdown(&String::from_utf8_lossy(&text), part)
        } else {
            self.text(&text, part)
        };
        with_path(path, findings)
    }

    fn text(&self, text: &[u8], part: Part) -> Vec<Finding> {
        let lookup = |name: &str| (self.vars)(name);
        let loaded = config::load(text, part, Some(&lookup), &REGISTRY, &self.options);
        let mut findings = loaded.map_or_else(|error| vec![error.finding()], |loaded| loaded.findings);
        findings.retain(|finding| !self.skip_vars || finding.kind != config::FindingKind::MissingEnvVar);
        findings
    }

    /// Every fence of YAML in a Markdown page is a config.
    fn markdown(&self, page: &str, part: Part) -> Vec<Finding> {
        let mut findings = Vec::new();
        let mut lines = page.lines().zip(1_u32..);
        while let Some((line, number)) = lines.next() {
            if line.trim_end() != "```yaml" {
                continue;
            }
            let config: String = lines
                .by_ref()
                .take_while(|(line, _)| !line.starts_with("```"))
                .map(|(l, _)| format!("{l}\n"))
                .collect();
            findings.extend(self.text(config.as_bytes(), part).into_iter().map(|mut finding| {
                finding.line += number;
                finding
            }));
        }
        findings
    }
}
