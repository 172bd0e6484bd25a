//! Fields as typed constants: what a config may say, in one place for reading, lint, schema and docs.
//!
//! ```ignore
//! const KEY: Field<Template> = field("key").doc("What identifies a message.");
//! const COUNT: Field<i64> = field("count").default(0).doc("How many.").advanced();
//! ```

use super::{Conf, ConfError, Finding, Kind, Node, Path, Usable};
use crate::value::{Str, Value};

/// What a value is, apart from how many of it there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    String,
    Int,
    Float,
    Bool,
    /// An object with known fields, or a free-form one where there are none.
    Object,
    /// Anything at all.
    Unknown,
    /// A child component.
    Component(Kind),
}

impl Type {
    /// The name in docs, schema and error texts.
    pub const fn name(self) -> &'static str {
        match self {
            Type::String => "string",
            Type::Int => "int",
            Type::Float => "float",
            Type::Bool => "bool",
            Type::Object => "object",
            Type::Unknown => "unknown",
            Type::Component(kind) => kind.name(),
        }
    }
}

/// How many values a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    Scalar,
    Array,
    /// A list of lists.
    Array2,
    /// An object with free keys.
    Map,
}

impl Shape {
    /// The name in docs and schema.
    pub const fn name(self) -> &'static str {
        match self {
            Shape::Scalar => "scalar",
            Shape::Array => "array",
            Shape::Array2 => "2darray",
            Shape::Map => "map",
        }
    }
}

/// What language a string is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    Plain,
    /// Text with `${! query }` parts.
    Interpolated,
    /// A Bloblang mapping.
    Bloblang,
}

/// A Rust type that a config value can be read into.
pub trait FieldType: Sized + 'static {
    /// How a default is written in a field constant, such as `&'static str` for a duration.
    type Default: Copy + Send + Sync + 'static;

    const TYPE: Type;
    const SHAPE: Shape = Shape::Scalar;
    const DIALECT: Dialect = Dialect::Plain;
    /// Whether a missing value is fine and reads as none.
    const OPTIONAL: bool = false;
    /// The fields of an object type that always has the same ones.
    const FIELDS: &'static [&'static dyn AnyField] = &[];
    /// A lint rule that holds for every scalar of this type.
    const RULE: Option<Rule> = None;

    /// Reads a value that is there.
    fn read(node: &Node, path: Path<'_>) -> Result<Self, ConfError>;

    /// The default as a value, for docs and for reading it where nothing was written.
    fn default_value(default: Self::Default) -> Value;

    /// What a field without default reads as when nothing was written.
    fn absent(path: Path<'_>) -> Result<Self, ConfError> {
        Err(ConfError::missing(path))
    }
}

/// An object that always has the same fields, read into a struct; such a struct is a [`FieldType`].
pub trait FromConf: Sized + 'static {
    const FIELDS: &'static [&'static dyn AnyField];

    fn from_conf(conf: &Conf) -> Result<Self, ConfError>;
}

/// A lint rule on one value: adds what it finds.
pub type Rule = fn(&Node, &mut Vec<Finding>);

/// One field of a config, read as `T`.
pub struct Field<T: FieldType> {
    info: FieldInfo,
    default: Option<T::Default>,
}

/// Everything about a field that does not depend on its Rust type.
#[derive(Clone, Copy)]
pub struct FieldInfo {
    /// Empty for the single field of a bare component such as `mapping: text`.
    pub name: &'static str,
    pub doc: &'static str,
    pub ty: Type,
    pub shape: Shape,
    pub dialect: Dialect,
    /// Allowed values where `enforced`, otherwise suggested ones.
    pub options: &'static [&'static str],
    pub enforced: bool,
    /// The least and the greatest number that is allowed.
    pub range: Option<(f64, f64)>,
    pub fields: &'static [&'static dyn AnyField],
    pub has_default: bool,
    pub optional: bool,
    pub advanced: bool,
    pub deprecated: bool,
    /// Whether the value must not be shown.
    pub secret: bool,
    /// Whether the value is a URL whose password must not be shown.
    pub url: bool,
    /// The release that introduced the field, or empty.
    pub version: &'static str,
    /// How many items a list must have, which older engines only notice when they build the component.
    pub at_least: usize,
    /// The kind of resource whose label the value is.
    pub refers: Option<Kind>,
    /// Why a text cannot be used, which older engines only notice when they build the component.
    pub usable: Option<Usable>,
    /// The rule of its type, which every scalar has to keep.
    pub type_rule: Option<Rule>,
    /// The field's own rule, called with the whole value and, for lists and maps, with each of its parts.
    pub rule: Option<Rule>,
}

/// A field of any type, for lists of fields.
pub trait AnyField: Send + Sync {
    fn info(&self) -> &FieldInfo;

    /// The default, if there is one.
    fn default_value(&self) -> Option<Value>;
}

/// A field without a Rust type: data describe it, such as a template file.
pub(super) struct Described {
    pub info: FieldInfo,
    pub default: Option<Value>,
}

impl AnyField for Described {
    fn info(&self) -> &FieldInfo {
        &self.info
    }

