//! Configuration: text becomes a tree with positions, the tree is linted, then read into typed values.
//!
//! A component declares its fields as typed constants ([`field()`]); the linter, the typed reading ([`Conf::get`]),
//! the schema and the docs all come from those constants, so they cannot disagree.

pub mod cases;
mod catalogue;
mod component;
mod conf;
mod convert;
mod cue;
mod describe;
mod duration;
mod dynamic;
mod env;
mod field;
mod finding;
mod kind;
mod label;
mod lint;
mod load;
mod merge;
mod node;
mod normal;
mod part;
mod reach;
#[cfg(test)]
mod reference;
mod references;
mod render;
mod resources;
mod scalar;
mod schema;
mod scrub;
mod service;
mod set;
mod skeleton;
mod spec;
mod stream;
mod template;
mod types;
mod usable;
mod walk;
mod yaml;

pub use crate::bloblang::spec::Status;
pub use catalogue::{Catalogue, CatalogueRule};
pub use component::{
    BufferConf, CacheConf, Child, Component, ComponentConf, InputConf, MetricsConf, OfKind, OutputConf,
    ProcessorConf, RateLimitConf, ScannerConf, TracerConf,
};
pub use conf::{Conf, ConfError, Path};
pub use cue::cue;
pub use describe::{describe, describe_fields};
pub use duration::Duration;
pub use env::{EnvError, Expanded, Lookup, expand};
pub use field::{AnyField, Dialect, Field, FieldInfo, FieldType, FromConf, Rule, Shape, Type, bare, field};
pub use finding::{Finding, FindingKind, Severity};
pub use kind::Kind;
pub use label::check_label;
pub use lint::{LintOptions, lint, lint_component};
pub use load::{LoadError, Loaded, check_outline, load, missing_variables};
pub use merge::merge;
pub use node::{Entry, Key, Node, NodeKind, Scalar, Style, Tag};
pub use normal::normalise;
pub use part::{Part, TESTS};
pub use reach::unreachable;
pub use references::Labels;
pub use render::{to_json, to_yaml};
pub use resources::ResourcesConf;
pub use schema::schema;
pub use scrub::scrub;
pub use service::{BasicAuthConf, CorsConf, HttpConf, LogFileConf, LoggerConf, ServiceConf};
pub use set::{SetError, set, set_at};
pub use skeleton::{skeleton, skeleton_of};
pub use spec::{Body, ComponentSpec, Example, Specs};
pub use stream::{PipelineConf, STREAM_FIELDS, StreamConf};
pub use template::{TEMPLATE_FIELDS, Template, TemplateFile};
pub use usable::{Usable, regex, without_effect};
pub use walk::{Place, components};
pub use yaml::{YamlError, parse};
