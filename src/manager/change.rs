//! Changes to one stream: create, update, patch, delete.

use std::sync::Arc;
use std::time::Duration;

use super::error::Error;
use super::source::{Source, bad_config};
use super::{Entry, Manager, Shared};
use crate::config::{self, Finding, Node, NodeKind, Part, Severity, StreamConf};
use crate::stream::Prepared;
use crate::value::{Str, Value};

/// Ids longer than this are refused.
const MAX_ID: usize = 256;

/// A stream that is ready to take its place.
pub(super) struct Next {
    pub prepared: Prepared,
    pub given: Value,
}

// === impl Manager ===

impl Manager {
    /// Creates stream `id` from YAML or JSON and starts it. `chilled` lets lint findings pass.
    pub async fn create(&self, id: &str, text: &[u8], chilled: bool) -> Result<(), Error> {
        check_id(id)?;
        let (shared, id) = (self.shared.clone(), Str::from(id));
        let source = shared.read_stream(text)?;
        self.create_from(shared, id, source, chilled).await
    }

    /// As [`Self::create`], from a config that was read before, such as a stream file.
    pub async fn create_read(&self, id: &str, source: Source, chilled: bool) -> Result<(), Error> {
        self.create_from(self.shared.clone(), id.into(), source, chilled).await
    }

    /// Creates stream `id` or replaces its config, from a config that was read before. Lint findings pass.
    pub async fn put_read(&self, id: &str, source: Source, timeout: Duration) -> Result<(), Error> {
        let (shared, id) = (self.shared.clone(), Str::from(id));
        self.finish(async move {
            let _lock = shared.locks.one(&id).await;
            match shared.entry(&id) {
                Ok(old) => shared.supersede(&id, &old, source, timeout).await,
                Err(_) => {
                    let next = shared.prepare(None, &id, source)?;
                    shared.start(&id, next);
                    Ok(())
                }
            }
        })
        .await
    }

    async fn create_from(
        &self,
        shared: Arc<Shared>,
        id: Str,
        source: Source,
        chilled: bool,
    ) -> Result<(), Error> {
        self.finish(async move {
            let _lock = shared.locks.one(&id).await;
            if shared.entry(&id).is_ok() {
                return Err(Error::Exists(id));
            }
            shared.lint(None, &source, chilled)?;
            let next = shared.prepare(None, &id, source)?;
            shared.start(&id, next);
            Ok(())
        })
        .await
    }

    /// Replaces the config of stream `id`. The old one keeps running until the new one is built; then it is stopped
    /// within `timeout`.
    pub async fn update(&self, id: &str, text: &[u8], chilled: bool, timeout: Duration) -> Result<(), Error> {
        let (shared, id) = (self.shared.clone(), Str::from(id));
        shared.entry(&id)?;
        let source = shared.read_stream(text)?;
        self.finish(async move {
            let _lock = shared.locks.one(&id).await;
            let old = shared.entry(&id)?;
            shared.lint(None, &source, chilled)?;
            shared.supersede(&id, &old, source, timeout).await
        })
        .await
    }

    /// Merges a partial config into that of stream `id` and replaces it as [`Self::update`] does; it is not linted.
    pub async fn patch(&self, id: &str, text: &[u8], timeout: Duration) -> Result<(), Error> {
        let (shared, id) = (self.shared.clone(), Str::from(id));
        shared.entry(&id)?;
        let patch = config::parse(text).map_err(bad_config)?;
        self.finish(async move {
            let _lock = shared.locks.one(&id).await;
            let old = shared.entry(&id)?;
            let given = match patch.value {
                NodeKind::Map(_) => config::merge(&Node::from(&old.source), &patch).to_value(),
                _ => old.source.clone(),
            };
            let source = Source::fill(given, &shared.settings.vars)?;
            shared.supersede(&id, &old, source, timeout).await
        })
        .await
    }

    /// Stops stream `id` within `timeout` and removes it.
    pub async fn delete(&self, id: &str, timeout: Duration) -> Result<(), Error> {
        let (shared, id) = (self.shared.clone(), Str::from(id));
        self.finish(async move {
            let _lock = shared.locks.one(&id).await;
            let old = shared.entry(&id)?;
            shared.stop(&old, timeout).await;
            shared.remove(&id);
            Ok(())
        })
        .await
    }
}

