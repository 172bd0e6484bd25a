//! The Rust types that config values are read into.

use super::field::{Dialect, Rule};
use super::{
    AnyField, Conf, ConfError, Duration, FieldType, Finding, FromConf, Key, Node, NodeKind, Path, Shape, Tag,
    Type,
};
use crate::value::{Object, Str, Value};

/// Warns where a scalar cannot be read as `T`: older engines only notice when they build the component.
fn readable<T: FieldType>(node: &Node, findings: &mut Vec<Finding>) {
    if let Err(error) = T::read(node, Path::Root("")) {
        findings.push(Finding::warning(node.line, error.message));
    }
}

impl FieldType for Str {
    type Default = &'static str;

    const TYPE: Type = Type::String;

    /// Any scalar reads as its source text; null reads as empty text.
    fn read(node: &Node, path: Path<'_>) -> Result<Self, ConfError> {
        match &node.value {
            NodeKind::Scalar(scalar) if scalar.tag == Tag::Null => Ok(Str::new()),
            NodeKind::Scalar(scalar) => Ok(scalar.text.clone()),
            _ => Err(ConfError::expected("text", node, path)),
        }
    }

    fn default_value(default: &'static str) -> Value {
        Value::from(default)
    }
}

impl FieldType for String {
    type Default = &'static str;

    const TYPE: Type = Type::String;

    fn read(node: &Node, path: Path<'_>) -> Result<Self, ConfError> {
        Str::read(node, path).map(String::from)
    }

    fn default_value(default: &'static str) -> Value {
        Value::from(default)
    }
}

impl FieldType for bool {
    type Default = bool;

    const TYPE: Type = Type::Bool;
    const RULE: Option<Rule> = Some(readable::<Self>);

    /// Besides `true` and `false` the older words `yes`, `no`, `on`, `off`, `y`, `n`; null reads as false.
    fn read(node: &Node, path: Path<'_>) -> Result<Self, ConfError> {
        let text = node.as_scalar().map(|scalar| (scalar.tag, scalar.text.as_str()));
        match text {
            Some((Tag::Null, _)) => Ok(false),
            Some((Tag::Bool, text)) => Ok(text.eq_ignore_ascii_case("true")),
            Some((Tag::Str, "y" | "Y" | "yes" | "on")) => Ok(true),
            Some((Tag::Str, "n" | "N" | "no" | "off")) => Ok(false),
            _ => Err(ConfError::expected("true or false", node, path)),
        }
    }

    fn default_value(default: bool) -> Value {
        Value::Bool(default)
    }
}

impl FieldType for i64 {
    type Default = i64;

    const TYPE: Type = Type::Int;
    const RULE: Option<Rule> = Some(readable::<Self>);

    /// The fraction of a float is cut off; text in quotes is no number; null reads as 0.
    fn read(node: &Node, path: Path<'_>) -> Result<Self, ConfError> {
        let number = node.as_scalar().and_then(|scalar| match scalar.to_value() {
            Value::Null => Some(0),
            Value::Int(i) => Some(i),
            Value::Float(f) if f.abs() < 9.2e18 => Some(f as i64),
            _ => None,
        });
        number.ok_or_else(|| ConfError::expected("an integer", node, path))
    }

    fn default_value(default: i64) -> Value {
        Value::Int(default)
    }
}

impl FieldType for u64 {
    type Default = u64;

    const TYPE: Type = Type::Int;
    const RULE: Option<Rule> = Some(readable::<Self>);

    fn read(node: &Node, path: Path<'_>) -> Result<Self, ConfError> {
        u64::try_from(i64::read(node, path)?)
            .map_err(|_| ConfError::expected("an integer that is not negative", node, path))
    }

    fn default_value(default: u64) -> Value {
        Value::Int(i64::try_from(default).unwrap_or(i64::MAX))
    }
}

impl FieldType for usize {
    type Default = usize;

    const TYPE: Type = Type::Int;
    const RULE: Option<Rule> = Some(readable::<Self>);

    fn read(node: &Node, path: Path<'_>) -> Result<Self, ConfError> {
        Ok(usize::try_from(u64::read(node, path)?).unwrap_or(usize::MAX))
    }

    fn default_value(default: usize) -> Value {
        u64::default_value(default as u64)
    }
}

