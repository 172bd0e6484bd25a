//! `echo`: a config as it is understood.

use std::process::ExitCode;

use super::args::{EchoArgs, Shared};
use super::document::Document;
use super::{registry, vars};
use crate::config::{Part, normalise, to_yaml};

pub fn run(shared: Shared, args: EchoArgs) -> Result<ExitCode, String> {
    let shared = shared.and(args.shared);
    let vars = vars::install(&shared.env_file)?;
    let registry = registry::load(&shared)?;
    let mut document = match shared.main_config(&args.paths)? {
        Some(path) => Document::read(&path, Part::Run, &vars, &registry)?,
        None => Document::empty(),
    };
    document.set(Part::Run, &shared.set, &registry)?;
    let normal = normalise(Part::Run.fields(), &document.node, &registry);
    print!("{}", to_yaml(&normal.map_err(|finding| format!("echo error: {finding}"))?));
    Ok(ExitCode::SUCCESS)
}
