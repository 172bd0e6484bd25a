//! `streams`: many streams in one process.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::args::{Shared, StreamsArgs};
use super::document::{self, check, with_path};
use super::paths;
use super::process::{Mode, Process, logger, runtime};
use super::reload::{Configs, Given, Running, STOP_LIMIT, changed, refused};
use super::run::tell_config;
use super::signals::{Request, Signals};
use crate::config::{Part, ServiceConf};
use crate::manager::{Source, find_streams};
use crate::telemetry::Logger;
use crate::value::{Str, Value};

/// Everything that was read before anything starts.
struct Plan {
    service: ServiceConf,
    given: Given,
    configs: Configs,
    streams: Vec<(Str, Source)>,
    files: Files,
    streams_api: bool,
    prefixed: bool,
}

/// Stream files: where they are looked for, and the configs that run, variables filled in.
struct Files {
    patterns: Vec<String>,
    running: BTreeMap<Str, Value>,
}

pub fn run(shared: Shared, args: StreamsArgs) -> Result<ExitCode, String> {
    let shared = shared.and(args.shared);
    let path = args.observability.or(shared.config.clone());
    let given = Given::new(shared, path, Part::Service)?;
    let mut configs = given.read()?;
    let service = ServiceConf::read(&configs.document.node, &*given.registry);
    let service = service.map_err(|error| error.to_string())?;
    let log = logger(&service.logger, given.shared.log_level.as_deref(), false)?;
    tell_config(&log, given.path.as_deref());
    let mut findings = std::mem::take(&mut configs.findings);
    let mut files = Files { patterns: args.paths, running: BTreeMap::new() };
    let mut streams = Vec::new();
    for (id, path) in files.find()? {
        let mut source = stream_file(&path, &given)?;
        findings.extend(with_path(&path, std::mem::take(&mut source.findings)));
        files.running.insert(id.clone(), source.node.to_value());
        streams.push((id, source));
    }
    check(&findings, given.shared.chilled, &log)?;
    let runtime = runtime()?;
    let (streams_api, prefixed) = (!args.no_api, args.prefix_stream_endpoints);
    let plan = Plan { service, given, configs, streams, files, streams_api, prefixed };
    let done = runtime.block_on(plan.execute(log.clone()));
    log.flush();
    runtime.shutdown_background();
    done
}

fn stream_file(path: &Path, given: &Given) -> Result<Source, String> {
    let text = document::read(path)?;
    Source::read(&text, Part::StreamFile, &given.vars, &*given.registry)
        .map_err(|error| format!("{}: {error}", path.display()))
}

// === impl Plan ===

impl Plan {
    async fn execute(self, log: Logger) -> Result<ExitCode, String> {
        let Self { service, given, configs, streams, mut files, streams_api, prefixed } = self;
        let mut signals =
            Signals::listen().map_err(|error| format!("failed to listen for signals: {error}"))?;
        let (listed, patterns) = (given.clone(), files.patterns.clone());
        let mut watcher = given.watcher(move || {
            let found = Files { patterns: patterns.clone(), running: BTreeMap::new() }.find();
            listed.files().into_iter().chain(found.unwrap_or_default().into_values()).collect()
        });
        let mode = Mode { registry: given.registry.clone(), streams: true, streams_api, prefixed };
        let Configs { document, resources, .. } = configs;
        let (mut running, mut shared_files) = (Running::new(&resources), given.files());
        let vars = given.vars.clone();
        let process =
            Process::start(service, &document, Part::Service, resources, vars, log.clone(), mode).await?;
        for (id, source) in streams {
            let created = process.manager.create_read(&id, source, true).await;
            created.map_err(|error| format!("failed to start stream '{id}': {error}"))?;
        }
        log.info("Launching Nekton in streams mode, use CTRL+C to close");
        loop {
            let paths = tokio::select! {
                request = signals.next_or_reload() => match request {
                    Request::Stop(name) => {
                        log.info(format_args!("Received {name}, the service is closing"));
                        return Ok(process.stop(&mut signals).await);
                    }
                    Request::Reload => None,
                },
                paths = changed(&mut watcher) => Some(paths),
            };
            // A file that is gone counts too.
            let before = std::mem::replace(&mut shared_files, given.files());
            let mut known = shared_files.iter().chain(&before);
            let shared = paths.as_ref().is_none_or(|paths| known.any(|file| paths.contains(file)));
            if shared && let Err(error) = given.reload(&mut running, &process) {
                refused(&log, "the resources", &error);
            }
            // Variables may stand in every file.
            let env = given.env.paths();
            let paths = paths.filter(|paths| !env.iter().any(|file| paths.contains(file)));
            files.apply(paths, &given, &process).await;
            running.sweep(&process);
        }
    }
}

// === impl Files ===

impl Files {
    fn find(&self) -> Result<BTreeMap<Str, PathBuf>, String> {
        let found = find_streams(&paths::expand(&self.patterns)?)?;
        Ok(found.into_iter().map(|file| (file.id, file.path)).collect())
    }

    /// Starts, replaces and removes the streams whose files changed; none of `changed` stands for all files.
    async fn apply(&mut self, changed: Option<BTreeSet<PathBuf>>, given: &Given, process: &Process) {
        let log = &process.log;
        let found = match self.find() {
            Ok(found) => found,
            Err(error) => return refused(log, "the stream files", &error),
        };
        let gone: Vec<Str> = self.running.keys().filter(|id| !found.contains_key(*id)).cloned().collect();
        for id in gone {
            self.running.remove(&id);
            match process.manager.delete(&id, STOP_LIMIT).await {
                Ok(()) => log.info(format_args!("Stream '{id}' was removed with its file")),
                Err(error) => log.error(format_args!("Failed to remove stream '{id}': {error}")),
            }
        }
        let is_changed = |path: &PathBuf| changed.as_ref().is_none_or(|changed| changed.contains(path));
        for (id, path) in found.iter().filter(|(_, path)| is_changed(path)) {
            if let Err(error) = self.replace(id, path, given, process).await {
                refused(log, &format!("stream '{id}'"), &error);
            }
        }
    }

    /// Reads the file of a stream again, which starts anew if that says something else than before.
    async fn replace(
        &mut self,
        id: &Str,
        path: &Path,
        given: &Given,
        process: &Process,
    ) -> Result<(), String> {
        let mut source = stream_file(path, given)?;
        let findings = with_path(path, std::mem::take(&mut source.findings));
        check(&findings, given.shared.chilled, &process.log)?;
        let config = source.node.to_value();
        if self.running.get(id) == Some(&config) && process.manager.get(id).is_some() {
            return Ok(());
        }
        process.manager.put_read(id, source, STOP_LIMIT).await.map_err(|error| error.to_string())?;
        process.log.info(format_args!("Stream '{id}' runs with its new config"));
        self.running.insert(id.clone(), config);
        Ok(())
    }
}
