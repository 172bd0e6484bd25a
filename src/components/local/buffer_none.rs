//! `none`: no buffer.

use crate::component::BufferSpec;
use crate::config::{ComponentSpec, Example, Kind};

pub const NONE: BufferSpec = BufferSpec {
    spec: ComponentSpec::new(Kind::Buffer, "none")
        .summary("No buffer: the input waits until the pipeline takes its messages, and learns what became of them.")
        .fields(&[])
        .examples(&[Example { title: "As it is by default", config: "none: {}\n" }]),
    build: |_, _| Ok(None),
};
