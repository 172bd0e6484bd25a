//! Building components out of their configs, with what the engine puts around each kind.

use std::sync::Arc;

use super::batched::{BatchedInput, BatchedOutput};
use super::chain::{Chain, Instrumented, Mode};
use super::context::Context;
use super::error::BuildError;
use super::metered::{MeteredCache, MeteredRateLimit};
use super::processed::{ProcessedInput, ProcessedOutput};
use super::reader::Reader;
use super::registry::{Built, InputBuild, OutputBuild};
use super::relabel::relabel;
use super::resources::Handle;
use super::scanner::Scanner;
use super::traced_buffer::TracedBuffer;
use super::writer::Writer;
use super::{Buffer, Cache, Input, Output, RateLimit, SharedInput};
use crate::config::{
    BufferConf, CacheConf, Component, ComponentConf, InputConf, Kind, OutputConf, ProcessorConf,
    RateLimitConf, ScannerConf, Specs,
};
use crate::expr::with_caches;

/// How often a template may expand to a template.
const MAX_TEMPLATES: usize = 32;

impl Context {
    /// Builds an input with its own processors around it.
    pub fn input(&self, conf: &InputConf) -> Built<Box<dyn Input>> {
        let registry = self.environment().registry.clone();
        let (found, cx) = self.resolve(conf)?;
        let entry = registry.inputs.iter().find(|e| e.spec.name == found.spec.name);
        let build = || -> Built<Box<dyn Input>> {
            let mut input: Box<dyn Input> = match &entry.ok_or_else(BuildError::not_built)?.build {
                InputBuild::Input(build) => build(&found.conf, &cx)?,
                InputBuild::Source(build) => {
                    let setup = build(&found.conf, &cx)?;
                    let reader = Box::new(Reader::new(setup.source, setup.auto_replay, cx.clone()));
                    match setup.batching {
                        Some(policy) => Box::new(BatchedInput::new(reader, policy, &cx)),
                        None => reader,
                    }
                }
            };
            if !found.processors.is_empty() {
                input = Box::new(ProcessedInput::new(input, cx.chain(&found.processors)?));
            }
            Ok(input)
        };
        self.built(&found, build)
    }

    /// Builds an output with its own processors around it; it begins to connect at once.
    pub fn output(&self, conf: &OutputConf) -> Built<Arc<dyn Output>> {
        let registry = self.environment().registry.clone();
        let (found, cx) = self.resolve(conf)?;
        let entry = registry.outputs.iter().find(|e| e.spec.name == found.spec.name);
        let build = || -> Built<Arc<dyn Output>> {
            let mut output: Arc<dyn Output> = match &entry.ok_or_else(BuildError::not_built)?.build {
                OutputBuild::Output(build) => build(&found.conf, &cx)?,
                OutputBuild::Sink(build) => {
                    let setup = build(&found.conf, &cx)?;
                    let writer = Arc::new(Writer::start(setup.sink, setup.max_in_flight, cx.clone()));
                    match setup.batching {
                        Some(policy) => Arc::new(BatchedOutput::new(writer, policy, cx.clone())),
                        None => writer,
                    }
                }
            };
            if !found.processors.is_empty() {
                output = Arc::new(ProcessedOutput::new(cx.chain(&found.processors)?, output));
            }
            Ok(output)
        };
        self.built(&found, build)
    }

    /// Builds a list of processors; under strict error handling a failed batch skips the rest of it.
    pub fn chain(&self, confs: &[ProcessorConf]) -> Built<Chain> {
        let mode = if self.strict() { Mode::StopAtFailure } else { Mode::Lenient };
        self.chain_with(confs, mode)
    }

    /// As [`Self::chain`], with a mode of its own.
    pub fn chain_with(&self, confs: &[ProcessorConf], mode: Mode) -> Built<Chain> {
        let processors = confs.iter().map(|conf| self.processor(conf)).collect::<Built<Vec<_>>>()?;
        Ok(Chain::new(processors, mode))
    }

    /// Builds one processor with its metrics.
    pub fn processor(&self, conf: &ProcessorConf) -> Built<Instrumented> {
        let registry = self.environment().registry.clone();
        let (found, cx) = self.resolve(conf)?;
        let entry = registry.processors.iter().find(|e| e.spec.name == found.spec.name);
        let build = || -> Built<Instrumented> {
            let entry = entry.ok_or_else(BuildError::not_built)?;
            Ok(Instrumented::new((entry.build)(&found.conf, &cx)?, cx.clone(), entry.silent))
        };
        self.built(&found, build)
    }

