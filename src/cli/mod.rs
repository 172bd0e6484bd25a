//! The command line: the only place that reads the environment, prints and exits.

mod args;
mod blobl;
mod create;
mod docs;
mod document;
mod echo;
mod export;
mod findings;
mod language;
mod lint;
mod list;
mod lsp;
mod paths;
mod process;
mod registry;
mod reload;
mod run;
mod shell;
mod signals;
mod streams;
mod template;
mod test;
mod vars;
mod watch;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind;

use args::{Cli, Command, RunArgs};

/// The version of the program, and when it was built.
const VERSION: (&str, &str) = (env!("CARGO_PKG_VERSION"), "unknown");

/// Runs the program. `arguments` begin with its name.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => return usage(&error),
    };
    if cli.version {
        println!("Version: {}\nDate: {}", VERSION.0, VERSION.1);
        return ExitCode::SUCCESS;
    }
    let done = match cli.command {
        None => run::run(cli.shared, RunArgs::default()),
        Some(Command::Run(args)) => run::run(cli.shared, args),
        Some(Command::Streams(args)) => streams::run(cli.shared, args),
        Some(Command::Lint(args)) => lint::run(cli.shared, args),
        Some(Command::Test(args)) => test::run(cli.shared, args),
        Some(Command::Echo(args)) => echo::run(cli.shared, args),
        Some(Command::List(args)) => list::run(cli.shared, args),
        Some(Command::Create(args)) => create::run(cli.shared, args),
        Some(Command::Docs(args)) => docs::run(cli.shared, &args),
        Some(Command::Schema) => shell::schema(cli.shared),
        Some(Command::Completions { shell }) => shell::completions(shell),
        Some(Command::Man(args)) => shell::man(&args),
        Some(Command::Template(args)) => template::run(cli.shared, args),
        Some(Command::Blobl(args)) => blobl::run(cli.shared, args),
        Some(Command::Lsp) => lsp::run(cli.shared),
    };
    done.unwrap_or_else(|error| {
        eprintln!("{error}");
        ExitCode::FAILURE
    })
}

/// Help was asked for, or the arguments cannot be used.
fn usage(error: &clap::Error) -> ExitCode {
    // Nobody is left to tell when the terminal is gone.
    let _ = error.print();
    match error.kind() {
        ErrorKind::DisplayHelp
        | ErrorKind::DisplayVersion
        | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}
