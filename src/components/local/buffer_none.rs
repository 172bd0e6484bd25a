//! `none`: no buffer.

use crate::component::BufferSpec;
use crate::config::{ComponentSpec, Example, Kind};

pub const NONE: BufferSpec = BufferSpec {
    spec: ComponentSpec::new(Kind::Buffer, "none")
        .summary("Hands messages on directly: an input reads no faster than its messages are processed.")
        .examples(&[Example { title: "The default", config: "none: {}\n" }]),
    build: |_, _| Ok(None),
};
