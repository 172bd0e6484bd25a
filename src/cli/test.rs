//! `test`: the unit tests of configs.

use std::io::{IsTerminal, stdout};
use std::process::ExitCode;
use std::sync::Arc;

use super::args::{Shared, TestArgs, TestFormat};
use super::{paths, process, registry, vars};
use crate::config::{FieldType, LoggerConf, Node, Path};
use crate::telemetry::Logger;
use crate::unit::{self, Definition, FileReport, Report, Runner};

pub fn run(shared: Shared, args: TestArgs) -> Result<ExitCode, String> {
    let shared = shared.and(args.shared);
    if !shared.set.is_empty() {
        return Err("cannot override fields with --set (-s) during unit tests".to_owned());
    }
    let colours = stdout().is_terminal();
    let Some(definitions) = definitions(&args.paths)? else {
        println!("{}", painted("No tests were found", YELLOW, colours));
        return Ok(ExitCode::FAILURE);
    };
    let runner = Runner {
        registry: Arc::new(registry::load(&shared)?),
        vars: vars::install_below(&shared.env_file, unit::variable)?,
        log: logger(args.log.as_deref(), args.format)?,
        resources: paths::expand(&shared.resources)?,
        coverage: args.coverage,
    };
    let threads = std::thread::available_parallelism().map_or(1, |n| n.get());
    let mut report = Report::default();
    let done = runner.run(&definitions, threads, |file| {
        if args.format == TestFormat::Text {
            tell(&file, args.verbose, colours);
        }
        report.files.push(file);
    });
    runner.log.flush();
    done?;
    match args.format {
        TestFormat::Text => print!("{}{}", report.failures(colours), report.coverage()),
        TestFormat::Json => print!("{}", report.json()),
        TestFormat::Junit => print!("{}", report.junit()),
    }
    Ok(if report.passed() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The configs with tests that the arguments lead to; none if there are none.
fn definitions(patterns: &[String]) -> Result<Option<Vec<Definition>>, String> {
    let unobtainable = |error| format!("Failed to obtain test targets: {error}");
    let files = paths::targets(patterns).map_err(unobtainable)?;
    let found = unit::find(&files).map_err(unobtainable)?;
    Ok(Some(found).filter(|found| !found.is_empty()))
}

/// Says how the tests of one config ended.
fn tell(file: &FileReport, verbose: bool, colours: bool) {
    if verbose {
        file.cases.iter().for_each(|case| println!("  - {}", case.name));
    }
    let how = match file.passed() {
        true => painted("succeeded", GREEN, colours),
        false => painted("failed", RED, colours),
    };
    println!("Test '{}' {how}", file.config.display());
}

const RED: &str = "\x1b[31m";
const GREEN: &str = "\x1b[32m";
const YELLOW: &str = "\x1b[33m";

fn painted(text: &str, colour: &str, colours: bool) -> String {
    if colours { format!("{colour}{text}\x1b[0m") } else { text.to_owned() }
}

/// Where components log to: nowhere, unless a level is asked for. What machines read is kept clean of it.
fn logger(level: Option<&str>, format: TestFormat) -> Result<Logger, String> {
    let Some(level) = level.filter(|level| !level.is_empty()) else { return Ok(Logger::silent()) };
    let conf = LoggerConf::read(&Node::map([]), Path::Root("logger")).map_err(|error| error.to_string())?;
    process::logger(&conf, Some(level), format != TestFormat::Text)
}