// === impl Shared ===

impl Shared {
    fn read_stream(&self, text: &[u8]) -> Result<Source, Error> {
        Source::read(text, Part::StreamBody, &self.settings.vars, &*self.settings.registry)
    }

    /// Refuses a config with findings, unless `chilled`; what is let through goes to the log. `stream`: how errors
    /// name it.
    pub(super) fn lint(&self, stream: Option<&Str>, source: &Source, chilled: bool) -> Result<(), Error> {
        let refused = |finding: &&Finding| finding.severity == Severity::Error && !chilled;
        let errors: Vec<_> = source
            .findings
            .iter()
            .filter(refused)
            .map(|finding| (stream.cloned(), finding.clone()))
            .collect();
        if !errors.is_empty() {
            return Err(Error::Lints(errors));
        }
        for finding in &source.findings {
            self.settings.log.warn(format_args!("Config lint: {finding}"));
        }
        Ok(())
    }

    /// Builds a stream without starting it. `stream`: how errors name it.
    pub(super) fn prepare(&self, stream: Option<&Str>, id: &str, source: Source) -> Result<Next, Error> {
        let conf = StreamConf::read(&source.node).map_err(|error| Error::BadConfig(error.to_string()))?;
        self.inferable(&conf)?;
        let prepared = Prepared::build(&conf, self.environment(Some(id)))
            .map_err(|error| Error::Build(stream.cloned(), error))?;
        Ok(Next { prepared, given: source.given })
    }

    /// Refuses a config whose main components name no component, or more than one.
    fn inferable(&self, conf: &StreamConf) -> Result<(), Error> {
        let registry = &*self.settings.registry;
        let main = [&*conf.input, &*conf.buffer, &*conf.output];
        let all = main.into_iter().chain(conf.pipeline.processors.iter().map(|processor| &**processor));
        for component in all {
            component.resolve(registry).map_err(bad_config)?;
        }
        Ok(())
    }

    pub(super) fn start(&self, id: &str, next: Next) {
        self.insert(id, Entry { stream: next.prepared.start(), source: next.given });
    }

    /// Puts a stream in the place of another one, which keeps running until the new one is built.
    async fn supersede(&self, id: &str, old: &Entry, source: Source, timeout: Duration) -> Result<(), Error> {
        match self.prepare(None, id, source.clone()) {
            Ok(next) => {
                self.stop(old, timeout).await;
                self.start(id, next);
                Ok(())
            }
            Err(Error::Build(_, error)) if error.in_use && old.stream.is_active() => {
                self.stop_then_start(id, old, source, timeout).await
            }
            Err(error) => Err(error),
        }
    }

    /// As [`Self::supersede`], where the old stream may hold what the new one needs, such as an address: it has to go
    /// first, and comes back when the new one still cannot be built.
    async fn stop_then_start(
        &self,
        id: &str,
        old: &Entry,
        source: Source,
        timeout: Duration,
    ) -> Result<(), Error> {
        self.stop(old, timeout).await;
        let failure = match self.prepare(None, id, source) {
            Ok(next) => {
                self.start(id, next);
                return Ok(());
            }
            Err(failure) => failure,
        };
        let again = Source::fill(old.source.clone(), &self.settings.vars);
        match again.and_then(|source| self.prepare(None, id, source)) {
            Ok(back) => self.start(id, back),
            Err(error) => {
                self.settings.log.error(format_args!("Stream '{id}' could not be started again: {error}"));
            }
        }
        Err(failure)
    }
}

/// Refuses ids that no path could name.
pub(super) fn check_id(id: &str) -> Result<(), Error> {
    let why = if id.is_empty() {
        "it is empty"
    } else if id.len() > MAX_ID {
        "it is longer than 256 bytes"
    } else if id.contains('/') {
        "it contains a slash"
    } else if id.chars().any(char::is_control) {
        "it contains control characters"
    } else {
        return Ok(());
    };
    Err(Error::BadId(id.into(), why))
}
