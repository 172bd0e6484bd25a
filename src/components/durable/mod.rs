//! Buffers that outlive the process: a segmented log on disk, and a SQLite database.

mod buffer_disk;
#[cfg(feature = "sqlite")]
mod buffer_sqlite;
mod codec;
mod done;
mod log;
mod queue;
mod segment;
mod store;

use crate::component::BufferSpec;

pub const BUFFERS: &[&BufferSpec] = &[
    &buffer_disk::DISK,
    #[cfg(feature = "sqlite")]
    &buffer_sqlite::SQLITE,
];