impl FieldType for f64 {
    type Default = f64;

    const TYPE: Type = Type::Float;
    const RULE: Option<Rule> = Some(readable::<Self>);

    fn read(node: &Node, path: Path<'_>) -> Result<Self, ConfError> {
        let number = node.as_scalar().and_then(|scalar| match scalar.to_value() {
            Value::Null => Some(0.0),
            Value::Int(i) => Some(i as f64),
            Value::Float(f) => Some(f),
            Value::Sized(sized) => Some(sized.num().to_f64()),
            _ => None,
        });
        number.ok_or_else(|| ConfError::expected("a number", node, path))
    }

    fn default_value(default: f64) -> Value {
        Value::Float(default)
    }
}

/// Empty text reads as no time at all.
impl FieldType for Duration {
    type Default = &'static str;

    const TYPE: Type = Type::String;
    const RULE: Option<Rule> = Some(readable::<Self>);

    /// Empty text reads as no time at all.
    fn read(node: &Node, path: Path<'_>) -> Result<Self, ConfError> {
        let text = Str::read(node, path)?;
        if text.is_empty() {
            return Ok(Duration::ZERO);
        }
        text.parse()
            .map_err(|error| ConfError::at(node, path, format!("'{text}' is not a duration: {error}")))
    }

    fn default_value(default: &'static str) -> Value {
        Value::from(default)
    }
}

/// Any value at all; a default can only be text.
impl FieldType for Value {
    type Default = &'static str;

    const TYPE: Type = Type::Unknown;

    fn read(node: &Node, _path: Path<'_>) -> Result<Self, ConfError> {
        Ok(node.to_value())
    }

    fn default_value(default: &'static str) -> Value {
        Value::from(default)
    }
}

/// The tree itself, for what is read later.
impl FieldType for Node {
    type Default = &'static str;

    const TYPE: Type = Type::Unknown;

    fn read(node: &Node, _path: Path<'_>) -> Result<Self, ConfError> {
        Ok(node.clone())
    }

    fn default_value(default: &'static str) -> Value {
        Value::from(default)
    }
}

impl FieldType for Conf {
    /// The only default is the empty object.
    type Default = ();

    const TYPE: Type = Type::Object;

    fn read(node: &Node, path: Path<'_>) -> Result<Self, ConfError> {
        Ok(Conf::new(node.clone(), path.to_string()))
    }

    fn default_value(_: ()) -> Value {
        Value::Object(Object::new())
    }

    fn absent(path: Path<'_>) -> Result<Self, ConfError> {
        Ok(Conf::new(Node::NULL, path.to_string()))
    }
}

impl<T: FromConf> FieldType for T {
    /// The only default is the empty object.
    type Default = ();

    const TYPE: Type = Type::Object;
    const FIELDS: &'static [&'static dyn AnyField] = T::FIELDS;

    fn read(node: &Node, path: Path<'_>) -> Result<Self, ConfError> {
        T::from_conf(&Conf::read(node, path)?)
    }

    fn default_value(_: ()) -> Value {
        Value::Object(Object::new())
    }

    fn absent(path: Path<'_>) -> Result<Self, ConfError> {
        T::from_conf(&Conf::absent(path)?)
    }
}

impl<T: FieldType> FieldType for Option<T> {
    type Default = T::Default;

    const TYPE: Type = T::TYPE;
    const SHAPE: Shape = T::SHAPE;
    const DIALECT: Dialect = T::DIALECT;
    const OPTIONAL: bool = true;
    const FIELDS: &'static [&'static dyn AnyField] = T::FIELDS;
    const RULE: Option<Rule> = T::RULE;

    fn read(node: &Node, path: Path<'_>) -> Result<Self, ConfError> {
        if node.is_null() { Ok(None) } else { T::read(node, path).map(Some) }
    }

    fn default_value(default: T::Default) -> Value {
        T::default_value(default)
    }

    fn absent(_path: Path<'_>) -> Result<Self, ConfError> {
        Ok(None)
    }
}

impl<T: FieldType> FieldType for Vec<T> {
    type Default = &'static [T::Default];

