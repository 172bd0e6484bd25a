//! Shapes of values made of Avro schemas, and schemas made of shapes.

use crate::value::avro::{Schema, schema};
use crate::value::shape::{Kind, Precision, Shape, Unit};
use crate::value::{Object, Str, Value, json};

/// What documents of a schema are like: `raw` without tags in unions, `meant` with times as times.
pub fn of_avro(schema: &Schema, raw: bool, meant: bool) -> Shape {
    Avro { schema, raw, meant, open: Vec::new() }.shape(schema.root())
}

struct Avro<'s> {
    schema: &'s Schema,
    raw: bool,
    meant: bool,
    /// The records around the present type.
    open: Vec<schema::Id>,
}

// === impl Avro ===

impl Avro<'_> {
    fn shape(&mut self, id: schema::Id) -> Shape {
        let schema = self.schema;
        let node = schema.node(id);
        let kind = match &node.kind {
            schema::Kind::Record { name, fields } => {
                let shape = Shape::new(short(name), Kind::Object);
                // What contains itself is not told again.
                if self.open.contains(&id) {
                    return shape;
                }
                self.open.push(id);
                let field =
                    |field: &schema::Field| Shape { name: field.name.clone(), ..self.shape(field.of) };
                let fields = fields.iter().map(field).collect();
                self.open.pop();
                return shape.with(fields);
            }
            schema::Kind::Array(items) => {
                return Shape::new("", Kind::Array).with(vec![self.shape(*items)]);
            }
            schema::Kind::Map(values) => return Shape::new("", Kind::Map).with(vec![self.shape(*values)]),
            schema::Kind::Union(branches) => return self.union(branches),
            schema::Kind::Enum { name, .. } => return Shape::new(short(name), Kind::String),
            schema::Kind::Fixed { name, .. } => {
                return Shape::new(short(name), self.meaning(node.logical).unwrap_or(Kind::Any));
            }
            schema::Kind::Null => Kind::Null,
            schema::Kind::Boolean => Kind::Boolean,
            schema::Kind::Int => Kind::Int32,
            schema::Kind::Long => Kind::Int64,
            schema::Kind::Float => Kind::Float32,
            schema::Kind::Double => Kind::Float64,
            schema::Kind::Bytes => Kind::ByteArray,
            schema::Kind::String => Kind::String,
        };
        Shape::new("", self.meaning(node.logical).unwrap_or(kind))
    }

    /// A union of something and null is that something, if there are no tags.
    fn union(&mut self, branches: &[schema::Id]) -> Shape {
        let schema = self.schema;
        let is_null = |id: schema::Id| matches!(schema.node(id).kind, schema::Kind::Null);
        if let (true, [one, other]) = (self.raw, branches)
            && is_null(*one) != is_null(*other)
        {
            let some = if is_null(*one) { *other } else { *one };
            return Shape { optional: true, ..self.shape(some) };
        }
        let choice = |id: &schema::Id| match self.shape(*id) {
            shape if self.raw || shape.kind == Kind::Null => shape,
            shape => Shape::new("", Kind::Object)
                .with(vec![Shape { name: short(schema.node(*id).name()).into(), ..shape }]),
        };
        Shape::new("", Kind::Union).with(branches.iter().map(choice).collect())
    }

    fn meaning(&self, logical: schema::Logical) -> Option<Kind> {
        use schema::Logical;
        let time = |unit, utc| Kind::Timestamp(Some(Precision { unit, utc }));
        let day = |unit| Kind::TimeOfDay(Precision { unit, utc: false });
        Some(match logical {
            Logical::Decimal { precision, scale } => {
                Kind::Decimal { precision: precision.into(), scale: scale.into() }
            }
            _ if !self.meant => return None,
            Logical::None => return None,
            Logical::Uuid => Kind::Uuid,
            Logical::Date | Logical::Year => Kind::Date,
            Logical::TimeMillis => day(Unit::Millis),
            Logical::TimeMicros => day(Unit::Micros),
            Logical::TimestampMillis | Logical::ZonedTimestamp => time(Unit::Millis, true),
            Logical::TimestampMicros => time(Unit::Micros, true),
            Logical::TimestampNanos => time(Unit::Nanos, true),
            Logical::LocalTimestampMillis => time(Unit::Millis, false),
            Logical::LocalTimestampMicros => time(Unit::Micros, false),
            Logical::LocalTimestampNanos => time(Unit::Nanos, false),
            Logical::Duration => Kind::String,
        })
    }
}

fn short(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(_, last)| last)
}

