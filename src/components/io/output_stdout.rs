//! `stdout`: what the process prints.

use std::fs::File;
use std::io;
use std::os::fd::AsFd;
use std::sync::{Arc, PoisonError};

use async_trait::async_trait;
use tokio::sync::Mutex;

use super::framing::{CODEC, Framing};
use super::gathered::{Gathered, Outcomes};
use crate::component::{Built, ConnectError, Context, OutputBuild, OutputSpec, Sink, SinkSetup, WriteError};
use crate::config::{ComponentSpec, Conf, Example, Field, Kind};
use crate::message::{Batch, Transaction};
use crate::value::Str;

const STDOUT_CODEC: Field<Str> = CODEC.version("3.46.0");

pub const STDOUT: OutputSpec = OutputSpec {
    spec: ComponentSpec::new(Kind::Output, "stdout")
        .categories(&["Local"])
        .summary("Prints messages to standard output.")
        .description("The stream ends with an error when nobody reads it any more.")
        .fields(&[&STDOUT_CODEC])
        .examples(&[Example {
            title: "Records that end with a zero byte",
            config: "stdout: { codec: \"delim:\\0\" }\n",
        }]),
    build: OutputBuild::Sink(|conf: &Conf, _: &Context| -> Built<SinkSetup> {
        let sink = Stdout { framing: Framing::read(conf, &STDOUT_CODEC)?, spare: Mutex::default() };
        Ok(SinkSetup { sink: Arc::new(sink), max_in_flight: 1, batching: None })
    }),
};

struct Stdout {
    framing: Framing,
    /// An empty buffer that is used again and again.
    spare: Mutex<Gathered>,
}

/// Held while a group is written, so that those of several outputs do not mix.
static WRITING: std::sync::Mutex<()> = std::sync::Mutex::new(());

impl Stdout {
    async fn print(
        &self,
        batches: impl Iterator<Item = &Batch> + Clone + Send,
    ) -> Result<Outcomes, WriteError> {
        let mut spare = self.spare.lock().await;
        let mut gathered = std::mem::take(&mut *spare);
        batches.flatten().for_each(|message| gathered.add(message, &self.framing));
        let printed = tokio::task::spawn_blocking(move || {
            let _only_one = WRITING.lock().unwrap_or_else(PoisonError::into_inner);
            let written =
                io::stdout().as_fd().try_clone_to_owned().map(|fd| gathered.write_to(&mut File::from(fd)));
            (gathered, written)
        });
        let (mut gathered, written) = printed.await.map_err(WriteError::failed)?;
        let mut outcomes = Outcomes::default();
        let written = written.map_err(WriteError::failed)?;
        outcomes.push_written(&gathered, &written);
        gathered.clear();
        *spare = gathered;
        if written.unread {
            return Err(WriteError::Broken("nobody reads standard output any more".into()));
        }
        Ok(outcomes)
    }
}

#[async_trait]
impl Sink for Stdout {
    async fn connect(&self) -> Result<(), ConnectError> {
        Ok(())
    }

    async fn write(&self, batch: &Batch) -> Result<(), WriteError> {
        let outcomes = self.print(std::iter::once(batch)).await?;
        outcomes.by_batch(std::iter::once(batch)).collect()
    }

    async fn write_group(&self, group: &[Transaction], results: &mut Vec<Result<(), WriteError>>) {
        let batches = group.iter().map(|transaction| &transaction.batch);
        match self.print(batches.clone()).await {
            Ok(outcomes) => results.extend(outcomes.by_batch(batches)),
            Err(error) => results.extend(group.iter().map(|_| Err(error.clone()))),
        }
    }
}
