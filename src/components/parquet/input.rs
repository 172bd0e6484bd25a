//! The `parquet` input.

use std::collections::VecDeque;
use std::fs::File;

use async_trait::async_trait;

use crate::component::{
    AUTO_REPLAY_NACKS, ConnectError, InputBuild, InputSpec, ReadError, Reads, Source, SourceSetup, expand,
};
use crate::config::{ComponentSpec, Example, Field, Kind, Status, field};
use crate::message::{Ack, Batch, Message};
use crate::telemetry::log::Logger;
use crate::value::parquet::{Lists, Logical, Rows};

const PATHS: Field<Vec<String>> = field("paths")
    .doc("The files, in this order; with wildcards, of which `**` stands for any number of folders.");
const BATCH_COUNT: Field<usize> = field("batch_count")
    .default(1)
    .advanced()
    .doc("How many rows are a batch; the last one of a file may be smaller.");

pub const PARQUET: InputSpec = InputSpec {
    spec: ComponentSpec::new(Kind::Input, "parquet")
        .status(Status::Experimental)
        .categories(&["Local"])
        .summary("Reads the rows of Parquet files.")
        .description("Files are read row by row, however large they are. Times become timestamps, UUIDs and bytes of any length texts.")
        .fields(&[&PATHS, &BATCH_COUNT, &AUTO_REPLAY_NACKS])
        .examples(&[Example { title: "All files of a folder", config: "parquet:\n  paths: [./data/*.parquet]\n" }]),
    build: InputBuild::Source(|conf, cx| {
        let paths = expand(&conf.get(&PATHS)?).map_err(|error| conf.error(&PATHS, error))?;
        let batch = conf.get(&BATCH_COUNT)?;
        if batch == 0 {
            return Err(conf.error(&BATCH_COUNT, "a batch has at least one row").into());
        }
        let source = Box::new(Files { paths: paths.into(), open: None, batch, log: cx.log().clone() });
        Ok(SourceSetup { source, auto_replay: conf.get(&AUTO_REPLAY_NACKS)?, batching: None })
    }),
};

struct Files {
    /// Those that were not read yet.
    paths: VecDeque<String>,
    open: Option<Rows<File>>,
    batch: usize,
    log: Logger,
}

/// What a read makes: the file as it is after it, and batches.
type Progress = (Option<Rows<File>>, Vec<Batch>, Option<String>);

// === impl Files ===

/// Reads up to so many batches, at least one row if there is one.
fn read(mut rows: Rows<File>, batch: usize) -> Progress {
    const BATCHES: usize = 16;
    let mut batches = Vec::new();
    for _ in 0..BATCHES {
        let mut messages = Batch::new();
        for row in rows.by_ref().take(batch) {
            match row {
                Ok(row) => messages.push(Message::from_value(row)),
                Err(error) => {
                    batches.extend((!messages.is_empty()).then_some(messages));
                    return (None, batches, Some(error.to_string()));
                }
            }
        }
        let whole = messages.len() == batch;
        batches.extend((!messages.is_empty()).then_some(messages));
        if !whole {
            return (None, batches, None);
        }
    }
    (Some(rows), batches, None)
}

#[async_trait]
impl Source for Files {
    async fn connect(&mut self) -> Result<(), ConnectError> {
        Ok(())
    }

    async fn read(&mut self, out: &mut Reads) -> Result<(), ReadError> {
        while out.is_empty() {
            let rows = match self.open.take() {
                Some(rows) => rows,
                None => {
                    let path = self.paths.pop_front().ok_or(ReadError::EndOfInput)?;
                    self.log.debug(format_args!("reading '{path}'"));
                    let opened = tokio::task::spawn_blocking(move || {
                        let file = File::open(&path).map_err(|error| format!("'{path}': {error}"))?;
                        Rows::open_as(file, Lists::Arrays, Logical::Meant)
                            .map_err(|error| format!("'{path}': {error}"))
                    });
                    opened
                        .await
                        .map_err(|error| ReadError::Failed(error.to_string()))?
                        .map_err(ReadError::Failed)?
                }
            };
            let batch = self.batch;
            let read = tokio::task::spawn_blocking(move || read(rows, batch)).await;
            let (open, batches, failure) = read.map_err(|error| ReadError::Failed(error.to_string()))?;
            self.open = open;
            batches.into_iter().for_each(|batch| out.push(batch, Ack::none()));
            if let Some(failure) = failure {
                self.log.error(format_args!("the rest of a file cannot be read: {failure}"));
            }
        }
        Ok(())
    }
}
