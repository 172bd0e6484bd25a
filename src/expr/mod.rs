//! Bloblang applied to messages: [`Mapping`]s, [`Check`]s and [`Template`]s, compiled once and run over batches.

mod check;
mod host;
mod mapping;
mod partial;
mod scope;
mod template;

pub use check::{Check, Checks};
pub use host::{SystemHost, environment, install_host, with_caches};
pub use mapping::Mapping;
pub use template::Template;

/// Why a query failed.
pub use crate::bloblang::Error as ExprError;
/// A mistake in the text of a mapping or query.
pub use crate::bloblang::ParseError;
/// A place that a mapping reads or assigns.
pub use crate::bloblang::targets::Place;
