//! The config of resources: components with a label that streams share.

use super::{
    CacheConf, Child, ComponentConf, Conf, ConfError, Field, Finding, FindingKind, InputConf, Node, OfKind,
    OutputConf, ProcessorConf, RateLimitConf, field,
};

/// The resources of a config or a resource file, not built yet.
#[derive(Clone, Debug, Default)]
pub struct ResourcesConf {
    pub inputs: Vec<InputConf>,
    pub processors: Vec<ProcessorConf>,
    pub outputs: Vec<OutputConf>,
    pub caches: Vec<CacheConf>,
    pub rate_limits: Vec<RateLimitConf>,
}

pub(super) const INPUTS: Field<Vec<InputConf>> = field("input_resources")
    .default_list(&[])
    .advanced()
    .rule(labelled)
    .doc("Inputs that streams share by label.");
pub(super) const PROCESSORS: Field<Vec<ProcessorConf>> = field("processor_resources")
    .default_list(&[])
    .advanced()
    .rule(labelled)
    .doc("Processors that streams share by label.");
pub(super) const OUTPUTS: Field<Vec<OutputConf>> = field("output_resources")
    .default_list(&[])
    .advanced()
    .rule(labelled)
    .doc("Outputs that streams share by label.");
pub(super) const CACHES: Field<Vec<CacheConf>> = field("cache_resources")
    .default_list(&[])
    .advanced()
    .rule(labelled)
    .doc("Caches that streams share by label.");
pub(super) const RATE_LIMITS: Field<Vec<RateLimitConf>> = field("rate_limit_resources")
    .default_list(&[])
    .advanced()
    .rule(labelled)
    .doc("Rate limits that streams share by label.");

impl ResourcesConf {
    /// Reads the resources of the config or resource file `root`.
    pub fn read(root: &Node) -> Result<Self, ConfError> {
        let conf = Conf::new(root.clone(), "root");
        Ok(Self {
            inputs: read(&conf, &INPUTS)?,
            processors: read(&conf, &PROCESSORS)?,
            outputs: read(&conf, &OUTPUTS)?,
            caches: read(&conf, &CACHES)?,
            rate_limits: read(&conf, &RATE_LIMITS)?,
        })
    }

    /// All resources, those first that others are likely to use.
    pub fn iter(&self) -> impl Iterator<Item = &ComponentConf> {
        let limits = self.rate_limits.iter().map(|conf| &**conf);
        let limits = limits.chain(self.caches.iter().map(|conf| &**conf));
        let processors =
            self.processors.iter().map(|conf| &**conf).chain(self.inputs.iter().map(|conf| &**conf));
        limits.chain(processors).chain(self.outputs.iter().map(|conf| &**conf))
    }

    /// The resources that `wanted` keeps.
    pub fn filter(mut self, wanted: impl Fn(&ComponentConf) -> bool) -> Self {
        self.inputs.retain(|conf| wanted(conf));
        self.processors.retain(|conf| wanted(conf));
        self.outputs.retain(|conf| wanted(conf));
        self.caches.retain(|conf| wanted(conf));
        self.rate_limits.retain(|conf| wanted(conf));
        self
    }

    /// Adds the resources of another file.
    pub fn append(&mut self, mut other: Self) {
        self.inputs.append(&mut other.inputs);
        self.processors.append(&mut other.processors);
        self.outputs.append(&mut other.outputs);
        self.caches.append(&mut other.caches);
        self.rate_limits.append(&mut other.rate_limits);
    }
}

/// One kind of resources; their labels tell them apart, so their paths do not count them.
fn read<K: OfKind>(conf: &Conf, field: &Field<Vec<Child<K>>>) -> Result<Vec<Child<K>>, ConfError> {
    let path = format!("{}.{}", conf.path(), field.name());
    Ok(conf.get(field)?.into_iter().map(|child| child.at_path(path.as_str())).collect())
}

/// Every resource has a label.
fn labelled(resource: &Node, findings: &mut Vec<Finding>) {
    let is_component = !resource.entries().is_empty();
    let named = resource.get("label").is_some_and(|label| {
        label.as_scalar().is_none() || label.as_string().is_some_and(|it| !it.is_empty())
    });
    if is_component && !named {
        let message = "the label field for resources must be unique and not empty";
        findings.push(Finding::new(resource.line, FindingKind::BadLabel, message));
    }
}