    /// Builds a buffer; none if messages pass without one.
    pub fn buffer(&self, conf: &BufferConf) -> Built<Option<Arc<dyn Buffer>>> {
        let registry = self.environment().registry.clone();
        let (found, cx) = self.resolve(conf)?;
        let entry = registry.buffers.iter().find(|e| e.spec.name == found.spec.name);
        let buffer =
            self.built(&found, || (entry.ok_or_else(BuildError::not_built)?.build)(&found.conf, &cx))?;
        Ok(buffer.map(|buffer| match cx.tracer() {
            Some(tracer) => Arc::new(TracedBuffer::new(buffer, tracer.clone(), cx.type_name().into())),
            None => buffer,
        }))
    }

    pub fn cache(&self, conf: &CacheConf) -> Built<Arc<dyn Cache>> {
        let registry = self.environment().registry.clone();
        let (found, cx) = self.resolve(conf)?;
        let entry = registry.caches.iter().find(|e| e.spec.name == found.spec.name);
        let build = || (entry.ok_or_else(BuildError::not_built)?.build)(&found.conf, &cx);
        Ok(Arc::new(MeteredCache::new(self.built(&found, build)?, cx.metrics())))
    }

    pub fn rate_limit(&self, conf: &RateLimitConf) -> Built<Arc<dyn RateLimit>> {
        let registry = self.environment().registry.clone();
        let (found, cx) = self.resolve(conf)?;
        let entry = registry.rate_limits.iter().find(|e| e.spec.name == found.spec.name);
        let build = || (entry.ok_or_else(BuildError::not_built)?.build)(&found.conf, &cx);
        Ok(Arc::new(MeteredRateLimit::new(self.built(&found, build)?, cx.metrics())))
    }

    pub fn scanner(&self, conf: &ScannerConf) -> Built<Box<dyn Scanner>> {
        let registry = self.environment().registry.clone();
        let (found, cx) = self.resolve(conf)?;
        let entry = registry.scanners.iter().find(|e| e.spec.name == found.spec.name);
        self.built(&found, || (entry.ok_or_else(BuildError::not_built)?.build)(&found.conf, &cx))
    }

    /// The cache resource `label`, which must exist.
    pub fn cache_resource(&self, label: &str) -> Built<Handle<dyn Cache>> {
        self.resources().caches.get(label).ok_or_else(|| missing("cache", label))
    }

    /// The rate limit resource `label`, which must exist.
    pub fn rate_limit_resource(&self, label: &str) -> Built<Handle<dyn RateLimit>> {
        self.resources().rate_limits.get(label).ok_or_else(|| missing("rate limit", label))
    }

    /// The input resource `label`, which must exist.
    pub fn input_resource(&self, label: &str) -> Built<Handle<SharedInput>> {
        self.resources().inputs.get(label).ok_or_else(|| missing("input", label))
    }

    /// The output resource `label`, which must exist.
    pub fn output_resource(&self, label: &str) -> Built<Handle<dyn Output>> {
        self.resources().outputs.get(label).ok_or_else(|| missing("output", label))
    }

    /// The processor resource `label`, which must exist.
    pub fn processor_resource(&self, label: &str) -> Built<Handle<Chain>> {
        self.resources().processors.get(label).ok_or_else(|| missing("processor", label))
    }

    /// What `build` makes of `found`: its mappings see the caches of the stream, and an error says where it stands.
    fn built<T>(&self, found: &Component<'_>, build: impl FnOnce() -> Built<T>) -> Built<T> {
        let caches = Arc::downgrade(self.resources());
        with_caches(caches, build).map_err(|e| e.within(found.spec.kind.name(), found.spec.name, &found.path))
    }

    /// What `conf` means, with templates replaced by what they stand for.
    fn resolve(&self, conf: &ComponentConf) -> Built<(Component<'_>, Context)> {
        let registry = &*self.environment().registry;
        let mut found = conf.resolve(registry)?;
        let mut cx = self.clone();
        for _ in 0..MAX_TEMPLATES {
            let Some(template) = registry.template(conf.kind, found.spec.name) else {
                return Ok((found.clone(), cx.at(found.spec.name, &found.label, &found.path)));
            };
            let expanded = ComponentConf::new(conf.kind, template.expand(&found)?, found.path.clone());
            let mut inner = expanded.resolve(registry).map_err(|error| template.blame(error))?;
            // Closer to the outside world stands what the template itself does.
            inner.processors = match conf.kind {
                Kind::Output => [found.processors, inner.processors].concat(),
                _ => [inner.processors, found.processors].concat(),
            };
            if let Some(mapping) = template.metrics(&found.label) {
                cx = cx.with_metrics(relabel(mapping));
            }
            found = inner;
        }
        Err(BuildError::new(format!("templates expand to each other more than {MAX_TEMPLATES} times")))
    }
}

fn missing(kind: &str, label: &str) -> BuildError {
    BuildError::new(format!("{kind} resource '{label}' was not found"))
}
