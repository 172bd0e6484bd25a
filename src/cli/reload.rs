//! Reading configs again while they run: what changed is replaced, what is broken keeps its old version.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::args::Shared;
use super::document::{Document, FileFinding, check};
use super::process::Process;
use super::vars::EnvFiles;
use super::watch::Watcher;
use super::{paths, registry};
use crate::component::Registry;
use crate::config::{ComponentConf, Kind, Part, ResourcesConf};
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
    pub env: EnvFiles,
    pub registry: Arc<Registry>,
}

/// The main config with the resources of all files.
pub struct Configs {
    pub document: Document,
    pub resources: ResourcesConf,
    pub findings: Vec<FileFinding>,
}

/// The configs of resources as they run, by kind and label.
pub struct Running {
    configs: BTreeMap<(Kind, Str), Value>,
    /// Those that no file defines any more, until nobody uses them.
    gone: BTreeSet<(Kind, Str)>,
}

// === impl Given ===

impl Given {
    /// The configs of the command line, with variables from its files.
    pub fn new(shared: Shared, path: Option<PathBuf>, part: Part) -> Result<Self, String> {
        let env = EnvFiles::read(&shared.env_file)?;
        let vars = env.install(|_| None);
        let registry = Arc::new(registry::load(&shared)?);
        Ok(Self { shared, path, part, vars, env, registry })
    }

    /// Reads all configs; every file that is named must be there.
    pub fn read(&self) -> Result<Configs, String> {
        self.read_with(paths::expand(&self.shared.resources)?)
    }

    /// The files with resources that there are now.
    fn resource_files(&self) -> Vec<PathBuf> {
        let expanded = |pattern: &String| paths::expand(std::slice::from_ref(pattern)).unwrap_or_default();
        self.shared.resources.iter().flat_map(expanded).collect()
    }

    fn read_with(&self, resource_files: Vec<PathBuf>) -> Result<Configs, String> {
        let mut document = match &self.path {
            Some(path) => Document::read(path, self.part, &self.vars, &self.registry)?,
            None => Document::empty(),
        };
        document.set(self.part, &self.shared.set, &self.registry)?;
        let mut resources = ResourcesConf::read(&document.node).map_err(|error| error.to_string())?;
        let mut findings = std::mem::take(&mut document.findings);
        for path in resource_files {
            let file = Document::read(&path, Part::Resources, &self.vars, &self.registry)?;
            resources.append(ResourcesConf::read(&file.node).map_err(|error| error.to_string())?);
            findings.extend(file.findings);
        }
        Ok(Configs { document, resources, findings })
    }

    /// The files that [`Self::read`] reads.
    pub fn files(&self) -> Vec<PathBuf> {
        self.path.iter().cloned().chain(self.resource_files()).chain(self.env.paths()).collect()
    }

    /// Watches files, if that is asked for.
    pub fn watcher(&self, list: impl Fn() -> Vec<PathBuf> + Send + 'static) -> Option<Watcher> {
        self.shared.watcher.then(|| Watcher::new(list))
    }

    /// Reads everything again and replaces the resources that changed. A file with resources that is not there any
    /// more has none. Returns the main config.
    pub fn reload(&self, running: &mut Running, process: &Process) -> Result<Document, String> {
        self.env.read_again()?;
        let configs = self.read_with(self.resource_files())?;
        check(&configs.findings, self.shared.chilled, &process.log)?;
        let now = running.after(&configs.resources);
        let changed = running.changed(configs.resources);
        process.manager.create_resources(changed).map_err(|error| error.to_string())?;
        *running = now;
        Ok(configs.document)
    }
}

/// Waits for watched files to change; for ever where none are watched.
pub async fn changed(watcher: &mut Option<Watcher>) -> BTreeSet<PathBuf> {
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
        let configs = confs.iter().map(|conf| (key(conf), conf.node.to_value())).collect();
        Self { configs, gone: BTreeSet::new() }
    }

    /// What runs once `confs` are all that is defined.
    fn after(&self, confs: &ResourcesConf) -> Self {
        let Self { configs, .. } = Self::new(confs);
        let known = self.configs.keys().chain(&self.gone);
        let gone = known.filter(|key| !configs.contains_key(*key)).cloned().collect();
        Self { configs, gone }
    }

    /// Those of `confs` that are new or not what runs.
    fn changed(&self, confs: ResourcesConf) -> ResourcesConf {
        confs.filter(|conf| self.configs.get(&key(conf)) != Some(&conf.node.to_value()))
    }

    /// Removes the resources that no file defines any more; those that are still used stay until the next time.
    pub fn sweep(&mut self, process: &Process) {
        self.gone.retain(|(kind, label)| {
            let removed = process.manager.remove_unused_resource(*kind, label);
            match removed {
                true => process.log.info(format_args!("The {kind} resource '{label}' was removed with its file")),
                false => process.log.warn(format_args!(
                    "The {kind} resource '{label}' is defined nowhere any more, but it is still used and stays"
                )),
            }
            !removed
        });
    }
}

fn key(conf: &ComponentConf) -> (Kind, Str) {
    (conf.kind, conf.label())
}
