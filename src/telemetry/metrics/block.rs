//! A block: the series of one component with its labels.

use std::any::Any;
use std::ops::Deref;
use std::sync::Arc;

use smallvec::SmallVec;

use super::families::{Family, Reading};
use crate::telemetry::names::Name;
use crate::value::Str;

/// What a `metrics.mapping` makes of a series, given its name and labels sorted by key.
pub type Relabel = Arc<RelabelFn>;
pub(super) type RelabelFn = dyn Fn(&str, &[(&str, &str)]) -> Renamed + Send + Sync;

/// The answer of a [`Relabel`].
#[derive(Clone, Debug, PartialEq)]
pub enum Renamed {
    /// As the engine named it.
    Keep,
    /// The series is not exported.
    Drop,
    /// Under this name with these labels.
    As(Str, Vec<(Str, Str)>),
}

/// A component's counters: a cheap clone that dereferences to its [`Family`].
pub struct Handle<F>(Arc<Component<F>>);

/// One series on its way to an exporter.
pub(super) struct Series<'a> {
    pub name: &'a str,
    /// The key in the statistics of one stream.
    pub key: &'a str,
    pub path: &'a str,
    pub label: &'a str,
    /// Sorted by key.
    pub labels: &'a [(&'a str, &'a str)],
    /// Whether the series before had the same labels.
    pub same_labels: bool,
    /// Whether the mapping named it, which may make it the like of another one.
    pub renamed: bool,
    pub reading: Reading<'a>,
}

pub(super) type Labels<'a> = SmallVec<[(&'a str, &'a str); 4]>;

/// What tells one block of a scope from the others: path, label, kind or name, further labels.
pub(super) type Identity<'a> = (&'a str, &'a str, &'a str, &'a [(Str, Str)]);

pub(super) trait Block: Send + Sync {
    fn identity(&self) -> Identity<'_>;

    /// Calls `each` for every series, as renamed by the mapping if `exported`.
    fn visit(&self, stream: Option<&str>, exported: bool, each: &mut dyn FnMut(Series<'_>));

    /// What was observed since the last call, one after the other, where that is recorded.
    fn take_events(&self) -> Option<Vec<f64>> {
        None
    }

    fn as_any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync>;
}

pub(super) struct Component<F> {
    label: Str,
    path: Str,
    /// One for each series of the family, or empty without a mapping.
    renamed: Box<[Renamed]>,
    family: F,
}

// === impl Component ===

impl<F: Family> Component<F> {
    pub fn new(label: &str, path: &str, stream: Option<&str>, relabel: Option<&RelabelFn>) -> Self {
        let family = F::default();
        let mut renamed = Vec::new();
        if let Some(relabel) = relabel {
            family.visit(&mut |name, _| {
                renamed.push(relabel(name.text, &labels(label, path, stream, name.label)))
            });
        }
        Self { label: label.into(), path: path.into(), renamed: renamed.into(), family }
    }
}

impl<F: Family> Block for Component<F> {
    fn identity(&self) -> Identity<'_> {
        (&self.path, &self.label, F::KIND, &[])
    }

    fn visit(&self, stream: Option<&str>, exported: bool, each: &mut dyn FnMut(Series<'_>)) {
        let mut renamed = self.renamed.iter().filter(|_| exported);
        let base = labels(&self.label, &self.path, stream, None);
        let mut based = false;
        self.family.visit(&mut |name: &'static Name, reading| {
            let further = || name.label.map(|further| labels(&self.label, &self.path, stream, Some(further)));
            let (text, own, renamed) = match renamed.next() {
                None | Some(Renamed::Keep) => (name.text, further(), false),
                Some(Renamed::As(text, labels)) => (text.as_str(), Some(sorted(labels)), true),
                Some(Renamed::Drop) => return,
            };
            each(Series {
                name: text,
                key: name.key,
                path: &self.path,
                label: &self.label,
                labels: own.as_ref().unwrap_or(&base),
                same_labels: based && own.is_none(),
                renamed,
                reading,
            });
            based = own.is_none();
        });
    }

    fn as_any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync> {
        self
    }
}

/// The labels that a mapping gave, sorted by key.
pub(super) fn sorted(labels: &[(Str, Str)]) -> Labels<'_> {
    let mut labels: Labels<'_> = labels.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    labels.sort_unstable();
    labels
}

/// The labels of a series, sorted by key.
pub(super) fn labels<'a>(
    label: &'a str,
    path: &'a str,
    stream: Option<&'a str>,
    further: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Labels<'a> {
    let mut labels = Labels::from_slice(&[("label", label), ("path", path)]);
    labels.extend(stream.map(|id| ("stream", id)));
    let standard = labels.len();
    labels.extend(further);
    if labels.len() > standard {
        labels.sort_unstable();
    }
    labels
}

// === impl Handle ===

impl<F: Family> Handle<F> {
    pub(super) fn new(component: Arc<Component<F>>) -> Self {
        Self(component)
    }

    /// The handle of a registered block, if it is one of this family.
    pub(super) fn of(block: &Arc<dyn Block>) -> Option<Self> {
        block.clone().as_any().downcast().ok().map(Self)
    }
}

impl<F> Clone for Handle<F> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<F> Deref for Handle<F> {
    type Target = F;

    fn deref(&self) -> &F {
        &self.0.family
    }
}
