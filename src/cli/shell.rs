//! What other programs want to know of the command line and of configs: completions, a manual page, a schema.

use std::fs;
use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

use clap::CommandFactory;
use clap_complete::Shell;

use super::args::{Cli, ManArgs, Shared};
use super::registry;
use crate::bloblang::did_you_mean;
use crate::config::{Part, schema as config_schema};
use crate::value::json::{Style, print_string};

/// Writes a script that completes commands and flags in a shell.
pub fn completions(shell: Shell) -> Result<ExitCode, String> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "nekton", &mut script);
    out(&script)
}

/// Writes the manual page of the program or of a command, or those of all commands into a folder.
pub fn man(args: &ManArgs) -> Result<ExitCode, String> {
    let bare = |command: clap::Command| command.disable_help_subcommand(true);
    let mut whole = bare(Cli::command()).mut_subcommands(bare);
    // Gives commands the names under which they are called, such as `nekton-lint`.
    whole.build();
    if let Some(folder) = &args.all {
        let failed = |error| format!("failed to write manual pages into {}: {error}", folder.display());
        fs::create_dir_all(folder).map_err(failed)?;
        clap_mangen::generate_to(whole, folder).map_err(failed)?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut command = &whole;
    for name in &args.command {
        let known = command.get_subcommands().map(clap::Command::get_name);
        let unknown = || format!("there is no command '{name}'{}", did_you_mean(name, known));
        command = command.find_subcommand(name).ok_or_else(unknown)?;
    }
    let mut page = Vec::new();
    let name = command.get_display_name().unwrap_or(command.get_name()).to_owned();
    clap_mangen::Man::new(command.clone())
        .title(name)
        .render(&mut page)
        .map_err(|error| error.to_string())?;
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
