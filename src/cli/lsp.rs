//! `lsp`: a language server on standard input and output.

use std::process::ExitCode;

use lsp_server::Connection;

use super::args::Shared;
use super::{registry, vars};
use crate::lsp::{World, serve};

pub fn run(shared: Shared) -> Result<ExitCode, String> {
    let vars = vars::install(&shared.env_file)?;
    let registry = registry::load(&shared)?;
    let (connection, threads) = Connection::stdio();
    let lookup = |name: &str| vars(name);
    serve(&connection, World { specs: &registry, vars: &lookup })?;
    drop(connection);
    threads.join().map_err(|error| error.to_string())?;
    Ok(ExitCode::SUCCESS)
}
