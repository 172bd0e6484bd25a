//! What lives inside the process: generated and dropped messages, pipes between streams, buffers, caches.

mod buffer_memory;
mod buffer_none;
mod buffer_system_window;
mod cache_file;
mod cache_lru;
mod cache_memory;
mod cache_multilevel;
mod cache_noop;
mod cache_ristretto;
mod cache_ttlru;
mod cron;
mod eviction;
mod input_generate;
mod input_inproc;
mod output_cache;
mod output_drop;
mod output_inproc;
mod output_reject;
mod queue;
mod rate_limit_local;
#[cfg(test)]
mod testing;
mod windows;

use crate::component::{BufferSpec, CacheSpec, InputSpec, OutputSpec, RateLimitSpec};

pub const INPUTS: &[&InputSpec] = &[&input_generate::GENERATE, &input_inproc::INPROC];

pub const BUFFERS: &[&BufferSpec] =
    &[&buffer_memory::MEMORY, &buffer_none::NONE, &buffer_system_window::SYSTEM_WINDOW];

pub const OUTPUTS: &[&OutputSpec] =
    &[&output_cache::CACHE, &output_drop::DROP, &output_inproc::INPROC, &output_reject::REJECT];

pub const CACHES: &[&CacheSpec] = &[
    &cache_file::FILE,
    &cache_lru::LRU,
    &cache_memory::MEMORY,
    &cache_multilevel::MULTILEVEL,
    &cache_noop::NOOP,
    &cache_ristretto::RISTRETTO,
    &cache_ttlru::TTLRU,
];

pub const RATE_LIMITS: &[&RateLimitSpec] = &[&rate_limit_local::LOCAL];
