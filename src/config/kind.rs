//! The nine kinds of components.

use std::fmt;

/// What role a component plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    Input,
    Buffer,
    Processor,
    Output,
    Cache,
    RateLimit,
    Scanner,
    Metrics,
    Tracer,
}

impl Kind {
    /// Every kind, in the order in which docs list them.
    pub const ALL: [Kind; 9] = [
        Kind::Input,
        Kind::Buffer,
        Kind::Processor,
        Kind::Output,
        Kind::Cache,
        Kind::RateLimit,
        Kind::Scanner,
        Kind::Metrics,
        Kind::Tracer,
    ];

    /// The name in configs, field types and error texts, such as `rate_limit`.
    pub const fn name(self) -> &'static str {
        match self {
            Kind::Input => "input",
            Kind::Buffer => "buffer",
            Kind::Processor => "processor",
            Kind::Output => "output",
            Kind::Cache => "cache",
            Kind::RateLimit => "rate_limit",
            Kind::Scanner => "scanner",
            Kind::Metrics => "metrics",
            Kind::Tracer => "tracer",
        }
    }

    /// The kind of that name, its words joined by `_` or `-`.
    pub fn parse(name: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.name() == name.replace('-', "_"))
    }

    /// Whether components of this kind may carry a `label`.
    pub const fn has_label(self) -> bool {
        matches!(self, Kind::Input | Kind::Processor | Kind::Output | Kind::Cache | Kind::RateLimit)
    }

    /// Whether components of this kind may carry their own `processors`.
    pub const fn has_processors(self) -> bool {
        matches!(self, Kind::Input | Kind::Output)
    }

    /// Whether `key` beside a component's own key belongs to every component of this kind.
    pub fn is_reserved(self, key: &str) -> bool {
        match key {
            "type" | "plugin" | "meta" => true,
            "label" => self.has_label(),
            "processors" => self.has_processors(),
            "mapping" => self == Kind::Metrics,
            _ => false,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
