//! Reading configs again while they run: what changed is replaced, what is broken keeps its old version.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::args::Shared;
use super::document::{Document, FileFinding, check};
use super::paths;
use super::process::Process;
use super::watch::Watcher;
use crate::component::Registry;
use crate::config::{ComponentConf, Part, ResourcesConf};
use crate::manager::Vars;
use crate::telemetry::Logger;
use crate::value::{Str, Value};

/// How long a replaced stream gets to end its work.
pub const STOP_LIMIT: Duration = Duration::from_secs(30);

/// What the command line says about configs.
#[derive(Clone)]
pub struct Given {
    pub shared: Shared,
    /// The main config, if there is one.
    pub path: Option<PathBuf>,
    pub part: Part,
    pub vars: Vars,
    pub registry: Arc<Registry>,
}

/// The main config with the resources of all files.
pub struct Configs {
    pub document: Document,
    pub resources: ResourcesConf,
    pub findings: Vec<FileFinding>,
}

/// The configs of resources as they run, by kind and label.
pub struct Running(BTreeMap<(&'static str, Str), Value>);

// === impl Given ===

impl Given {
    pub fn read(&self) -> Result<Configs, String> {
        let mut document = match &self.path {
            Some(path) => Document::read(path, self.part, &self.vars, &self.registry)?,
            None => Document::empty(),
        };
        document.set(self.part, &self.shared.set, &self.registry)?;
        let mut resources = ResourcesConf::read(&document.node).map_err(|error| error.to_string())?;
        let mut findings = std::mem::take(&mut document.findings);
        for path in paths::expand(&self.shared.resources)? {
            let file = Document::read(&path, Part::Resources, &self.vars, &self.registry)?;
            resources.append(ResourcesConf::read(&file.node).map_err(|error| error.to_string())?);
            findings.extend(file.findings);
        }
        Ok(Configs { document, resources, findings })
    }

    /// The files that [`Self::read`] reads.
    pub fn files(&self) -> Vec<PathBuf> {
        let resources = paths::expand(&self.shared.resources).unwrap_or_default();
        self.path.iter().cloned().chain(resources).collect()
    }

    /// Watches files, if that is asked for.
    pub fn watcher(&self, list: impl Fn() -> Vec<PathBuf> + Send + 'static) -> Option<Watcher> {
        self.shared.watcher.then(|| Watcher::new(list))
    }

    /// Reads everything again and replaces the resources that changed. Returns the main config.
    pub fn reload(&self, running: &mut Running, process: &Process) -> Result<Document, String> {
        let configs = self.read()?;
        check(&configs.findings, self.shared.chilled, &process.log)?;
        let now = Running::new(&configs.resources);
        let changed = running.changed(configs.resources);
        process.manager.create_resources(changed).map_err(|error| error.to_string())?;
        *running = now;
        Ok(configs.document)
    }
}

/// Waits for watched files to change; for ever where none are watched.
pub async fn changed(watcher: &mut Option<Watcher>) -> std::collections::BTreeSet<PathBuf> {
    match watcher {
        Some(watcher) => watcher.changed().await,
        None => std::future::pending().await,
    }
}

/// Says that a new version was refused.
pub fn refused(log: &Logger, what: &str, error: &str) {
    log.error(format_args!("The new version of {what} is not used, the old one keeps running: {error}"));
}

// === impl Running ===

impl Running {
    pub fn new(confs: &ResourcesConf) -> Self {
        Self(confs.iter().map(|conf| (key(conf), conf.node.to_value())).collect())
    }

    /// Those of `confs` that are new or not what runs.
    fn changed(&self, confs: ResourcesConf) -> ResourcesConf {
        confs.filter(|conf| self.0.get(&key(conf)) != Some(&conf.node.to_value()))
    }
}

fn key(conf: &ComponentConf) -> (&'static str, Str) {
    (conf.kind.name(), conf.label())
}
