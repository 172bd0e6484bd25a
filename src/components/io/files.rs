//! Reading one file after another, for the inputs that do.

use std::collections::VecDeque;
use std::sync::Arc;

use async_trait::async_trait;
use tokio::fs::File;

use super::metadata::file_metadata;
use crate::component::{ConnectError, Context, Cut, ReadError, Reads, Scan, Scanner, Source, SourceAck};
use crate::message::{Message, sink};
use crate::value::Object;

/// Reads files one after another, each with a scan of its own.
pub struct Files {
    /// Those that were not opened yet.
    paths: VecDeque<String>,
    scanner: Box<dyn Scanner>,
    delete: bool,
    /// Whether each file is a connection of its own.
    reconnects: bool,
    open: Option<Open>,
    cx: Context,
}

/// The file that is being read.
struct Open {
    scan: Box<dyn Scan>,
    metadata: Object,
    /// Deletes the file when it is done with.
    ack: Option<Arc<SourceAck>>,
}

// === impl Files ===

impl Files {
    /// `delete`: whether a file is deleted once all its messages are delivered.
    pub fn new(paths: Vec<String>, scanner: Box<dyn Scanner>, delete: bool, cx: &Context) -> Self {
        Self { paths: paths.into(), scanner, delete, reconnects: false, open: None, cx: cx.clone() }
    }

    /// The same files, each a connection of its own in metrics.
    pub fn reconnecting(self) -> Self {
        Self { reconnects: true, ..self }
    }

    /// Opens the next file unless one is open.
    async fn open(&mut self) -> Result<(), ConnectError> {
        if self.open.is_some() {
            return Ok(());
        }
        let Some(path) = self.paths.front() else { return Err(ConnectError::End) };
        let unusable = |error: &dyn std::fmt::Display| ConnectError::failed(format!("{path}: {error}"));
        let file = File::open(path).await.map_err(|error| unusable(&error))?;
        let metadata = file.metadata().await.map_err(|error| unusable(&error))?;
        let scan = self.scanner.open(Box::new(file), path).map_err(|error| unusable(&error))?;
        let ack = self.delete.then(|| deleting(path.clone(), self.cx.clone()));
        self.open = Some(Open { scan, metadata: file_metadata(path, &metadata), ack });
        self.paths.pop_front();
        Ok(())
    }
}

/// Deletes the file at `path` when all of it was delivered.
fn deleting(path: String, cx: Context) -> Arc<SourceAck> {
    SourceAck::new(sink(move |outcome| {
        if outcome.is_ok() {
            let log = cx.log().clone();
            cx.run(Box::pin(async move {
                if let Err(error) = tokio::fs::remove_file(&path).await {
                    log.error(format_args!("Failed to delete {path}: {error}"));
                }
            }));
        }
    }))
}

#[async_trait]
impl Source for Files {
    async fn connect(&mut self) -> Result<(), ConnectError> {
        self.open().await
    }

    async fn read(&mut self, out: &mut Reads) -> Result<(), ReadError> {
        loop {
            match self.open().await {
                Ok(()) => {}
                Err(ConnectError::End) => return Err(ReadError::EndOfInput),
                // Tried again, and told, by `connect`.
                Err(ConnectError::Failed { .. }) => return Err(ReadError::NotConnected),
            }
            let Some(open) = &mut self.open else { continue };
            let metadata = &open.metadata;
            let decorate = |message: &mut Message| merge(message, metadata);
            let read = open.scan.next(&mut Cut::new(out, open.ack.as_ref(), &decorate)).await;
            let Err(error) = read else { return Ok(()) };
            let ended = self.open.take();
            if error != ReadError::EndOfInput {
                return Err(error);
            }
            if let Some(ack) = ended.and_then(|open| open.ack) {
                ack.ended();
            }
            if self.reconnects {
                return Err(ReadError::NotConnected);
            }
        }
    }
}

/// Adds the file's metadata to what a scanner may have set; shared where it set nothing.
fn merge(message: &mut Message, metadata: &Object) {
    if message.meta().is_empty() {
        return message.replace_meta(metadata.clone());
    }
    for (key, value) in metadata {
        message.set_meta(key.clone(), value.clone());
    }
}
