//! The components of a run: those of this build, and the templates that the command line names.

use super::args::Shared;
use super::document::read;
use super::paths;
use crate::component::Registry;
use crate::components::REGISTRY;
use crate::config::{Finding, TemplateFile};

/// Reads the templates; what is wrong with one is an error, mere lint findings not if they are to be ignored.
pub fn load(shared: &Shared) -> Result<Registry, String> {
    let mut registry = REGISTRY;
    let mut lints = Vec::new();
    for path in paths::expand(&shared.templates)? {
        let wrong = |finding: Finding| format!("template {}{finding}", path.display());
        let file =
            TemplateFile::read(&read(&path)?, &path.display().to_string(), &registry).map_err(wrong)?;
        lints.extend(file.findings.iter().filter(|finding| finding.is_error()).cloned().map(wrong));
        registry.templates.push(file.template.map_err(wrong)?);
    }
    if lints.is_empty() || shared.chilled {
        return Ok(registry);
    }
    lints.push(
        "not started because of lint errors in templates; to start in spite of them add --chilled".to_owned(),
    );
    Err(lints.join("\n"))
}
