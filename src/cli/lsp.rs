//! `lsp`: a language server on standard input and output.

use std::process::ExitCode;

use lsp_server::Connection;

use super::args::Shared;
use super::vars;
use crate::components::REGISTRY;
use crate::lsp::{World, serve};

pub fn run(shared: Shared) -> Result<ExitCode, String> {
    let vars = vars::install(&shared.env_file)?;
    let (connection, threads) = Connection::stdio();
    let lookup = |name: &str| vars(name);
    serve(&connection, World { specs: &REGISTRY, vars: &lookup })?;
    drop(connection);
    threads.join().map_err(|error| error.to_string())?;
    Ok(ExitCode::SUCCESS)
}
