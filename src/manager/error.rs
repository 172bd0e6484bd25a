//! Why a change to a stream or a resource was refused.

use crate::component::BuildError;
use crate::config::Finding;
use crate::value::Str;

#[derive(Clone, Debug, PartialEq)]
pub enum Error {
    /// There is no stream with this id.
    NotFound(Str),
    /// There is a stream with this id already.
    Exists(Str),
    /// An id that cannot be used, and why.
    BadId(Str, &'static str),
    /// A config that cannot be read.
    BadConfig(String),
    /// What the linter says; in a set of streams with the id of the stream that it is about.
    Lints(Vec<(Option<Str>, Finding)>),
    /// A component that could not be built; in a set of streams with the id of the stream.
    Build(Option<Str>, BuildError),
    /// A resource whose config has another label.
    WrongLabel { id: Str, label: Str },
    /// The change itself failed unexpectedly.
    Panicked,
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Error::NotFound(id) => write!(f, "Stream not found: {id}"),
            Error::Exists(id) => write!(f, "Stream already exists: {id}"),
            Error::BadId(id, why) => write!(f, "the id '{id}' cannot be used: {why}"),
            Error::BadConfig(reason) => f.write_str(reason),
            Error::Lints(findings) => {
                write!(f, "the config has {} lint findings", findings.len())?;
                findings.iter().take(1).try_for_each(|finding| write!(f, ", first: {}", Lint(finding)))
            }
            Error::Build(None, error) => error.fmt(f),
            Error::Build(Some(id), error) => write!(f, "stream '{id}': {error}"),
            Error::WrongLabel { id, label } => {
                write!(f, "the label '{label}' must be empty or equal the id '{id}' of the resource")
            }
            Error::Panicked => f.write_str("the change failed unexpectedly"),
        }
    }
}

impl std::error::Error for Error {}

/// How a finding is shown.
pub struct Lint<'a>(pub &'a (Option<Str>, Finding));

impl std::fmt::Display for Lint<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            (Some(id), finding) => write!(f, "stream '{id}': {finding}"),
            (None, finding) => finding.fmt(f),
        }
    }
}
