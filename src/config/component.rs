//! Component objects: which component one means, its label, its body.

use std::marker::PhantomData;
use std::ops::Deref;

use super::spec::ComponentSpec;
use super::{
    Conf, ConfError, Field, FieldType, FindingKind, Key, Kind, Node, NodeKind, Path, Specs, Type, field,
};
use crate::bloblang::did_you_mean;
use crate::value::{Str, Value};

/// The key beside a metrics exporter that renames or drops metrics.
pub(super) const METRICS_MAPPING: Field<Str> = field("mapping").default("").bloblang();

/// A component as configured, its type not yet looked up. Cheap to clone.
#[derive(Clone, Debug)]
pub struct ComponentConf {
    pub kind: Kind,
    pub node: Node,
    /// Where it stands, such as `root.input.broker.inputs.1`.
    pub path: Str,
}

/// A component whose type is known.
#[derive(Clone)]
pub struct Component<'s> {
    pub spec: &'s ComponentSpec,
    /// Empty where there is none.
    pub label: Str,
    /// Where it stands; the path of `conf` has the component's name added.
    pub path: Str,
    /// What stands under its name; null where nothing does.
    pub conf: Conf,
    /// The processors of an input or output itself.
    pub processors: Vec<ProcessorConf>,
    /// The mapping of a metrics exporter, or empty text.
    pub mapping: Str,
}

impl ComponentConf {
    pub fn new(kind: Kind, node: Node, path: impl Into<Str>) -> Self {
        Self { kind, node, path: path.into() }
    }

    /// The label, or empty text.
    pub fn label(&self) -> Str {
        self.node.get("label").and_then(Node::as_text).map(Str::from).unwrap_or_default()
    }

    /// Finds out which component this is and takes it apart.
    pub fn resolve<'s>(&self, specs: &'s dyn Specs) -> Result<Component<'s>, ConfError> {
        let root = Path::Root(&self.path);
        let spec = infer(specs, self.kind, &self.node)
            .map_err(|problem| ConfError::at(&self.node, root, problem.message))?;
        let body = body(&self.node, spec.name).cloned().unwrap_or(Node::NULL);
        let processors = match self.node.get("processors") {
            Some(list) if self.kind.has_processors() && spec.name != "processors" => {
                Vec::read(list, Path::Key(&root, "processors"))?
            }
            _ => Vec::new(),
        };
        let mapping = match self.kind {
            Kind::Metrics => Conf::new(self.node.clone(), self.path.clone()).get(&METRICS_MAPPING)?,
            _ => Str::new(),
        };
        Ok(Component {
            spec,
            label: if self.kind.has_label() { self.label() } else { Str::new() },
            path: self.path.clone(),
            conf: Conf::new(body, format!("{}.{}", self.path, spec.name)),
            processors,
            mapping,
        })
    }
}

/// Why a component's type is not known.
pub(super) struct NoType {
    pub kind: FindingKind,
    pub message: String,
}

/// The component that `node` means: the one that `type` names, or else the only key that names one.
pub(super) fn infer<'s>(specs: &'s dyn Specs, kind: Kind, node: &Node) -> Result<&'s ComponentSpec, NoType> {
    let missing = |message| NoType { kind: FindingKind::ComponentMissing, message };
    let NodeKind::Map(entries) = &node.value else {
        return Err(missing(format!("invalid type {}, expected object", node.tag().name())));
    };
    if let Some(name) = explicit_type(node) {
        return specs.find(kind, name).ok_or_else(|| NoType {
            kind: FindingKind::ComponentNotFound,
            message: format!(
                "{kind} type '{name}' was not recognised{}",
                did_you_mean(name, specs.names(kind).into_iter())
            ),
        });
    }
    let mut found: Option<&ComponentSpec> = None;
    let mut unknown: Vec<&Key> = Vec::new();
    for key in entries.iter().map(|entry| &entry.key).filter(|key| !kind.is_reserved(&key.text)) {
        match (specs.find(kind, &key.text), found) {
            (Some(spec), None) => found = Some(spec),
            (Some(spec), Some(first)) => {
                let (a, b) = (first.name.min(spec.name), first.name.max(spec.name));
                return Err(missing(format!(
                    "unable to infer {kind} type, multiple candidates '{a}' and '{b}'"
                )));
            }
            (None, _) => unknown.push(key),
        }
    }
    found.ok_or_else(|| match unknown.as_slice() {
        [] => missing(format!("an explicit {kind} type must be specified")),
        [one] => missing(format!(
            "unable to infer component type: {}{}",
            one.text,
            did_you_mean(&one.text, specs.names(kind).into_iter())
        )),
        many => {
            let keys: Vec<&str> = many.iter().map(|key| key.text.as_str()).collect();
            missing(format!("unable to infer component type: [{}]", keys.join(" ")))
        }
    })
}

