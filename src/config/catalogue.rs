//! Components that are known without being built in: their fields as data, for lint and schema.
//!
//! A catalogue is a few texts with one component a line, such as `{"input":"kafka","config":{"type":"object", ...}}`.
//! A line is only read when somebody asks for that component, so what nobody uses costs nothing.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use super::field::Described;
use super::{
    AnyField, ComponentSpec, Dialect, FieldInfo, FieldType, Finding, Kind, Node, Path, Shape, Specs, Status,
    Type, field,
};
use crate::value::{Value, json};

/// The rule of a component that is only known as data.
pub type CatalogueRule = (Kind, &'static str, fn(&super::Conf, &mut Vec<Finding>));

/// The components of some texts.
pub struct Catalogue {
    texts: &'static [&'static str],
    rules: &'static [CatalogueRule],
    /// What was read before; specs live as long as the process.
    read: Mutex<HashMap<(Kind, String), &'static ComponentSpec>>,
}

impl Catalogue {
    /// The components that stand in `texts`, one a line, and what more the linter should look for in some of them.
    pub fn new(texts: &'static [&'static str], rules: &'static [CatalogueRule]) -> Self {
        Self { texts, rules, read: Mutex::default() }
    }

    /// The component `name`, if the texts have it.
    pub fn get(&self, kind: Kind, name: &str) -> Option<&'static ComponentSpec> {
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = read.get(&(kind, name.to_owned())) {
            return Some(known);
        }
        let spec = self.load(kind, name)?;
        read.insert((kind, name.to_owned()), spec);
        Some(spec)
    }

    /// The names of all components of a kind.
    pub fn names(&self, kind: Kind) -> impl Iterator<Item = &'static str> + use<> {
        let start = format!("{{\"{kind}\":\"");
        self.texts.iter().flat_map(|text| text.lines()).filter_map(move |line| {
            let rest = line.strip_prefix(start.as_str())?;
            Some(&rest[..rest.find('"')?])
        })
    }

    fn load(&self, kind: Kind, name: &str) -> Option<&'static ComponentSpec> {
        let start = format!("{{\"{kind}\":\"{name}\",");
        let line = self.texts.iter().find_map(|text| {
            let at = memchr::memmem::find(text.as_bytes(), start.as_bytes())?;
            text[at..].lines().next()
        })?;
        let mut spec = component(kind, &json::parse(line.as_bytes()).ok()?);
        spec.rule = self.rules.iter().find(|rule| (rule.0, rule.1) == (kind, name)).map(|rule| rule.2);
        Some(Box::leak(Box::new(spec)))
    }
}

impl Specs for Catalogue {
    fn find(&self, kind: Kind, name: &str) -> Option<&ComponentSpec> {
        self.get(kind, name)
    }

    fn names(&self, kind: Kind) -> Vec<&str> {
        Catalogue::names(self, kind).collect()
    }
}

/// The spec that `facts` describe; it lives as long as the process.
pub(super) fn component(kind: Kind, facts: &Value) -> ComponentSpec {
    let name = text(facts, kind.name()).or_else(|| text(facts, "name")).unwrap_or("");
    let spec = ComponentSpec {
        status: text(facts, "status").and_then(Status::parse).unwrap_or(Status::Stable),
        version: text(facts, "version").unwrap_or(""),
        categories: texts(facts, "categories"),
        ..ComponentSpec::new(kind, name)
    };
    let body = described(facts.get("config").unwrap_or(&Value::Null));
    let is_object = body.info.ty == Type::Object && body.info.shape == Shape::Scalar;
    if is_object { spec.fields(body.info.fields) } else { spec.bare(body) }
}