    fn default_value(&self) -> Option<Value> {
        self.default.clone()
    }
}

impl<T: FieldType> AnyField for Field<T> {
    fn info(&self) -> &FieldInfo {
        &self.info
    }

    fn default_value(&self) -> Option<Value> {
        self.default.map(T::default_value)
    }
}

/// A field named `name`, still without default or docs.
pub const fn field<T: FieldType>(name: &'static str) -> Field<T> {
    Field {
        info: FieldInfo {
            name,
            doc: "",
            ty: T::TYPE,
            shape: T::SHAPE,
            dialect: T::DIALECT,
            options: &[],
            enforced: false,
            range: None,
            fields: T::FIELDS,
            has_default: false,
            optional: T::OPTIONAL,
            advanced: false,
            deprecated: false,
            secret: false,
            url: false,
            version: "",
            at_least: 0,
            refers: None,
            usable: None,
            type_rule: T::RULE,
            rule: None,
        },
        default: None,
    }
}

/// The single field of a component that takes a value instead of an object, such as `mapping: text`.
pub const fn bare<T: FieldType>() -> Field<T> {
    field("")
}

impl<T: FieldType> Field<T> {
    pub const fn doc(mut self, doc: &'static str) -> Self {
        self.info.doc = doc;
        self
    }

    /// What the field reads as when it is not written; lists and maps have [`Field::default_list`] and
    /// [`Field::default_map`].
    pub const fn default(mut self, default: T::Default) -> Self {
        self.default = Some(default);
        self.info.has_default = true;
        self
    }

    /// Shown only in full listings.
    pub const fn advanced(mut self) -> Self {
        self.info.advanced = true;
        self
    }

    pub const fn deprecated(mut self) -> Self {
        self.info.deprecated = true;
        self
    }

    /// Never shown in the clear.
    pub const fn secret(mut self) -> Self {
        self.info.secret = true;
        self
    }

    /// Text that is a Bloblang mapping, compiled by whoever reads it.
    pub const fn bloblang(mut self) -> Self {
        self.info.dialect = Dialect::Bloblang;
        self
    }

    /// A URL whose password is never shown.
    pub const fn url(mut self) -> Self {
        self.info.url = true;
        self
    }

    /// The allowed values; others are lint findings (compared without case).
    pub const fn options(mut self, options: &'static [&'static str]) -> Self {
        self.info.options = options;
        self.info.enforced = true;
        self
    }

    /// The least and the greatest number that is allowed; others are lint findings.
    pub const fn range(mut self, least: f64, greatest: f64) -> Self {
        self.info.range = Some((least, greatest));
        self
    }

    /// Values worth suggesting; others are allowed.
    pub const fn suggestions(mut self, options: &'static [&'static str]) -> Self {
        self.info.options = options;
        self
    }

    /// The fields of an object.
    pub const fn fields(mut self, fields: &'static [&'static dyn AnyField]) -> Self {
        self.info.fields = fields;
        self
    }

    /// A lint rule of its own, called with the whole value and, for lists and maps, with each of its parts.
    pub const fn rule(mut self, rule: Rule) -> Self {
        self.info.rule = Some(rule);
        self
    }

    /// The label of a resource of this kind.
    pub const fn refers(mut self, kind: Kind) -> Self {
        self.info.refers = Some(kind);
        self
    }

    /// Texts that cannot be used are warnings of the linter.
    pub const fn usable(mut self, usable: Usable) -> Self {
        self.info.usable = Some(usable);
        self
    }

    /// The release that introduced the field.
    pub const fn version(mut self, version: &'static str) -> Self {
        self.info.version = version;
        self
    }

    pub const fn name(&self) -> &'static str {
        self.info.name
    }

    /// What the field reads as when it is not written.
    pub(super) fn absent(&self, path: Path<'_>) -> Result<T, ConfError> {
        match self.default {
            Some(default) => T::read(&Node::from(&T::default_value(default)), path),
            None => T::absent(path),
        }
    }
}

impl<T: FieldType> Field<Vec<T>> {
    /// The items of a list that is not written.
    pub const fn default_list(self, items: &'static [T::Default]) -> Self {
        self.default(items)
    }

    /// How many items the list must have; fewer are a warning of the linter.
    pub const fn at_least(mut self, items: usize) -> Self {
        self.info.at_least = items;
        self
    }
}

impl<T: FieldType> Field<Vec<(Str, T)>> {
    /// The entries of a free-form object that is not written.
    pub const fn default_map(self, entries: &'static [(&'static str, T::Default)]) -> Self {
        self.default(entries)
    }
}

impl FieldInfo {
    /// Whether a config must write the field, as docs show it.
    pub fn required(&self) -> bool {
        !self.has_default && !self.optional && !self.deprecated && self.fields.is_empty()
    }

    /// Whether the linter reports the field as missing: lists, maps and child components are left to the reading.
    pub fn lint_required(&self) -> bool {
        self.required() && self.shape == Shape::Scalar && !matches!(self.ty, Type::Component(_))
    }
}
