//! `run`: one stream.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use super::args::{RunArgs, Shared};
use super::document::{Document, check};
use super::process::{Mode, Process, logger, runtime};
use super::signals::Signals;
use super::{paths, registry, vars};
use crate::component::Registry;
use crate::config::{Part, ResourcesConf, ServiceConf, StreamConf};
use crate::manager::{Source, Vars};
use crate::stream::Why;
use crate::telemetry::Logger;

/// Where the main config is looked for when none is named.
const DEFAULT_PATHS: [&str; 3] = ["/benthos.yaml", "/etc/benthos/config.yaml", "/etc/benthos.yaml"];

pub fn run(shared: Shared, args: RunArgs) -> Result<ExitCode, String> {
    let shared = shared.and(args.shared);
    let path = main_config(&shared, &args.paths)?;
    let vars = vars::install(&shared.env_file)?;
    let registry = Arc::new(registry::load(&shared)?);
    let mut document = match &path {
        Some(path) => Document::read(path, Part::Run, &vars, &registry)?,
        None => Document::empty(),
    };
    document.set(Part::Run, &shared.set, &registry)?;
    let service = ServiceConf::read(&document.node, &*registry).map_err(|error| error.to_string())?;
    let log = logger(&service.logger, shared.log_level.as_deref(), writes_stdout(&document, &registry))?;
    tell_config(&log, path.as_deref());
    let mut resources = ResourcesConf::read(&document.node).map_err(|error| error.to_string())?;
    let mut findings = std::mem::take(&mut document.findings);
    for path in paths::expand(&shared.resources)? {
        let file = Document::read(&path, Part::Resources, &vars, &registry)?;
        resources.append(ResourcesConf::read(&file.node).map_err(|error| error.to_string())?);
        findings.extend(file.findings);
    }
    check(&findings, shared.chilled, &log)?;
    let runtime = runtime()?;
    let done = runtime.block_on(stream(service, document, resources, vars, registry, log.clone()));
    log.flush();
    // Threads that wait for standard input would wait for ever.
    runtime.shutdown_background();
    done
}

async fn stream(
    service: ServiceConf,
    document: Document,
    resources: ResourcesConf,
    vars: Vars,
    registry: Arc<Registry>,
    log: Logger,
) -> Result<ExitCode, String> {
    let mut signals = Signals::listen().map_err(|error| format!("failed to listen for signals: {error}"))?;
    let mode = Mode { registry, streams: false, streams_api: false, prefixed: false };
    let process = Process::start(service, &document, Part::Run, resources, vars, log.clone(), mode).await?;
    log.info("Launching a Nekton instance, use CTRL+C to close");
    let source = Source { node: document.node, given: document.given.to_value(), findings: Vec::new() };
    process.manager.create_read("", source, true).await.map_err(|error| error.to_string())?;
    let Some(entry) = process.manager.get("") else { return Err("the stream is gone".to_owned()) };
    let mut failed = false;
    tokio::select! {
        end = entry.stream.ended() => {
            failed = matches!(end.why, Why::Panicked(_) | Why::Broken(_));
            log.info("Pipeline has terminated. Shutting down the service");
        }
        name = signals.next() => log.info(format_args!("Received {name}, the service is closing")),
    }
    drop(entry);
    let code = process.stop(&mut signals).await;
    Ok(if failed { ExitCode::FAILURE } else { code })
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
