//! `streams`: many streams in one process.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use super::args::{Shared, StreamsArgs};
use super::document::{self, Document, check, with_path};
use super::process::{Mode, Process, logger, runtime};
use super::run::tell_config;
use super::signals::Signals;
use super::{paths, registry, vars};
use crate::component::Registry;
use crate::config::{Part, ResourcesConf, ServiceConf};
use crate::manager::{Source, Vars, find_streams};
use crate::telemetry::Logger;
use crate::value::Str;

/// Everything that was read before anything starts.
struct Plan {
    service: ServiceConf,
    document: Document,
    resources: ResourcesConf,
    streams: Vec<(Str, Source)>,
    vars: Vars,
    mode: Mode,
}

pub fn run(shared: Shared, args: StreamsArgs) -> Result<ExitCode, String> {
    let shared = shared.and(args.shared);
    let path = args.observability.or(shared.config.clone());
    let vars = vars::install(&shared.env_file)?;
    let registry = Arc::new(registry::load(&shared)?);
    let mut document = match &path {
        Some(path) => Document::read(path, Part::Service, &vars, &registry)?,
        None => Document::empty(),
    };
    document.set(Part::Service, &shared.set, &registry)?;
    let service = ServiceConf::read(&document.node, &*registry).map_err(|error| error.to_string())?;
    let log = logger(&service.logger, shared.log_level.as_deref(), false)?;
    tell_config(&log, path.as_deref());
    let mut findings = std::mem::take(&mut document.findings);
    let mut resources = ResourcesConf::read(&document.node).map_err(|error| error.to_string())?;
    for path in paths::expand(&shared.resources)? {
        let file = Document::read(&path, Part::Resources, &vars, &registry)?;
        resources.append(ResourcesConf::read(&file.node).map_err(|error| error.to_string())?);
        findings.extend(file.findings);
    }
    let mut streams = Vec::new();
    for file in find_streams(&paths::expand(&args.paths)?)? {
        let mut source = stream_file(&file.path, &vars, &registry)?;
        findings.extend(with_path(&file.path, std::mem::take(&mut source.findings)));
        streams.push((file.id, source));
    }
    check(&findings, shared.chilled, &log)?;
    let mode =
        Mode { registry, streams: true, streams_api: !args.no_api, prefixed: args.prefix_stream_endpoints };
    let runtime = runtime()?;
    let plan = Plan { service, document, resources, streams, vars, mode };
    let done = runtime.block_on(plan.execute(log.clone()));
    log.flush();
    runtime.shutdown_background();
    done
}

fn stream_file(path: &Path, vars: &Vars, registry: &Registry) -> Result<Source, String> {
    let text = document::read(path)?;
    Source::read(&text, Part::StreamFile, vars, registry)
        .map_err(|error| format!("{}: {error}", path.display()))
}

// === impl Plan ===

impl Plan {
    async fn execute(self, log: Logger) -> Result<ExitCode, String> {
        let Self { service, document, resources, streams, vars, mode } = self;
        let mut signals =
            Signals::listen().map_err(|error| format!("failed to listen for signals: {error}"))?;
        let process =
            Process::start(service, &document, Part::Service, resources, vars, log.clone(), mode).await?;
        for (id, source) in streams {
            let created = process.manager.create_read(&id, source, true).await;
            created.map_err(|error| format!("failed to start stream '{id}': {error}"))?;
        }
        log.info("Launching Nekton in streams mode, use CTRL+C to close");
        let name = signals.next().await;
        log.info(format_args!("Received {name}, the service is closing"));
        Ok(process.stop(&mut signals).await)
    }
}
