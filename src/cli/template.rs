//! `template lint`: templates are checked and their tests run.

use std::path::Path;
use std::process::ExitCode;

use super::args::{Shared, TemplateArgs, TemplateCommand, TemplateLintArgs};
use super::document::{FileFinding, read, with_path};
use super::{findings, paths, registry, vars};
use crate::component::Registry;
use crate::config::{Finding, FindingKind, TemplateFile};

pub fn run(shared: Shared, args: TemplateArgs) -> Result<ExitCode, String> {
    let TemplateCommand::Lint(args) = args.command;
    lint(shared, args)
}

fn lint(shared: Shared, args: TemplateLintArgs) -> Result<ExitCode, String> {
    let shared = shared.and(args.shared);
    vars::install(&shared.env_file)?;
    let registry = registry::load(&shared)?;
    let mut all = Vec::new();
    for path in paths::targets(&args.paths)? {
        let found = file(&path, &registry);
        if args.verbose {
            println!("{}: {}", path.display(), if found.is_empty() { "OK" } else { "FAILED" });
        }
        all.extend(found);
    }
    findings::write(&all, args.format);
    Ok(if all.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn file(path: &Path, registry: &Registry) -> Vec<FileFinding> {
    let text = read(path).map_err(|error| Finding::new(1, FindingKind::FailedRead, error));
    let read = text.and_then(|text| TemplateFile::read(&text, &path.display().to_string(), registry));
    let findings = read
        .map_or_else(|finding| vec![finding], |file| [file.findings.clone(), file.test(registry)].concat());
    with_path(path, findings.into_iter().filter(Finding::is_error).collect())
}
