//! `stdout`: writes messages to the standard output of the process.

use std::sync::Arc;

use async_trait::async_trait;
use tokio::io::AsyncWriteExt;
use tokio::sync::Mutex;

use super::encoder::Encoder;
use crate::component::{ConnectError, OutputBuild, OutputSpec, Sink, SinkSetup, WriteError};
use crate::config::{ComponentSpec, Example, Field, Kind, field};
use crate::message::{Batch, Transaction};
use crate::value::Str;

const CODEC: Field<Str> = field("codec")
    .default("lines")
    .suggestions(&["all-bytes", "append", "lines", "delim:x"])
    .doc("How messages are set apart: `lines` by line breaks, `delim:x` by `x`, `append` not at all.");

pub const STDOUT: OutputSpec = OutputSpec {
    spec: ComponentSpec::new(Kind::Output, "stdout")
        .categories(&["Local"])
        .summary("Writes messages to the standard output of the process.")
        .fields(&[&CODEC])
        .examples(&[Example { title: "Lines", config: "stdout: {}\n" }]),
    build: OutputBuild::Sink(|conf, _| {
        let encoder = Encoder::parse(&conf.get(&CODEC)?).map_err(|e| conf.error(&CODEC, e))?;
        let state = Mutex::new(State { stdout: tokio::io::stdout(), buffer: Vec::new() });
        Ok(SinkSetup { sink: Arc::new(Stdout { encoder, state }), max_in_flight: 1, batching: None })
    }),
};

struct Stdout {
    encoder: Encoder,
    state: Mutex<State>,
}

struct State {
    stdout: tokio::io::Stdout,
    /// What one call writes; kept for the next one.
    buffer: Vec<u8>,
}

// === impl Stdout ===

impl Stdout {
    async fn write_batches<'a>(&self, batches: impl Iterator<Item = &'a Batch>) -> Result<(), WriteError> {
        let mut state = self.state.lock().await;
        let State { stdout, buffer } = &mut *state;
        buffer.clear();
        for message in batches.flatten() {
            self.encoder.encode(message, buffer);
        }
        stdout.write_all(buffer).await.map_err(WriteError::failed)?;
        stdout.flush().await.map_err(WriteError::failed)
    }
}

#[async_trait]
impl Sink for Stdout {
    async fn connect(&self) -> Result<(), ConnectError> {
        Ok(())
    }

    async fn write(&self, batch: &Batch) -> Result<(), WriteError> {
        self.write_batches(std::iter::once(batch)).await
    }

    async fn write_group(&self, group: &[Transaction], results: &mut Vec<Result<(), WriteError>>) {
        let result = self.write_batches(group.iter().map(|t| &t.batch)).await;
        results.extend(group.iter().map(|_| result.clone()));
    }
}