/// What `type` says, if it is there.
pub(super) fn explicit_type(node: &Node) -> Option<&str> {
    let entry = node.entries().iter().find(|entry| entry.key.text == "type")?;
    entry.value.as_scalar().map(|scalar| scalar.text.as_str())
}

/// What stands under the component's name, or else under `plugin`.
fn body<'n>(node: &'n Node, name: &str) -> Option<&'n Node> {
    let own = node.get(name).filter(|body| !body.is_null());
    own.or_else(|| node.get("plugin")).or_else(|| node.get(name))
}

/// A child component of a kind that is part of the type.
#[derive(Clone, Debug)]
pub struct Child<K: OfKind>(ComponentConf, PhantomData<fn() -> K>);

/// A type that stands for a [`Kind`].
pub trait OfKind: 'static {
    const KIND: Kind;
}

/// The markers behind [`InputConf`] and its siblings.
mod kinds {
    use super::{Kind, OfKind};

    #[derive(Clone, Copy, Debug)]
    pub struct Marker<const K: u8>;

    impl<const K: u8> OfKind for Marker<K> {
        const KIND: Kind = Kind::ALL[K as usize];
    }
}

pub type InputConf = Child<kinds::Marker<{ Kind::Input as u8 }>>;
pub type BufferConf = Child<kinds::Marker<{ Kind::Buffer as u8 }>>;
pub type ProcessorConf = Child<kinds::Marker<{ Kind::Processor as u8 }>>;
pub type OutputConf = Child<kinds::Marker<{ Kind::Output as u8 }>>;
pub type CacheConf = Child<kinds::Marker<{ Kind::Cache as u8 }>>;
pub type RateLimitConf = Child<kinds::Marker<{ Kind::RateLimit as u8 }>>;
pub type ScannerConf = Child<kinds::Marker<{ Kind::Scanner as u8 }>>;
pub type MetricsConf = Child<kinds::Marker<{ Kind::Metrics as u8 }>>;
pub type TracerConf = Child<kinds::Marker<{ Kind::Tracer as u8 }>>;

impl<K: OfKind> Child<K> {
    pub fn new(node: Node, path: impl Into<Str>) -> Self {
        Self(ComponentConf::new(K::KIND, node, path), PhantomData)
    }

    /// The same component under another path.
    pub fn at_path(mut self, path: impl Into<Str>) -> Self {
        self.0.path = path.into();
        self
    }
}

impl<K: OfKind> Deref for Child<K> {
    type Target = ComponentConf;

    fn deref(&self) -> &ComponentConf {
        &self.0
    }
}

impl<K: OfKind> FieldType for Child<K> {
    /// The name of a component that is used with all its defaults.
    type Default = &'static str;

    const TYPE: Type = Type::Component(K::KIND);

    fn read(node: &Node, path: Path<'_>) -> Result<Self, ConfError> {
        match node.value {
            NodeKind::Map(_) => Ok(Self::new(node.clone(), path.to_string())),
            _ => Err(ConfError::expected(&format!("a {} object", K::KIND), node, path)),
        }
    }

    fn default_value(default: &'static str) -> Value {
        let mapping = (K::KIND == Kind::Metrics).then(|| ("mapping".into(), Value::from("")));
        let component = (default.into(), Value::Object(Default::default()));
        Value::Object(mapping.into_iter().chain([component]).collect())
    }
}
