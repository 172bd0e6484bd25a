//! From a case to the processors that it tests.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::case::{Case, Target};
use super::mocks::Mocked;
use super::pointer::{Reference, segments};
use super::run::Runner;
use super::{mocks, pointer};
use crate::bloblang::go::path;
use crate::component::BuildError;
use crate::config::{self, Node, NodeKind, Part, ProcessorConf, ResourcesConf, check_outline, expand, parse};
use crate::expr::Mapping;
use crate::manager::{Manager, Processors, Settings};
use crate::message::Batch;
use crate::telemetry::Metrics;

/// What a case feeds its messages to.
pub enum Subject {
    Mapping(Mapping),
    Processors(Built),
}

/// Processors of a config.
pub struct Built {
    pub processors: Processors,
    /// The file that they stand in.
    pub file: PathBuf,
    /// The config of that file with the mocks in place.
    pub root: Node,
    /// The paths of the mocks.
    pub mocked: Vec<Vec<String>>,
    /// Keeps the resources that the processors use.
    _manager: Manager,
}

// === impl Subject ===

impl Subject {
    /// What `case`, which belongs to the config `config`, tests.
    pub fn of(case: &Case, config: &Path, runner: &Runner) -> Result<Self, String> {
        match &case.target {
            Target::Mapping(file) => {
                let why = |error| format!("failed to initialise Bloblang mapping '{file}': {error}");
                mapping(file, config).map(Self::Mapping).map_err(why)
            }
            Target::Processors(target) => {
                let why = |error| format!("failed to initialise processors '{target}': {error}");
                processors(case, target, config, runner).map(Self::Processors).map_err(why)
            }
        }
    }

    /// Feeds batches in, each step to all of them before the next begins.
    pub async fn run(&self, batches: Vec<Batch>) -> Result<Vec<Batch>, String> {
        match self {
            Self::Mapping(mapping) => {
                let map = |batch| mapping.map_batch(batch, |message, error| message.fail(error.to_string()));
                Ok(batches.into_iter().map(map).filter(|batch| !batch.is_empty()).collect())
            }
            Self::Processors(built) => {
                let mut batches = batches;
                for chain in &built.processors.chains {
                    let mut next = Vec::with_capacity(batches.len());
                    for batch in batches {
                        let done = chain.process(batch).finish().await;
                        next.extend(done.map_err(|rejected| rejected.0.to_string())?);
                    }
                    batches = next;
                }
                Ok(batches)
            }
        }
    }

    pub async fn close(&self) {
        if let Self::Processors(built) = self {
            for chain in &built.processors.chains {
                chain.close().await;
            }
        }
    }
}

/// A mapping file that stands beside the config, or at an absolute path.
fn mapping(file: &str, config: &Path) -> Result<Mapping, String> {
    let folder = config.parent().unwrap_or(Path::new(""));
    let file = path::clean(&folder.join(file).to_string_lossy());
    let text = std::fs::read(&file).map_err(|error| format!("{file}: {error}"))?;
    let text = String::from_utf8_lossy(&text);
    if text.trim().is_empty() {
        return Err(format!("{file}: the mapping is empty"));
    }
    let folder = Path::new(&file).parent().unwrap_or(Path::new(""));
    Mapping::compile_in(&text, &folder.to_string_lossy())
        .map_err(|errors| errors.first().map(|error| error.excerpt(&text)).unwrap_or_default())
}

