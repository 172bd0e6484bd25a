//! Avro schemas: parsed, with every name resolved.

use std::collections::HashMap;

use crate::value::{Object, Str, Value, json};

/// How deep a schema may be written.
const MAX_DEPTH: usize = 100;

/// A schema. Types that refer to each other do so by number, so that they may be recursive.
#[derive(Debug)]
pub struct Schema {
    nodes: Vec<Node>,
    root: Id,
}

/// The number of a type in its schema.
pub type Id = usize;

#[derive(Debug, Clone)]
pub struct Node {
    pub kind: Kind,
    pub logical: Logical,
    /// Whether the meaning is one that Avro does not know.
    foreign: bool,
}

#[derive(Debug, Clone)]
pub enum Kind {
    Null,
    Boolean,
    Int,
    Long,
    Float,
    Double,
    Bytes,
    String,
    Fixed { name: Str, size: usize },
    Enum { name: Str, symbols: Vec<Str> },
    Array(Id),
    Map(Id),
    Record { name: Str, fields: Vec<Field> },
    Union(Vec<Id>),
}

#[derive(Debug, Clone)]
pub struct Field {
    pub name: Str,
    pub of: Id,
    pub default: Option<Value>,
}

/// What a value of a plain type means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Logical {
    None,
    Decimal {
        precision: u32,
        scale: u32,
    },
    Uuid,
    Date,
    TimeMillis,
    TimeMicros,
    TimestampMillis,
    TimestampMicros,
    TimestampNanos,
    LocalTimestampMillis,
    LocalTimestampMicros,
    LocalTimestampNanos,
    Duration,
    /// A year, which is its first moment.
    Year,
    /// A text that is a time.
    ZonedTimestamp,
}

const PLAIN: &[(&str, Kind)] = &[
    ("null", Kind::Null),
    ("boolean", Kind::Boolean),
    ("int", Kind::Int),
    ("long", Kind::Long),
    ("float", Kind::Float),
    ("double", Kind::Double),
    ("bytes", Kind::Bytes),
    ("string", Kind::String),
];

/// Names of logical types with the type that they stand on.
const LOGICAL: &[(&str, &str, Logical)] = &[
    ("date", "int", Logical::Date),
    ("time-millis", "int", Logical::TimeMillis),
    ("time-micros", "long", Logical::TimeMicros),
    ("timestamp-millis", "long", Logical::TimestampMillis),
    ("timestamp-micros", "long", Logical::TimestampMicros),
    ("timestamp-nanos", "long", Logical::TimestampNanos),
    ("local-timestamp-millis", "long", Logical::LocalTimestampMillis),
    ("local-timestamp-micros", "long", Logical::LocalTimestampMicros),
    ("local-timestamp-nanos", "long", Logical::LocalTimestampNanos),
    ("uuid", "string", Logical::Uuid),
    ("uuid", "fixed", Logical::Uuid),
    ("duration", "fixed", Logical::Duration),
];

/// What values mean by the names that Kafka Connect gives their types.
const CONNECT: &[(&str, Logical)] = &[
    ("io.debezium.time.Date", Logical::Date),
    ("io.debezium.time.Year", Logical::Year),
    ("io.debezium.time.Time", Logical::TimestampMillis),
    ("io.debezium.time.Timestamp", Logical::TimestampMillis),
    ("io.debezium.time.MicroTime", Logical::TimestampMicros),
    ("io.debezium.time.MicroTimestamp", Logical::TimestampMicros),
    ("io.debezium.time.NanoTime", Logical::TimestampNanos),
    ("io.debezium.time.NanoTimestamp", Logical::TimestampNanos),
    ("io.debezium.time.ZonedTimestamp", Logical::ZonedTimestamp),
];

// === impl Schema ===

impl Schema {
    /// The schema that `text`, a JSON document or the mere name of a type, is.
    pub fn parse(text: &str) -> Result<Self, String> {
        Self::parse_with(text, &[], false)
    }

    /// As [`Self::parse`], with other schemas by the names that this one calls them. With `connect` types also mean what
    /// Kafka Connect calls them.
    pub fn parse_with(text: &str, others: &[(String, String)], connect: bool) -> Result<Self, String> {
        let plain = PLAIN.iter().any(|(name, _)| *name == text.trim());
        let document = match plain {
            true => Value::from(text.trim()),
            false => json::parse(text.as_bytes()).map_err(|error| error.to_string())?,
        };
        let mut parser = Parser { nodes: Vec::new(), named: HashMap::new(), others, connect, depth: 0 };
        let root = parser.parse(&document, "")?;
        Ok(Self { nodes: parser.nodes, root })
    }

    pub fn root(&self) -> Id {
        self.root
    }

    pub fn node(&self, id: Id) -> &Node {
        &self.nodes[id]
    }
}

