//! `create`: a config to begin with.

use std::process::ExitCode;

use super::args::{CreateArgs, Shared};
use super::shell::out;
use super::{registry, vars};
use crate::config::skeleton;

pub fn run(shared: Shared, args: CreateArgs) -> Result<ExitCode, String> {
    let (templates, env_file) = (args.templates, args.env_file);
    let shared = shared.and(Shared { templates, env_file, ..Shared::default() });
    vars::install(&shared.env_file)?;
    let registry = registry::load(&shared)?;
    let config = skeleton(args.expression.as_deref().unwrap_or(""), args.small, &registry);
    let config = config.map_err(|error| format!("generate error: {error}"))?;
    out(format!("{config}\n").as_bytes())
}
