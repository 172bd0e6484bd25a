//! Unit tests of configs: cases that stand beside a config feed messages to its processors and say what must come out.
//!
//! [`find`] collects the cases, a [`Runner`] runs them, a [`Report`] says how they ended. Nothing here prints.

mod case;
mod condition;
mod coverage;
mod definition;
mod environment;
mod json_diff;
mod line_diff;
mod mocks;
mod pointer;
mod report;
mod run;
mod target;
mod text;

pub use case::Case;
pub use coverage::Coverage;
pub use definition::{Definition, find};
pub use environment::variable;
pub use report::{CaseReport, FileReport, Report};
pub use run::Runner;
pub use text::Text;