fn object(entries: &[(&'static str, Value)]) -> Value {
    Value::Object(entries.iter().map(|(key, value)| (Str::from(*key), value.clone())).collect::<Object>())
}

/// The text of the Avro schema of a shape; `name` is that of the record at its root if it has none.
pub fn to_avro(shape: &Shape, name: &str, namespace: &str) -> Result<String, String> {
    let mut schema = avro(shape, name)?;
    if let Value::Object(record) = &mut schema
        && shape.kind == Kind::Object
        && !namespace.is_empty()
    {
        record.insert("namespace".into(), namespace.into());
    }
    printed(&schema)
}

fn printed(schema: &Value) -> Result<String, String> {
    json::print_string(schema, json::Style::default()).map_err(|_| "the schema has no JSON".to_owned())
}

fn avro(shape: &Shape, name: &str) -> Result<Value, String> {
    let logical = |of: &str, logical: String| object(&[("type", of.into()), ("logicalType", logical.into())]);
    let unfit = |what: &str| Err(format!("'{}': Avro has no {what}", shape.name));
    let only = |what: &str| match &shape.children[..] {
        [only, ..] => avro(only, ""),
        [] => Err(format!("'{}': it is not known what is in the {what}", shape.name)),
    };
    let schema = match shape.kind {
        Kind::Null => "null".into(),
        Kind::Boolean => "boolean".into(),
        Kind::Int32 => "int".into(),
        Kind::Int64 => "long".into(),
        Kind::Float32 => "float".into(),
        Kind::Float64 => "double".into(),
        Kind::String => "string".into(),
        Kind::ByteArray | Kind::Any => "bytes".into(),
        Kind::Timestamp(precision) => {
            let Precision { unit, utc } = precision.unwrap_or(Precision { unit: Unit::Millis, utc: true });
            if unit == Unit::Seconds {
                return unfit("times in seconds");
            }
            let local = if utc { "" } else { "local-" };
            logical("long", format!("{local}timestamp-{}", unit.name().to_ascii_lowercase()))
        }
        Kind::Date => logical("int", "date".to_owned()),
        Kind::TimeOfDay(Precision { unit: Unit::Millis, utc: false }) => {
            logical("int", "time-millis".to_owned())
        }
        Kind::TimeOfDay(Precision { unit: Unit::Micros, utc: false }) => {
            logical("long", "time-micros".to_owned())
        }
        Kind::TimeOfDay(_) => return unfit("such times of day"),
        Kind::Uuid => logical("string", "uuid".to_owned()),
        Kind::Decimal { precision, scale } => object(&[
            ("type", "bytes".into()),
            ("logicalType", "decimal".into()),
            ("precision", Value::Int(precision)),
            ("scale", Value::Int(scale)),
        ]),
        Kind::BigDecimal => return unfit("decimals of any precision"),
        Kind::Array => object(&[("type", "array".into()), ("items", only("array")?)]),
        Kind::Map => object(&[("type", "map".into()), ("values", only("map")?)]),
        Kind::Union => {
            let choices = shape.children.iter().map(|choice| avro(choice, ""));
            Value::from(choices.collect::<Result<Vec<_>, _>>()?)
        }
        Kind::Object => {
            let fields = shape.children.iter().map(|field| {
                let mut entries =
                    vec![("name", Value::String(field.name.clone())), ("type", avro(field, &field.name)?)];
                if field.optional {
                    entries.push(("default", Value::Null));
                }
                Ok(object(&entries))
            });
            let own = if shape.name.is_empty() { name.into() } else { shape.name.clone() };
            object(&[
                ("type", "record".into()),
                ("name", Value::String(own)),
                ("fields", Value::from(fields.collect::<Result<Vec<_>, String>>()?)),
            ])
        }
    };
    Ok(if shape.optional { Value::from(vec!["null".into(), schema]) } else { schema })
}

/// A name that Avro allows, made of any text.
pub fn avro_name(text: &str) -> String {
    let allowed = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    let name: String = text.chars().map(allowed).collect();
    if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) { format!("_{name}") } else { name }
}

/// The text of the JSON schema of a shape.
pub fn to_json_schema(shape: &Shape) -> Result<String, String> {
    printed(&json_schema(shape)?)
}

fn json_schema(shape: &Shape) -> Result<Value, String> {
    let of = |name: &str| object(&[("type", name.into())]);
    let text = |key: &'static str, value: String| object(&[("type", "string".into()), (key, value.into())]);
    let only = |what: &str| match &shape.children[..] {
        [only, ..] => json_schema(only),
        [] => Err(format!("'{}': it is not known what is in the {what}", shape.name)),
    };
    Ok(match shape.kind {
        Kind::Int32 | Kind::Int64 => of("integer"),
        Kind::Float32 | Kind::Float64 => of("number"),
        Kind::Boolean => of("boolean"),
        Kind::String => of("string"),
        Kind::Null => of("null"),
        Kind::Any => object(&[]),
        Kind::ByteArray => text("contentEncoding", "base64".to_owned()),
        Kind::Timestamp(_) => text("format", "date-time".to_owned()),
        Kind::Date => text("format", "date".to_owned()),
        Kind::TimeOfDay(_) => text("format", "time".to_owned()),
        Kind::Uuid => text("format", "uuid".to_owned()),
        Kind::Decimal { precision, scale } => text("pattern", decimal(precision, scale)),
        Kind::BigDecimal => text("pattern", r"^-?(0|[1-9][0-9]*)(\.[0-9]+)?$".to_owned()),
        Kind::Array => object(&[("type", "array".into()), ("items", only("array")?)]),
        Kind::Map => object(&[("type", "object".into()), ("additionalProperties", only("map")?)]),
        Kind::Union => {
            let choices = shape.children.iter().map(json_schema).collect::<Result<Vec<_>, _>>()?;
            object(&[("oneOf", Value::from(choices))])
        }
        Kind::Object => {
            let (mut properties, mut required) = (Object::new(), Vec::new());
            for field in &shape.children {
                properties.insert(field.name.clone(), json_schema(field)?);
                if !field.optional {
                    required.push(Value::String(field.name.clone()));
                }
            }
            let mut entries = vec![("type", "object".into()), ("properties", Value::Object(properties))];
            if !required.is_empty() {
                entries.push(("required", Value::from(required)));
            }
            object(&entries)
        }
    })
}

/// A pattern of decimals with so many digits, of which `scale` stand behind the point.
fn decimal(precision: i64, scale: i64) -> String {
    let whole = match precision - scale {
        0 => "0".to_owned(),
        digits => format!("(0|[1-9][0-9]{{0,{}}})", digits - 1),
    };
    let fraction = if scale == 0 { String::new() } else { format!(r"\.[0-9]{{{scale}}}") };
    format!("^-?{whole}{fraction}$")
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCHEMA: &str = r#"{"type":"record","name":"a.R","fields":[
        {"name":"n","type":["null","long"]},
        {"name":"t","type":{"type":"long","logicalType":"timestamp-micros"}},
        {"name":"d","type":{"type":"bytes","logicalType":"decimal","precision":4,"scale":2}},
        {"name":"l","type":{"type":"array","items":"string"}},
        {"name":"next","type":["null","a.R"]}]}"#;

    #[test]
    fn shapes_become_schemas_again() {
        let schema = Schema::parse(SCHEMA).expect("a schema");
        let shape = of_avro(&schema, true, true);
        let described: Vec<_> = shape
            .children
            .iter()
            .map(|child| (child.name.as_str(), child.kind.name(), child.optional))
            .collect();
        let expected = [
            ("n", "INT64", true),
            ("t", "TIMESTAMP", false),
            ("d", "DECIMAL", false),
            ("l", "ARRAY", false),
            ("next", "OBJECT", true),
        ];
        assert_eq!((shape.name.as_str(), &described[..]), ("R", &expected[..]));
        let flat = Shape { children: shape.children[..4].to_vec(), ..shape };
        let again = Schema::parse(&to_avro(&flat, "x", "b").expect("Avro")).expect("a schema");
        assert_eq!(of_avro(&again, true, true), flat);
        assert_eq!(again.node(again.root()).name(), "b.R");
        let tagged = of_avro(&schema, false, false).children[0].clone();
        assert_eq!((tagged.kind, tagged.children[1].children[0].name.as_str()), (Kind::Union, "long"));
    }

    #[test]
    fn shapes_become_json_schemas() {
        let fields = vec![
            Shape { optional: true, ..Shape::new("a", Kind::Int32) },
            Shape::new("b", Kind::Decimal { precision: 3, scale: 2 }),
        ];
        let text = to_json_schema(&Shape::new("", Kind::Object).with(fields)).expect("a schema");
        let expected = r#"{"properties":{"a":{"type":"integer"},"b":{"pattern":"^-?(0|[1-9][0-9]{0,0})\\.[0-9]{2}$","type":"string"}},"required":["b"],"type":"object"}"#;
        assert_eq!(text, expected);
        assert_eq!(avro_name("1-a.b"), "_1_a_b");
    }
}
