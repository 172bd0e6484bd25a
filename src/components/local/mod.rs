//! What lives inside the process: generated and dropped messages, pipes between streams, buffers, caches.

use crate::component::{BufferSpec, CacheSpec, InputSpec, OutputSpec, RateLimitSpec};

pub const INPUTS: &[&InputSpec] = &[];
pub const BUFFERS: &[&BufferSpec] = &[];
pub const OUTPUTS: &[&OutputSpec] = &[];
pub const CACHES: &[&CacheSpec] = &[];
pub const RATE_LIMITS: &[&RateLimitSpec] = &[];