    const TYPE: Type = T::TYPE;
    const SHAPE: Shape = match T::SHAPE {
        Shape::Scalar => Shape::Array,
        _ => Shape::Array2,
    };
    const DIALECT: Dialect = T::DIALECT;
    const FIELDS: &'static [&'static dyn AnyField] = T::FIELDS;
    const RULE: Option<Rule> = T::RULE;

    fn read(node: &Node, path: Path<'_>) -> Result<Self, ConfError> {
        match &node.value {
            NodeKind::Seq(items) => {
                let read = |(i, item)| T::read(item, Path::Index(&path, i));
                items.iter().enumerate().map(read).collect()
            }
            _ => Err(ConfError::expected("a list", node, path)),
        }
    }

    fn default_value(default: Self::Default) -> Value {
        Value::Array(default.iter().copied().map(T::default_value).collect())
    }

    fn absent(_path: Path<'_>) -> Result<Self, ConfError> {
        Ok(Vec::new())
    }
}

/// An object with free keys, in document order.
impl<T: FieldType> FieldType for Vec<(Str, T)> {
    type Default = &'static [(&'static str, T::Default)];

    const TYPE: Type = T::TYPE;
    const SHAPE: Shape = Shape::Map;
    const DIALECT: Dialect = T::DIALECT;
    const FIELDS: &'static [&'static dyn AnyField] = T::FIELDS;
    const RULE: Option<Rule> = T::RULE;

    fn read(node: &Node, path: Path<'_>) -> Result<Self, ConfError> {
        match &node.value {
            NodeKind::Map(_) => {
                let read = |(key, value): (&Key, &Node)| {
                    Ok((key.text.clone(), T::read(value, Path::Key(&path, &key.text))?))
                };
                node.pairs().into_iter().map(read).collect()
            }
            _ => Err(ConfError::expected("an object", node, path)),
        }
    }

    fn default_value(default: Self::Default) -> Value {
        Value::Object(default.iter().map(|(key, value)| ((*key).into(), T::default_value(*value))).collect())
    }

    fn absent(_path: Path<'_>) -> Result<Self, ConfError> {
        Ok(Vec::new())
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    /// What `text` reads as, or nothing.
    fn read<T: FieldType>(text: &str) -> Option<T> {
        T::read(&parse(text.as_bytes()).unwrap(), Path::Root("root")).ok()
    }

    #[test]
    fn scalars_read_as_the_reference_reads_them() {
        for (text, want) in
            [("5", "5"), ("1.50", "1.50"), ("true", "true"), ("~", ""), ("2020-01-01", "2020-01-01")]
        {
            assert_eq!(read::<Str>(text).as_deref(), Some(want), "{text}");
        }
        for (text, want) in [
            ("5", Some(5)),
            ("1.0", Some(1)),
            ("0x10", Some(16)),
            ("010", Some(8)),
            ("1_000", Some(1000)),
            ("~", Some(0)),
            ("!!int \"3\"", Some(3)),
            ("\"3\"", None),
            ("1.5", Some(1)),
            ("-1.5", Some(-1)),
            ("x", None),
            ("18446744073709551615", None),
        ] {
            assert_eq!(read::<i64>(text), want, "{text}");
        }
        for (text, want) in [("true", Some(true)), ("\"yes\"", Some(true)), ("off", Some(false)), ("1", None)]
        {
            assert_eq!(read::<bool>(text), want, "{text}");
        }
        for (text, want) in
            [("1", Some(1.0)), ("1e3", Some(1000.0)), (".inf", Some(f64::INFINITY)), ("\"1\"", None)]
        {
            assert_eq!(read::<f64>(text), want, "{text}");
        }
        assert_eq!(read::<u64>("-1"), None);
        assert_eq!(read::<Duration>("\"\""), Some(Duration::ZERO));
    }

    #[test]
    fn lists_and_maps_keep_their_order() {
        assert_eq!(read::<Vec<i64>>("[3, 1, 2]"), Some(vec![3, 1, 2]));
        assert_eq!(read::<Vec<Vec<i64>>>("[[1], []]"), Some(vec![vec![1], vec![]]));
        assert_eq!(read::<Vec<(Str, i64)>>("{b: 1, a: 2}"), Some(vec![("b".into(), 1), ("a".into(), 2)]));
        assert_eq!(read::<Option<Vec<i64>>>("~"), Some(None));
        assert_eq!(read::<Vec<i64>>("5"), None);
    }
}
