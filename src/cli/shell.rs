//! What other programs want to know of the command line and of configs: completions, a manual page, a schema.

use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

use clap::CommandFactory;
use clap_complete::Shell;

use super::args::{Cli, Shared};
use super::registry;
use crate::config::{Part, schema as config_schema};
use crate::value::json::{Style, print_string};

/// Writes a script that completes commands and flags in a shell.
pub fn completions(shell: Shell) -> Result<ExitCode, String> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "nekton", &mut script);
    out(&script)
}

/// Writes the manual page.
pub fn man() -> Result<ExitCode, String> {
    let mut page = Vec::new();
    clap_mangen::Man::new(Cli::command()).render(&mut page).map_err(|error| error.to_string())?;
    out(&page)
}

/// Writes the JSON Schema of configs.
pub fn schema(shared: Shared) -> Result<ExitCode, String> {
    let schema = config_schema(Part::Run, &registry::load(&shared)?);
    let style = Style { indent: Some("  "), escape_html: false };
    let text = print_string(&schema, style).map_err(|error| error.to_string())?;
    out(format!("{text}\n").as_bytes())
}

/// Writes to standard output; that nobody reads it to its end is no error.
pub fn out(text: &[u8]) -> Result<ExitCode, String> {
    match io::stdout().write_all(text) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(format!("failed to write: {error}")),
        _ => Ok(ExitCode::SUCCESS),
    }
}
