//! What the engine tells about itself: [`metrics`] and [`log`]. A leaf: it imports nothing of ours but `value`.

pub mod log;
pub mod metrics;
pub mod names;
pub mod trace;

pub use log::Logger;
pub use metrics::{Handle, Metrics, Scope};
