//! Bloblang: the language of mappings.
//!
//! Text becomes a syntax tree (`ast`, `parser`), the tree is checked and compiled (`compile`, `calls`), and the result
//! ([`Program`], [`Query`]) runs over anything that implements [`Scope`]. The language knows nothing of messages or of
//! the process it runs in; the outside world is a [`Host`].

pub mod args;
mod arithmetic;
pub mod ast;
mod calls;
mod compile;
mod depth;
mod diagnostics;
mod error;
pub mod eval;
pub mod format;
pub mod functions;
mod geoip;
pub mod go;
mod invoke;
mod jsonpath;
mod jwt;
pub mod methods;
mod needs;
pub mod parser;
pub mod path;
mod program;
mod query;
mod scope;
mod source;
pub mod spec;
mod target;
pub mod targets;
pub mod time;

pub use compile::compile;
pub use depth::STACK;
pub use diagnostics::{ParseError, did_you_mean};
pub use error::Error;
pub use eval::This;
pub use program::Program;
pub use query::{Part, Query, split_template};
pub use scope::{Caches, Environment, Failure, Host, NoMessages, Scope};
pub use target::{Root, Target};
