//! What lives inside the process: generators, pipes, buffers, caches and rate limits.

mod buffer_none;
mod output_drop;
mod output_reject;

use crate::component::{BufferSpec, CacheSpec, InputSpec, OutputSpec, RateLimitSpec};

pub const INPUTS: &[&InputSpec] = &[];
pub const BUFFERS: &[&BufferSpec] = &[&buffer_none::NONE];
pub const OUTPUTS: &[&OutputSpec] = &[&output_drop::DROP, &output_reject::REJECT];
pub const CACHES: &[&CacheSpec] = &[];
pub const RATE_LIMITS: &[&RateLimitSpec] = &[];
