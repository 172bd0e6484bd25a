//! Why a component could not be built.

use crate::client::serve::BindError;
use crate::config::ConfError;

/// A component that could not be built: which one, where, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuildError {
    /// The innermost component: kind, type and place; empty until the context adds them.
    pub component: Option<Component>,
    pub reason: String,
    /// Whether somebody else holds what the component needs, such as an address.
    pub in_use: bool,
    /// Whether the config holds a value of a wrong type.
    pub mistyped: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Component {
    pub kind: &'static str,
    pub name: String,
    pub path: String,
}

impl BuildError {
    pub fn new(reason: impl Into<String>) -> Self {
        Self { component: None, reason: reason.into(), in_use: false, mistyped: false }
    }

    /// The component is known, so that configs with it can be linted, but this build cannot run it.
    pub fn not_built() -> Self {
        Self::new("this build of nekton does not contain this component")
    }

    /// Says which component this is about, unless a child of it is known already.
    pub fn within(mut self, kind: &'static str, name: &str, path: &str) -> Self {
        self.component.get_or_insert_with(|| Component { kind, name: name.into(), path: path.into() });
        self
    }
}

impl From<ConfError> for BuildError {
    fn from(error: ConfError) -> Self {
        Self { mistyped: error.mistyped, ..Self::new(error.to_string()) }
    }
}

impl From<BindError> for BuildError {
    fn from(error: BindError) -> Self {
        Self { in_use: error.in_use, ..Self::new(error.to_string()) }
    }
}

impl From<String> for BuildError {
    fn from(reason: String) -> Self {
        Self::new(reason)
    }
}

impl From<&str> for BuildError {
    fn from(reason: &str) -> Self {
        Self::new(reason)
    }
}

impl std::fmt::Display for BuildError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(Component { kind, name, path }) = &self.component {
            write!(f, "failed to init {kind} {name} path {path}: ")?;
        }
        f.write_str(&self.reason)
    }
}

impl std::error::Error for BuildError {}
