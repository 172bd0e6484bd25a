//! `run`: one stream.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::args::{RunArgs, Shared};
use super::document::{Document, check};
use super::process::{Mode, Process, logger, runtime};
use super::reload::{Configs, Given, Running, STOP_LIMIT, changed, refused};
use super::signals::{Request, Signals};
use crate::component::Registry;
use crate::config::{AnyField, Node, Part, STREAM_FIELDS, ServiceConf, StreamConf};
use crate::manager::Source;
use crate::stream::Why;
use crate::telemetry::Logger;
use crate::value::Value;

/// Where the main config is looked for when none is named.
const DEFAULT_PATHS: [&str; 13] = [
    "/nekton.yaml",
    "/etc/nekton/config.yaml",
    "/etc/nekton.yaml",
    "/benthos.yaml",
    "/etc/benthos/config.yaml",
    "/etc/benthos.yaml",
    "/connect.yaml",
    "/etc/connect/config.yaml",
    "/etc/connect.yaml",
    "/bento.yaml",
    "/etc/bento/config.yaml",
    "/etc/bento.yaml",
    "./config.yaml",
];

pub fn run(shared: Shared, args: RunArgs) -> Result<ExitCode, String> {
    let shared = shared.and(args.shared);
    let path = main_config(&shared, &args.paths)?;
    let given = Given::new(shared, path, Part::Run)?;
    let configs = given.read()?;
    let document = &configs.document;
    let service = ServiceConf::read(&document.node, &*given.registry).map_err(|error| error.to_string())?;
    let to_stderr = writes_stdout(document, &given.registry);
    let log = logger(&service.logger, given.shared.log_level.as_deref(), to_stderr)?;
    tell_config(&log, given.path.as_deref());
    check(&configs.findings, given.shared.chilled, &log)?;
    let runtime = runtime()?;
    let done = runtime.block_on(stream(service, given, configs, log.clone()));
    log.flush();
    // Threads that wait for standard input would wait for ever.
    runtime.shutdown_background();
    done
}

async fn stream(
    service: ServiceConf,
    given: Given,
    configs: Configs,
    log: Logger,
) -> Result<ExitCode, String> {
    let mut signals = Signals::listen().map_err(|error| format!("failed to listen for signals: {error}"))?;
    let listed = given.clone();
    let mut watcher = given.watcher(move || listed.files());
    let mode = Mode { registry: given.registry.clone(), streams: false, streams_api: false, prefixed: false };
    let Configs { document, resources, .. } = configs;
    let mut running = Running::new(&resources);
    let mut config = parts(&document);
    let vars = given.vars.clone();
    let process = Process::start(service, &document, Part::Run, resources, vars, log.clone(), mode).await?;
    log.info("Launching a Nekton instance, use CTRL+C to close");
    process.manager.create_read("", source(document), true).await.map_err(|error| error.to_string())?;
    let mut failed = false;
    loop {
        let Some(entry) = process.manager.get("") else { return Err("the stream is gone".to_owned()) };
        tokio::select! {
            end = entry.stream.ended() => {
                failed = matches!(end.why, Why::Panicked(_) | Why::Broken(_));
                log.info("Pipeline has terminated. Shutting down the service");
                break;
            }
            request = signals.next_or_reload() => if let Request::Stop(name) = request {
                log.info(format_args!("Received {name}, the service is closing"));
                break;
            },
            _ = changed(&mut watcher) => {}
        }
        if let Err(error) = replace(&given, &mut running, &process, &mut config).await {
            refused(&log, "the config", &error);
        }
    }
    let code = process.stop(&mut signals).await;
    Ok(if failed { ExitCode::FAILURE } else { code })
}

/// Reads the config again and replaces what changed.
async fn replace(
    given: &Given,
    running: &mut Running,
    process: &Process,
    config: &mut Vec<Option<Value>>,
) -> Result<(), String> {
    let document = given.reload(running, process)?;
    let new = parts(&document);
    if new != *config {
        let replaced = process.manager.put_read("", source(document), STOP_LIMIT).await;
        replaced.map_err(|error| error.to_string())?;
        *config = new;
        process.log.info("The stream runs with its new config");
    }
    running.sweep(process);
    Ok(())
}

/// What the stream is made of, variables filled in.
fn parts(document: &Document) -> Vec<Option<Value>> {
    let part = |field: &&dyn AnyField| document.node.get(field.info().name).map(Node::to_value);
    STREAM_FIELDS.iter().map(part).collect()
}

fn source(document: Document) -> Source {
    Source { node: document.node, given: document.given.to_value(), findings: Vec::new() }
}

/// The config that is named, or the first of the usual places that exists.
fn main_config(shared: &Shared, paths: &[PathBuf]) -> Result<Option<PathBuf>, String> {
    let named = shared.main_config(paths)?;
    Ok(named.or_else(|| DEFAULT_PATHS.iter().map(PathBuf::from).find(|path| path.exists())))
}

pub fn tell_config(log: &Logger, path: Option<&Path>) {
    let log = log.with("version", super::VERSION.0);
    match path {
        Some(path) => {
            log.with("path", path.display().to_string()).info("Running main config from specified file");
        }
        None => log.info("Running without a main config file"),
    }
}

/// Whether the output itself writes to standard output, where log lines would be in the way.
fn writes_stdout(document: &Document, registry: &Registry) -> bool {
    let conf = StreamConf::read(&document.node);
    conf.is_ok_and(|conf| conf.output.resolve(registry).is_ok_and(|output| output.spec.name == "stdout"))
}
