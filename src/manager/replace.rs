//! Replacing the whole set of streams: all of it or nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use super::change::{Next, check_id};
use super::error::Error;
use super::source::{Source, Vars, bad_config, given};
use super::{Manager, Shared};
use crate::config::{self, LintOptions, NodeKind, STREAM_FIELDS, Specs};
use crate::value::json::print;
use crate::value::{Str, Value};

impl Manager {
    /// Makes the running streams those of `text`, an object of configs by id: streams that are missing in it stop
    /// within `timeout`, new ones start, changed ones are replaced, unchanged ones keep running. When any of them has
    /// findings (unless `chilled`) or cannot be built, nothing changes.
    pub async fn replace_all(&self, text: &[u8], chilled: bool, timeout: Duration) -> Result<(), Error> {
        let sources = read_all(text, &self.shared.settings.vars, &*self.shared.settings.registry)?;
        let shared = self.shared.clone();
        self.finish(async move {
            let _lock = shared.locks.all().await;
            let mut findings = Vec::new();
            for (id, source) in &sources {
                match shared.lint(Some(id), source, chilled) {
                    Err(Error::Lints(more)) => findings.extend(more),
                    other => other?,
                }
            }
            if !findings.is_empty() {
                return Err(Error::Lints(findings));
            }
            shared.replace(sources, timeout).await
        })
        .await
    }
}

impl Shared {
    async fn replace(&self, sources: BTreeMap<Str, Source>, timeout: Duration) -> Result<(), Error> {
        let mut keep = BTreeSet::new();
        let mut next: BTreeMap<Str, Next> = BTreeMap::new();
        for (id, source) in sources {
            let unchanged =
                self.entry(&id).is_ok_and(|old| old.stream.is_active() && same(&old.source, &source.given));
            if unchanged {
                keep.insert(id);
            } else {
                let prepared = self.prepare(Some(&id), &id, source)?;
                next.insert(id, prepared);
            }
        }
        let going = self.list().into_iter().filter(|(id, _)| !keep.contains(id));
        let stops = going.map(|(id, entry)| async move {
            self.stop(&entry, timeout).await;
            self.remove(&id);
        });
        futures_util::future::join_all(stops).await;
        for (id, next) in next {
            self.start(&id, next);
        }
        Ok(())
    }
}

/// The configs in `text` by their ids, linted.
fn read_all(text: &[u8], vars: &Vars, specs: &dyn Specs) -> Result<BTreeMap<Str, Source>, Error> {
    let vars = keeping_unset(vars, text)?;
    let expanded = config::expand(text, &|name| vars(name)).map_err(bad_config)?;
    let all = config::parse(&expanded.text).map_err(bad_config)?;
    if !matches!(all.value, NodeKind::Map(_)) {
        return Err(Error::BadConfig("expected an object of stream configs by their ids".to_owned()));
    }
    let given = given(text, &all);
    let mut sources = BTreeMap::new();
    for (key, node) in all.pairs() {
        check_id(&key.text)?;
        let findings = config::lint(STREAM_FIELDS, node, specs, &LintOptions::default());
        let given = given.get(&key.text).cloned().unwrap_or_else(|| node.to_value());
        sources.insert(key.text.clone(), Source { node: node.clone(), given, findings });
    }
    Ok(sources)
}

/// `vars` in which variables of `text` that are not set stand for themselves: such a set never had its variables
/// filled in elsewhere, so what looks like one may be meant literally.
fn keeping_unset(vars: &Vars, text: &[u8]) -> Result<Vars, Error> {
    let expanded = config::expand(text, &|name| vars(name)).map_err(bad_config)?;
    let (vars, unset) = (vars.clone(), expanded.missing);
    Ok(Arc::new(move |name| {
        vars(name).or_else(|| unset.iter().any(|n| n == name).then(|| format!("${{{name}}}")))
    }))
}

fn same(a: &Value, b: &Value) -> bool {
    matches!((print(a), print(b)), (Ok(a), Ok(b)) if a == b)
}
