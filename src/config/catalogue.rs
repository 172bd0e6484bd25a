//! For tests: the components of the reference as a catalogue, built from the recorded list of its fields.

use std::sync::LazyLock;

use super::*;
use crate::value::Value;

/// The reference's components.
pub static REFERENCE: LazyLock<Catalogue> = LazyLock::new(Catalogue::load);

/// Specs that were read from a file; they live as long as the test process.
pub struct Catalogue(Vec<ComponentSpec>);

impl Specs for Catalogue {
    fn find(&self, kind: Kind, name: &str) -> Option<&ComponentSpec> {
        self.0.iter().find(|spec| spec.kind == kind && spec.name == name)
    }

    fn names(&self, kind: Kind) -> Vec<&str> {
        self.0.iter().filter(|spec| spec.kind == kind).map(|spec| spec.name).collect()
    }
}

impl Catalogue {
    fn load() -> Self {
        let root = parse(include_bytes!("../../tests/data/core.json")).expect("the list is JSON");
        let specs = root.entries().iter().filter(|entry| entry.key.text != "config");
        Self(specs.flat_map(|entry| entry.value.items()).map(spec).collect())
    }
}

/// A field without a Rust type.
struct Recorded {
    info: FieldInfo,
    default: Option<Value>,
}

impl AnyField for Recorded {
    fn info(&self) -> &FieldInfo {
        &self.info
    }

    fn default_value(&self) -> Option<Value> {
        self.default.clone()
    }
}

fn spec(node: &Node) -> ComponentSpec {
    let config = node.get("config").expect("a component has a config");
    let field = recorded(config);
    let is_object = field.info.ty == Type::Object && field.info.shape == Shape::Scalar;
    let spec = ComponentSpec::new(kind(text(node, "kind")), text(node, "name"));
    let spec = if text(node, "status") == "deprecated" { spec.status(Status::Deprecated) } else { spec };
    if is_object { spec.fields(field.info.fields) } else { spec.bare(field) }
}

fn recorded(node: &Node) -> &'static Recorded {
    let flag = |name| node.get(name).and_then(Node::as_text) == Some("true");
    let default = node.get("default").map(Node::to_value);
    let options: Vec<&'static str> =
        node.get("options").map_or(&[][..], Node::items).iter().filter_map(Node::as_text).map(leak).collect();
    let mut info = *field::<Value>(text(node, "name")).info();
    info.ty = match text(node, "type") {
        "string" => Type::String,
        "int" => Type::Int,
        "float" => Type::Float,
        "bool" => Type::Bool,
        "object" => Type::Object,
        "unknown" => Type::Unknown,
        component => Type::Component(kind(component)),
    };
    info.shape = match text(node, "kind") {
        "array" => Shape::Array,
        "2darray" => Shape::Array2,
        "map" => Shape::Map,
        _ => Shape::Scalar,
    };
    info.dialect = match (flag("bloblang"), flag("interpolated")) {
        (true, _) => Dialect::Bloblang,
        (_, true) => Dialect::Interpolated,
        _ => Dialect::Plain,
    };
    info.enforced = flag("has_lint") && !options.is_empty();
    info.options = options.leak();
    let fields = node.get("fields").map_or(&[][..], Node::items).iter();
    info.fields = fields.map(|node| recorded(node) as &dyn AnyField).collect::<Vec<_>>().leak();
    info.has_default = default.is_some();
    info.optional = flag("optional");
    info.advanced = flag("advanced");
    info.deprecated = flag("deprecated");
    info.secret = flag("secret");
    info.url = node.get("scrub").is_some();
    Box::leak(Box::new(Recorded { info, default }))
}

fn kind(name: &str) -> Kind {
    *Kind::ALL.iter().find(|kind| kind.name() == name.replace('-', "_")).expect("a kind of component")
}

fn text(node: &Node, key: &str) -> &'static str {
    leak(node.get(key).and_then(Node::as_text).unwrap_or(""))
}

fn leak(text: &str) -> &'static str {
    Box::leak(text.into())
}
