//! Resources: built before they are used, replaced while they are in use.

use std::collections::BTreeSet;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio_util::sync::CancellationToken;

use super::change::check_id;
use super::error::Error;
use super::source::{Source, bad_config};
use super::{Manager, Shared};
use crate::component::{BuildError, Built, Context, Environment, SharedInput};
use crate::config::{
    CacheConf, ComponentConf, Entry, InputConf, Key, Kind, Node, NodeKind, OutputConf, ProcessorConf,
    RateLimitConf, ResourcesConf,
};
use crate::value::Str;

/// How long a replaced resource gets to end its work.
const CLOSE_LIMIT: Duration = Duration::from_secs(10);

/// What stands behind a resource.
pub(super) struct Owned {
    environment: Arc<Environment>,
    stop: CancellationToken,
    close: BoxFuture<'static, ()>,
}

// === impl Manager ===

impl Manager {
    /// Creates resource `id` or replaces it: whoever uses it sees the new one from now on, and the old one is closed
    /// once it has ended its work. `chilled` lets lint findings pass.
    pub async fn set_resource(&self, kind: Kind, id: &str, text: &[u8], chilled: bool) -> Result<(), Error> {
        check_id(id)?;
        let (shared, id) = (self.shared.clone(), Str::from(id));
        let settings = &shared.settings;
        let source = Source::read_component(text, kind, &settings.vars, &*settings.registry)?;
        shared.lint(None, &source, chilled)?;
        let label = source.node.get("label").and_then(Node::as_text).unwrap_or_default();
        if matches!(kind, Kind::Input | Kind::Output) && !label.is_empty() && label != id {
            return Err(Error::WrongLabel { id, label: label.into() });
        }
        let node = labelled(&source.node, &id);
        ComponentConf::new(kind, node.clone(), "root").resolve(&*settings.registry).map_err(bad_config)?;
        self.finish(async move {
            let _lock = shared.locks.all().await;
            shared.put_resource(kind, &id, node).map_err(|error| Error::Build(None, error))
        })
        .await
    }

    /// Removes a resource that no component holds. False: one does, and the resource stays.
    pub fn remove_unused_resource(&self, kind: Kind, label: &str) -> bool {
        let resources = &self.shared.resources;
        let removed = match kind {
            Kind::Cache => resources.caches.remove_unused(label),
            Kind::RateLimit => resources.rate_limits.remove_unused(label),
            Kind::Processor => resources.processors.remove_unused(label),
            Kind::Input => resources.inputs.remove_unused(label),
            Kind::Output => resources.outputs.remove_unused(label),
            _ => false,
        };
        if removed {
            let mut all = self.shared.owned.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(old) = all.remove(&(kind.name(), label.into())) {
                self.shared.changes.spawn(old.retire());
            }
        }
        removed
    }

    /// Builds all resources of the configuration. Those that refer to others wait for them; what is left when nothing
    /// can be built any more is the error.
    pub fn create_resources(&self, confs: ResourcesConf) -> Result<(), BuildError> {
        let mut waiting: Vec<ComponentConf> = confs.iter().cloned().collect();
        let mut labels = BTreeSet::new();
        if let Some(twice) = waiting.iter().find(|conf| !labels.insert(conf.label())) {
            return Err(format!("the resource label '{}' is used more than once", twice.label()).into());
        }
        loop {
            let before = waiting.len();
            let mut failed = Vec::new();
            for conf in waiting {
                if let Err(error) = self.shared.put_resource(conf.kind, &conf.label(), conf.node.clone()) {
                    failed.push((conf, error));
                }
            }
            match failed.first() {
                None => return Ok(()),
                Some((_, error)) if failed.len() == before => return Err(error.clone()),
                Some(_) => waiting = failed.into_iter().map(|(conf, _)| conf).collect(),
            }
        }
    }
}

// === impl Shared ===

impl Shared {
    /// Builds a resource and puts it in its place; what was there is closed in the background.
    fn put_resource(&self, kind: Kind, label: &str, node: Node) -> Built<()> {
        let environment = self.environment(None);
        let stop = CancellationToken::new();
        let cx = Context::root(environment.clone(), stop.clone());
        match self.build_resource(kind, label, node, &cx) {
            Ok(close) => {
                let owned = Owned { environment, stop, close };
                let mut all = self.owned.lock().unwrap_or_else(PoisonError::into_inner);
                if let Some(old) = all.insert((kind.name(), label.into()), owned) {
                    self.changes.spawn(old.retire());
                }
                Ok(())
            }
            Err(error) => {
                environment.tasks.kill();
                Err(error)
            }
        }
    }

    /// Builds a resource into its table. Returns how it is closed.
    fn build_resource(
        &self,
        kind: Kind,
        label: &str,
        node: Node,
        cx: &Context,
    ) -> Built<BoxFuture<'static, ()>> {
        let path = format!("root.{}_resources", kind.name());
        let resources = &self.resources;
        Ok(match kind {
            Kind::Cache => {
                let cache = cx.cache(&CacheConf::new(node, path))?;
                resources.caches.set(label, cache.clone());
                Box::pin(async move { cache.close().await })
            }
            Kind::RateLimit => {
                let limit = cx.rate_limit(&RateLimitConf::new(node, path))?;
                resources.rate_limits.set(label, limit.clone());
                Box::pin(async move { limit.close().await })
            }
            Kind::Processor => {
                let chain = Arc::new(cx.chain(&[ProcessorConf::new(node, path)])?);
                resources.processors.set(label, chain.clone());
                Box::pin(async move { chain.close().await })
            }
            Kind::Input => {
                let input = SharedInput::start(cx.input(&InputConf::new(node, path))?, cx);
                resources.inputs.set(label, input);
                Box::pin(async {})
            }
            Kind::Output => {
                let output = cx.output(&OutputConf::new(node, path))?;
                resources.outputs.set(label, output.clone());
                Box::pin(async move { output.close().await })
            }
            other => return Err(format!("a {other} cannot be a resource").into()),
        })
    }

    /// Closes all resources, once the streams that use them have ended.
    pub(super) async fn close_resources(&self) {
        // Nobody takes any more what input resources have read ahead; without a reader they need not wait for one.
        let inputs = &self.resources.inputs;
        inputs.labels().iter().for_each(|label| drop(inputs.remove(label)));
        let all = std::mem::take(&mut *self.owned.lock().unwrap_or_else(PoisonError::into_inner));
        futures_util::future::join_all(all.into_values().map(Owned::retire)).await;
    }
}

// === impl Owned ===

impl Owned {
    /// Ends the resource: its inputs stop reading, its work gets some time, the rest is killed.
    async fn retire(self) {
        self.stop.cancel();
        // Whether it closed in time makes no difference to what follows.
        let _ = tokio::time::timeout(CLOSE_LIMIT, self.close).await;
        let tasks = &self.environment.tasks;
        let _ = tokio::time::timeout(CLOSE_LIMIT, tasks.ended()).await;
        tasks.kill();
    }
}

/// The same component with `label` as its label, where it has none.
fn labelled(node: &Node, label: &str) -> Node {
    if node.get("label").and_then(Node::as_text).is_some_and(|label| !label.is_empty()) {
        return node.clone();
    }
    let key = Key { text: "label".into(), line: node.line, column: node.column, merge: false };
    let entry = Entry { key, value: Node::text(label) };
    let entries = node.entries().iter().cloned().chain([entry]).collect();
    Node { value: NodeKind::Map(entries), ..node.clone() }
}
