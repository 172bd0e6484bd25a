//! What is known about a component: its fields, its docs, its lint rule.

use super::{AnyField, Conf, Finding, Kind, Status, Template};

/// Everything about a component except how to build it.
#[derive(Clone, Copy)]
pub struct ComponentSpec {
    pub kind: Kind,
    pub name: &'static str,
    pub status: Status,
    /// One sentence.
    pub summary: &'static str,
    /// Markdown, or empty.
    pub description: &'static str,
    pub categories: &'static [&'static str],
    /// The release that introduced it, or empty.
    pub version: &'static str,
    pub body: Body,
    pub examples: &'static [Example],
    /// A lint rule over the whole body, called before its fields are linted.
    pub rule: Option<fn(&Conf, &mut Vec<Finding>)>,
}

/// What stands under a component's name.
#[derive(Clone, Copy)]
pub enum Body {
    Object(&'static [&'static dyn AnyField]),
    /// One value instead of an object, as in `mapping: text`; the field has no name ([`super::bare`]).
    Bare(&'static dyn AnyField),
}

/// A config that shows a component at work; the tests lint it.
#[derive(Clone, Copy, Debug)]
pub struct Example {
    pub title: &'static str,
    /// YAML.
    pub config: &'static str,
}

/// The components that exist: how lint and type inference see the catalogue.
pub trait Specs: Send + Sync {
    fn find(&self, kind: Kind, name: &str) -> Option<&ComponentSpec>;

    /// The template behind the component `name`, if it is one.
    fn template(&self, _kind: Kind, _name: &str) -> Option<&Template> {
        None
    }

    /// The names of all components of a kind.
    fn names(&self, kind: Kind) -> Vec<&str>;
}

impl ComponentSpec {
    /// A stable component without fields.
    pub const fn new(kind: Kind, name: &'static str) -> Self {
        Self {
            kind,
            name,
            status: Status::Stable,
            summary: "",
            description: "",
            categories: &[],
            version: "",
            body: Body::Object(&[]),
            examples: &[],
            rule: None,
        }
    }

    pub const fn status(mut self, status: Status) -> Self {
        self.status = status;
        self
    }

    pub const fn summary(mut self, summary: &'static str) -> Self {
        self.summary = summary;
        self
    }

    pub const fn description(mut self, description: &'static str) -> Self {
        self.description = description;
        self
    }

    pub const fn categories(mut self, categories: &'static [&'static str]) -> Self {
        self.categories = categories;
        self
    }

    pub const fn version(mut self, version: &'static str) -> Self {
        self.version = version;
        self
    }

    pub const fn fields(mut self, fields: &'static [&'static dyn AnyField]) -> Self {
        self.body = Body::Object(fields);
        self
    }

    /// Makes the component take one value instead of an object.
    pub const fn bare(mut self, field: &'static dyn AnyField) -> Self {
        self.body = Body::Bare(field);
        self
    }

    pub const fn examples(mut self, examples: &'static [Example]) -> Self {
        self.examples = examples;
        self
    }

    /// A lint rule over the whole body, called before its fields are linted.
    pub const fn rule(mut self, rule: fn(&Conf, &mut Vec<Finding>)) -> Self {
        self.rule = Some(rule);
        self
    }
}
