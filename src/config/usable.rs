//! Texts that a field may or may not be able to use.

use crate::bloblang::go::regex::Pattern;

/// Says why a text cannot be the value of a field.
pub type Usable = fn(&str) -> Result<(), String>;

/// A text that must be a regular expression.
pub fn regex(pattern: &str) -> Result<(), String> {
    Pattern::new(pattern)
        .map(|_| ())
        .map_err(|error| format!("'{pattern}' is not a regular expression: {error}"))
}