fn processors(case: &Case, target: &str, config: &Path, runner: &Runner) -> Result<Built, String> {
    let reference = Reference::parse(target, config)?;
    let shown = reference.file.display();
    let unusable = |error: String| format!("failed to parse config file '{shown}': {error}");
    let specs = &*runner.registry;
    let root = read(&reference.file, runner).map_err(unusable)?;
    let Mocked { root, mocked, labels } = mocks::apply(root, &case.mocks, specs)?;
    check_outline(Part::Run.fields(), &root, specs).map_err(|finding| unusable(finding.to_string()))?;
    let resources = resources(&root, runner).map_err(unusable)?;
    let keys = if reference.place.starts_with('/') {
        segments(&reference.place)
    } else {
        mocks::path_of(&labels, &reference.place).cloned().ok_or_else(|| {
            format!("target for label '{}' failed as the label was not found in the test target file; what other files define cannot be targeted", reference.place)
        })?
    };
    let confs = targets(&root, &keys, runner)
        .map_err(|error| format!("failed to resolve case processors from '{shown}': {error}"))?;
    let (manager, processors) = build(&confs, resources, runner)?;
    Ok(Built { processors, file: reference.file, root, mocked, _manager: manager })
}

/// A config with its variables filled in; those that are not set are empty.
fn read(file: &Path, runner: &Runner) -> Result<Node, String> {
    let text = std::fs::read(file).map_err(|error| error.to_string())?;
    let expanded = expand(&text, &|name| (runner.vars)(name)).map_err(|error| error.to_string())?;
    parse(&expanded.text).map_err(|error| error.to_string())
}

/// The resources of the config and of the resource files, without inputs and outputs, which no processor needs.
fn resources(root: &Node, runner: &Runner) -> Result<ResourcesConf, String> {
    let mut all = ResourcesConf::read(root).map_err(|error| error.to_string())?;
    for file in &runner.resources {
        let read =
            read(file, runner).and_then(|root| ResourcesConf::read(&root).map_err(|error| error.to_string()));
        all.append(read.map_err(|error| format!("resource file '{}': {error}", file.display()))?);
    }
    (all.inputs, all.outputs) = (Vec::new(), Vec::new());
    let labels = all.caches.iter().map(|conf| conf.label());
    let labels = labels.chain(all.rate_limits.iter().map(|conf| conf.label()));
    let mut seen = HashSet::new();
    let mut labels = labels.chain(all.processors.iter().map(|conf| conf.label()));
    match labels.find(|label| !seen.insert(label.clone())) {
        Some(twice) => Err(format!("the resource label '{twice}' is used more than once")),
        None => Ok(all),
    }
}

/// The processors that the keys lead to: one, or a list of them.
fn targets(root: &Node, keys: &[String], runner: &Runner) -> Result<Vec<ProcessorConf>, String> {
    let found = pointer::follow(root, keys)?;
    let place = format!("root.{}", keys.join("."));
    let confs = match &found.value {
        NodeKind::Seq(items) => {
            let conf = |(i, item): (usize, &Node)| ProcessorConf::new(item.clone(), format!("{place}.{i}"));
            items.iter().enumerate().map(conf).collect()
        }
        _ => vec![ProcessorConf::new(found.clone(), place)],
    };
    for conf in &confs {
        conf.resolve(&*runner.registry).map_err(|error: config::ConfError| error.to_string())?;
    }
    Ok(confs)
}

fn build(
    confs: &[ProcessorConf],
    resources: ResourcesConf,
    runner: &Runner,
) -> Result<(Manager, Processors), String> {
    let manager = Manager::new(Settings {
        registry: runner.registry.clone(),
        endpoints: None,
        metrics: Metrics::default(),
        log: runner.log.clone(),
        vars: runner.vars.clone(),
        strict: false,
        shutdown_timeout: std::time::Duration::ZERO,
        tracer: Default::default(),
        streams_mode: false,
    });
    // A resource that cannot be built only matters to those who use it.
    let unbuilt = manager.create_resources(resources).err();
    let because = |error: BuildError| match &unbuilt {
        Some(cause) => format!("{error} ({cause})"),
        None => error.to_string(),
    };
    let processors = manager.processors(confs).map_err(because)?;
    Ok((manager, processors))
}

/// Whether `path` is one of the paths `above`, or stands below one.
pub fn is_below(path: &[crate::value::Str], above: &[Vec<String>]) -> bool {
    above.iter().any(|above| path.len() >= above.len() && above.iter().zip(path).all(|(a, b)| a == b))
}