// === impl Node ===

impl Node {
    /// The name of the type, as unions tag their values.
    pub fn name(&self) -> &str {
        match &self.kind {
            Kind::Record { name, .. } | Kind::Enum { name, .. } | Kind::Fixed { name, .. } => name,
            Kind::Array(_) => "array",
            Kind::Map(_) => "map",
            Kind::Union(_) => "union",
            plain => {
                let same = |known: &Kind| std::mem::discriminant(known) == std::mem::discriminant(plain);
                PLAIN.iter().find(|(_, known)| same(known)).map_or("", |(name, _)| name)
            }
        }
    }

    /// The name with its logical type, such as `long.timestamp-millis`.
    pub fn qualified(&self) -> Str {
        let base = if matches!(self.kind, Kind::Fixed { .. }) { "fixed" } else { self.name() };
        let logical = match self.logical {
            _ if self.foreign => return self.name().into(),
            Logical::None => return self.name().into(),
            Logical::Decimal { .. } => "decimal",
            logical => LOGICAL.iter().find(|(_, _, known)| *known == logical).map_or("", |(name, ..)| name),
        };
        format!("{base}.{logical}").into()
    }
}

struct Parser<'o> {
    nodes: Vec<Node>,
    named: HashMap<Str, Id>,
    others: &'o [(String, String)],
    connect: bool,
    depth: usize,
}

// === impl Parser ===

impl Parser<'_> {
    /// `namespace`: of the type around this one.
    fn parse(&mut self, value: &Value, namespace: &str) -> Result<Id, String> {
        if self.depth == MAX_DEPTH {
            return Err(format!("the schema is deeper than {MAX_DEPTH}"));
        }
        self.depth += 1;
        let parsed = match value {
            Value::String(name) => self.reference(name, namespace),
            Value::Array(branches) => self.union(branches, namespace),
            Value::Object(object) => self.object(object, namespace),
            other => Err(format!("a schema cannot be of type {}", other.type_name())),
        };
        self.depth -= 1;
        parsed
    }

    fn add(&mut self, kind: Kind, logical: Logical) -> Id {
        self.nodes.push(Node { kind, logical, foreign: false });
        self.nodes.len() - 1
    }

    fn reference(&mut self, name: &str, namespace: &str) -> Result<Id, String> {
        if let Some((_, kind)) = PLAIN.iter().find(|(plain, _)| *plain == name) {
            return Ok(self.add(kind.clone(), Logical::None));
        }
        let known = self.named.get(&full_name(name, namespace)).or_else(|| self.named.get(name));
        if let Some(known) = known {
            return Ok(*known);
        }
        let other = self.others.iter().find(|(other, _)| other == name);
        let (_, other) = other.ok_or_else(|| format!("unknown type '{name}'"))?;
        let other = json::parse(other.as_bytes()).map_err(|error| format!("the schema '{name}': {error}"))?;
        self.parse(&other, "")
    }

    fn union(&mut self, branches: &[Value], namespace: &str) -> Result<Id, String> {
        let ids: Vec<Id> =
            branches.iter().map(|branch| self.parse(branch, namespace)).collect::<Result<_, _>>()?;
        for (i, id) in ids.iter().enumerate() {
            let name = self.nodes[*id].name();
            if name == "union" || ids[..i].iter().any(|earlier| self.nodes[*earlier].name() == name) {
                return Err(format!("a union with two times '{name}'"));
            }
        }
        Ok(self.add(Kind::Union(ids), Logical::None))
    }

    fn object(&mut self, object: &Object, namespace: &str) -> Result<Id, String> {
        let of = object.get("type").ok_or("a schema without a type")?;
        let Value::String(name) = of else { return self.parse(of, namespace) };
        match name.as_str() {
            "record" | "error" => self.record(object, namespace),
            "enum" => {
                let (name, _) = self.name(object, namespace)?;
                let symbols = list(object, "symbols")?.iter().map(|symbol| match symbol {
                    Value::String(symbol) => Ok(symbol.clone()),
                    _ => Err(format!("a symbol of '{name}' is no string")),
                });
                let symbols = symbols.collect::<Result<_, _>>()?;
                Ok(self.define(name.clone(), Kind::Enum { name, symbols }, Logical::None))
            }
            "fixed" => {
                let (name, _) = self.name(object, namespace)?;
                let size =
                    object.get("size").and_then(whole).ok_or_else(|| format!("'{name}' has no size"))?;
                let logical = logical(object, "fixed");
                let fits = match logical {
                    Logical::Uuid => size == 16,
                    Logical::Duration => size == 12,
                    _ => true,
                };
                Ok(self.define(
                    name.clone(),
                    Kind::Fixed { name, size },
                    if fits { logical } else { Logical::None },
                ))
            }
            "array" => {
                let items = self.parse(object.get("items").ok_or("an array without items")?, namespace)?;
                Ok(self.add(Kind::Array(items), Logical::None))
            }
            "map" => {
                let values = self.parse(object.get("values").ok_or("a map without values")?, namespace)?;
                Ok(self.add(Kind::Map(values), Logical::None))
            }
            plain => {
                let id = self.reference(plain, namespace)?;
                if PLAIN.iter().any(|(name, _)| *name == plain) {
                    self.nodes[id].logical = logical(object, plain);
                    let foreign = self.connect.then(|| connect(object, plain)).flatten();
                    if let Some(logical) = foreign.filter(|_| self.nodes[id].logical == Logical::None) {
                        self.nodes[id].logical = logical;
                        self.nodes[id].foreign = true;
                    }
                }
                Ok(id)
            }
        }
    }

    fn record(&mut self, object: &Object, namespace: &str) -> Result<Id, String> {
        let (name, namespace) = self.name(object, namespace)?;
        let id =
            self.define(name.clone(), Kind::Record { name: name.clone(), fields: Vec::new() }, Logical::None);
        let mut fields: Vec<Field> = Vec::new();
        for field in list(object, "fields")? {
            let field_name = field.get("name").and_then(Value::as_str);
            let field_name = field_name.ok_or_else(|| format!("a field of '{name}' has no name"))?;
            let of = field.get("type").ok_or_else(|| format!("'{name}.{field_name}' has no type"))?;
            // Logical types of fields stand beside their types in some writings.
            let of = self.parse(of, &namespace)?;
            if fields.iter().any(|earlier| earlier.name == field_name) {
                return Err(format!("'{name}' has two fields '{field_name}'"));
            }
            fields.push(Field { name: field_name.into(), of, default: field.get("default").cloned() });
        }
        self.nodes[id].kind = Kind::Record { name, fields };
        Ok(id)
    }

    fn define(&mut self, name: Str, kind: Kind, logical: Logical) -> Id {
        let id = self.add(kind, logical);
        self.named.insert(name, id);
        id
    }

    /// The full name of a type, and its namespace.
    fn name(&self, object: &Object, namespace: &str) -> Result<(Str, Str), String> {
        let name = object.get("name").and_then(Value::as_str).ok_or("a type without a name")?;
        let own = object.get("namespace").and_then(Value::as_str).unwrap_or(namespace);
        let full = full_name(name, own);
        let word = |word: &str| {
            !word.is_empty()
                && !word.starts_with(|c: char| c.is_ascii_digit())
                && word.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        };
        if !full.split('.').all(word) {
            return Err(format!("'{full}' is not a name"));
        }
        if self.named.contains_key(&full) {
            return Err(format!("there are two types '{full}'"));
        }
        let namespace = full.rsplit_once('.').map_or("", |(namespace, _)| namespace).into();
        Ok((full, namespace))
    }
}

