//! YAML to values and back, as Go's yaml.v3 reads and writes it.

mod emit;
mod order;
mod parse;
mod style;
#[cfg(test)]
mod tests;

pub use emit::emit;
pub use parse::{YamlError, parse};