fn described(facts: &Value) -> &'static Described {
    let flag = |name: &str| matches!(facts.get(name), Some(Value::Bool(true)));
    let default = facts.get("default").cloned();
    let mut info = *field::<Value>(text(facts, "name").unwrap_or("")).info();
    info.ty = text(facts, "type").map_or(Type::Unknown, of_type);
    info.shape = match text(facts, "kind") {
        Some("array") => Shape::Array,
        Some("2darray") => Shape::Array2,
        Some("map") => Shape::Map,
        _ => Shape::Scalar,
    };
    info.dialect = match (flag("bloblang"), flag("interpolated")) {
        (true, _) => Dialect::Bloblang,
        (_, true) => Dialect::Interpolated,
        _ => Dialect::Plain,
    };
    info.options = texts(facts, "options");
    info.enforced = flag("enforced");
    info.range = range(list(facts, "range"));
    info.fields =
        list(facts, "fields").iter().map(|it| described(it) as &dyn AnyField).collect::<Vec<_>>().leak();
    info.has_default = default.is_some();
    info.optional = flag("optional");
    info.advanced = flag("advanced");
    info.deprecated = flag("deprecated");
    info.secret = flag("secret");
    info.url = flag("url");
    info.version = text(facts, "version").unwrap_or("");
    info.refers = refers(&info);
    Box::leak(Box::new(Described { info, default }))
}

/// The kind of resource that a field of that name means.
fn refers(info: &FieldInfo) -> Option<Kind> {
    match info.name {
        _ if (info.ty, info.shape) != (Type::String, Shape::Scalar) => None,
        "rate_limit" => Some(Kind::RateLimit),
        "cache" | "token_cache" | "checkpoint_cache" | "cursor_cache" => Some(Kind::Cache),
        _ => None,
    }
}

/// Two bounds, of which null is none.
fn range(bounds: &[Value]) -> Option<(f64, f64)> {
    let bound = |value: &Value, none: f64| {
        f64::read(&Node::from(value), Path::Root("")).ok().filter(|_| !value.is_null()).unwrap_or(none)
    };
    let [least, greatest] = bounds else { return None };
    Some((bound(least, f64::NEG_INFINITY), bound(greatest, f64::INFINITY)))
}

pub(super) fn of_type(name: &str) -> Type {
    match name {
        "string" => Type::String,
        "int" => Type::Int,
        "float" => Type::Float,
        "bool" => Type::Bool,
        "object" => Type::Object,
        other => Kind::parse(other).map_or(Type::Unknown, Type::Component),
    }
}

fn list<'v>(facts: &'v Value, key: &str) -> &'v [Value] {
    match facts.get(key) {
        Some(Value::Array(items)) => items,
        _ => &[],
    }
}

fn texts(facts: &Value, key: &str) -> &'static [&'static str] {
    list(facts, key).iter().filter_map(Value::as_str).map(leak).collect::<Vec<_>>().leak()
}

fn text(facts: &Value, key: &str) -> Option<&'static str> {
    facts.get(key).and_then(Value::as_str).map(leak)
}

fn leak(text: &str) -> &'static str {
    Box::leak(text.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Body;

    const TEXT: &str = r#"{"input":"a","config":{"type":"object","fields":[{"name":"x","type":"int","default":5}]}}
{"rate_limit":"b","status":"beta","config":{"type":"string","interpolated":true}}
"#;

    #[test]
    fn components_are_read_when_they_are_asked_for() {
        let catalogue = Catalogue::new(&[TEXT], &[]);
        let Some(Body::Object([x])) = catalogue.get(Kind::Input, "a").map(|spec| spec.body) else {
            panic!("an object with one field")
        };
        assert_eq!((x.info().name, x.info().ty, x.info().has_default), ("x", Type::Int, true));
        let Some(b) = catalogue.get(Kind::RateLimit, "b") else { panic!("a rate limit") };
        assert_eq!(b.status, Status::Beta);
        assert!(matches!(b.body, Body::Bare(field) if field.info().dialect == Dialect::Interpolated));
        assert!(catalogue.get(Kind::Output, "a").is_none());
        assert_eq!(catalogue.names(Kind::Input).collect::<Vec<_>>(), ["a"]);
    }
}