fn full_name(name: &str, namespace: &str) -> Str {
    if name.contains('.') || namespace.is_empty() {
        name.into()
    } else {
        format!("{namespace}.{name}").into()
    }
}

fn list<'o>(object: &'o Object, name: &str) -> Result<&'o [Value], String> {
    match object.get(name) {
        Some(Value::Array(items)) => Ok(items),
        _ => Err(format!("a type without {name}")),
    }
}

fn whole(value: &Value) -> Option<usize> {
    match value {
        Value::Number(digits) => digits.parse().ok(),
        Value::Int(n) => (*n).try_into().ok(),
        _ => None,
    }
}

/// What Kafka Connect calls a type, if it stands on one that has such values.
fn connect(object: &Object, base: &str) -> Option<Logical> {
    let name = object.get("connect.name").and_then(Value::as_str)?;
    let (_, logical) = CONNECT.iter().find(|(known, _)| *known == name)?;
    let fits = match logical {
        Logical::ZonedTimestamp => base == "string",
        _ => matches!(base, "int" | "long"),
    };
    fits.then_some(*logical)
}

/// A logical type that is unknown, or stands on another type, has no meaning.
fn logical(object: &Object, base: &str) -> Logical {
    let Some(name) = object.get("logicalType").and_then(Value::as_str) else { return Logical::None };
    if name == "decimal" && matches!(base, "bytes" | "fixed") {
        let number = |part| u32::try_from(object.get(part).and_then(whole).unwrap_or(0)).ok();
        let decimal = number("precision").zip(number("scale"));
        return decimal.map_or(Logical::None, |(precision, scale)| Logical::Decimal { precision, scale });
    }
    let found = LOGICAL.iter().find(|(known, on, _)| *known == name && *on == base);
    found.map_or(Logical::None, |(.., logical)| *logical)
}
