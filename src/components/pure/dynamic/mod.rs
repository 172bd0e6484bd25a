//! `dynamic`: inputs and outputs that are added, replaced and removed over HTTP while the stream runs.

mod api;
mod input;
mod output;

pub use input::DYNAMIC as INPUT;
pub use output::DYNAMIC as OUTPUT;
