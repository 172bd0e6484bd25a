//! A body under a rule: what is written in it, and what is found.

use crate::config::{Conf, Duration, FieldType, Finding, Node, Path, Rule};

/// An object of a config that a rule looks at. What is not written is empty here; a rule knows the defaults that matter.
pub struct Check<'a> {
    body: &'a Node,
    found: &'a mut Vec<Finding>,
}

impl<'a> Check<'a> {
    pub fn new(conf: &'a Conf, found: &'a mut Vec<Finding>) -> Self {
        Self { body: conf.node(), found }
    }

    /// The same rule's look at an object inside of this one, if that is there.
    pub fn within(&mut self, name: &str, look: impl FnOnce(&mut Check<'_>)) {
        if let Some(body) = self.body.get(name) {
            look(&mut Check { body, found: self.found });
        }
    }

    /// Reports the whole object.
    pub fn wrong(&mut self, wrong: bool, message: &str) {
        if wrong {
            self.found.push(Finding::custom(self.body.line, message));
        }
    }

    /// Reports the whole object as something that older engines start all the same.
    pub fn doubtful(&mut self, doubtful: bool, message: &str) {
        if doubtful {
            self.found.push(Finding::warning(self.body.line, message));
        }
    }

    /// Reports the value of a field.
    pub fn wrong_field(&mut self, name: &str, wrong: bool, message: &str) {
        if let Some(node) = self.body.get(name).filter(|_| wrong) {
            self.found.push(Finding::custom(node.text_line(), message));
        }
    }

    /// Reports the value of a field as something that older engines start all the same.
    pub fn doubtful_field(&mut self, name: &str, message: &str) {
        if let Some(node) = self.body.get(name) {
            self.found.push(Finding::warning(node.text_line(), message));
        }
    }

    /// Has a field looked at by its own rule, if it is there.
    pub fn field(&mut self, name: &str, rule: Rule) {
        if let Some(node) = self.body.get(name) {
            rule(node, self.found);
        }
    }

    pub fn has(&self, name: &str) -> bool {
        self.body.get(name).is_some()
    }

    /// The text of a field, or empty text.
    pub fn text(&self, name: &str) -> &'a str {
        self.body.get(name).and_then(Node::as_text).unwrap_or("")
    }

    pub fn is_set(&self, name: &str) -> bool {
        !self.text(name).is_empty()
    }

    /// A yes or no, or what holds where it is not written.
    pub fn flag(&self, name: &str, default: bool) -> bool {
        match self.text(name) {
            "true" => true,
            "false" => false,
            _ => default,
        }
    }

    /// A number, if one is written.
    pub fn number(&self, name: &str) -> Option<f64> {
        f64::read(self.body.get(name)?, Path::Root("")).ok()
    }

    /// Whether a duration is written that has less than `least` nanoseconds.
    pub fn shorter(&self, name: &str, least: i64) -> bool {
        let read = |node| Duration::read(node, Path::Root("")).ok();
        self.body.get(name).and_then(read).is_some_and(|duration| duration.nanos() < least)
    }

    /// The items of a list.
    pub fn items(&self, name: &str) -> &'a [Node] {
        self.body.get(name).map_or(&[], Node::items)
    }

    /// Whether a list or a map has something in it.
    pub fn some(&self, name: &str) -> bool {
        self.body.get(name).is_some_and(|node| !node.items().is_empty() || !node.entries().is_empty())
    }
}
