//! `blobl fmt`: formats mappings.

use std::fs;
use std::io::{self, Read};
use std::path::Path;
use std::process::ExitCode;

use crate::bloblang::format::format;
use crate::cli::args::FmtArgs;

/// Formats files in place, or standard input on to standard output.
pub fn run(args: &FmtArgs) -> Result<ExitCode, String> {
    if args.files.is_empty() {
        let mut text = String::new();
        io::stdin().read_to_string(&mut text).map_err(|error| format!("failed to read: {error}"))?;
        let formatted = formatted(&text, "stdin")?;
        if args.check {
            return Ok(told("stdin", text == formatted));
        }
        print!("{formatted}");
        return Ok(ExitCode::SUCCESS);
    }
    let mut code = ExitCode::SUCCESS;
    for path in &args.files {
        match file(path, args.check) {
            Ok(true) => {}
            Ok(false) => code = ExitCode::FAILURE,
            Err(error) => {
                eprintln!("{error}");
                code = ExitCode::FAILURE;
            }
        }
    }
    Ok(code)
}

/// Formats one file. Returns whether all is well: with `check` it has to be formatted already.
fn file(path: &Path, check: bool) -> Result<bool, String> {
    let name = path.display().to_string();
    let text = fs::read_to_string(path).map_err(|error| format!("{name}: {error}"))?;
    let formatted = formatted(&text, &name)?;
    if check {
        return Ok(told(&name, text == formatted) == ExitCode::SUCCESS);
    }
    if text != formatted {
        fs::write(path, formatted).map_err(|error| format!("{name}: {error}"))?;
    }
    Ok(true)
}

fn told(name: &str, is_formatted: bool) -> ExitCode {
    if is_formatted {
        return ExitCode::SUCCESS;
    }
    println!("{name}");
    ExitCode::FAILURE
}

fn formatted(text: &str, name: &str) -> Result<String, String> {
    format(text).map_err(|error| format!("{name}: {}", error.excerpt(text)))
}
