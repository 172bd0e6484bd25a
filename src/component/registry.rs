//! The components that exist: for each kind a table of specs with their constructors.

use std::sync::Arc;

use super::batching::Policy;
use super::context::Context;
use super::error::BuildError;
use super::scanner::Scanner;
use super::{Buffer, Cache, Input, Output, Processor, RateLimit, Sink, Source};
use crate::config::{Catalogue, ComponentSpec, Conf, Kind, MetricsConf, Specs, Template, TracerConf};
use crate::telemetry::metrics::Exporter;
use crate::telemetry::trace;

/// The result of a constructor.
pub type Built<T> = Result<T, BuildError>;

pub struct InputSpec {
    pub spec: ComponentSpec,
    pub build: InputBuild,
}

pub enum InputBuild {
    /// Reads from one place; the engine adds the rest.
    Source(fn(&Conf, &Context) -> Built<SourceSetup>),
    /// Is a whole input by itself, mostly one made of others.
    Input(fn(&Conf, &Context) -> Built<Box<dyn Input>>),
}

/// A source and how the engine treats it.
pub struct SourceSetup {
    pub source: Box<dyn Source>,
    /// Whether nacked messages are sent again from memory; else the source learns of the nack.
    pub auto_replay: bool,
    pub batching: Option<Policy>,
}

pub struct OutputSpec {
    pub spec: ComponentSpec,
    pub build: OutputBuild,
}

pub enum OutputBuild {
    /// Writes to one place; the engine adds the rest.
    Sink(fn(&Conf, &Context) -> Built<SinkSetup>),
    /// Is a whole output by itself, mostly one made of others.
    Output(fn(&Conf, &Context) -> Built<Arc<dyn Output>>),
}

/// A sink and how the engine treats it.
pub struct SinkSetup {
    pub sink: Arc<dyn Sink>,
    /// How many writes may be under way; with 1 the order is kept.
    pub max_in_flight: usize,
    pub batching: Option<Policy>,
}

pub struct ProcessorSpec {
    pub spec: ComponentSpec,
    pub build: fn(&Conf, &Context) -> Built<Box<dyn Processor>>,
    /// Whether it has no metrics of its own.
    pub silent: bool,
}

pub struct BufferSpec {
    pub spec: ComponentSpec,
    /// None: messages pass without a buffer.
    pub build: fn(&Conf, &Context) -> BuiltBuffer,
}

/// A buffer, where there is one.
pub type BuiltBuffer = Built<Option<Arc<dyn Buffer>>>;

pub struct CacheSpec {
    pub spec: ComponentSpec,
    pub build: fn(&Conf, &Context) -> Built<Arc<dyn Cache>>,
}

pub struct RateLimitSpec {
    pub spec: ComponentSpec,
    pub build: fn(&Conf, &Context) -> Built<Arc<dyn RateLimit>>,
}

pub struct ScannerSpec {
    pub spec: ComponentSpec,
    pub build: fn(&Conf, &Context) -> Built<Box<dyn Scanner>>,
}

pub struct MetricsSpec {
    pub spec: ComponentSpec,
    pub build: fn(&Conf) -> Built<Exporter>,
}

pub struct TracerSpec {
    pub spec: ComponentSpec,
    pub build: fn(&Conf) -> Built<trace::Exporter>,
}

/// The components of one kind: the tables of the folders they stand in, one after another.
pub struct Listing<T: 'static>(pub &'static [&'static [&'static T]]);

/// All tables.
#[derive(Default)]
pub struct Registry {
    pub inputs: Listing<InputSpec>,
    pub buffers: Listing<BufferSpec>,
    pub processors: Listing<ProcessorSpec>,
    pub outputs: Listing<OutputSpec>,
    pub caches: Listing<CacheSpec>,
    pub rate_limits: Listing<RateLimitSpec>,
    pub scanners: Listing<ScannerSpec>,
    pub metrics: Listing<MetricsSpec>,
    pub tracers: Listing<TracerSpec>,
    /// Components that lint knows although this build cannot run them.
    pub catalogue: Option<fn() -> &'static Catalogue>,
    /// Components that are made of others; they come before components of the same name.
    pub templates: Vec<Template>,
}

// === impl Listing ===

impl<T> Listing<T> {
    pub fn iter(&self) -> impl Iterator<Item = &'static T> + use<T> {
        self.0.iter().copied().flatten().copied()
    }
}

impl<T> Default for Listing<T> {
    fn default() -> Self {
        Self(&[])
    }
}

// === impl Registry ===

impl Registry {
    /// All specs of a kind, in the order of their table.
    pub fn specs(&self, kind: Kind) -> Box<dyn Iterator<Item = &'static ComponentSpec>> {
        match kind {
            Kind::Input => Box::new(self.inputs.iter().map(|s| &s.spec)),
            Kind::Buffer => Box::new(self.buffers.iter().map(|s| &s.spec)),
            Kind::Processor => Box::new(self.processors.iter().map(|s| &s.spec)),
            Kind::Output => Box::new(self.outputs.iter().map(|s| &s.spec)),
            Kind::Cache => Box::new(self.caches.iter().map(|s| &s.spec)),
            Kind::RateLimit => Box::new(self.rate_limits.iter().map(|s| &s.spec)),
            Kind::Scanner => Box::new(self.scanners.iter().map(|s| &s.spec)),
            Kind::Metrics => Box::new(self.metrics.iter().map(|s| &s.spec)),
            Kind::Tracer => Box::new(self.tracers.iter().map(|s| &s.spec)),
        }
    }
}

impl Registry {
    /// The exporter of metrics that `conf` names.
    pub fn exporter(&self, conf: &MetricsConf) -> Built<Exporter> {
        let found = conf.resolve(self)?;
        let entry = self.metrics.iter().find(|entry| entry.spec.name == found.spec.name);
        let built = entry.ok_or_else(BuildError::not_built).and_then(|e| (e.build)(&found.conf));
        built.map_err(|error| error.within("metrics", found.spec.name, &found.path))
    }
}

impl Registry {
    /// The exporter of traces that `conf` names.
    pub fn tracer(&self, conf: &TracerConf) -> Built<trace::Exporter> {
        let found = conf.resolve(self)?;
        let entry = self.tracers.iter().find(|entry| entry.spec.name == found.spec.name);
        let built = entry.ok_or_else(BuildError::not_built).and_then(|e| (e.build)(&found.conf));
        built.map_err(|error| error.within("tracer", found.spec.name, &found.path))
    }
}

impl Specs for Registry {
    fn find(&self, kind: Kind, name: &str) -> Option<&ComponentSpec> {
        if let Some(template) = self.template(kind, name) {
            return Some(template.spec);
        }
        let built = self.specs(kind).find(|spec| spec.name == name);
        built.or_else(|| self.catalogue.and_then(|catalogue| catalogue().get(kind, name)))
    }

    fn template(&self, kind: Kind, name: &str) -> Option<&Template> {
        self.templates.iter().rev().find(|template| template.spec.kind == kind && template.spec.name == name)
    }

    fn names(&self, kind: Kind) -> Vec<&str> {
        let mut names: Vec<&str> = self.specs(kind).map(|spec| spec.name).collect();
        let templates = self.templates.iter().map(|template| template.spec).filter(|spec| spec.kind == kind);
        names.extend(templates.map(|spec| spec.name));
        let built = names.len();
        for name in self.catalogue.into_iter().flat_map(|catalogue| catalogue().names(kind)) {
            if !names[..built].contains(&name) {
                names.push(name);
            }
        }
        names
    }
}
