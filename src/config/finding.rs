//! What the linter says: one finding is one place and one sentence.

use std::fmt;

/// Something wrong with a config, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Counted from 1; 0 where a document is empty.
    pub line: u32,
    /// Counted from 1; more than 1 only for findings inside a mapping or an interpolated string.
    pub column: u32,
    pub kind: FindingKind,
    pub severity: Severity,
    pub message: String,
}

/// Whether a finding stops a config from being used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    Error,
    /// The config cannot work as written, but older engines start it all the same.
    Warning,
}

/// What sort of mistake a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FindingKind {
    Custom,
    FailedRead,
    MissingEnvVar,
    InvalidOption,
    BadLabel,
    MissingLabel,
    DuplicateLabel,
    BadBloblang,
    ShouldOmit,
    ComponentMissing,
    ComponentNotFound,
    Unknown,
    Missing,
    ExpectedArray,
    ExpectedObject,
    ExpectedScalar,
    Deprecated,
}

impl FindingKind {
    /// The name in reports for programs.
    pub const fn name(self) -> &'static str {
        match self {
            FindingKind::Custom => "custom",
            FindingKind::FailedRead => "failed_read",
            FindingKind::MissingEnvVar => "missing_env_var",
            FindingKind::InvalidOption => "invalid_option",
            FindingKind::BadLabel => "bad_label",
            FindingKind::MissingLabel => "missing_label",
            FindingKind::DuplicateLabel => "duplicate_label",
            FindingKind::BadBloblang => "bad_bloblang",
            FindingKind::ShouldOmit => "should_omit",
            FindingKind::ComponentMissing => "component_missing",
            FindingKind::ComponentNotFound => "component_not_found",
            FindingKind::Unknown => "unknown",
            FindingKind::Missing => "missing",
            FindingKind::ExpectedArray => "expected_array",
            FindingKind::ExpectedObject => "expected_object",
            FindingKind::ExpectedScalar => "expected_scalar",
            FindingKind::Deprecated => "deprecated",
        }
    }
}

impl Finding {
    /// A finding about a whole line.
    pub fn new(line: u32, kind: FindingKind, message: impl Into<String>) -> Self {
        Self { line, column: 1, kind, severity: Severity::Error, message: message.into() }
    }

    /// A finding of a component's own rule.
    pub fn custom(line: u32, message: impl Into<String>) -> Self {
        Self::new(line, FindingKind::Custom, message)
    }

    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    /// A mistake that only shows when the config runs.
    pub fn warning(line: u32, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::custom(line, message) }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "({},{}) {}", self.line, self.column, self.message)
    }
}
